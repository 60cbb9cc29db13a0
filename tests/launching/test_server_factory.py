"""A function that makes no server is told so in time, and leaves nothing behind."""

import asyncio
import functools
import socket
import threading
import time
from http.server import HTTPServer, SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import requests
from flask import Flask
from launched import POSIX, Greeter, Hello, echo, get, greet_by_three, is_free, make_app
from waiting import wait_until
from websockets.asyncio.server import serve

from wirelab import launch, servers
from wirelab.building.kernel_client import Kernel
from wirelab.errors import NeverReady, NotAServer
from wirelab.launching.registry import registry

GIVEN: list[int] = []  # the ports that the functions were given, the last one last


def serves_for_ever(host: str, port: int) -> None:
    GIVEN.append(port)
    with HTTPServer((host, port), Hello) as server:
        print("serving at port", port)
        server.serve_forever()


def serves_and_swallows(host: str, port: int) -> None:
    GIVEN.append(port)
    try:
        HTTPServer((host, port), Hello).serve_forever()
    except Exception:
        print("stopped")


def serves_one_after_another(host: str, port: int) -> None:
    GIVEN.append(port)
    server = HTTPServer((host, port), Hello)
    while True:
        server.handle_request()


def accepts(host: str, port: int) -> None:
    GIVEN.append(port)
    with socket.create_server((host, port)) as listener:
        while True:
            listener.accept()


def runs_flask(host: str, port: int) -> None:
    GIVEN.append(port)
    make_app().run(host=host, port=port)


def serves_in_a_thread_and_waits(host: str, port: int) -> None:
    GIVEN.append(port)
    thread = threading.Thread(target=HTTPServer((host, port), Hello).serve_forever)
    thread.start()
    while True:
        time.sleep(0.01)


def serves_in_a_thread_and_returns_nothing(host: str, port: int) -> None:
    GIVEN.append(port)
    threading.Thread(target=HTTPServer((host, port), Hello).serve_forever, daemon=True).start()


def runs_websockets(host: str, port: int) -> None:
    GIVEN.append(port)

    async def main() -> None:
        async with serve(echo, host, port):
            await asyncio.Future()

    asyncio.run(main())


def never_returns(host: str, port: int) -> None:
    GIVEN.append(port)
    while True:
        time.sleep(0.01)


def returns_nothing(host: str, port: int) -> None:
    GIVEN.append(port)
    HTTPServer((host, port), Hello)


def returns_an_address(host: str, port: int) -> Any:
    GIVEN.append(port)
    listener = socket.create_server((host, port))
    return listener.getsockname(), listener


def fails_after_it_listens(host: str, port: int) -> HTTPServer:
    GIVEN.append(port)
    server = HTTPServer((host, port), Hello)
    server.nonsense()  # type: ignore[attr-defined]
    return server


def has_no_certificate(host: str, port: int) -> HTTPServer:
    GIVEN.append(port)
    HTTPServer((host, port), Hello)
    raise FileNotFoundError(2, "No such file or directory", "cert.pem")


REFUSED = [
    (serves_for_ever, NotAServer, r"calls serve_forever\(\)"),
    (serves_and_swallows, NotAServer, r"calls serve_forever\(\)"),
    (serves_one_after_another, NotAServer, r"calls handle_request\(\)"),
    (accepts, NotAServer, r"calls accept\(\)"),
    (runs_flask, NotAServer, r"calls serve_forever\(\)"),
    (serves_in_a_thread_and_waits, NeverReady, "has not returned after 2 s"),
    (serves_in_a_thread_and_returns_nothing, NotAServer, "returned nothing, .* return server"),
    (runs_websockets, NotAServer, "serves by itself, in an event loop"),
    (never_returns, NeverReady, "has not returned after 2 s"),
    (returns_nothing, NotAServer, "returned nothing, .* return server"),
    (returns_an_address, NotAServer, "returned tuple, not a server"),
    (fails_after_it_listens, NotAServer, "failed with AttributeError"),
    (has_no_certificate, NotAServer, "failed with FileNotFoundError: .*cert.pem"),
]


