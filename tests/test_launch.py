"""launch() is unbreakable: each promise, and the fault it stands against."""

import asyncio
import contextlib
import functools
import gc
import os
import signal
import socket
import socketserver
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import websocket as websocket_client
from flask import Flask
from flask_restful import Api, Resource, abort
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from wirelab import Server, launch, servers, stop_all
from wirelab.errors import LaunchError, NeverReady, NotAServer, ServerDied
from wirelab.kernel import Kernel

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors are POSIX's")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"hello {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def make_app() -> Flask:
    app = Flask("shows")
    app.add_url_rule("/", view_func=lambda: "hello from Flask")
    return app


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


MODULE = """
    import argparse
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    PORT = 8001
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")
    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--port", type=int, default=PORT)
        with ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Hello) as server:
            print("listening")
            server.serve_forever()
    if __name__ == "__main__":
        main()
"""


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Writes a module into a folder that both this process and its children import from."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def write(source: str) -> str:
        name = f"made_{len(list(tmp_path.iterdir()))}_{os.getpid()}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return name

    return write


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of another program, which answers nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


def get(server: Server, path: str = "/") -> str:
    return requests.get(server.url + path, timeout=5).text


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def wait_until(true: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        time.sleep(0.02)
    return true()


# What can be launched -------------------------------------------------------------------------------


def test_a_handler_class_answers() -> None:
    assert get(launch(Hello, port=0), "/x") == "hello /x"


def test_a_flask_app_answers() -> None:
    assert get(launch(make_app(), port=0)) == "hello from Flask"


def test_a_websocket_handler_answers() -> None:
    with connect(launch(echo, port=0).url) as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=5) == "hello"


def test_a_function_that_creates_a_server_is_launched() -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        return HTTPServer((host, port), Hello)

    assert get(launch(create_server, port=0), "/y") == "hello /y"


def test_a_function_with_its_state_filled_in_is_launched() -> None:
    def create_server(host: str, port: int, *, handler: type[BaseHTTPRequestHandler]) -> HTTPServer:
        return HTTPServer((host, port), handler)

    assert get(launch(functools.partial(create_server, handler=Hello), port=0), "/z") == "hello /z"


def test_a_handler_class_may_have_arguments_filled_in() -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        return HTTPServer((host, port), functools.partial(SimpleHTTPRequestHandler, directory="nowhere"))

    server = launch(create_server, port=0)
    assert requests.get(server.url, timeout=5).status_code == 404
    assert list(server.log.wait(1)) == ["GET / HTTP/1.1 → 404"]


def test_a_module_answers_from_its_own_process(module: Callable[[str], str]) -> None:
    server = launch(module(MODULE), port=0)
    assert get(server) == "hello"
    assert list(server.log.wait(1)) == ["listening"]


def test_a_websocket_module_has_a_ws_url(module: Callable[[str], str]) -> None:
    name = module('SCHEME = "ws"\n' + textwrap.dedent(MODULE))
    assert launch(name, port=0).url.startswith("ws://127.0.0.1:")


def test_every_server_listens_on_loopback_alone(module: Callable[[str], str]) -> None:
    for server in (launch(Hello, port=0), launch(make_app(), port=0), launch(echo, port=0)):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            assert client.getpeername()[0] == "127.0.0.1"
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", server.port), timeout=1):
            pass


async def two_arguments(websocket: ServerConnection, uri: str) -> None: ...


def plain(websocket: ServerConnection) -> None: ...


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        (two_arguments, r"write async def two_arguments\(websocket\)"),
        (plain, r"async def plain\(websocket\)"),
        (Hello.__mro__[1], None),
        (int, r"class int\(BaseHTTPRequestHandler\)"),
        (socketserver, r"launch\('socketserver'\)"),
        (8001, "8001 is nothing to launch"),
        ("servers/web_server.py", "dotted name"),
        ("no.such.module", "there is no module 'no.such.module'"),
    ],
)
def test_what_is_no_server_gets_advice(target: Any, advice: str | None) -> None:
    if advice is None:
        assert launch(target, port=0).running
        return
    with pytest.raises(NotAServer, match=advice):
        launch(target)


