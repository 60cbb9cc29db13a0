"""A command for curl sends the same request again."""

import shlex
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import GET, OK, Turn, examples, exchanges, messages

from wirelab.conversation.http_messages import HttpMessage, Request
from wirelab.conversation.recording import Side
from wirelab.errors import WireError


def request(data: bytes) -> Request:
    [found] = messages((">", data))
    assert isinstance(found, Request)
    return found


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
CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"


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
    "chunked": put(FORM, b"Transfer-Encoding: chunked") + CHUNKS,
    "empty header": put(b"X-Empty:", b"X-Twice: 1", b"X-Twice: 2"),
    "close": put(b"Connection: close"),
    "upgrade": put(b"Connection: Upgrade", b"Upgrade: websocket", method=b"GET"),
    "asterisk": put(method=b"OPTIONS", target=b"*"),
    "absolute": put(target=b"http://example.org/y?z"),
    "authority": put(method=b"CONNECT", target=b"example.org:443"),
    "empty query": put(target=b"/x?"),
    "query": put(target=b"/x?a=1&a=2&b&=c&d=+%2b%zz"),
    "two slashes": put(target=b"//x//y"),
    "braces": put(target=b"/{a,b}[1-3]?x={y}"),
    "dots": put(target=b"/a/../b/./c"),
    "fragment": put(target=b"/a#b"),
    "odd": put(target=b"/\"'<>\\^`|%zz?to=http://b/"),
    "old": put(version=b"1.0"),
    "method of its own": put(method=b"-BREW"),
    "continue": put(b"Expect: 100-continue", FORM, body=b"abc"),
    "latin-1": put(b"X: \xeb", b"Y: a\xffb"),
    "utf-8": put(b"X: \xc3\xab", "Y: Größe 😀".encode()),
    "odd values": put(b"X: %s%d\\n\\", b"Y: \"'`$(id)!$HOME", b"Z: a\tb", b"A: \x1b[1m\xff!'%\\1"),
    "digits behind a byte of a value": put(b"X: \x017\xff8"),
    "a value that is an option": put(b"X: -n", b"Y: \xff-n", b"Z: @/etc/hostname"),
    "a body that is an option": put(FORM, body=b"-n\xff"),
    "digits behind a byte": put(FORM, body=b"\x011\x0022\xff333"),
    "jobs and history": put(FORM, body=b"a!b !! & \xff!"),
    "zeros alone": put(FORM, body=bytes(10)),
    "more than curl sends unasked": put(b"Content-Type: a/b", body=b"\xff" * 1_100_000, method=b"POST"),
    "small method": put(method=b"get"),
    "small method with a body": put(b"Content-Type: a/b", body=b"a", method=b"post"),
    "small names": put(b"content-type: application/x-www-form-urlencoded", b"ACCEPT: */*", body=b"a"),
    "two types": put(FORM, b"Content-Type: a/b", body=b"a"),
    "one type twice": put(FORM, FORM, body=b"a"),
    "a type before others": put(FORM, b"X: 1", body=b"a"),
    "an empty type": put(b"Content-Type:", body=b"a"),
    "accepts twice": put(b"Accept: */*", b"Accept: text/html", method=b"GET"),
    "accepts nothing": put(b"Accept:", method=b"GET"),
    "accepts behind": put(b"X: 1", b"Accept: */*", method=b"GET"),
    "kept open by HTTP/1.0": put(b"Connection: keep-alive", version=b"1.0"),
    "kept open and more": put(b"Connection: keep-alive", b"Connection: Upgrade", b"Upgrade: x"),
    "cookies": put(b'Cookie: a=1; t={"dark":1}; a="2"', b"Cookie: b", method=b"GET"),
    "two kinds of length": put(b"Content-Length: 3", b"Transfer-Encoding: chunked") + CHUNKS,
    "Chunked": put(FORM, b"transfer-encoding: Chunked") + CHUNKS,
    "nothing in chunks": put(FORM, b"Transfer-Encoding: chunked") + b"0\r\n\r\n",
    "secrets": put(b"Authorization: Basic YTpi", b"Range: bytes=0-1", b"Referer: http://a/", b"TE: trailers"),
}  # fmt: skip


