"""What learners do to a notebook, and what happens to its kernel: again and again, in the wrong order, killed."""

import os
import re
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import nbformat
import psutil
import pytest

from wirelab.building.kernel_client import FREE_PORTS, CellResult, Kernel, is_to_fail
from wirelab.building.notebook_runner import failed_cells

pytestmark = pytest.mark.proof
COURSE = Path(__file__).parents[2]
LESSONS = sorted((COURSE / "notebooks").glob("[0-9]*.ipynb"))
MEBIBYTE = 1024 * 1024

THREAD = """
from http.server import BaseHTTPRequestHandler
import requests
from wirelab import launch
class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()
web = launch(Hello)
assert requests.get(web.url, timeout=10).status_code == 204"""
FLASK = """
from flask import Flask
import requests
from wirelab import launch
app = Flask("hello")
api = launch(app)
assert requests.get(api.url, timeout=10).status_code == 404"""
WEBSOCKET = """
from websockets.sync.client import connect
from wirelab import launch
async def greet(websocket):
    await websocket.send("hello")
feed = launch(greet)
with connect(feed.url) as client:
    assert client.recv(timeout=10) == "hello\""""
PROCESS = """
import requests
from wirelab import launch
web = launch("servers.echo_server")"""
TAPPED = f"""{THREAD}
from wirelab import wire
with wire(web) as tap:
    requests.get(tap.url, timeout=10)"""
ME = "__import__('psutil').Process()"
OPEN = "num_fds" if os.name == "posix" else "num_handles"
USAGE = f"[{ME}.num_threads(), {ME}.{OPEN}(), len({ME}.children()), {ME}.memory_info().rss]"
CELLS = {"thread": THREAD, "flask": FLASK, "websocket": WEBSOCKET, "tap": TAPPED, "process": PROCESS}


def usage(kernel: Kernel) -> list[int]:
    """Threads, descriptors, child processes and bytes in memory: the least of each in a second.

    IPython, which writes down what has run, has files of its own open for a moment.
    """
    kernel.run("import gc; _ = gc.collect()")
    looks = []
    for _ in range(10):
        looks.append([int(number) for number in re.findall(r"\d+", kernel.evaluate(USAGE))])
        time.sleep(0.1)
    return [min(numbers) for numbers in zip(*looks, strict=True)]


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS.keys())
def test_a_cell_that_runs_again_and_again_leaves_nothing_behind(cell: str) -> None:
    times = 25 if cell == PROCESS else 90  # a process takes half a second to start
    with Kernel(COURSE, env=FREE_PORTS) as kernel:
        requests = [kernel.send(cell) for _ in range(10)]
        assert {reply.status for reply in kernel.results(requests)} == {"ok"}
        *before, memory = usage(kernel)
        requests = [kernel.send(cell) for _ in range(times)]
        assert {reply.status for reply in kernel.results(requests)} == {"ok"}
        *after, memory_after = usage(kernel)
    assert after == before
    assert memory_after - memory < 16 * MEBIBYTE


def traceback(reply: CellResult) -> str:
    return "\n".join(line for output in reply.outputs for line in output.get("traceback", []))


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_in_the_wrong_order_a_cell_says_which_one_comes_first(path: Path) -> None:
    """From the last cell to the first, as far from the right order as can be."""
    cells = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    with Kernel(path.parent, env={**FREE_PORTS, "JPY_SESSION_NAME": str(path)}) as kernel:
        backwards = [cell for cell in reversed(cells) if not is_to_fail(cell)]
        replies = kernel.results([kernel.send(cell.source, may_fail=True) for cell in backwards])
    failed = [
        (cell.source, reply.text, traceback(reply))
        for cell, reply in zip(backwards, replies, strict=True)
        if reply.status == "error"
    ]
    assert failed
    assert [cell for cell in failed if not cell[1].startswith("NameError")] == []
    assert [cell for cell in failed if "Run that one first" not in cell[2]] == []


@pytest.mark.parametrize("stem", ["12-web-server", "33-websocket-server"])
def test_ten_copies_of_a_lesson_run_side_by_side(stem: str, tmp_path: Path) -> None:
    """Each in a folder of its own, as a learner's lesson writes files beside itself."""
    notebook = nbformat.read(COURSE / "notebooks" / f"{stem}.ipynb", as_version=4)
    folders = [tmp_path / str(number) for number in range(10)]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        kernels = [stack.enter_context(Kernel(folder, env={})) for folder in folders]
        queued = [kernel.queue(notebook) for kernel in kernels]
        for kernel, requests in zip(kernels, queued, strict=True):
            assert failed_cells(notebook, kernel.results(requests, timeout=120)) == []


class Family:
    """A kernel and all that came from it: they inherit a mark in their environment."""

    def __init__(self) -> None:
        self.mark = uuid.uuid4().hex
        self.environment = {**FREE_PORTS, "WIRELAB_FAMILY": self.mark}

    def members(self) -> list[psutil.Process]:
        return [process for process in psutil.process_iter() if self._is_one(process)]

    def _is_one(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return (
                process.environ().get("WIRELAB_FAMILY") == self.mark and process.status() != psutil.STATUS_ZOMBIE
            )
        return False


@pytest.fixture
def family() -> Iterator[Family]:
    family = Family()
    yield family
    for process in family.members():
        process.kill()


def until(true: Callable[[], object], what: str) -> None:
    """Wait for something."""
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, what
        time.sleep(0.005)


STANDSTILL = """
import pathlib, threading, requests
from http.server import BaseHTTPRequestHandler
from wirelab import check, launch, wire
other = launch("servers.echo_server")
class Silent(BaseHTTPRequestHandler):
    def do_GET(self):
        pathlib.Path({reached!r}).touch()
        threading.Event().wait()
web = launch(Silent)
"""
LAUNCHING = "from wirelab import launch\nlaunch('servers.ticket_service')"
TAPPING = STANDSTILL + "with wire(web) as tap:\n    requests.get(tap.url, timeout=60)"
CHECKING = STANDSTILL + "check('12.1', web)"


@pytest.mark.skipif(os.name != "posix", reason="only there can a process be killed without a word")
@pytest.mark.parametrize("cell", [LAUNCHING, TAPPING, CHECKING], ids=["launch", "tap", "check"])
def test_a_kernel_that_is_killed_takes_everything_with_it(tmp_path: Path, family: Family, cell: str) -> None:
    reached = tmp_path / "reached"
    with Kernel(COURSE, env=family.environment) as kernel:
        kernel.send(cell.format(reached=str(reached)))
        if cell == LAUNCHING:
            until(lambda: len(family.members()) > 1, "no process was started")
        else:
            until(reached.exists, "no request has arrived")
            assert len(family.members()) > 1
        psutil.Process(kernel.pid).kill()
        until(lambda: not family.members(), "a process has outlived the kernel, and its port with it")
