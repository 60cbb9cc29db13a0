"""A probe asks a live server, and whatever the server does, it ends in time with a sentence."""

import asyncio
import gzip
import json
import queue
import shutil
import subprocess
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil
import pytest
from flask import Flask, request
from hostile import (
    Answer,
    agrees,
    drips,
    first_missed,
    floods,
    hangs_after,
    look,
    over,
    resets_after,
    sends,
    serve,
)
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from wirelab import Server, launch
from wirelab.checking import http_client, timeouts
from wirelab.checking.http_client import MAX_ANSWER
from wirelab.checking.probe import Probe, Reply, path_of
from wirelab.conversation.http_messages import MAX_UNPACKED, Request

HEAD = b"HTTP/1.1 200 OK\r\n"
HELLO = HEAD + b"Content-Length: 5\r\n\r\nhello"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
HEADERS, STATUS = "sends headers that a client can read", "begins with a status line"
PROMISE, WHOLE, ANSWERS = "sends as many bytes as it promised", "answers GET / completely", "answers GET /"
MILLION = "1,048,576"


def get(probe: Probe) -> Reply:
    return probe.get("/")


def reply(answer: Answer) -> Reply:
    found: list[Reply] = []
    look(serve(answer), lambda probe: found.append(get(probe)))
    return found[0]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "ANSWER", 1)


# An answer --------------------------------------------------------------------------------------------


def test_a_reply_has_status_headers_and_body() -> None:
    found = reply(sends(HEAD + b"X-Seat: A1\r\nContent-Length: 5\r\n\r\nhello"))
    assert (found.status, found.header("x-seat"), found.text, found.content) == (200, "A1", "hello", b"hello")
    assert found.has("content-length") and not found.has("Location")


def test_a_body_that_unpacks_to_more_than_is_read_is_not_taken_for_all_of_it() -> None:
    packed = gzip.compress(bytes(MAX_UNPACKED + 1))
    head = HEAD + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    finding = first_missed(serve(sends(head + packed)), get)
    assert finding.got == "it is unpacked from gzip to more than 4,194,304 bytes"


def test_a_body_that_was_not_kept_is_not_taken_for_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_client, "MAX_ANSWER", 2_000)
    pieces = [b"%05d" % number for number in range(20)]  # each costs more to keep than its bytes
    finding = first_missed(serve(sends(HEAD + b"Content-Length: 100\r\n\r\n", *pieces)), get)
    assert "of the 100 bytes of its body were not kept" in str(finding.got)


def test_what_curl_cannot_send_has_no_command() -> None:
    data = b"HEAD / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\na"
    expect = look(serve(sends(HEAD + b"\r\n")), lambda probe: probe.send(data))
    assert expect.asked == ""


def test_a_command_asks_the_server_under_the_name_that_was_sent() -> None:
    server = serve(sends(HELLO))
    expect = look(server, lambda probe: probe.get("/", headers={"Host": "weather.example"}))
    assert expect.asked == f"curl -i -H 'Host: weather.example' http://127.0.0.1:{server.port}/"


def test_an_answer_in_chunks_is_put_together() -> None:
    assert reply(sends(CHUNKED + b"2\r\nhe\r\n", b"3\r\nllo\r\n0\r\n\r\n")).text == "hello"


def test_a_connection_that_stays_open_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "ANSWER", 60)
    began = time.monotonic()
    assert reply(hangs_after(HELLO)).text == "hello"
    assert time.monotonic() - began < 50  # it would have been 60


def test_an_answer_that_comes_byte_by_byte_is_one() -> None:
    assert reply(sends(*(bytes([byte]) for byte in HELLO))).text == "hello"


def test_an_announcement_before_the_answer_is_passed_over() -> None:
    assert reply(sends(b"HTTP/1.1 100 Continue\r\n\r\n", HELLO)).status == 200