def is_request(data: bytes) -> bool:
    """Whether a whole request has come."""
    found = messages((">", data))[0]
    return isinstance(found, HttpMessage) and found.complete


def last_request(listener: socket.socket, kept: list[bytes], whole: Callable[[bytes], bool]) -> None:
    """Take one connection, answer it once the whole request has come, and keep what came."""
    with listener, listener.accept()[0] as client:
        client.settimeout(20)
        data = b""
        while not data or not whole(data):
            data += client.recv(65536)
            if data.endswith(b"100-continue\r\n\r\n"):
                client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        kept.append(data)
        client.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")


def sent_by(command: str, listener: socket.socket, whole: Callable[[bytes], bool] = is_request) -> bytes:
    kept: list[bytes] = []
    listener.settimeout(20)
    thread = threading.Thread(target=last_request, args=(listener, kept, whole), daemon=True)
    thread.start()
    quick = command.replace("curl ", "curl -q --silent --noproxy '*' --max-time 20 ", 1)
    subprocess.run(["sh"], input=quick.encode(), capture_output=True, timeout=30, check=True)
    thread.join(20)
    return kept[0]


OWN = ("host", "user-agent", "accept-encoding", "content-length")  # curl's own


def essence(found: Request) -> tuple[object, ...]:
    """What has to arrive, in its order."""
    headers = [pair for pair in found.headers if pair[0].lower() not in OWN]
    headers = headers[1:] if headers[:1] == [("Accept", "*/*")] else headers  # which curl adds
    lengths = found.header("Content-Length") if found.header("Transfer-Encoding") else ""
    return found.method, found.target, found.version, headers, lengths, found.body


def assert_arrives(data: bytes) -> None:
    """curl sends the request in `data`, given a Host, and it arrives."""
    listener = socket.create_server(("127.0.0.1", 0))
    line, _, rest = data.partition(b"\r\n")
    before = request(line + b"\r\nHost: 127.0.0.1:%d\r\n" % listener.getsockname()[1] + rest)
    after = request(sent_by(before.as_curl(), listener))
    assert essence(after) == essence(before)
    assert after.header("Host") == before.header("Host")


needs_curl = pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")


@needs_curl
@pytest.mark.parametrize("name", REQUESTS)
def test_the_command_sends_the_same_request(name: str) -> None:
    assert_arrives(REQUESTS[name])


letters = st.binary(max_size=20).map(lambda data: data.translate(None, b"\0\n\x0b\x0c\r").strip(b" \t"))
headers = st.tuples(st.sampled_from([b"X", b"x", b"Accept", b"Cookie", b"Content-Type", b"It's"]), letters)
targets = st.text("".join(map(chr, range(0x21, 0x7F))), max_size=12).map(lambda text: b"/" + text.encode())
methods = st.sampled_from([b"GET", b"POST", b"PUT", b"get", b"X!'$"])


@needs_curl
@given(methods, targets, st.lists(headers, max_size=4), st.binary(max_size=40))
@examples(40)
def test_the_command_sends_whatever_was_sent(
    method: bytes, target: bytes, headers: list[tuple[bytes, bytes]], body: bytes
) -> None:
    lines = [name + b": " + value for name, value in headers]
    assert_arrives(put(*lines, method=method, target=target, body=body))


@needs_curl
@pytest.mark.parametrize("line", [b"", b"Host:\r\n", b"Host: example.org\r\n", b"Host: example.org:8080\r\n"])
def test_a_host_of_another_name_is_sent_to_the_same_server(line: bytes) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    before = request(b"GET /x HTTP/1.0\r\n" + line + b"X: 1\r\n\r\n")
    server = f"127.0.0.1:{listener.getsockname()[1]}"
    after = request(sent_by(before.as_curl(server), listener))
    assert [pair for pair in after.headers if pair[0] in ("Host", "X")] == list(before.headers)


