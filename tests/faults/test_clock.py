"""The clock of the day may jump, as at the end of a suspend or by NTP: nothing waits for it."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
HOUR = 3600


@pytest.fixture(scope="module")
def clock(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which the clock of the day is ahead by the seconds in the file that CLOCK_FILE names."""
    compiler = shutil.which("cc")
    if not compiler or sys.platform != "linux":
        pytest.skip("needs a C compiler, on Linux")
    folder = tmp_path_factory.mktemp("clock")
    source, library = Path(__file__).with_name("clock.c"), folder / "clock.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    (folder / "ahead").write_text("0")
    return {"LD_PRELOAD": str(library), "CLOCK_FILE": str(folder / "ahead")}


JUMP = f"""
import itertools, os, pathlib, threading, time
def jump():
    for seconds in itertools.cycle(({HOUR}, -{HOUR}, 0)):
        pathlib.Path(os.environ["CLOCK_FILE"]).write_text(str(seconds))
        if over.wait(0.02):
            return
over = threading.Event()
jumper = threading.Thread(target=jump)
jumper.start()
seen = {{round(time.time() - time.monotonic()) for _ in range(40) if not time.sleep(0.005)}}
assert max(seen) - min(seen) >= {HOUR}, seen
"""
TALK = """
import requests
from servers.echo_server import onconnect
from websockets.sync.client import connect
from wirelab import check, launch, stop_all, wire
began, times, verdicts = time.monotonic(), [], set()
for _ in range(5):
    web, echo = launch("servers.web_server"), launch(onconnect)
    with wire(web) as tap, wire(echo) as frames:
        requests.get(tap.url, timeout=5)
        web.log.wait(1, timeout=20)
        with connect(frames.url) as websocket:
            websocket.send("hello")
            websocket.recv(timeout=5)
    times += [[message.at for message in talk] for talk in (tap, frames)]
    tap.text(), frames.text(), tap.conversation.har()
    verdicts.add(check("12.1", web).verdict)
    stop_all()
over.set()
jumper.join()
print(all(0 <= at < 60 for found in times for at in found), all(found == sorted(found) for found in times))
print(len(verdicts), time.monotonic() - began < 100)
"""


@pytest.mark.proof
def test_launch_wire_and_check_go_on_while_the_clock_jumps(run: Run, clock: dict[str, str]) -> None:
    ran = run("-c", JUMP + TALK, **clock)
    assert (ran.stdout, ran.stderr) == ("True True\n1 True\n", "")
