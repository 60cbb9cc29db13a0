"""`tap` in a terminal: real programs, real signals."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
from waiting import wait_until

from wirelab import Server, launch
from wirelab.launching import ports
from wirelab.paths import COURSE

pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX's")
pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and pseudo-terminals are POSIX's")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")


@pytest.fixture(name="server")
def running_server() -> Server:
    return launch(Hello, port=0)


@contextlib.contextmanager
def tapping(*words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """The command; its process is killed in the end."""
    command = [sys.executable, "-m", "wirelab", "tap", *words]
    env = {**os.environ, "PYTHONUNBUFFERED": "1", **environment}
    pipes: Any = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=COURSE, env=env, **pipes) as ran:
        try:
            yield ran
        finally:
            ran.kill()


def address_told(ran: subprocess.Popen[str]) -> str:
    assert ran.stdout
    words = ran.stdout.readline().split()
    assert words[:1] == ["Use"] and words[-3:] == ["Ctrl+C", "ends", "it."]
    return words[1]


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_it_shows_what_crosses_and_keeps_it(server: Server, tmp_path: Path, ending: signal.Signals) -> None:
    file = tmp_path / "talk.har"
    with tapping(str(server.port), "--save", str(file)) as ran:
        url = address_told(ran)
        assert requests.get(url + "/seats", timeout=5).text == "hello"
        ran.send_signal(ending)
        said, complaints = ran.communicate(timeout=20)
    assert (ran.returncode, complaints) == (0, "")
    shown = said.splitlines()
    assert [line.split("  ")[1].strip() for line in shown if line.startswith("[")] == [
        "GET /seats HTTP/1.1", "HTTP/1.0 200 OK",
    ]  # fmt: skip
    assert shown[0] == "connection 1" and "    hello" in shown
    assert shown[-1] == f"The tap is closed. What crossed is in {file}."
    [entry] = json.loads(file.read_text())["log"]["entries"]
    assert entry["request"]["url"] == url + "/seats"


def test_it_listens_where_it_is_told_to(server: Server) -> None:
    with ports.bind(0) as listener:
        free = listener.getsockname()[1]
    with tapping(server.url, "--port", str(free)) as ran:
        assert address_told(ran) == f"http://127.0.0.1:{free}"


def test_the_messages_come_while_it_runs(server: Server) -> None:
    with tapping(f"127.0.0.1:{server.port}", "--raw") as ran:
        requests.get(address_told(ran), timeout=5)
        assert ran.stdout
        assert ran.stdout.readline() == "connection 1\n"
        assert ran.stdout.readline().startswith("[0] client → server  GET / HTTP/1.1")
        while ran.stdout.readline() != "    GET / HTTP/1.1\\r\\n\n":
            pass


@pytest.mark.parametrize(
    ("words", "advice"),
    [
        (["nothing"], "wire() needs a server that runs, and 'nothing' is none"),
        (["https://127.0.0.1:8001"], "what is encrypted cannot be read on the way"),
        (["8001", "--save", "talk.pdf"], "give a name that ends in .har or in .txt"),
        (["8001", "--save", "no such folder/talk.har"], "choose a folder that exists"),
        (["8001", "--port", "99999"], "port 99999 cannot be had"),
    ],
)
def test_what_cannot_be_done_is_told_before_it_begins(words: list[str], advice: str) -> None:
    with tapping(*words) as ran:
        said, complaint = ran.communicate(timeout=20)
    assert (ran.returncode, said) == (1, "")
    assert advice in complaint and "Traceback" not in complaint


def test_a_port_that_is_taken_is_told(server: Server) -> None:
    with tapping("8001", "--port", str(server.port)) as ran:
        _, complaint = ran.communicate(timeout=20)
    assert complaint == f"port {server.port} is taken: choose another\n"


def test_a_relative_name_means_the_folder_in_which_the_course_was_called(server: Server, tmp_path: Path) -> None:
    with tapping(str(server.port), "--save", "talk.txt", WIRELAB_CALLED_FROM=str(tmp_path)) as ran:
        requests.get(address_told(ran), timeout=5)
        ran.send_signal(signal.SIGINT)
        ran.communicate(timeout=20)
    assert "GET / HTTP/1.1" in (tmp_path / "talk.txt").read_text()


def test_nothing_breaks_where_the_reader_has_gone(server: Server, tmp_path: Path) -> None:
    with tapping(str(server.port), "--save", str(tmp_path / "talk.har")) as ran:
        url = address_told(ran)
        assert ran.stdout and ran.stderr
        ran.stdout.close()
        requests.get(url, timeout=5)
        assert (ran.wait(20), ran.stderr.read()) == (0, "")
    assert (tmp_path / "talk.har").exists()


@pytest.mark.parametrize(("environment", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_colours(server: Server, environment: dict[str, str], is_coloured: bool) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "wirelab", "tap", str(server.port)]
    env = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | environment
    seen = b""
    with subprocess.Popen(command, stdout=theirs, cwd=COURSE, env=env) as ran:
        os.close(theirs)
        while b"ends it." not in seen:
            seen += os.read(ours, 1000)
        requests.get(seen.split()[1].decode(), timeout=5)
        while b"hello" not in seen:
            seen += os.read(ours, 1000)
        ran.send_signal(signal.SIGINT)
        wait_until(lambda: ran.poll() is not None)
    os.close(ours)
    assert (b"\x1b[36m" in seen) is is_coloured