def test_the_host_of_a_relay_is_not_sent_to_the_server() -> None:
    asked = request(GET.replace(b"127.0.0.1", b"localhost:9001"))
    assert asked.as_curl("127.0.0.1:8001") == "curl -i http://127.0.0.1:8001/"


def test_a_host_may_be_a_number_of_ipv6() -> None:
    asked = request(GET.replace(b"127.0.0.1", b"[::1]:8001"))
    assert shlex.split(asked.as_curl())[-1] == "http://[::1]:8001/"


CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n"
LONG = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000\r\n\r\nabc"


@pytest.mark.parametrize(
    ("turns", "why"),
    [
        ([(">", CHUNKED + b"X: 1\r\n\r\n")], "curl cannot send trailers: .* by a socket"),
        ([(">", LONG)], "not complete: 2 headers, 3 of 3000 bytes"),
        ([(">", LONG), (">", 2990), (">", b"1234567")], "2,997 of the 3,000 bytes of its body were not kept"),
        ([(">", CHUNKED[:-3])], "not complete"),
        ([(">", put(b"Host: a", method=b"HEAD", body=b"abc"))], "curl sends HEAD without a body"),
        ([(">", put(method=b"GET", version=b"1.0"))], "says no Host"),
        ([(">", put(b"Host: a b", method=b"GET"))], "'a b' is no address"),
        ([(">", put(b"Host: a/b", method=b"GET"))], "'a/b' is no address"),
        ([(">", put(b"Host: a", method=b"GET", version=b"1.2"))], "does not speak HTTP/1.2"),
        ([(">", put(b"Host: a", b"X: 1", b"  2"))], "'X: 1' as it is: .* by a socket"),
        ([(">", put(b"Host: a", b"Content-Length: 1", body=b"a"))], "of its own, not 1, 1"),
        ([(">", put(b"Host: a", b"Content-Length: 0, 0"))], "of its own, not 0, 0"),
    ],
)
def test_what_curl_cannot_send_is_refused_with_the_reason(turns: list[Turn], why: str) -> None:
    found = messages(*turns)[0]
    assert isinstance(found, Request)
    with pytest.raises(WireError, match=why):
        found.as_curl()


def made(target: str = "/", headers: Sequence[tuple[str, str]] = (("Host", "a"),), body: bytes = b"") -> Request:
    """A request as no parser has read it."""
    return Request(
        connection=0, side=Side.CLIENT, at=0, until=0, raw=b"", version="1.1", method="GET", target=target,
        headers=tuple(headers), body=body, body_size=len(body),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("headers", "why"),
    [
        ([("Host", "a"), ("host", "b")], "curl sends one Host"),
        ([("Host", "a"), ("Content-Length", "4")], "a Content-Length of its own, not 4"),
        ([("Host", "a"), ("Content-Length", "3"), ("Content-Length", "4")], "not 3, 4"),
        ([("Host", "a"), ("Transfer-Encoding", "gzip")], "no Transfer-Encoding: gzip in HTTP/1.1"),
    ],
)
def test_what_no_server_reads_in_one_way_is_refused(headers: list[tuple[str, str]], why: str) -> None:
    with pytest.raises(WireError, match=why):
        made(headers=headers, body=b"abc").as_curl("127.0.0.1:1")


@needs_curl
@pytest.mark.parametrize("target", ["/caf\xe9", "/caf\xc3\xa9?\xff", "/a b", "/\x01\t!'"])
def test_a_target_arrives_as_it_was_sent(target: str) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    command = made(target=target).as_curl(f"127.0.0.1:{listener.getsockname()[1]}")
    data = sent_by(command, listener, whole=lambda data: data.endswith(b"\r\n\r\n"))
    assert data.startswith(b"GET " + target.encode("latin-1") + b" HTTP/1.1\r\n")
