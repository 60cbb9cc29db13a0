"""The echo client: it sends what is typed, shows what comes, and ends well however it ends."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue

import pytest
from websockets.asyncio.server import ServerConnection

from wirelab import Server, launch

POSIX = pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are POSIX's")
READY = "Connected to {}. Type a line and press Enter; Ctrl+C ends."

# Gives the client the terminal at its standard input, as a shell does, so that keys reach it as signals.
IN_A_TERMINAL = """
import fcntl, os, signal, sys, termios
signal.signal(signal.SIGINT, signal.SIG_DFL)
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def client_of(server: Server) -> list[str]:
    return ["-m", "servers.echo_client", "--port", str(server.port)]


def pipe(lines: str | bytes, server: Server) -> tuple[int, list[str], str]:
    """`printf LINES | python -m servers.echo_client`: its exit code, its lines, its errors."""
    typed = lines.encode() if isinstance(lines, str) else lines
    ran = subprocess.run(
        [sys.executable, *client_of(server)],
        input=typed,
        capture_output=True,
        timeout=30,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    return ran.returncode, ran.stdout.decode().splitlines(), ran.stderr.decode()


class Keyboard:
    """A client that waits at a keyboard, and the keys to press."""

    def __init__(self, process: subprocess.Popen[str], keys: int) -> None:
        assert process.stdout
        self.process, self._screen, self._keys = process, process.stdout, keys

    def press(self, keys: bytes) -> None:
        os.write(self._keys, keys)

    def shows(self) -> str:
        """The next line on the screen, as soon as it is there."""
        return self._screen.readline().rstrip("\n")

    def end(self) -> tuple[int, str]:
        """The exit code, and the last lines on the screen."""
        rest = self._screen.read()
        return self.process.wait(10), rest


@contextmanager
def sit_down_at(server: Server) -> Iterator[Keyboard]:
    """Start the client in a terminal of its own. It is ended after 30 seconds, so that no test waits for ever."""
    import pty

    keys, terminal = pty.openpty()
    command = [sys.executable, "-c", IN_A_TERMINAL, *client_of(server)]
    try:
        with subprocess.Popen(
            command,
            stdin=terminal,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            limit = threading.Timer(30, process.kill)
            limit.start()
            try:
                yield Keyboard(process, keys)
            finally:
                limit.cancel()
                process.kill()
    finally:
        os.close(keys)
        os.close(terminal)


# Lines from a pipe --------------------------------------------------------------------------------------


def test_piped_lines_are_answered_in_order_and_the_end_is_an_end(echo: Server) -> None:
    code, said, errors = pipe("to be\nor not\nto be\n", echo)
    assert said == [READY.format(echo.url), *(f"From server: '{line}'" for line in ("to be", "or not", "to be"))]
    assert (code, errors) == (0, "")


def test_a_hundred_lines_are_answered_in_order(echo: Server) -> None:
    said = pipe("".join(f"{number}\n" for number in range(100)), echo)[1]
    assert said[1:] == [f"From server: '{number}'" for number in range(100)]


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("", []),
        ("no end of line", ["'no end of line'"]),
        ("\n", ["''"]),
        ("windows\r\n", ["'windows'"]),
        ("Zoë 😀\n", ["'Zoë 😀'"]),
        (b"\xff\n", ["'\ufffd'"]),
    ],
)
def test_whatever_is_typed_comes_back(echo: Server, typed: str | bytes, shown: list[str]) -> None:
    code, said, errors = pipe(typed, echo)
    assert (code, said[1:], errors) == (0, [f"From server: {line}" for line in shown], "")


def test_a_server_that_never_answers_keeps_no_line_back() -> None:
    async def listen(websocket: ServerConnection) -> None:
        async for message in websocket:
            print(message)

    server = launch(listen, port=0)
    assert pipe("one\ntwo\n", server)[0] == 0
    assert list(server.log.wait(3))[1:] == ["one", "two"]


