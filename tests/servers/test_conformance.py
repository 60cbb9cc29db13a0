"""The echo server before the cases of the Autobahn test suite, which most WebSocket implementations have to pass.

kosoku runs them. Nothing fails but what websockets documents (in its compliance/README.rst), and what is longer
than our server takes.
"""

import asyncio
from typing import Any

import pytest

from wirelab import launch

kosoku: Any = pytest.importorskip("kosoku", reason="kosoku, which runs the cases, is of the extra `proof`")

pytestmark = [
    pytest.mark.proof,
    # The cases on compression leave a file of their own open.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

# Frames, pings, pieces, UTF-8, closing, long messages and a few of the many on compression, which take minutes.
CASES = ["1.*", "2.*", "3.*", "4.*", "5.*", "6.*", "7.*", "9.*", "10.*", "12.1.1", "12.1.2", "12.1.3", "12.1.4"]

EARLY = "an error in a frame closes the connection before the message that came ahead of it is echoed"
UTF_8 = "what is no UTF-8 is found when its frame is complete, not at its first byte"
CLOSE = "to close inside of a message in pieces is an error, answered with 1002; the case wants its 1000 echoed"
FREE = "the RFC leaves the answer open, and the case only reports it"
LONG = "a message longer than echo_server.MAX_MESSAGE closes the connection with 1009"

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


@pytest.fixture(scope="module")
def results() -> list[Any]:
    """What became of each case, against `python -m servers.echo_server`."""
    with launch("servers.echo_server", port=0) as server:
        try:
            return list(asyncio.run(kosoku.run_fuzzingclient(server.url, CASES, concurrency=4)))
        except kosoku.FailureError as failure:
            return list(failure.results)


def test_nothing_fails_but_what_is_known_and_why(results: list[Any]) -> None:
    assert len(results) > 300
    verdicts = {result.case_id: result.behavior.value for result in results}
    strange = {
        case: verdict for case, verdict in verdicts.items() if verdict not in ("OK", KNOWN.get(case, [""])[0])
    }
    assert strange == {}


def test_messages_that_are_too_long_fail_for_that_alone(results: list[Any]) -> None:
    codes = {result.remote_close_code for result in results if KNOWN.get(result.case_id, ("", ""))[1] == LONG}
    assert codes == {1009}
