"""A class board in a process of its own, and learners and pages that talk to it by hand."""

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.client import ClientConnection, connect

COURSE = Path(__file__).parents[1]
TOO_LONG = 20  # seconds; nothing here takes as long, unless it never comes


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a learner or an instructor whose own folders are below `folder`."""
    without = ("CI", "PYTEST_VERSION", "WIRELAB_PORTS", "PYTEST_CURRENT_TEST", "NBGRADER_EXECUTION")
    kept = {name: value for name, value in os.environ.items() if name not in without}
    own = {
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "WIRELAB_BOARD_FOLDER": str(folder / "boards"),
        "WIRELAB_PROGRESS": "",
        "JPY_SESSION_NAME": str(folder / "12-web-server.ipynb"),
        "PYTHONPATH": os.pathsep.join([str(COURSE), *filter(None, [os.environ.get("PYTHONPATH", "")])]),
    }
    return {**kept, **own}


class BoardProcess:
    """`start.py board` with its files below `folder`. Started again, it has the same port."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.folder, self.words, self.port = folder, words, free_port()
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "wirelab", "board", "--no-browser", "--port", str(self.port), *self.words]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=surroundings(self.folder), stdout=pipe, stderr=pipe, text=True
        )
        assert self.process.stdout
        said = []
        for line in self.process.stdout:
            said.append(line)
            if line.startswith("Ctrl+C ends it"):
                break
        else:
            raise AssertionError(self.process.communicate())
        self.said = "".join(said)
        self.instructor, self.room = re.findall(r"http://127\S+/", self.said)[:2]
        self.code = re.findall(r'join\("(\w+)"', self.said)[0]
        self.address = f"http://127.0.0.1:{self.port}/"

    @property
    def database(self) -> Path:
        return self.folder / "boards" / f"board-{self.port}.sqlite"

    def kill(self) -> None:
        """End it in the middle of whatever it does."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()

    def end(self, number: int = signal.SIGTERM) -> str:
        """End it as its user does, and give what it said then."""
        self.process.send_signal(number)
        said, failed = self.process.communicate(timeout=TOO_LONG)
        assert failed == ""
        return said


@contextmanager
def running(folder: Path, *words: str) -> Iterator[BoardProcess]:
    board = BoardProcess(folder, *words)
    try:
        yield board
    finally:
        board.kill()


@contextmanager
def socket_of(address: str, path: str, **options: Any) -> Iterator[ClientConnection]:
    with connect(f"{address.replace('http', 'ws', 1)}{path}", compression=None, **options) as connection:
        yield connection


def told(connection: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(connection.recv(timeout=TOO_LONG)))


def until(connection: ClientConnection, true: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The first message of which this is true."""
    while not true(message := told(connection)):
        pass
    return message


@contextmanager
def watching(address: str) -> Iterator[ClientConnection]:
    """A page that looks on: the instructor's or the room's."""
    with socket_of(address, "watch") as connection:
        yield connection


def new_token() -> str:
    return secrets.token_urlsafe(32)


class Learner:
    """A notebook, message by message."""

    def __init__(self, connection: ClientConnection, welcome: dict[str, Any]) -> None:
        self.connection, self.welcome, self.n = connection, welcome, int(welcome.get("known", 0))

    def say(self, kind: str, **words: Any) -> dict[str, Any]:
        """Send one message, and give the answer."""
        self.n += 1
        self.connection.send(json.dumps({"type": kind, "n": self.n, **words}))
        return told(self.connection)

    def check(self, exercise: str = "12.1", verdict: str = "not right yet", **words: Any) -> dict[str, Any]:
        """Tell of a check."""
        result = {"earned": 0.5, "points": 2, "tries": 1, "missed": "answers 200 OK", **words}
        return self.say("result", exercise=exercise, verdict=verdict, **result)


@contextmanager
def learner(
    board: BoardProcess, token: str = "", nickname: str = "", *, code: str = "", notebook: str = "notebook-1"
) -> Iterator[Learner]:
    words = {"code": code or board.code, "token": token or new_token(), "notebook": notebook, "nickname": nickname}
    with socket_of(board.address, "join") as connection:
        connection.send(json.dumps({"type": "join", **words}))
        yield Learner(connection, told(connection))
