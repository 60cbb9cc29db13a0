"""An HTTP server in a thread keeps its handlers' exceptions, and can be stopped whatever they do."""

import contextlib
import functools
import http.server
import socket
import socketserver
import ssl
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from launched import Hello, get, is_free, make_app
from waiting import wait_until
from werkzeug.serving import make_server

from wirelab import Server, launch, servers, wire
from wirelab.errors import LaunchError, WireError


def test_a_handler_class_answers() -> None:
    assert get(launch(Hello, port=0), "/x") == "hello /x"


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


def test_a_handler_that_waits_for_its_client_ends_with_its_server() -> None:
    before = threading.active_count()
    server = launch(Hello, port=0)
    with socket.create_connection(("127.0.0.1", server.port)):  # which says nothing
        assert wait_until(lambda: threading.active_count() == before + 2)
        server.stop()
        assert wait_until(lambda: threading.active_count() <= before)


def test_an_endless_loop_does_not_burn_on_after_the_stop() -> None:
    handler = type("Stuck", (BaseHTTPRequestHandler,), {"do_GET": forever_in_python})
    before, server = set(threading.enumerate()), launch(handler, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert wait_until(lambda: len(set(threading.enumerate()) - before) == 2)
        server.stop()
    assert wait_until(lambda: not set(threading.enumerate()) - before)


def stops_its_server(self: BaseHTTPRequestHandler) -> None:
    RUNNING[-1].stop()


RUNNING: list[Server] = []


@pytest.mark.parametrize("threading_server", [True, False], ids=["threads", "one thread"])
def test_a_handler_may_stop_its_own_server(threading_server: bool) -> None:
    handler = type("Last", (BaseHTTPRequestHandler,), {"do_GET": stops_its_server})
    kind = ThreadingHTTPServer if threading_server else HTTPServer
    server = launch(lambda host, port: kind((host, port), handler), port=0, name="last")
    RUNNING.append(server)
    with contextlib.suppress(requests.ConnectionError):
        get(server)
    assert wait_until(lambda: is_free(server.port))
    assert (server.running, server.failures) == (False, [])
    assert wait_until(lambda: server not in servers())


def test_a_server_that_ends_itself_does_not_run_and_frees_its_port() -> None:
    class Last(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response_only(204)
            self.end_headers()
            threading.Thread(target=self.server.shutdown).start()

    server = launch(Last, port=0)
    assert requests.get(server.url, timeout=5).status_code == 204
    assert wait_until(lambda: not server.running)
    assert repr(server) == "Last has stopped: its code called shutdown()"
    assert wait_until(lambda: is_free(server.port))


def calls_shutdown_itself(self: BaseHTTPRequestHandler) -> None:
    self.server.shutdown()


def closes_its_server(self: BaseHTTPRequestHandler) -> None:
    self.server.server_close()


def closes_its_servers_socket(self: BaseHTTPRequestHandler) -> None:
    self.server.socket.close()


ENDS = [
    (calls_shutdown_itself, "its code called shutdown()"),
    (closes_its_server, "its code closed its listening socket"),
    (closes_its_servers_socket, "its code closed its listening socket"),
]


@pytest.mark.parametrize("kind", [ThreadingHTTPServer, HTTPServer])
@pytest.mark.parametrize(("end", "why"), ENDS, ids=lambda one: getattr(one, "__name__", ""))
def test_a_server_that_its_handler_ends_says_so_and_can_be_launched_again(end: Any, why: str, kind: Any) -> None:
    handler = type("Last", (BaseHTTPRequestHandler,), {"do_GET": end})
    server = launch(lambda host, port: kind((host, port), handler), port=0, name="last")
    with contextlib.suppress(requests.ConnectionError):
        get(server)
    assert wait_until(lambda: not server.running)
    assert repr(server) == f"last has stopped: {why}"
    assert wait_until(lambda: is_free(server.port))
    again = launch(Hello, port=0, name="last")
    assert (again.port, get(again, "/x")) == (server.port, "hello /x")


class FailsAtWork(HTTPServer):
    def service_actions(self) -> None:
        raise ValueError("out of seats")


class FailsToVerify(HTTPServer):
    def verify_request(self, request: Any, client_address: Any) -> bool:
        raise ValueError("out of seats")


class FailsToServe(HTTPServer):
    def serve_forever(self, poll_interval: float = 0.5) -> None:
        raise ValueError("out of seats")


class LeavesAtWork(HTTPServer):
    def service_actions(self) -> None:
        raise SystemExit("out of seats")


@pytest.mark.parametrize("kind", [FailsAtWork, FailsToVerify, FailsToServe, LeavesAtWork])
def test_an_exception_that_ends_a_server_is_a_failure_and_the_reason(
    kind: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    server = launch(lambda host, port: kind((host, port), Hello), port=0, name="short")
    with contextlib.suppress(requests.ConnectionError):
        get(server)
    assert wait_until(lambda: not server.running)
    assert repr(server).startswith("short has stopped: an exception left serve_forever()\n")
    assert server.failures[0].message == "out of seats"
    assert server.failures[0].function in ("service_actions", "verify_request", "serve_forever")
    assert wait_until(lambda: is_free(server.port))
    assert capfd.readouterr() == ("", "")


def test_a_serve_forever_of_its_own_may_return() -> None:
    class Once(HTTPServer):
        def serve_forever(self) -> None:  # type: ignore[override]
            self.handle_request()

    server = launch(lambda host, port: Once((host, port), Hello), port=0, name="once")
    assert get(server, "/x") == "hello /x"
    assert wait_until(lambda: not server.running)
    assert repr(server) == "once has stopped: its serve_forever() returned"


def test_a_server_that_waits_for_its_handlers_is_stopped_all_the_same() -> None:
    class Patient(socketserver.ThreadingMixIn, HTTPServer):
        daemon_threads = False

    handler = type("Stuck", (BaseHTTPRequestHandler,), {"do_GET": forever_asleep})
    server = launch(lambda host, port: Patient((host, port), handler), port=0, name="patient")
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        time.sleep(0.2)  # nothing outside the handler can tell that it has begun
        stopper = threading.Thread(target=server.stop, daemon=True)
        stopper.start()
        stopper.join(10)
        assert not stopper.is_alive()
    assert is_free(server.port)


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt])
@pytest.mark.parametrize("server_kind", [ThreadingHTTPServer, HTTPServer])
def test_the_end_of_the_program_in_a_handler_is_a_failure_and_the_server_goes_on(
    kind: Any, server_kind: Any
) -> None:
    class Ends(Hello):
        def do_POST(self) -> None:
            raise kind("enough")

    server = launch(lambda host, port: server_kind((host, port), Ends), port=0, name="ends")
    with pytest.raises(requests.ConnectionError):
        requests.post(server.url, timeout=5)
    assert wait_until(lambda: server.failure_count == 1)
    assert server.failures[0].what == f"{kind.__name__}: enough"
    assert (server.running, get(server, "/x")) == (True, "hello /x")


def test_a_servers_own_way_to_handle_errors_is_called_too() -> None:
    class Counting(HTTPServer):
        errors = 0

        def handle_error(self, request: Any, client_address: Any) -> None:
            Counting.errors += 1

    handler = type("Broken", (BaseHTTPRequestHandler,), {"do_GET": lambda self: 1 / 0})
    server = launch(lambda host, port: Counting((host, port), handler), port=0, name="counting")
    with pytest.raises(requests.ConnectionError):
        get(server)
    assert wait_until(lambda: Counting.errors == 1)
    assert server.failures[0].kind == "ZeroDivisionError"


CERTIFICATE = Path(__file__).with_name("localhost.pem")  # for 127.0.0.1, until 2126; its key is with it


def tls() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(CERTIFICATE)
    return context


class SecureServer(ThreadingHTTPServer):
    def get_request(self) -> Any:
        connection, address = super().get_request()
        return tls().wrap_socket(connection, server_side=True), address


class SecureHandler(Hello):
    def setup(self) -> None:
        self.request = tls().wrap_socket(self.request, server_side=True)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.request.close()


def wrapped(host: str, port: int) -> HTTPServer:
    server = ThreadingHTTPServer((host, port), Hello)
    server.socket = tls().wrap_socket(server.socket, server_side=True)
    return server


def wrapped_without_threads(host: str, port: int) -> HTTPServer:
    server = HTTPServer((host, port), Hello)
    server.socket = tls().wrap_socket(server.socket, server_side=True)
    return server


SECURE = {
    "wrapped": wrapped,
    "without threads": wrapped_without_threads,
    "each connection": lambda host, port: SecureServer((host, port), Hello),
    "in the handler": lambda host, port: ThreadingHTTPServer((host, port), SecureHandler),
    "werkzeug": lambda host, port: make_server(host, port, make_app(), ssl_context=tls()),
}


@pytest.mark.parametrize("name", SECURE)
def test_a_server_with_tls_has_an_https_address_and_no_tap(name: str) -> None:
    server = launch(SECURE[name], port=0, name="secure")
    assert server.url == f"https://127.0.0.1:{server.port}"
    assert requests.get(server.url + "/", timeout=5, verify=str(CERTIFICATE)).text.startswith("hello")
    assert f'href="https://127.0.0.1:{server.port}/"' in server._repr_html_()
    with pytest.raises(WireError, match="encrypted"):
        wire(server)
    with pytest.raises(LaunchError, match="speaks TLS"):
        server.page()
    server.stop()
    assert wait_until(lambda: is_free(server.port))


def test_in_a_container_on_a_hub_a_server_with_tls_has_no_link(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setenv("WIRELAB_ALONE", "1")
    shown = launch(wrapped, port=0)._repr_html_()
    assert "href" not in shown
    assert "speaks no TLS" in shown


@pytest.mark.parametrize("name", ["wrapped", "without threads"])
def test_a_client_without_tls_is_no_failure_and_one_that_waits_keeps_nobody_waiting(name: str) -> None:
    server = launch(SECURE[name], port=0, name="secure")
    plain = requests.Session()
    with pytest.raises(requests.ConnectionError):
        plain.get(server.url.replace("https", "http"), timeout=5)
    assert server.log.wait(1)[0].startswith("no TLS with the client: ")
    with socket.create_connection(("127.0.0.1", server.port)):
        if name == "wrapped":
            assert requests.get(server.url, timeout=5, verify=str(CERTIFICATE)).ok
        server.stop()
    assert not server.failures
    assert wait_until(lambda: is_free(server.port))


def test_a_gateway_that_asks_over_tls_speaks_http_itself() -> None:
    class Gateway(Hello):
        def ask(self, upstream: socket.socket) -> socket.socket:
            return ssl.create_default_context().wrap_socket(upstream, server_hostname="127.0.0.1")

    assert launch(Gateway, port=0).scheme == "http"


@pytest.mark.skipif(not hasattr(http.server, "HTTPSServer"), reason="http.server has it from Python 3.14 on")
def test_an_https_server_of_the_library_is_launched() -> None:
    def create_server(host: str, port: int) -> HTTPServer:
        return http.server.ThreadingHTTPSServer((host, port), Hello, certfile=CERTIFICATE)  # type: ignore

    server = launch(create_server, port=0)
    assert requests.get(server.url + "/x", timeout=5, verify=str(CERTIFICATE)).text == "hello /x"


def test_a_handlers_own_attribute_named_log_is_left_alone() -> None:
    class Notes(BaseHTTPRequestHandler):
        log: list[str] = []

        def do_GET(self) -> None:
            self.log.append(self.path)
            body = " ".join(self.log).encode()
            self.send_response_only(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = launch(Notes, port=0)
    assert (get(server, "/a"), get(server, "/b")) == ("/a", "/a /b")