def test_another_server_can_be_named_by_its_url(echo: Server) -> None:
    command = [sys.executable, "-m", "servers.echo_client", "--url", echo.url + "/chat"]
    ran = subprocess.run(command, input="hello\n", capture_output=True, text=True, timeout=30, check=True)
    assert ran.stdout.splitlines() == [READY.format(echo.url + "/chat"), "From server: 'hello'"]


# The server leaves, or is not there ---------------------------------------------------------------------


@POSIX
def test_it_ends_and_says_so_when_the_server_leaves(echo: Server) -> None:
    with sit_down_at(echo) as client:
        assert client.shows() == READY.format(echo.url)
        echo.stop()
        assert client.end() == (0, "The server has left.\n")


def test_a_server_that_leaves_with_its_answer_has_left() -> None:
    async def answer_and_leave(websocket: ServerConnection) -> None:
        await websocket.recv()
        websocket.transport.write(b"\x81\x03bye" + b"\x88\x02\x03\xe8")  # a text frame, a closing frame
        await websocket.wait_closed()

    code, said, errors = pipe("hello\nstill there?\n", launch(answer_and_leave, port=0))
    assert (code, said[1:], errors) == (0, ["From server: 'bye'", "The server has left."], "")


def test_lines_that_nobody_takes_any_more_are_no_error() -> None:
    async def leave(websocket: ServerConnection) -> None:
        await websocket.recv()

    code, said, errors = pipe("hello\n" * 500_000, launch(leave, port=0))
    assert (code, said[1:], errors) == (0, ["The server has left."], "")


@pytest.mark.parametrize("typed", ["", "hello\n" * 2_000_000], ids=["", "a flood"])
def test_where_nobody_listens_one_sentence_says_what_to_do(typed: str) -> None:
    with socket.socket() as silent:  # its port is taken, but nobody listens there
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        command = [sys.executable, "-m", "servers.echo_client", "--port", str(port)]
        ran = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=30, check=False)
    advice = f"Nobody listens at ws://127.0.0.1:{port}. Start the server: python -m servers.echo_server\n"
    assert (ran.returncode, ran.stdout, ran.stderr) == (1, "", advice)


# At the keyboard ----------------------------------------------------------------------------------------

INTERRUPTED = "Ctrl+C received, the server was told\n"


@POSIX
def test_a_line_is_sent_when_enter_is_pressed(echo: Server) -> None:
    with sit_down_at(echo) as client:
        client.shows()
        client.press(b"hello\n")
        assert client.shows() == "From server: 'hello'"


@POSIX
@pytest.mark.parametrize(
    ("half", "key", "last_line"),
    [(b"", b"\x04", ""), (b"", b"\x03", INTERRUPTED), (b"half a li", b"\x03", INTERRUPTED)],
    ids=["D", "C", "C in the middle of a line"],
)
def test_ctrl_d_and_ctrl_c_end_it_without_a_traceback(
    echo: Server, half: bytes, key: bytes, last_line: str
) -> None:
    with sit_down_at(echo) as client:
        client.shows()
        client.press(b"hello\n" + half)
        assert client.shows() == "From server: 'hello'"
        client.press(key)
        assert client.end() == (0, last_line)


@POSIX
def test_ctrl_c_tells_the_server() -> None:
    async def stay(websocket: ServerConnection) -> None:
        await websocket.wait_closed()
        said.put(websocket.close_code)

    said: Queue[int | None] = Queue()
    with sit_down_at(launch(stay, port=0)) as client:
        client.shows()
        client.press(b"\x03")
        client.end()
        assert said.get(timeout=10) == 1000  # RFC 6455 §7.4.1: and not 1006, a connection that just broke off


@POSIX
def test_what_the_server_says_is_shown_while_nobody_types() -> None:
    async def speak_twice(websocket: ServerConnection) -> None:
        await websocket.send("one")
        await websocket.send("two")
        await asyncio.Future()

    with sit_down_at(launch(speak_twice, port=0)) as client:
        client.shows()
        assert [client.shows(), client.shows()] == ["From server: 'one'", "From server: 'two'"]
