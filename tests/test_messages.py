"""Messages tell what they are, and a request gives the command that sends it again."""

import gzip
import shlex
import shutil
import socket
import subprocess
import threading
import zlib
from collections.abc import Callable

import pytest
from recorded import CLOSED, GET, HANDSHAKE, OK, exchanges, messages

from wirelab.messages import MOST_UNPACKED, Frame, HttpMessage, Request, Response


def request(data: bytes) -> Request:
    [found] = messages((">", data))
    assert isinstance(found, Request)
    return found


def response(headers: bytes, body: bytes = b"") -> Response:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    found = messages((">", GET), ("<", head + headers + b"\r\n" + body))[1]
    assert isinstance(found, Response)
    return found


def test_the_size_is_that_on_the_wire() -> None:
    assert [message.size for message in messages((">", GET), ("<", OK))] == [len(GET), len(OK)]


def test_a_header_that_comes_twice_is_one_with_commas() -> None:
    asked = request(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: text/html\r\naccept: */*\r\n\r\n")
    assert (asked.header("ACCEPT"), asked.header("Missing")) == ("text/html, */*", "")


@pytest.mark.parametrize(
    ("kind", "pack"), [(b"gzip", gzip.compress), (b"X-GZIP", gzip.compress), (b"deflate", zlib.compress)]
)
def test_a_packed_body_is_unpacked(kind: bytes, pack: Callable[[bytes], bytes]) -> None:
    assert response(b"Content-Encoding: " + kind + b"\r\n", pack(b"curtain up")).content == b"curtain up"


@pytest.mark.parametrize("headers", [b"", b"Content-Encoding: gzip\r\n", b"Content-Encoding: br\r\n"])
def test_what_cannot_be_unpacked_stays_as_it_is(headers: bytes) -> None:
    found = response(headers, b"curtain up")
    assert found.content is found.body


def test_a_packed_body_is_unpacked_as_far_as_it_has_come() -> None:
    packed = gzip.compress(b"curtain up", mtime=0)
    assert response(b"Content-Encoding: gzip\r\n", packed[:-9]).content == b"curtain up"


def test_a_small_body_cannot_unpack_to_gigabytes() -> None:
    assert len(response(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(2**25))).content) == MOST_UNPACKED


@pytest.mark.parametrize(("status", "meaning"), [(200, "OK"), (418, "I'm a Teapot"), (299, "")])
def test_the_number_says_what_a_status_means(status: int, meaning: str) -> None:
    found = messages((">", GET), ("<", b"HTTP/1.1 %d Whatever\r\n\r\n" % status), ("<", CLOSED))[1]
    assert isinstance(found, Response) and found.meaning == meaning


@pytest.mark.parametrize(
    ("status", "is_final"), [(100, False), (103, False), (101, True), (200, True), (500, True)]
)
def test_all_statuses_but_1xx_are_final_and_101_is_as_well(status: int, is_final: bool) -> None:
    found = Response(connection=0, side="server", at=0, until=0, raw=b"", version="1.1", status=status)  # type: ignore[arg-type]
    assert found.is_final is is_final