@POSIX
@pytest.mark.parametrize(("create", "error", "said"), REFUSED, ids=lambda one: getattr(one, "__name__", ""))
def test_it_is_refused_and_nothing_is_left(
    create: Any, error: Any, said: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("wirelab.launching.process_backend.READY_TIMEOUT", 2.0)
    before = set(threading.enumerate())
    with pytest.raises(error, match=said):
        launch(create)
    assert wait_until(lambda: is_free(GIVEN[-1]))
    assert wait_until(lambda: not set(threading.enumerate()) - before)
    assert servers() == []
    assert capfd.readouterr() == ("", "")


def test_a_server_that_a_thread_already_serves_is_launched() -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        server = ThreadingHTTPServer((host, port), Hello)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return server

    server = launch(create_server, port=0)
    assert get(server, "/x") == "hello /x"
    server.stop()
    assert wait_until(lambda: is_free(server.port))


def test_a_second_server_that_a_function_starts_goes_on() -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        second = ThreadingHTTPServer((host, 0), Hello)
        threading.Thread(target=second.serve_forever, daemon=True).start()
        seconds.append(second)
        return ThreadingHTTPServer((host, port), Hello)

    seconds: list[HTTPServer] = []
    assert get(launch(create_server, port=0), "/x") == "hello /x"
    assert requests.get(f"http://127.0.0.1:{seconds[0].server_port}/y", timeout=5).text == "hello /y"
    seconds[0].shutdown()
    seconds[0].server_close()


def test_what_a_function_prints_is_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        print("made")
        return HTTPServer((host, port), Hello)

    assert list(launch(create_server, port=0).log) == ["made"]
    assert capsys.readouterr() == ("", "")


def test_a_taken_port_of_its_own_is_told(stranger: int) -> None:
    with pytest.raises(NotAServer, match="failed with (OSError: .*Address already in use|.*WinError 100(13|48))"):
        launch(lambda host, port: HTTPServer((host, stranger), Hello))


def test_while_a_function_runs_the_notebook_has_its_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirelab.launching.process_backend.READY_TIMEOUT", 2.0)
    begun, seen = threading.Event(), []

    def slow(host: str, port: int) -> None:
        begun.set()
        time.sleep(100)

    def look() -> None:
        begun.wait(5)
        seen.append(registry.lock.acquire(timeout=0.5))
        registry.lock.release()

    looking = threading.Thread(target=look)
    looking.start()
    with pytest.raises(NeverReady):
        launch(slow)
    looking.join()
    assert seen == [True]


@POSIX
def test_a_launch_that_is_interrupted_leaves_nothing(kernel: Kernel) -> None:
    kernel.run(
        "import time\nfrom http.server import HTTPServer, BaseHTTPRequestHandler\nfrom wirelab import launch\n"
        "def slow(host, port):\n    global server\n    server = HTTPServer((host, port), BaseHTTPRequestHandler)\n"
        "    time.sleep(1000)"
    )
    waiting = kernel.send("launch(slow)")
    time.sleep(0.7)  # the interrupt has to find the cell running
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.results([waiting])[0].text
    assert kernel.run("server.socket.fileno()").text == "-1\n"


def test_a_function_made_by_partial_or_bound_to_an_object_is_called() -> None:
    class Factory:
        def make(self, host: str, port: int) -> HTTPServer:
            return HTTPServer((host, port), Hello)

    for create in (Factory().make, functools.partial(Factory.make, Factory())):
        assert get(launch(create, port=0), "/z") == "hello /z"


def test_a_handler_may_be_any_callable_in_a_server_of_ones_own() -> None:
    for handler in (lambda *a: Greeter("hello", *a), functools.partial(Greeter, "hello"), greet_by_three):
        server = launch(lambda host, port, handler=handler: HTTPServer((host, port), handler), port=0)
        assert get(server) == "hello"
        assert list(server.log.wait(1)) == ["GET / HTTP/1.1 → 200"]


def test_a_handler_may_have_a_metaclass_or_refuse_to_be_inherited() -> None:
    class Meta(type):
        pass

    class Sealed(SimpleHTTPRequestHandler, metaclass=Meta):
        def __init_subclass__(cls) -> None:
            raise TypeError("nobody inherits from this")

    server = launch(Sealed, port=0)
    assert requests.get(server.url + "/nowhere", timeout=5).status_code == 404
    assert list(server.log.wait(1)) == ["GET /nowhere HTTP/1.1 → 404"]


def test_an_app_from_a_function_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(config: Any = None, testing: Any = None) -> Flask:
        return make_app()

    with pytest.raises(NotAServer, match=r"build makes a Flask app: launch\(build\(\)\)"):
        launch(build)