@pytest.mark.parametrize("charset", ["utf-8", '"UTF-8"', "nonsense", "idna", "hex", "\xfc", "undefined", ""])
def test_a_body_is_text_in_whatever_charset_is_named(charset: str) -> None:
    kind = f"Content-Type: text/plain; charset={charset}\r\n".encode("latin-1")
    assert reply(sends(HEAD + kind + b"Content-Length: 5\r\n\r\nhello")).text == "hello"


def test_the_charset_is_heeded() -> None:
    assert reply(sends(HEAD + b"Content-Type: text/plain; charset=latin-1\r\n\r\n\xb0")).text == "°"


@pytest.mark.parametrize(
    ("body", "value"), [(b'{"id": 2}', {"id": 2}), (b"<p>", "<p>"), (b"[" * 9999, "[" * 9999)]
)
def test_json_that_is_none_is_given_as_text(body: bytes, value: object) -> None:
    assert reply(sends(HEAD + b"\r\n" + body)).json() == value


def test_the_host_is_what_a_request_names() -> None:
    found: list[tuple[str, str]] = []

    def ask(probe: Probe) -> None:
        found.append((probe.host, probe.get("/").text))

    look(serve(lambda peer, data: peer.sendall(HEAD + b"\r\n" + data.partition(b"Host: ")[2].split()[0])), ask)
    assert found[0][0] == found[0][1] == f"127.0.0.1:{found[0][0].partition(':')[2]}"


def test_a_socket_is_a_connection_of_its_own() -> None:
    received: list[bytes] = []

    def speak(probe: Probe) -> None:
        with probe.open_socket(timeout=2) as peer:
            peer.sendall(b"hello")
            received.append(peer.recv(100))

    look(serve(lambda peer, data: peer.sendall(data.upper())), speak)
    assert received == [b"HELLO"]


def test_what_crossed_a_socket_is_shown_where_an_expectation_is_not_met() -> None:
    def speak(probe: Probe) -> None:
        with probe.open_socket(timeout=2) as peer:
            peer.sendall(b"GET / HTTP/1.1\r\n\r\n")
            peer.recv(100)
            probe.expect(False, "is never met")

    finding = first_missed(serve(sends(HEAD + b"\r\n")), speak)
    assert finding.wire is not None
    assert [message.first_line for message in finding.wire][:2] == ["GET / HTTP/1.1", "HTTP/1.1 200 OK"]


def test_a_socket_waits_no_longer_than_it_is_told() -> None:
    def wait(probe: Probe) -> None:
        with probe.open_socket(timeout=0.05) as peer, pytest.raises(TimeoutError):
            peer.recv(100)

    look(serve(lambda peer, data: None), wait)


