"""launch() tells what it is given, or says what to write instead."""

import functools
import os
import socketserver
import sys
import textwrap
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer, SimpleHTTPRequestHandler
from pathlib import Path
from typing import Any
from wsgiref.simple_server import make_server as wsgiref_server

import aiohttp.web
import pytest
import requests
from flask import Blueprint, Flask
from flask_restful import Api, Resource
from launched import MODULE, Greeter, Hello, echo, get, greet_by_three, make_app
from websockets.asyncio.server import ServerConnection
from websockets.sync.client import connect
from werkzeug.serving import make_server as werkzeug_server

from wirelab import launch, servers
from wirelab.errors import NotAServer


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


def test_a_websocket_module_has_a_ws_url(module: Callable[[str], str]) -> None:
    name = module('SCHEME = "ws"\n' + textwrap.dedent(MODULE))
    assert launch(name, port=0).url.startswith("ws://127.0.0.1:")


@pytest.mark.parametrize("ending", [".py", ".app", ".a.b"])
def test_a_module_is_not_run_by_the_search_for_it(module: Callable[[str], str], ending: str) -> None:
    name = module("raise SystemExit('it serves for ever')")
    with pytest.raises(NotAServer, match="there is no module"):
        launch(name + ending)
    assert name not in sys.modules


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
        (None, "it is what a function without return gives: launch"),
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


@pytest.mark.parametrize(
    "target",
    [
        functools.partial(Greeter, "hello"),
        functools.partial(functools.partial(Greeter), "hello"),
        lambda *arguments: Greeter("hello", *arguments),
        lambda request, client_address, server: Greeter("hello", request, client_address, server),
        greet_by_three,
    ],
)
def test_what_makes_a_handler_is_launched_like_one(target: Any) -> None:
    assert get(launch(target, port=0)) == "hello"


def test_a_folder_is_served_by_the_librarys_own_way_to_say_which(tmp_path: Path) -> None:
    (tmp_path / "seats.txt").write_text("12", encoding="utf-8")
    server = launch(functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path)), port=0)
    assert (server.name, get(server, "/seats.txt")) == ("SimpleHTTPRequestHandler", "12")
    assert list(server.log.wait(1)) == ["GET /seats.txt HTTP/1.1 → 200"]


class Echoing:
    async def __call__(self, websocket: ServerConnection) -> None:
        await echo(websocket)

    async def handle(self, websocket: ServerConnection) -> None:
        await echo(websocket)

    async def with_word(self, word: str, websocket: ServerConnection) -> None:
        await echo(websocket)


def decorated(handler: Any) -> Any:
    @functools.wraps(handler)
    def logged(*arguments: Any) -> Any:
        return handler(*arguments)

    return logged


@pytest.mark.parametrize(
    ("target", "name"),
    [
        (Echoing(), "Echoing"),
        (Echoing().handle, "handle"),
        (functools.partial(Echoing().with_word, "x"), "with_word"),
        (functools.partial(echo), "echo"),
        (decorated(echo), "echo"),
    ],
)
def test_whatever_gives_a_coroutine_handles_websockets(target: Any, name: str) -> None:
    server = launch(target, port=0)
    assert server.name == name
    with connect(server.url) as client:
        client.send("hello")
        assert client.recv(timeout=5) == "hello"


def wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello"]


class WsgiApp:
    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return wsgi(environ, start_response)


@pytest.mark.parametrize("app", [wsgi, WsgiApp(), WsgiApp().__call__, make_app().wsgi_app])
def test_a_wsgi_app_is_launched(app: Any) -> None:
    assert get(launch(app, port=0)).startswith("hello")