def test_a_called_handler_gets_advice() -> None:
    with pytest.raises(NotAServer, match=r"launch\(echo\)"):
        launch(echo(None))  # type: ignore[arg-type]


def test_a_server_is_not_launched_again() -> None:
    with pytest.raises(NotAServer, match="is a server already"):
        launch(launch(Hello, port=0))


@pytest.mark.parametrize("port", [-1, 65536, "8001", 80.5, True])
def test_a_port_that_is_none_is_refused(port: Any) -> None:
    with pytest.raises(LaunchError, match="from 0 .* to 65535"):
        launch(Hello, port=port)


def test_an_option_for_the_wrong_kind_of_server_is_refused() -> None:
    with pytest.raises(NotAServer, match="max_size"):
        launch(Hello, max_size=1)


def test_a_websocket_server_sends_small_messages_at_once() -> None:
    async def delay(websocket: ServerConnection) -> None:
        peer = websocket.transport.get_extra_info("socket")
        await websocket.send(str(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0))

    with connect(launch(delay, port=0).url) as websocket:
        assert websocket.recv(timeout=5) == "True"


def test_a_websocket_servers_options_reach_it() -> None:
    with connect(launch(echo, port=0, max_size=5).url) as websocket:
        websocket.send("too long for it")
        with pytest.raises(ConnectionClosedError, match="1009"):
            websocket.recv(timeout=5)


# Again, and again ------------------------------------------------------------------------------------


def open_descriptors() -> int:
    return psutil.Process().num_fds()


@POSIX
@pytest.mark.parametrize("target", [Hello, make_app(), echo], ids=["http", "flask", "websocket"])
def test_a_hundred_launches_leave_no_more_than_one(target: Any) -> None:
    first = launch(target, port=0)

    def use_and_replace() -> None:
        server = launch(target, port=0)
        assert server.port == first.port
        if server.scheme == "ws":  # a client that stays: the next launch has to end its connection
            held.append(websocket_client.create_connection(server.url, timeout=5))
            held[-1].send("x")
            assert held[-1].recv() == "x"
        else:
            held.append(requests.Session())
            assert held[-1].get(server.url, timeout=5).ok

    held: list[Any] = []
    for _ in range(5):
        use_and_replace()
    [client.close() for client in held]
    gc.collect()
    before = threading.active_count(), open_descriptors()
    for _ in range(100):
        held.clear()
        use_and_replace()
        held[0].close()
    gc.collect()
    assert wait_until(lambda: threading.active_count() <= before[0])
    assert wait_until(lambda: open_descriptors() <= before[1])
    assert len(servers()) == 1


def test_a_hundred_launches_need_no_more_memory() -> None:
    def resident() -> int:
        return int(psutil.Process().memory_info().rss)

    for _ in range(20):
        get(launch(Hello, port=0))
    gc.collect()
    before = resident()
    for _ in range(100):
        get(launch(Hello, port=0))
    gc.collect()
    assert resident() - before < 2_000_000  # bytes


def test_a_module_launched_ten_times_runs_once(module: Callable[[str], str]) -> None:
    name = module(MODULE)
    ports = {launch(name, port=0).port for _ in range(10)}
    assert len(ports) == 1
    assert len(children_of(os.getpid())) == 1


def children_of(pid: int) -> list[int]:
    """The server processes that a process has started."""
    found = []
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has ended in the meantime
            found += [child.pid] if any("child.py" in word for word in child.cmdline()) else []
    return found