def test_a_redirect_is_not_followed() -> None:
    found = reply(sends(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2/x\r\nContent-Length: 0\r\n\r\n"))
    assert (found.status, path_of(found.header("Location"))) == (302, "/x")


# What a request is made of -------------------------------------------------------------------------------


def make_app() -> Flask:
    def tell() -> dict[str, Any]:
        form, sent = request.form.to_dict(), request.get_data().decode()
        return {"method": request.method, "kind": request.content_type, "form": form, "body": sent}

    app = Flask("teller")
    app.add_url_rule("/", view_func=tell, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
    return app


def told(question: Callable[[Probe], Reply]) -> dict[str, Any]:
    found: list[Reply] = []
    look(launch(make_app(), port=0), lambda probe: found.append(question(probe)))
    return dict(found[0].json())


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_every_method_arrives(method: str) -> None:
    assert told(lambda probe: getattr(probe, method)("/"))["method"] == method.upper()


def test_the_answer_to_head_has_no_body() -> None:
    found: list[Reply] = []
    look(launch(make_app(), port=0), lambda probe: found.append(probe.head("/")))
    assert (found[0].status, found[0].content, found[0].has("Content-Length")) == (200, b"", True)


def test_json_is_sent_as_such() -> None:
    found = told(lambda probe: probe.post("/", json={"seat": "A1"}))
    assert (found["kind"], json.loads(found["body"])) == ("application/json", {"seat": "A1"})


def test_a_form_is_sent_as_such() -> None:
    assert told(lambda probe: probe.post("/", form={"name": "Ada & Bo"}))["form"] == {"name": "Ada & Bo"}


def test_any_bytes_can_be_sent_and_their_answer_is_read() -> None:
    refuses = serve(sends(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
    found: list[Reply] = []
    expect = look(refuses, lambda probe: found.append(probe.send(b"no request at all\r\n\r\n")))
    assert found[0].status == 400
    assert expect.asked == ""


# What is no answer ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "what", "said"),
    [
        (sends(), ANSWERS, "it closed the connection without an answer"),
        (resets_after(b""), ANSWERS, "it broke the connection off without an answer"),
        (hangs_after(b""), ANSWERS, "it gave no answer within 1 s"),
        (sends(b"hello\n"), STATUS, "'hello'"),
        (sends(b"HTTP/2 200 OK\r\n\r\n"), STATUS, "'HTTP/2 200 OK'"),
        (sends(b"HTTP/1.1 2000 OK\r\n\r\n"), STATUS, "'HTTP/1.1 2000 OK'"),
        (sends(b"\x00\xff" * 50), STATUS, "'\\x00"),
        (hangs_after(b"hello"), STATUS, "'hello'"),
        (floods(b"", b"hello"), STATUS, "'hellohello"),
        (sends(HEAD + b"Content Type: x\r\n\r\n"), HEADERS, "b'Content Type: x' is not"),
        (sends(HEAD + b"Content-Type: x\r\n"), HEADERS, "The server sent no empty line"),
        (hangs_after(HEAD), HEADERS, "after 1 s the empty line had not come that ends the headers"),
        (drips(HEAD, b"A: b\r\n", 0.05), HEADERS, "after 1 s the empty line had not come"),
        (floods(HEAD, b"A: b\r\n"), HEADERS, f"it sent {MILLION} bytes without the empty line"),
        (sends(HEAD + b"Content-Length: five\r\n\r\nhello"), HEADERS, "Content-Length has to be one whole number"),
        (sends(HEAD + b"Content-Length: 9\r\n\r\nhello"), PROMISE, "it promised 9 and sent 5"),
        (hangs_after(HEAD + b"Content-Length: 9\r\n\r\nhello"), PROMISE, "it promised 9 and sent 5 within 1 s"),
        (resets_after(HEAD + b"Content-Length: 9\r\n\r\nhello"), PROMISE, "sent 5, then broke the connection off"),
        (drips(HEAD + b"Content-Length: 9000\r\n\r\n", b"a", 0.05), PROMISE, "it promised 9000 and sent "),
        (hangs_after(HEAD + b"\r\nhello"), WHOLE, "it says no Content-Length and leaves the connection open"),
        (hangs_after(b"HTTP/1.0 200 OK\r\n\r\nhello"), WHOLE, "it says no Content-Length and leaves"),
        (drips(HEAD + b"\r\n", b"a", 0.001), WHOLE, "a client cannot know where the body ends"),
        (floods(HEAD + b"\r\n", b"hello"), WHOLE, f"it sent {MILLION} bytes and still went on"),
        (sends(CHUNKED + b"5\r\nhello\r\n"), WHOLE, "The server sent no last chunk"),
        (hangs_after(CHUNKED + b"5\r\nhello\r\n"), WHOLE, "after 1 s the end of its body had not come"),
        (sends(CHUNKED + b"five\r\nhello\r\n"), WHOLE, "A chunk begins with its size"),
        (floods(CHUNKED, b"1\r\na\r\n"), WHOLE, " "),
        (sends(b"HTTP/1.1 100 Continue\r\n\r\n"), ANSWERS, "it sent 100 Continue, and no answer after that"),
        (hangs_after(b"HTTP/1.1 100 Continue\r\n\r\n"), ANSWERS, "it sent 100 Continue, and no answer"),
        (floods(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), ANSWERS, "it sent 100 Continue, and no answer"),
        (sends(HELLO, b" you"), "sends no more bytes than it promised", "Content-Length: 5"),
        (floods(b"", HELLO), "answers a request once", "200 OK follows it"),
    ],
)
def test_what_is_no_answer_is_told_in_a_sentence(impatient: None, answer: Answer, what: str, said: str) -> None:
    finding = first_missed(serve(answer), get)
    assert finding.what == what
    assert said in finding.got


def test_a_second_answer_to_one_request_is_too_much() -> None:
    finding = first_missed(serve(sends(HELLO, HELLO)), get)
    assert finding.what == "answers a request once"
    assert finding.got.endswith("200 OK follows it")


def test_hints_on_silence_are_kept_back_where_an_exception_says_more() -> None:
    class Raises(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise KeyError("name")

    def ask(probe: Probe) -> None:
        probe.get("/", hint="look", silence_hint="answer")

    assert list(first_missed(launch(Raises, port=0), ask).hints) == ["look"]
    assert list(first_missed(serve(sends(b"")), ask).hints[:2]) == ["look", "answer"]


def test_a_body_behind_a_status_that_has_none_gets_a_hint_about_that() -> None:
    finding = first_missed(serve(sends(b"HTTP/1.1 204 No Content\r\n\r\nhello")), get)
    assert "nothing comes behind the headers" in finding.hints[0]


def test_a_check_can_name_a_command_for_bytes_that_curl_would_not_send_by_itself() -> None:
    server = serve(sends(b"no HTTP"))
    finding = first_missed(server, lambda probe: probe.send(b"POST / HTTP/1.1\r\n\r\n", asked="curl -X POST"))
    assert finding.asked == "curl -X POST"


def test_a_body_behind_the_headers_for_head_is_told_as_such() -> None:
    [hint] = first_missed(serve(sends(HELLO)), lambda probe: probe.head("/")).hints
    assert hint.startswith("An answer to HEAD")


def test_a_server_that_is_gone_is_told_from_one_that_is_silent() -> None:
    server = serve(sends())
    server.stop()
    assert first_missed(server, get).got == "nobody listens at its port any more"


def test_a_check_that_has_no_time_left_says_so(impatient: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "WHOLE_CHECK", 0.1)
    expect = look(serve(hangs_after(b"")), get)
    assert expect.findings[0].got == "it gave no answer within 0.1 s, the time of a whole check"


def test_a_server_that_reads_nothing_does_not_hold_up_a_large_request(impatient: None) -> None:
    deaf = serve(lambda peer, _: over.wait(1))
    assert "no answer" in first_missed(deaf, lambda probe: probe.post("/", body=b"x" * 2**24)).got


@pytest.mark.parametrize("drop", [b"hello", HELLO, b"A: b\r\n", b"\x00" * 7])
@pytest.mark.parametrize("start", [b"", HEAD, HEAD + b"\r\n", CHUNKED])
def test_a_flood_is_cut_off_in_time_and_in_memory(start: bytes, drop: bytes) -> None:
    before = psutil.Process().memory_info().rss
    expect = look(serve(floods(start, drop)), get)
    assert sum(message.size for message in expect.findings[0].wire or ()) <= MAX_ANSWER + 2**17
    assert psutil.Process().memory_info().rss - before < 100 * 2**20


def test_an_answer_of_many_small_chunks_is_read_in_time() -> None:
    assert len(reply(sends(CHUNKED, *[b"1\r\na\r\n" * 500] * 10, b"0\r\n\r\n")).text) == 5000


def test_a_fault_behind_the_answer_is_seen_before_the_check_goes_on() -> None:
    class Late(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.wfile.write(HELLO)
            raise KeyError("behind")

    server = launch(Late, port=0)
    look(server, get)
    assert server.failure_count == 1


def test_a_module_in_its_own_process_is_asked_like_any_other(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(course)
    found: list[Reply] = []
    with launch("servers.web_server", port=0) as server:
        look(server, lambda probe: found.append(probe.get("/no-such-page")))
    assert found[0].status == 404


# The evidence -----------------------------------------------------------------------------------------------


def test_the_bytes_are_kept_as_evidence() -> None:
    finding = first_missed(serve(sends(b"hello\n")), get)
    assert finding.wire is not None
    assert [message.raw for message in finding.wire.sent_by("server")] == [b"hello\n"]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_curl_line_brings_the_same_answer() -> None:
    server = launch(make_app(), port=0)
    expect = look(server, lambda probe: probe.put("/", json={"name": "O'Hara $HOME"}, headers={"X-Empty": ""}))
    assert isinstance((expect.evidence() or [])[0], Request)
    done = subprocess.run(["sh", "-c", f"{expect.asked} -s"], capture_output=True, text=True, timeout=10)
    head, _, body = done.stdout.partition("\n\n")
    assert head.startswith("HTTP/1.1 200 OK")
    assert json.loads(json.loads(body)["body"]) == {"name": "O'Hara $HOME"}


# WebSocket ----------------------------------------------------------------------------------------------------


def talk(probe: Probe) -> Any:
    return probe.talk("one", "two")


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


def answers(server: Server, question: Callable[[Probe], Any] = talk) -> Any:
    found: list[Any] = []
    look(server, lambda probe: found.append(question(probe)))
    return found[0]


AGREES, ONE, TWO = "agrees to a WebSocket", "answers the message 'one'", "answers the message 'two'"


@pytest.mark.parametrize(
    ("answer", "what", "said"),
    [
        (hangs_after(b""), AGREES, "it gave no answer within 1 s"),
        (drips(HEAD, b"A: b\r\n", 0.05), AGREES, "it gave no answer within 1 s"),
        (floods(HEAD, b"A: b\r\n"), AGREES, "answer"),  # none, or from websockets before 17.3 one that is no HTTP
        (sends(), AGREES, "it closed the connection without an answer"),
        (sends(b"hello\r\n\r\n"), AGREES, "its answer is no HTTP: b'hello"),
        (sends(HELLO), AGREES, "it answered 200 OK, not 101 Switching Protocols"),
        (sends(b"HTTP/1.1 403 Forbidden\r\n\r\n"), AGREES, "it answered 403 Forbidden, not 101"),
        (sends(b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.2:9/\r\n\r\n"), AGREES, "it answered 302 Found"),
        (agrees(sends(), guid=b"none"), AGREES, "its answer 101 is not right: invalid Sec-WebSocket-Accept"),
        (agrees(hangs_after(b"")), ONE, "it gave no answer within 1 s"),
        (agrees(sends()), ONE, "it ended the connection without an answer and without a close frame"),
        (agrees(resets_after(b"")), ONE, "it ended the connection without an answer"),
        (agrees(sends(b"\x88\x05\x0f\xa1out")), ONE, "without an answer (close code 4001, out)"),
        (agrees(hangs_after(b"\x88\x05\x0f\xa1out")), ONE, "without an answer (close code 4001, out)"),
        (agrees(hangs_after(b"\x81\x81aaaa\x00")), ONE, "it sent what is no WebSocket message: incorrect masking"),
        (agrees(hangs_after(b"\x83\x01a")), ONE, "it sent what is no WebSocket message: invalid opcode"),
        (agrees(hangs_after(b"\x81\x01\xff")), ONE, "it sent what is no WebSocket message: invalid start byte"),
        (
            agrees(floods(b"\x82\x7f" + bytes([0, 0, 0, 9] * 2), b"a")),
            ONE,
            "a message of more than 1,048,576 bytes",
        ),
        (agrees(drips(b"\x81\x7d", b"a", 0.05)), ONE, "it gave no answer within 1 s"),
    ],
)
def test_what_is_no_websocket_is_told_in_a_sentence(impatient: None, answer: Answer, what: str, said: str) -> None:
    finding = first_missed(serve(answer), talk)
    assert finding.what == what
    assert said in finding.got


def test_a_message_in_parts_without_end_is_told_in_a_sentence(impatient: None) -> None:
    endless = agrees(floods(b"\x01\x01a", b"\x00\x01a"))
    assert first_missed(serve(endless), talk).what in (AGREES, ONE)  # a flood may drown the handshake


def test_a_handler_for_http_does_not_agree() -> None:
    assert first_missed(launch(BaseHTTPRequestHandler, port=0), talk).got.startswith("it answered 501")


def test_answers_come_as_they_were_sent() -> None:
    async def mixed(websocket: ServerConnection) -> None:
        await websocket.recv()
        await websocket.send(b"bytes")
        await websocket.ping()
        await websocket.recv()
        await websocket.send(["in ", "pieces"])

    assert answers(launch(mixed, port=0)) == [b"bytes", "in pieces"]


def test_a_message_that_was_not_answered_is_named(impatient: None) -> None:
    async def once(websocket: ServerConnection) -> None:
        await websocket.send(await websocket.recv())
        await websocket.wait_closed()

    assert first_missed(launch(once, port=0), talk).what == TWO


def test_a_handler_that_blocks_its_loop_does_not_hold_up_the_check(impatient: None) -> None:
    async def blocks(websocket: ServerConnection) -> None:
        time.sleep(3)

    assert first_missed(launch(blocks, port=0), talk).got == "it gave no answer within 1 s"


def test_several_guests_hear_the_same() -> None:
    async def broadcast(websocket: ServerConnection) -> None:
        guests.add(websocket)
        async for message in websocket:
            await asyncio.gather(*(guest.send(message) for guest in guests))

    def question(probe: Probe) -> list[Any]:
        with probe.connect() as one, probe.connect() as two:
            one.send("A1 is taken")
            return [one.receive(), two.receive_or_none(5), two.receive_or_none(), two.is_silent()]

    guests: set[ServerConnection] = set()
    assert answers(launch(broadcast, port=0), question) == ["A1 is taken", "A1 is taken", None, True]


def test_a_close_code_and_its_reason_can_be_asked_for() -> None:
    async def rejects(websocket: ServerConnection) -> None:
        await websocket.send("wait")
        await websocket.close(4001, "no such seat")

    def question(probe: Probe) -> tuple[int | None, str]:
        with probe.connect() as guest:
            return guest.close_code(), guest.close_reason

    assert answers(launch(rejects, port=0), question) == (4001, "no such seat")


def test_all_that_a_server_sent_before_a_pong_can_be_had_at_once() -> None:
    async def tell(websocket: ServerConnection) -> None:
        for number in range(40):  # more than the library reads ahead
            await websocket.send(str(number))
        await websocket.wait_closed()

    def question(probe: Probe) -> tuple[list[str | bytes], list[str | bytes], bool]:
        with probe.connect() as guest:
            return guest.messages_until_pong(), guest.messages_until_pong(), guest.is_open

    assert answers(launch(tell, port=0), question) == ([str(number) for number in range(40)], [], True)


def test_a_connection_that_the_server_closes_is_open_no_more() -> None:
    async def once(websocket: ServerConnection) -> None:
        await websocket.send("17.5")

    def question(probe: Probe) -> tuple[list[str | bytes], bool]:
        with probe.connect() as guest:
            return guest.messages_until_pong(), guest.is_open

    assert answers(launch(once, port=0), question) == (["17.5"], False)


def test_a_server_that_sends_without_end_is_listened_to_for_a_while(impatient: None) -> None:
    async def flood(websocket: ServerConnection) -> None:
        while True:
            await websocket.send("17.5")

    def question(probe: Probe) -> int:
        with probe.connect() as guest:
            return len(guest.messages_until_pong())

    start = time.monotonic()
    assert answers(launch(flood, port=0), question)
    assert time.monotonic() - start < 3


@pytest.mark.parametrize(("way", "code"), [("leave", 1000), ("abort", None)])
def test_a_guest_can_leave_with_a_close_frame_or_vanish_without(way: str, code: int | None) -> None:
    async def listen(websocket: ServerConnection) -> None:
        try:
            await websocket.recv()
        except ConnectionClosed as error:
            ends.put(error.rcvd and error.rcvd.code)

    def question(probe: Probe) -> object:
        with probe.connect() as guest:
            getattr(guest, way)()
            return ends.get(timeout=5)

    ends: queue.Queue[object] = queue.Queue()
    assert answers(launch(listen, port=0), question) == code


def test_a_probe_knows_what_the_notebook_has_under_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("__main__.displays", {1, 2}, raising=False)
    found = answers(serve(sends(HELLO)), lambda probe: (probe.named("displays"), probe.named("nothing")))
    assert found == ({1, 2}, None)


def test_a_handler_that_returns_too_soon_is_told_to_loop() -> None:
    async def once(websocket: ServerConnection) -> None:
        await websocket.send(await websocket.recv())

    assert "it needs a loop" in first_missed(launch(once, port=0), talk).hints[0]


def test_of_a_handler_that_says_nothing_nothing_is_guessed(impatient: None) -> None:
    async def silent(websocket: ServerConnection) -> None:
        await websocket.wait_closed()

    assert first_missed(launch(silent, port=0), talk).hints == ()


def test_a_handler_that_keeps_all_others_from_their_turn_is_told(impatient: None) -> None:
    async def endless(websocket: ServerConnection) -> None:
        while True:
            pass

    assert "awaits nothing" in first_missed(launch(endless, port=0), talk).hints[0]


def test_an_end_without_a_close_frame_has_no_code() -> None:
    def question(probe: Probe) -> int | None:
        with probe.connect() as guest:
            return guest.close_code()

    assert answers(serve(agrees(sends())), question) is None


@pytest.mark.parametrize("answer", [hangs_after(b""), floods(b"", b"\x81\x01a")])
def test_a_connection_that_stays_open_gets_a_sentence(monkeypatch: pytest.MonkeyPatch, answer: Answer) -> None:
    def question(probe: Probe) -> None:
        with probe.connect() as client:  # a busy computer may need all of its time for this
            monkeypatch.setattr(timeouts, "ANSWER", 0.3)
            client.close_code()

    assert first_missed(serve(agrees(answer)), question).got == "it stayed open"


def test_the_path_the_origin_and_the_subprotocol_reach_the_server() -> None:
    async def tell(websocket: ServerConnection) -> None:
        assert websocket.request
        await websocket.send(
            f"{websocket.request.path} {websocket.request.headers['Origin']} {websocket.subprotocol}"
        )

    def question(probe: Probe) -> str | bytes:
        with probe.connect("/seats", origin="http://127.0.0.1", subprotocols=("seats",)) as guest:
            return guest.receive()

    server = launch(tell, port=0, subprotocols=["seats"])
    assert answers(server, question) == "/seats http://127.0.0.1 seats"


def test_a_guest_says_goodbye_when_an_expectation_is_not_met(impatient: None) -> None:
    async def silent(websocket: ServerConnection) -> None:
        await websocket.wait_closed()
        codes.append(websocket.close_code)

    codes: list[int | None] = []
    server = launch(silent, port=0)
    look(server, talk)
    server.settle(5)
    assert codes == [1000]


def test_frames_are_kept_as_evidence() -> None:
    expect = look(launch(echo, port=0), talk)
    expect(False, "is never met")
    assert expect.findings[0].wire is not None
    assert [frame.kind for frame in expect.findings[0].wire.frames][:4] == ["text"] * 4


@pytest.mark.parametrize("drop", [b"\x81\x01a", b"\x01\x00\x80\x00", b"\x82\x7e\xff\xff" + b"a" * 65535])
def test_a_flood_of_frames_is_cut_off_in_time_and_in_memory(drop: bytes) -> None:
    before = psutil.Process().memory_info().rss
    expect = look(serve(agrees(floods(b"", drop))), talk)
    expect(False, "is never met")
    assert len(expect.findings[0].wire or ()) < 50_000
    assert psutil.Process().memory_info().rss - before < 100 * 2**20
