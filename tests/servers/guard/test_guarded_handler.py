"""A guarded handler: its own faults do no harm, nor do clients that are slow or wrong."""

import contextlib
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from plain_http import CLOSE, connected, exchange, get, post, read_to_end

from servers.guard.guarded_handler import GuardedHandler
from servers.guard.guarded_server import GuardedServer
from wirelab import Server, launch

FORGED = "x\r\nSet-Cookie: forged=1"


class Handler(GuardedHandler, BaseHTTPRequestHandler):
    """Does in do_GET what its path says."""

    def do_GET(self) -> None:
        getattr(self, self.path.lstrip("/"))()

    def do_POST(self) -> None:
        self.answer(self.read_body(10).decode())

    def answer(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def hello(self) -> None:
        self.answer("hello")

    def fail_at_once(self) -> None:
        raise RuntimeError("the trace, a secret")

    def fail_late(self) -> None:
        self.answer("half of an answer")
        raise RuntimeError("the trace, a secret")

    def fail_between(self) -> None:
        self.send_response(200)
        self.send_header("X-Half", "of an answer")
        raise RuntimeError("the trace, a secret")

    def forge_a_header(self) -> None:
        self.send_response(200)
        self.send_header("Location", FORGED)

    def forge_a_name(self) -> None:
        self.send_response(200)
        self.send_header(FORGED, "x")

    def forge_a_phrase(self) -> None:
        self.send_response(200, FORGED)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def give_up(self) -> None:
        self.send_error(404, FORGED)

    def ignore(self) -> None: ...


def create_server(host: str, port: int) -> GuardedServer:
    return GuardedServer((host, port), Handler)


@pytest.fixture
def guarded() -> Server:
    return launch(create_server, port=0)


# A handler's own faults ---------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["fail_at_once", "fail_late", "fail_between", "forge_a_header", "forge_a_name"])
def test_a_fault_is_500_and_its_trace_is_not_for_the_client(guarded: Server, fault: str) -> None:
    reply = exchange(guarded, get(b"/" + fault.encode()))
    assert reply.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert reply.endswith(b"\r\n\r\nSomething went wrong here. It is not your fault.\n")
    assert not [word for word in (b"secret", b"half", b"X-Half", b"Set-Cookie", b"Traceback") if word in reply]


def test_a_fault_is_kept_for_us(guarded: Server) -> None:
    exchange(guarded, get(b"/fail_at_once"))
    guarded.log.wait(2)
    assert "RuntimeError: the trace, a secret" in [failure.what for failure in guarded.failures]


def test_after_a_fault_the_next_client_is_served(guarded: Server) -> None:
    exchange(guarded, get(b"/fail_late"))
    assert exchange(guarded, get(b"/hello", CLOSE)).endswith(b"\r\n\r\nhello")


def test_the_phrase_is_the_standard_one(guarded: Server) -> None:
    assert exchange(guarded, get(b"/forge_a_phrase", CLOSE)).startswith(b"HTTP/1.1 200 OK\r\nServer: ")


def test_words_that_come_with_an_error_stand_in_the_body_alone(guarded: Server) -> None:
    reply = exchange(guarded, get(b"/give_up", CLOSE))
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert (b"Set-Cookie" in head, b"Set-Cookie" in body) == (False, True)


def test_a_body_that_a_handler_leaves_is_not_taken_for_a_request(guarded: Server) -> None:
    inner = get(b"/hello")
    reply = exchange(guarded, get(b"/hello", b"Content-Length: %d" % len(inner)), inner)
    assert reply.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in reply


# Clients ------------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Server:
    monkeypatch.setattr(Handler, "timeout", 0.3)
    return launch(create_server, port=0)


@pytest.mark.parametrize(
    "begun", [b"G", b"GET /hello HTTP/1.1\r\n", get(b"/hello")[:-2], post(b"/", b"12345", b"Content-Length: 9")]
)
def test_a_client_that_stops_in_the_middle_is_told_408(impatient: Server, begun: bytes) -> None:
    with connected(impatient) as client:
        client.sendall(begun)
        reply = read_to_end(client)
    assert reply.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_client_that_dribbles_is_told_408(impatient: Server) -> None:
    with connected(impatient) as client:
        client.settimeout(0.05)
        for piece in [b"GET /hello HTTP/1.1\r\n", *[b"X: 1\r\n"] * 90]:
            client.sendall(piece)
            with contextlib.suppress(TimeoutError):
                reply = client.recv(65536)
                break
        else:
            pytest.fail("it was let dribble on")
    assert reply.startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("asked", [b"", get(b"/hello")])
def test_a_client_that_asks_nothing_more_is_hung_up_on_without_a_word(impatient: Server, asked: bytes) -> None:
    with connected(impatient) as client:
        client.sendall(asked)
        assert read_to_end(client).count(b"HTTP/1.1 ") == bool(asked)


def test_a_client_that_takes_no_answer_is_left(monkeypatch: pytest.MonkeyPatch, impatient: Server) -> None:
    monkeypatch.setattr(Handler, "hello", lambda self: self.answer("x" * 50_000_000))
    with connected(impatient) as client:
        client.sendall(get(b"/hello"))
        impatient.log.wait(2)
    assert any("the client left" in line for line in impatient.log)


def test_continue_is_said_once_the_body_is_wanted(guarded: Server) -> None:
    with connected(guarded) as client:
        client.sendall(post(b"/", b"", b"Content-Length: 5", b"Expect: 100-Continue", CLOSE))
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"hello")
        assert read_to_end(client).endswith(b"\r\n\r\nhello")


def test_continue_is_not_said_for_a_body_that_is_too_long(guarded: Server) -> None:
    reply = exchange(guarded, post(b"/", b"", b"Content-Length: 11", b"Expect: 100-continue"))
    assert reply.startswith(b"HTTP/1.1 413 ")


def test_a_client_of_http_1_0_gets_its_answer_and_an_end(guarded: Server) -> None:
    reply = exchange(guarded, b"GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
    assert reply.endswith(b"\r\n\r\nhello")
    assert b"\r\nConnection: close\r\n" in reply


def test_one_empty_line_before_a_request_does_no_harm(guarded: Server) -> None:
    assert exchange(guarded, b"\r\n", get(b"/hello", CLOSE)).startswith(b"HTTP/1.1 200 ")


def test_a_refusal_reaches_a_client_that_is_still_sending(guarded: Server) -> None:
    reply = exchange(guarded, b"HELLO\r\n", b"x" * 5_000_000)
    assert reply.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_handler_with_arguments_of_its_own_is_guarded_too() -> None:
    class Named(Handler):
        def __init__(self, *connection: Any, name: str) -> None:
            self.name = name
            super().__init__(*connection)

        def hello(self) -> None:
            self.answer(self.name)

    def create(host: str, port: int) -> GuardedServer:
        return GuardedServer((host, port), partial(Named, name="Ada"))

    assert exchange(launch(create, port=0), get(b"/hello", CLOSE)).endswith(b"Ada")


def test_a_guarded_handler_can_be_launched_without_the_server() -> None:
    assert exchange(launch(Handler, port=0), get(b"/hello", CLOSE)).endswith(b"\r\n\r\nhello")
