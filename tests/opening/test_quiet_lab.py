"""A quiet terminal: the address, how to end, and nothing else, whatever happens in the notebooks."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from websockets.sync.client import connect

from wirelab.opening.quiet_lab import DID_NOT_START, ENDING, HOW_TO_END, IS_OPEN, ONCE_MORE

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Ctrl+C is sent as a POSIX signal")

HANGING = {
    "header": {"msg_id": "1", "msg_type": "execute_request", "username": "", "session": "1", "version": "5.3"},
    "parent_header": {},
    "metadata": {},
    "channel": "shell",
    "content": {"code": "import time; print('hangs'); time.sleep(600)", "silent": False},
}


class Lab:
    """`wirelab open` in a process, as a terminal would see it."""

    def __init__(self, folder: Path, *words: str) -> None:
        command = [sys.executable, "-m", "wirelab", "open", *words]
        self.env = {
            **os.environ,
            "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        }
        pipe: dict[str, Any] = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, env=self.env, start_new_session=True, **pipe)
        self.said = ""

    def read_until(self, words: str) -> str:
        """What it said up to a line with these words."""
        assert self.process.stderr
        for line in self.process.stderr:
            self.said += line
            if words in line:
                return line
        raise AssertionError(self.said)

    def ctrl_c(self) -> None:
        """To the whole group, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def end(self) -> tuple[int, str]:
        out, rest = self.process.communicate(timeout=60)
        return self.process.returncode, self.said + rest + out

    def run_a_cell_that_hangs(self) -> None:
        """In a kernel of this JupyterLab; returns once the cell runs."""
        found = re.search(r"http(://127\.0\.0\.1:\d+/)\S*token=(\w+)", self.said)
        assert found
        asked = {"headers": {"Authorization": f"token {found[2]}"}, "timeout": 60}
        kernel = requests.post(f"http{found[1]}api/kernels", json={"name": "python3"}, **asked).json()["id"]
        with connect(f"ws{found[1]}api/kernels/{kernel}/channels?token={found[2]}", max_size=None) as websocket:
            websocket.send(json.dumps(HANGING))
            while '"text": "hangs' not in str(websocket.recv(timeout=60)):
                pass


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Lab]]:
    """Opens the course; what is still open in the end is ended."""
    opened: list[Lab] = []

    def start(*words: str, browser: bool = False) -> Lab:
        opened.append(Lab(tmp_path, *words, *([] if browser else ["--no-browser"])))
        return opened[-1]

    yield start
    for lab in opened:
        if lab.process.poll() is None:
            lab.process.terminate()
        lab.process.communicate(timeout=60)


OPEN = IS_OPEN.partition("{}")[0]


def without_root(said: str) -> list[str]:
    """The lines, but for the one that root alone is told, and without addresses."""
    lines = [line for line in said.splitlines() if line and not line.startswith("You are root")]
    return [re.sub(r"(http|/).*", "", line) for line in lines]


def test_ctrl_c_twice_in_the_middle_of_a_cell_ends_without_a_traceback(start: Callable[..., Lab]) -> None:
    lab = start("--ServerApp.port=0")
    lab.read_until(HOW_TO_END.partition("{}")[0])
    lab.run_a_cell_that_hangs()
    lab.ctrl_c()
    lab.read_until(ONCE_MORE.strip())
    lab.ctrl_c()
    code, said = lab.end()
    how = HOW_TO_END.removesuffix("{}")
    assert (code, without_root(said)) == (0, [OPEN, how, ONCE_MORE.strip(), ENDING.strip()])


def test_a_second_start_leads_to_the_first(start: Callable[..., Lab]) -> None:
    first = start("--ServerApp.port=0")
    address = first.read_until(OPEN).removeprefix(OPEN).strip()
    first.read_until(HOW_TO_END.partition("{}")[0])
    code, said = start().end()
    assert code == 0
    assert said.startswith("The course is open already, in another window: ")
    assert address.partition("?")[2] in said


def test_a_taken_port_is_told(start: Callable[..., Lab]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        lab = start("--port", str(port))
        lab.read_until(OPEN)
    assert re.search(rf"^Port {port} is taken by another program, so the course has port \d+\.$", lab.said, re.M)


def test_no_browser_is_no_obstacle(start: Callable[..., Lab]) -> None:
    lab = start("--ServerApp.port=0", "--ServerApp.browser=nowhere", browser=True)
    lab.read_until(HOW_TO_END.partition("{}")[0])
    assert OPEN in lab.said


def test_what_jupyterlab_said_is_shown_where_it_does_not_start(start: Callable[..., Lab]) -> None:
    code, said = start("--ServerApp.port=1", "--ServerApp.port_retries=0", "--ServerApp.ip=192.0.2.1").end()
    assert code != 0
    assert DID_NOT_START in said