def fails_in_wsgi(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise KeyError("seat")


@pytest.mark.parametrize("make", [None, werkzeug_server, wsgiref_server])
def test_an_exception_in_a_wsgi_app_is_a_failure_whatever_runs_it(make: Any) -> None:
    target = (lambda host, port: make(host, port, fails_in_wsgi)) if make else fails_in_wsgi
    server = launch(target, port=0, name="wsgi")
    assert requests.get(server.url, timeout=5).status_code == 500
    assert [(one.kind, one.function) for one in server.failures] == [("KeyError", "fails_in_wsgi")]


def test_a_view_that_a_cell_tries_is_no_failure_of_the_server() -> None:
    app = make_app()
    app.add_url_rule("/broken", "broken", view_func=lambda: str(1 / 0))
    server = launch(app, port=0)
    assert app.test_client().get("/broken").status_code == 500
    assert not server.failures


def run(server_class: Any = HTTPServer, handler_class: Any = BaseHTTPRequestHandler) -> None:
    server_class(("", 8000), handler_class).serve_forever()


def run_mine(server_class: Any = HTTPServer, handler_class: Any = Hello, port: int = 8000) -> None:
    server_class(("", port), handler_class).serve_forever()


def create_app(config: Any = None, testing: bool = False) -> Flask:
    return make_app()


def build(config: Any = None, *, testing: bool = False) -> Flask:
    return make_app()


def build_untold() -> Any:
    return make_app()


async def asgi(scope: Any, receive: Any, send: Any) -> None: ...


class AsgiApp:
    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...


async def main() -> None: ...


async def serve_async(host: str, port: int) -> None: ...


async def yields(websocket: ServerConnection) -> Any:
    yield "hello"


def create_udp(host: str, port: int) -> Any:
    return socketserver.UDPServer((host, port), socketserver.DatagramRequestHandler)


if os.name == "posix":

    class ForkingServer(socketserver.ForkingMixIn, HTTPServer):
        pass


POSIX = pytest.mark.skipif(os.name != "posix", reason="there is no fork on Windows")


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        (run, r"run starts a server itself: launch its handler class, launch\(MyHandler\)"),
        (run_mine, r"launch its handler class, launch\(Hello\)"),
        (make_app().run, r"app.run starts a server itself: give the app, launch\(app\)"),
        (create_app, r"create_app makes a Flask app: launch\(create_app\(\)\)"),
        (build, r"build makes a Flask app: launch\(build\(\)\)"),
        (build_untold, r"if it makes a Flask app, launch\(build_untold\(\)\)"),
        (Flask, r"launch\(Flask\(__name__\)\)"),
        (Api(make_app()), r"Api is part of a Flask app: .* launch\(app\)"),
        (Blueprint("shows", "shows"), r"Blueprint is part of a Flask app"),
        (Resource, r"Resource is part of a Flask app"),
        (asgi, r"an ASGI app, .* uvicorn.run"),
        (AsgiApp(), r"AsgiApp is an ASGI app, .* launch that by its name in quotes"),
        (aiohttp.web.Application(), r"an app of aiohttp, .* web.run_app"),
        (main, r"main\(\) takes no connection: .* launch the handler"),
        (serve_async, r"serve_async\(host, port\) takes no connection"),
        (yields, r"write await websocket.send"),
        (HTTPServer, "HTTPServer is a class of servers"),
        (create_udp, "returned UDPServer, which does not serve TCP"),
        pytest.param(
            lambda host, port: ForkingServer((host, port), Hello),
            "ForkingServer would copy .* ThreadingHTTPServer",
            marks=POSIX,
        ),
    ],
)
def test_what_others_write_gets_advice(target: Any, advice: str) -> None:
    with pytest.raises(NotAServer, match=advice):
        launch(target, port=0)
    assert servers() == []


def test_a_server_that_exists_gets_advice() -> None:
    with HTTPServer(("127.0.0.1", 0), Hello) as server:
        for target in (server, server.serve_forever):
            with pytest.raises(NotAServer, match=r"launch\(Hello\), or write def create_server"):
                launch(target)


def test_a_called_handler_gets_advice() -> None:
    with pytest.raises(NotAServer, match=r"launch\(echo\)"):
        launch(echo(None))  # type: ignore[arg-type]


def test_a_server_is_not_launched_again() -> None:
    with pytest.raises(NotAServer, match="is a server already"):
        launch(launch(Hello, port=0))


def test_an_option_for_the_wrong_kind_of_server_is_refused() -> None:
    with pytest.raises(NotAServer, match="max_size"):
        launch(Hello, max_size=1)


def serves_for_ever(host: str, port: int) -> HTTPServer:
    server = HTTPServer((host, port), Hello)
    server.serve_forever()
    return server


def fails(host: str, port: int) -> HTTPServer:
    return HTTPServer((host, port), Hello())  # type: ignore[call-arg, arg-type]


def is_a_stub(host: str, port: int) -> HTTPServer:
    raise NotImplementedError("your code here")


def test_a_function_that_serves_for_ever_gets_advice() -> None:
    with pytest.raises(NotAServer, match=r"serves_for_ever\(host, port\) calls serve_forever\(\)"):
        launch(serves_for_ever, port=0)


def test_a_function_that_fails_is_told_by_its_own_line() -> None:
    said = r"fails\(host, port\) failed with TypeError: .*\n  fails, line \d+: return"
    with pytest.raises(NotAServer, match=said):
        launch(fails, port=0)


def test_a_function_that_is_not_written_yet_says_so() -> None:
    with pytest.raises(NotImplementedError):
        launch(is_a_stub, port=0)


def test_a_server_of_ones_own_serves_while_another_is_made() -> None:
    with HTTPServer(("127.0.0.1", 0), Hello) as own:
        threading.Thread(target=own.serve_forever, daemon=True).start()
        launch(lambda host, port: HTTPServer((host, port), Hello), port=0, name="other")
        assert requests.get(f"http://127.0.0.1:{own.server_port}/x", timeout=5).text == "hello /x"
        own.shutdown()