def test_launching_replaces_the_code(module: Callable[[str], str]) -> None:
    def handler(answer: str) -> type[BaseHTTPRequestHandler]:
        def do_GET(self: BaseHTTPRequestHandler) -> None:
            self.wfile.write(f"HTTP/1.0 200 OK\r\n\r\n{answer}".encode())

        return type("Answer", (BaseHTTPRequestHandler,), {"do_GET": do_GET})

    before = launch(handler("old"), port=0)
    after = launch(handler("new"), port=0)
    assert (before.running, after.running, get(after)) == (False, True, "new")


def test_two_names_are_two_servers() -> None:
    one, two = launch(Hello, port=0, name="one"), launch(Hello, port=0, name="two")
    assert servers() == [one, two]
    assert get(one) == get(two)


# Ports -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", [Hello, make_app(), echo], ids=["http", "flask", "websocket"])
def test_a_strangers_port_is_left_alone(target: Any, stranger: int) -> None:
    server = launch(target, port=stranger)
    assert server.port != stranger
    assert f"Port {stranger} belongs to another program" in repr(server)


def test_a_strangers_port_is_left_alone_by_a_module(module: Callable[[str], str], stranger: int) -> None:
    server = launch(module(MODULE), port=stranger)
    assert (get(server), server.port == stranger) == ("hello", False)
    assert f"Port {stranger} belongs to another program" in repr(server)


def test_port_0_means_any_that_is_free() -> None:
    assert launch(Hello, port=0).port >= 1024


def test_the_next_port_in_steps_of_ten_is_taken_instead() -> None:
    one = launch(Hello, port=0, name="one")
    assert launch(Hello, port=one.port, name="two").port in range(one.port + 10, one.port + 50, 10)


def test_a_port_of_the_same_notebook_is_named() -> None:
    one = launch(Hello, port=0, name="one")
    two = launch(Hello, port=one.port, name="two")
    assert two.port != one.port
    assert f"Port {one.port} belongs to one" in repr(two)


def test_once_moved_a_server_stays_where_it_is(stranger: int) -> None:
    assert launch(Hello, port=stranger).port == launch(Hello, port=stranger).port