@pytest.mark.parametrize(
    ("payload", "code", "meaning"),
    [
        ("03e8", 1000, "OK"),
        ("03f3", 1011, "internal error"),
        ("03ec", 1004, "unknown"),
        ("0bb8", 3000, "registered for a framework"),
        ("1387", 4999, "an application's own"),
        ("1388", 5000, "unknown"),
        ("03", None, ""),
    ],
)
def test_a_close_code_has_a_meaning(payload: str, code: int | None, meaning: str) -> None:
    [found] = messages(*HANDSHAKE, ("<", bytes([0x88, len(payload) // 2]) + bytes.fromhex(payload)))[2:]
    assert isinstance(found, Frame)
    assert (found.code, found.meaning) == (code, meaning)


def test_a_message_alone_is_told_and_drawn_without_a_number() -> None:
    [asked] = messages((">", GET))
    assert repr(asked).startswith("client → server  GET / HTTP/1.1")
    assert 'fold">[0]<' not in asked._repr_html_()


# The whole address --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "url"),
    [
        (b"GET /x?to=http://b/ HTTP/1.1", "http://a:1/x?to=http://b/"),
        (b"GET http://b/y HTTP/1.1", "http://b/y"),
        (b"OPTIONS * HTTP/1.1", "http://a:1/"),
        (b"CONNECT b:443 HTTP/1.1", "http://b:443"),
    ],
)
def test_a_request_has_a_whole_address(line: bytes, url: str) -> None:
    assert request(line + b"\r\nHost: a:1\r\n\r\n").url == url


# As a command -------------------------------------------------------------------------------------------


def test_a_simple_request_is_a_simple_command() -> None:
    own = b"Host: 127.0.0.1:8001\r\nUser-Agent: x\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n"
    asked = request(b"GET /shows?q=a HTTP/1.1\r\n" + own)
    assert asked.as_curl() == "curl -i 'http://127.0.0.1:8001/shows?q=a'"


def test_an_exchange_has_the_command_of_its_request() -> None:
    [pair] = exchanges((">", GET), ("<", OK))
    assert pair.as_curl() == pair.request.as_curl() == "curl -i http://127.0.0.1/"


def test_a_body_is_part_of_the_command() -> None:
    body = b'{"seat": "it\'s 7"}'
    data = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(
        body
    )
    words = shlex.split(request(data + body).as_curl())
    assert words == [
        "curl",
        "-i",
        "-H",
        "Content-Type: application/json",
        "--data-raw",
        body.decode(),
        "http://a/",
    ]


def put(
    *headers: bytes, body: bytes = b"", method: bytes = b"PUT", target: bytes = b"/x", version: bytes = b"1.1"
) -> bytes:
    length = [b"Content-Length: %d" % len(body)] if body else []
    return b"\r\n".join([method + b" " + target + b" HTTP/" + version, *headers, *length, b"", body])


FORM = b"Content-Type: application/x-www-form-urlencoded"
REQUESTS = {
    "get": put(method=b"GET"),
    "accept": put(b"Accept: application/json", b"Accept-Language: de", method=b"GET"),
    "head": put(method=b"HEAD"),
    "delete": put(method=b"DELETE"),
    "form": put(FORM, body=b"name=Ada&show=Hamlet", method=b"POST"),
    "form by put": put(FORM, body=b"name=Ada"),
    "json": put(b"Content-Type: application/json", body='{"name": "Größe 😀"}\n'.encode()),
    "no type": put(body=b"abc", method=b"POST"),
    "file": put(FORM, body=b"@/etc/hostname", method=b"POST"),
    "shell": put(b"X: $(id) `id` \"'\\", body=b"$(id) `id` \"'\\ !! \n\t"),
    "binary": put(FORM, body=bytes(range(256)) * 2),
    "percent": put(FORM, body=b"%s%d\\n\\\\ \0 -n"),
    "escape": put(FORM, body=b"\x1b[31mred"),
    "large": put(FORM, body=b"x" * 200_000),
    "empty": put(b"Content-Length: 0", method=b"POST"),
    "get with a body": put(FORM, body=b"abc", method=b"GET"),
    "post without a body": put(method=b"POST"),
    "chunked": put(FORM, b"Transfer-Encoding: chunked")[:-2] + b"\r\n3\r\nabc\r\n0\r\n\r\n",
    "empty header": put(b"X-Empty:", b"X-Twice: 1", b"X-Twice: 2"),
    "close": put(b"Connection: close"),
    "upgrade": put(b"Connection: Upgrade", b"Upgrade: websocket", method=b"GET"),
    "asterisk": put(method=b"OPTIONS", target=b"*"),
    "absolute": put(target=b"http://example.org/y?z"),
    "braces": put(target=b"/{a,b}[1-3]?x={y}"),
    "dots": put(target=b"/a/../b/./c"),
    "fragment": put(target=b"/a#b"),
    "odd": put(target=b"/\"'<>\\^`|%zz?to=http://b/"),
    "old": put(version=b"1.0"),
    "method of its own": put(method=b"-BREW"),
    "continue": put(b"Expect: 100-continue", FORM, body=b"abc"),
}  # fmt: skip


def last_request(listener: socket.socket, kept: list[bytes]) -> None:
    """Take one connection, answer it once the whole request has come, and keep what came."""
    with listener, listener.accept()[0] as client:
        client.settimeout(20)
        data = b""
        while not data or not isinstance(found := messages((">", data))[0], HttpMessage) or not found.complete:
            data += client.recv(65536)
            if data.endswith(b"100-continue\r\n\r\n"):
                client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        kept.append(data)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def sent_by(command: str, listener: socket.socket) -> bytes:
    kept: list[bytes] = []
    listener.settimeout(20)
    thread = threading.Thread(target=last_request, args=(listener, kept), daemon=True)
    thread.start()
    quick = command.replace("curl ", "curl -q --silent --noproxy '*' --max-time 20 ", 1)
    subprocess.run(["sh"], input=quick.encode(), capture_output=True, timeout=30, check=True)
    thread.join(20)
    return kept[0]


def essence(found: Request) -> tuple[object, ...]:
    """What has to arrive; curl has a host, an agent, and a framing of its own."""
    own = ("user-agent", "accept", "content-length")
    headers = sorted(f"{name}: {value}" for name, value in found.headers if name.lower() not in own)
    accepts = found.header("Accept") or "*/*"
    return found.method, found.target, found.version, headers, accepts, found.body


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
@pytest.mark.parametrize("name", REQUESTS)
def test_the_command_sends_the_same_request(name: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    line, _, rest = REQUESTS[name].partition(b"\r\n")
    before = request(line + b"\r\nHost: 127.0.0.1:%d\r\n" % listener.getsockname()[1] + rest)
    assert essence(request(sent_by(before.as_curl(), listener))) == essence(before)
