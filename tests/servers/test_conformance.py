"""The echo server before the cases of the Autobahn test suite, which most WebSocket implementations have to pass.

kosoku runs them. Nothing fails but what websockets documents (in its compliance/README.rst), and what is longer
than our server takes.
"""

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from wirelab import launch

if find_spec("kosoku") is None:
    pytest.skip("kosoku, which runs the cases, is of the extra `proof`", allow_module_level=True)

pytestmark = pytest.mark.proof
Results = dict[str, tuple[str, int | None]]

# Frames, pings, pieces, UTF-8, closing, long messages. Of each kind of compression some: all of them take minutes.
SECTIONS_ONE_TO_TEN = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*"]
COMPRESSION = [f"12.{data}.{size}" for data in range(1, 6) for size in (1, 2)]
COMPRESSION += [f"13.{bits}.1" for bits in range(1, 8)]
CASES = [*SECTIONS_ONE_TO_TEN, *COMPRESSION]

EARLY = "an error in a frame closes the connection before the message that came ahead of it is echoed"
UTF_8 = "what is no UTF-8 is found when its frame is complete, not at its first byte"
CLOSE = "to close inside of a message in pieces is an error, answered with 1002; the case wants its 1000 echoed"
FREE = "the RFC leaves the answer open, and the case only reports it"
LONG = "a message longer than echo_server.MAX_ECHO_SIZE closes the connection with 1009"

# The cases that do not simply pass: the worst verdict they may get, and why.
KNOWN = {
    **dict.fromkeys(
        ["3.2", "3.3", "3.4", "4.1.3", "4.1.4", "4.1.5", "4.2.3", "4.2.4", "4.2.5"], ("NON-STRICT", EARLY)
    ),
    **dict.fromkeys(["5.15"], ("NON-STRICT", EARLY)),
    **dict.fromkeys(["6.4.1", "6.4.2", "6.4.3", "6.4.4"], ("NON-STRICT", UTF_8)),
    "7.1.5": ("FAILED", CLOSE),  # RFC 6455 §5.5.1: an endpoint "typically" echoes the code, so it need not
    **dict.fromkeys(["7.1.6", "7.13.1", "7.13.2"], ("INFORMATIONAL", FREE)),
    **dict.fromkeys([f"9.{kind}.{size}" for kind in (1, 2) for size in (4, 5, 6)], ("FAILED", LONG)),
    **dict.fromkeys([f"9.{kind}.{size}" for kind in (3, 4) for size in range(1, 10)], ("FAILED", LONG)),
}


# In a process of its own: it puts other packages in the place of those that are installed. The process ends at
# once when all is said, as its threads now and then abort it (SIGABRT) while Python tidies up.
RUN = """
import asyncio, json, os, sys, kosoku
try:
    results = asyncio.run(kosoku.run_fuzzingclient(sys.argv[1], json.loads(sys.argv[2]), concurrency=4))
except kosoku.FailureError as failure:
    results = failure.results
print(json.dumps({each.case_id: [each.behavior.value, each.remote_close_code] for each in results}), flush=True)
os._exit(0)
"""


@pytest.fixture(scope="module")
def results() -> Results:
    """For each case what became of it and the code it was closed with, against `python -m servers.echo_server`."""
    with launch("servers.echo_server", port=0) as server:
        command = [sys.executable, "-c", RUN, server.url, json.dumps(CASES)]
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    return dict(json.loads(ran.stdout.splitlines()[-1]))


def test_nothing_fails_but_what_is_known_and_why(results: Results) -> None:
    assert len(results) > 300
    strange = {case: how for case, (how, _) in results.items() if how not in ("OK", KNOWN.get(case, [""])[0])}
    assert strange == {}


def test_messages_that_are_too_long_fail_for_that_alone(results: Results) -> None:
    codes = {code for case, (_, code) in results.items() if KNOWN.get(case, ("", ""))[1] == LONG}
    assert codes == {1009}