def test_a_new_port_is_taken_when_asked_for() -> None:
    first = launch(Hello, port=0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert launch(Hello, port=port).port == port
    assert is_free(first.port)


def test_on_a_hub_the_port_is_always_a_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    with socket.create_server(("127.0.0.1", 0)) as other:
        wanted = other.getsockname()[1]
    server = launch(Hello, port=wanted)
    assert server.port != wanted
    assert server.note == ""


def test_an_old_server_that_still_closes_connections_does_not_block_the_port() -> None:
    server = launch(Hello, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.recv(100)
        assert launch(Hello, port=0).port == server.port


# Ready when it returns ---------------------------------------------------------------------------------


def test_a_module_that_fails_at_import_says_why(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="(?s)ended with exit code 1 before it listened.*No module named 'flaks'"):
        launch(module("import flaks"), port=0)
    assert servers() == []


def test_a_module_with_a_wrong_line_says_which(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="(?s)def main:.*SyntaxError"):
        launch(module("def main:\n    pass"), port=0)


def test_a_module_that_ends_at_once_is_told_from_one_that_serves(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="exit code 0 before it listened; it wrote nothing"):
        launch(module("pass"), port=0)


def test_a_module_that_never_listens_is_ended(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirelab.processes.READY_WITHIN", 1.0)
    with pytest.raises(NeverReady, match="(?s)does not listen on port .*still thinking"):
        launch(module("import time; print('still thinking'); time.sleep(60)"), port=0)
    assert children_of(os.getpid()) == []


def test_a_module_that_listens_elsewhere_is_not_taken_for_ready(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirelab.processes.READY_WITHIN", 1.0)
    name = module("import socket, time; s = socket.create_server(('127.0.0.1', 0)); time.sleep(60)")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with pytest.raises(NeverReady):
        launch(name, port=port)


@POSIX
@pytest.mark.parametrize("host", ["127.0.0.1", "", "localhost"])
def test_a_modules_port_is_held_for_it_until_it_listens(module: Callable[[str], str], host: str) -> None:
    slow = textwrap.dedent(MODULE).replace('"127.0.0.1"', repr(host)) + "\nraise SystemExit"
    name = module("import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)\n" + slow)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    launched: list[Server] = []
    thread = threading.Thread(target=lambda: launched.append(launch(name, port=port)))
    thread.start()
    assert wait_until(lambda: not is_free(port))
    Path("go").touch()
    thread.join()
    assert (launched[0].port, get(launched[0])) == (port, "hello")


@POSIX
def test_a_modules_port_is_free_once_its_socket_is_closed(module: Callable[[str], str]) -> None:
    closes = textwrap.dedent(MODULE).replace("server.serve_forever()", "server.handle_request()")
    server = launch(module(closes + "\nimport time; time.sleep(60)"), port=0)
    assert get(server) == "hello"
    assert wait_until(lambda: is_free(server.port))
    assert server.running


@POSIX
def test_a_module_that_died_later_says_so(module: Callable[[str], str]) -> None:
    server = launch(module(MODULE), port=0)
    os.kill(children_of(os.getpid())[0], signal.SIGKILL)
    assert wait_until(lambda: not server.running)
    assert "was ended by signal 9" in repr(server)


# Quiet -------------------------------------------------------------------------------------------------


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    class Noisy(Hello):
        def do_GET(self) -> None:
            print("to stdout")
            print("to stderr", file=sys.stderr)
            super().do_GET()

    server = launch(Noisy, port=0)
    get(server)
    assert list(server.log.wait(3)) == ["to stdout", "to stderr", "GET / HTTP/1.1 → 200"]
    assert capfd.readouterr() == ("", "")


def test_what_a_cell_prints_is_still_printed(capsys: pytest.CaptureFixture[str]) -> None:
    get(launch(Hello, port=0))
    print("from the cell")
    assert capsys.readouterr().out == "from the cell\n"


def test_an_exception_in_a_handler_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise KeyError("name")

    server = launch(Broken, port=0)
    with pytest.raises(requests.ConnectionError):
        get(server)
    server.log.wait(2)
    assert "KeyError: 'name'\n  do_GET, line " in repr(server)
    assert 'raise KeyError("name")' in repr(server)
    assert capfd.readouterr() == ("", "")


def test_an_exception_in_a_view_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    app = Flask("broken")
    app.add_url_rule("/", view_func=lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    server = launch(app, port=0)
    assert requests.get(server.url, timeout=5).status_code == 500
    assert "ZeroDivisionError: division by zero\n" in repr(server)
    assert capfd.readouterr() == ("", "")


def test_an_answer_by_abort_is_no_exception() -> None:
    class Nothing(Resource):  # type: ignore[misc]
        def get(self) -> None:
            abort(404, message="nothing here")

    app = Flask("nothing")
    Api(app).add_resource(Nothing, "/")
    server = launch(app, port=0)
    assert requests.get(server.url, timeout=5).status_code == 404
    assert not server.failures


def test_an_exception_in_a_websocket_handler_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(websocket: ServerConnection) -> None:
        raise ValueError("no such seat")

    server = launch(broken, port=0)
    with connect(server.url) as websocket, pytest.raises(ConnectionClosedError, match="1011"):
        websocket.recv(timeout=5)
    server.log.wait(3)
    assert "ValueError: no such seat\n  broken, line " in repr(server)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_an_exception_before_the_handshake_is_advice(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    def plain(websocket: ServerConnection, request: object) -> None:
        raise ValueError("no such show")

    async def awaited(websocket: ServerConnection, request: object) -> None:
        plain(websocket, request)

    server = launch(echo, port=0, process_request=plain if kind == "plain" else awaited)
    with pytest.raises(InvalidStatus, match="500"), connect(server.url):
        pass
    assert "ValueError: no such show\n  plain, line " in repr(server)
    assert capfd.readouterr() == ("", "")


def test_a_failing_task_of_a_websocket_handler_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    async def careless(websocket: ServerConnection) -> None:
        async def fails() -> None:
            raise ValueError("in the background")

        task = asyncio.create_task(fails())
        await asyncio.wait([task])

    server = launch(careless, port=0)
    with connect(server.url) as websocket, pytest.raises(ConnectionClosedOK):
        websocket.recv(timeout=5)
    assert wait_until(lambda: bool(gc.collect() or server.failures))
    assert "ValueError: in the background" in repr(server)
    assert capfd.readouterr() == ("", "")


def test_a_client_that_leaves_is_no_fault_of_the_handler() -> None:
    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            gone.wait(5)
            for _ in range(100):
                self.wfile.write(b"x" * 1_000_000)

    gone, server = threading.Event(), launch(Slow, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
    gone.set()
    server.log.wait(1)
    assert not server.failures


def test_a_plain_request_to_a_websocket_server_is_one_line_in_its_log() -> None:
    server = launch(echo, port=0)
    assert requests.get(server.url.replace("ws:", "http:"), timeout=5).status_code == 426
    assert server.log.wait(1)[0] == "connection rejected (426 Upgrade Required)"


def test_a_log_of_100_megabytes_neither_blocks_nor_grows(module: Callable[[str], str]) -> None:
    flood = "for _ in range(1000):\n    print('x' * 100_000)\nprint('done')\n"
    name = module(textwrap.dedent(MODULE).replace('print("listening")', flood.replace("\n", "\n        ")))
    server = launch(name, port=0)
    assert wait_until(lambda: server.log.total >= 1001, 60)
    assert server.log[-1] == "done"
    assert sum(map(len, server.log)) < 5_000_000


def test_a_line_without_an_end_neither_blocks_nor_grows(module: Callable[[str], str]) -> None:
    flood = "import sys\nfor _ in range(1000):\n    sys.stdout.write('x' * 100_000)\n"
    server = launch(module(textwrap.dedent(flood) + textwrap.dedent(MODULE)), port=0)
    assert get(server) == "hello"
    assert sum(map(len, server.log)) < 5_000_000


# The end -----------------------------------------------------------------------------------------------


def forever_in_python(self: BaseHTTPRequestHandler) -> None:
    while True:
        pass


def forever_asleep(self: BaseHTTPRequestHandler) -> None:
    threading.Event().wait(1000)


def forever_waiting_for_the_client(self: BaseHTTPRequestHandler) -> None:
    self.rfile.read()


@pytest.mark.parametrize("never_return", [forever_in_python, forever_asleep, forever_waiting_for_the_client])
@pytest.mark.parametrize("threading_server", [True, False], ids=["threads", "one thread"])
def test_a_handler_that_never_returns_is_stopped(
    never_return: Callable[[BaseHTTPRequestHandler], None], threading_server: bool
) -> None:
    handler = type("Stuck", (BaseHTTPRequestHandler,), {"do_GET": never_return})
    create = functools.partial(lambda host, port: HTTPServer((host, port), handler))
    server = launch(handler if threading_server else create, port=0, name="stuck")
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        time.sleep(0.2)  # nothing outside the handler can tell that it has begun
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopper.join(10)
        assert not stopper.is_alive()
    assert is_free(server.port)


def test_an_endless_loop_does_not_burn_on_after_the_stop() -> None:
    handler = type("Stuck", (BaseHTTPRequestHandler,), {"do_GET": forever_in_python})
    before, server = set(threading.enumerate()), launch(handler, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert wait_until(lambda: len(set(threading.enumerate()) - before) == 2)
        server.stop()
    assert wait_until(lambda: not set(threading.enumerate()) - before)


async def ignores_its_connection(websocket: ServerConnection) -> None:
    await asyncio.Future()


async def blocks_its_loop(websocket: ServerConnection) -> None:
    time.sleep(1000)


async def swallows_the_end(websocket: ServerConnection) -> None:
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            continue


@pytest.mark.parametrize("handler", [ignores_its_connection, blocks_its_loop, swallows_the_end])
def test_a_websocket_handler_that_never_returns_is_stopped(handler: Any) -> None:
    server = launch(handler, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(HANDSHAKE)
        assert client.recv(12) == b"HTTP/1.1 101"
        time.sleep(0.1)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopper.join(15)
        assert not stopper.is_alive()
    assert is_free(server.port)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


def test_stopping_frees_the_port_for_anybody() -> None:
    for target in (Hello, make_app(), echo):
        server = launch(target, port=0)
        server.stop()
        assert is_free(server.port)
        assert repr(server) == f"{server.name} is stopped"


def test_leaving_the_with_block_stops_the_server() -> None:
    with launch(Hello, port=0) as server:
        assert server.running
    assert not server.running
    assert servers() == []


def test_stop_all_stops_all(module: Callable[[str], str]) -> None:
    started = [launch(Hello, port=0), launch(echo, port=0), launch(module(MODULE), port=0)]
    stop_all()
    assert servers() == []
    assert [server for server in started if server.running] == []


@POSIX
def test_a_module_that_ignores_ctrl_c_is_ended_all_the_same(module: Callable[[str], str]) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    server = launch(module(stubborn + textwrap.dedent(MODULE)), port=0)
    server.stop()
    assert is_free(server.port)
    assert children_of(os.getpid()) == []


@POSIX
def test_a_modules_own_children_are_ended_with_it(module: Callable[[str], str]) -> None:
    parent = "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\n"
    server = launch(module(parent + "print('child', child.pid)\n" + textwrap.dedent(MODULE)), port=0)
    pid = int(server.log.wait(1)[0].split()[1])
    server.stop()
    assert wait_until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


# Proxies, locales ----------------------------------------------------------------------------------------


def test_loopback_goes_past_a_proxy(module: Callable[[str], str], stranger: int) -> None:
    proxy = f"http://127.0.0.1:{stranger}"
    script = module(
        """
        from wirelab import launch
        from http.server import BaseHTTPRequestHandler
        import requests
        from websockets.sync.client import connect
        class Hello(BaseHTTPRequestHandler):
            def do_GET(self):
                self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
        async def echo(websocket):
            async for message in websocket:
                await websocket.send(message)
        print(requests.get(launch(Hello, port=0).url, timeout=5).text)
        with connect(launch(echo, port=0).url, open_timeout=5) as websocket:
            websocket.send("hello")
            print(websocket.recv(timeout=5))
        """
    )
    names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy")
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    environment |= dict.fromkeys(names, proxy)
    ran = subprocess.run(
        [sys.executable, "-m", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("hello\nhello\n", "")


def test_a_module_may_print_any_letter_in_any_locale(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    server = launch(module('print("✓ bereit für Größe 😀")\n' + textwrap.dedent(MODULE)), port=0)
    assert server.log[0] == "✓ bereit für Größe 😀"


def test_a_module_writes_without_colours(module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(ServerDied) as died:
        launch(module("1 / 0"), port=0)
    assert "\x1b" not in str(died.value)
    assert "\\x1b" not in str(died.value)


# In a kernel ---------------------------------------------------------------------------------------------

IN_A_KERNEL = """
from http.server import BaseHTTPRequestHandler
import requests
from wirelab import launch, servers, stop_all

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        print("in the handler")
        self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")

web = launch(Hello)
"""


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as running:
        yield running


def test_nothing_a_handler_prints_lands_in_a_cell(kernel: Kernel) -> None:
    kernel.run(IN_A_KERNEL)
    assert kernel.run("requests.get(web.url, timeout=5).text").text == "'hello'\n"
    assert kernel.run("web.log.wait(1)").text == "in the handler\n"


@POSIX
@pytest.mark.parametrize("end", ["kill", "restart"])
def test_no_process_outlives_its_kernel(module: Callable[[str], str], tmp_path: Path, end: str) -> None:
    name = module(MODULE)
    with Kernel(tmp_path) as kernel:
        kernel.run(f"from wirelab import launch\nserver = launch({name!r})")
        children, port = children_of(kernel.pid), int(kernel.evaluate("server.port"))
        assert len(children) == 1
        if end == "kill":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            kernel.restart()
        assert wait_until(lambda: not alive(children[0]), 5)
        assert is_free(port)


def test_a_script_that_forgets_to_stop_its_servers_ends_all_the_same(module: Callable[[str], str]) -> None:
    script = module(
        f"""
        from wirelab import launch
        from servers.echo_server import onconnect
        from servers.web_server import create_server
        for target in (create_server, onconnect, {module(MODULE)!r}):
            print(launch(target, port=0).port)
        """
    )
    ran = subprocess.run([sys.executable, "-m", script], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert wait_until(lambda: all(is_free(int(port)) for port in ran.stdout.split()))


@POSIX
def test_a_server_survives_the_interrupt_button(module: Callable[[str], str], kernel: Kernel) -> None:
    kernel.run(IN_A_KERNEL + f"process = launch({module(MODULE)!r})")
    busy = kernel.send("import time\ntime.sleep(60)")
    time.sleep(0.5)  # the interrupt has to find the cell running
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.replies([busy])[0].text
    answers = "[requests.get(server.url, timeout=5).text for server in (web, process)]"
    assert kernel.run(answers).text == "['hello', 'hello']\n"


@POSIX
def test_a_cell_that_awaits_for_ever_can_be_interrupted(kernel: Kernel) -> None:
    kernel.run("import wirelab, asyncio")
    endless = kernel.send("await asyncio.Future()")
    time.sleep(0.5)
    kernel.interrupt()
    assert kernel.replies([endless], timeout=10)[0].status == "error"
    assert kernel.run("1 + 1").text == "2\n"


@POSIX
def test_a_launch_that_is_interrupted_leaves_no_process(module: Callable[[str], str], kernel: Kernel) -> None:
    kernel.run("from wirelab import launch")
    waiting = kernel.send(f"launch({module('import time; time.sleep(60)')!r})")
    assert wait_until(lambda: len(children_of(kernel.pid)) == 1)
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.replies([waiting])[0].text
    assert wait_until(lambda: children_of(kernel.pid) == [])


def test_two_kernels_with_the_same_lesson_have_a_server_each(tmp_path: Path) -> None:
    with Kernel(tmp_path, env={}) as ana, Kernel(tmp_path, env={}) as ben:
        [kernel.run(IN_A_KERNEL.replace("hello", name)) for kernel, name in ((ana, "ana"), (ben, "ben"))]
        assert ana.run("requests.get(web.url, timeout=5).text").text == "'ana'\n"
        assert ben.run("requests.get(web.url, timeout=5).text").text == "'ben'\n"
        assert "belongs to another program" in ben.run("web").text


def test_a_kernels_error_of_ours_is_one_line(kernel: Kernel) -> None:
    reply = kernel.run("from wirelab import launch\nlaunch(8001)")
    assert "".join(reply.outputs[-1].traceback).count("\n") == 0


# Notebooks in tests --------------------------------------------------------------------------------------


@pytest.fixture
def in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_PORTS", "free")


def test_in_tests_a_server_shows_the_port_it_would_have_alone(in_tests: None, stranger: int) -> None:
    server = launch(Hello, port=stranger)
    assert (server.port == stranger, server.shown, server.note) == (False, stranger, "")


def test_in_tests_a_second_server_says_what_it_would_say_alone(in_tests: None) -> None:
    launch(Hello, port=8001, name="one")
    two = launch(Hello, port=8001, name="two")
    assert two.note == "Port 8001 belongs to one, so two listens on 8011."


def test_in_tests_a_server_launched_again_shows_the_same_port(in_tests: None) -> None:
    launch(Hello, port=8001, name="one")
    assert [launch(Hello, port=8001, name="two").shown for _ in range(3)] == [8011, 8011, 8011]
