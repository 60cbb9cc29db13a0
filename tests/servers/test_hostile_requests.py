"""The worst that clients can send: no secret leaves, no request stays without a reply, the server lives on."""

import itertools
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from links import may_link
from plain_http import CLOSE, connected, exchange, get, post, read_to_end

from servers import naive_web_server, web_server
from wirelab import Server, launch

SECRET = b"the secret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a secret beside it, one more above, and folders and links to start from."""
    root = tmp_path / "theatre" / "public"
    (root / "with").mkdir(parents=True)
    for place in (tmp_path, root.parent, root.parent / "public-not"):
        place.mkdir(exist_ok=True)
        (place / "secret.txt").write_bytes(SECRET)
    (root / "hello.txt").write_text("hello", encoding="utf-8")
    (root / "with" / "index.html").write_text("an index", encoding="utf-8")
    may_link(root / "link.txt", root.parent / "secret.txt")
    may_link(root / "folder", root.parent)
    return root


@pytest.fixture
def server(root: Path) -> Server:
    return launch(partial(web_server.create_server, root=root), port=0)


def lives(server: Server) -> bool:
    return exchange(server, get(b"/hello.txt", CLOSE)).startswith(b"HTTP/1.1 200 OK\r\n")


# Paths --------------------------------------------------------------------------------------------------

DOTS = {
    "as it is": b"..",
    "encoded": b"%2e%2e",
    "half encoded": b".%2e",
    "half, in capitals": b"%2E.",
    "twice encoded": b"%252e%252e",
    "three times encoded": b"%25252e%25252e",
    "overlong, two bytes": b"%c0%ae%c0%ae",
    "overlong, three bytes": b"%e0%80%ae%e0%80%ae",
    "overlong, four bytes": b"%f0%80%80%ae%f0%80%80%ae",
    "of full width": b"%ef%bc%8e%ef%bc%8e",
    "one character": b"%e2%80%a5",
    "as Microsoft had it": b"%u002e%u002e",
    "raw overlong": b"\xc0\xae\xc0\xae",
    "with NUL": b"..%00",
    "with NUL between": b".%00.",
    "with a parameter": b"..;",
    "with a blank": b"..%20",
    "with a line end": b"..%0d%0a",
    "three": b"...",
    "four": b"....",
}
SLASHES = [
    b"/",
    b"//",
    b"/./",
    b"%2f",
    b"%2F%2f",
    b"%252f",
    b"\\",
    b"%5c",
    b"%255c",
    b"%c0%af",
    b"%c1%9c",
    b"%e0%80%af",
    b"%ef%bc%8f",
    b"%u2215",
    b"/;/",
    b"/with/../",
]
STARTS = [b"/", b"/with/", b"//", b"/folder/"]
DEPTHS = [1, 2, 7]


def ways_up(dots: bytes) -> list[bytes]:
    """Paths that lead up with these dots, by every slash, from every start, some steps each."""
    return [
        start + (dots + slash) * depth + b"secret.txt"
        for slash, start, depth in itertools.product(SLASHES, STARTS, DEPTHS)
    ]


def absolute(root: Path) -> list[bytes]:
    secret = bytes(root.parent / "secret.txt")
    return [
        start + secret for start in (b"", b"/", b"//", b"///", b"%2f", b"file://", b"http://x/", b"/C:", b"/with")
    ]


OTHERS = [
    *(
        b"/link.txt",
        b"/folder/secret.txt",
        b"/folder/public-not/secret.txt",
        b"/folder",
        b"/folder/",
        b"/with/../..",
    ),
    *(b"/../public-not/secret.txt", b"/..", b"/.", b"/%2e%2e", b"/%00", b"/hello.txt%00", b"/secret.txt%00.html"),
    *(
        b"/C:/secret.txt",
        b"/C:\\secret.txt",
        b"/C%3A%5Csecret.txt",
        b"/c:secret.txt",
        b"\\\\host\\share",
        b"//host/x",
    ),
    *(
        b"/hello.txt::$DATA",
        b"/hello.txt:x",
        b"/CON",
        b"/NUL.txt",
        b"/~",
        b"/~root/secret.txt",
        b"/$HOME/secret.txt",
    ),
    *(
        b"/%",
        b"/%2",
        b"/%zz",
        b"/%ff%fe",
        b"/\xff\xfe",
        b"/%ed%a0%80",
        b"/%f4%90%80%80",
        b"/%e2%80%ae",
        b"/%ef%bb%bf",
    ),
    *(b"/" + b"x" * 255, b"/" + b"x" * 5000, b"/" + b"x/" * 5000, b"/" + b"%78" * 5000, b"/" + b"../" * 5000),
    *(
        b"/hello.txt/",
        b"/hello.txt/.",
        b"/hello.txt/../../secret.txt",
        b"/*",
        b"/?",
        b"/#",
        b"/;",
        b"/|ls",
        b"/`ls`",
    ),
    *(
        b"*",
        b"?",
        b"#",
        b"..",
        b"secret.txt",
        b"../secret.txt",
        b"http://",
        b"http://[",
        b"http://x:y/",
        b"ftp://x/",
    ),
    *(b"file:///etc/passwd", b"/etc/passwd", b"//etc/passwd", b"/proc/self/environ", b"/dev/zero", b"/dev/stdin"),
    *(b"javascript:1", b"data:,x", b"x:/hello.txt", b"//[", b"/[", b"//@/", b"/%0d%0aSet-Cookie:%20x=1", b"/\t"),
]
ALLOWED = {200, 400, 404, 414, 421}


def test_there_are_more_than_500_of_them() -> None:
    assert len({*itertools.chain.from_iterable(map(ways_up, DOTS.values())), *OTHERS}) > 500


def leaks(server: Server, paths: list[bytes], *, of: bytes = SECRET) -> list[bytes]:
    """The paths that were answered with the secret. Each has to be answered."""
    found = []
    for path in paths:
        reply = exchange(server, get(path, CLOSE))
        assert reply, path
        if of in reply:
            found.append(path)
        elif server.name == "mended":
            assert int(re.findall(rb"\AHTTP/1\.1 (\d+) ", reply)[0]) in ALLOWED, path
    return found


@pytest.mark.parametrize("kind", DOTS)
def test_no_way_up_leads_to_the_secret(root: Path, kind: str) -> None:
    server = launch(partial(web_server.create_server, root=root), port=0, name="mended")
    assert leaks(server, ways_up(DOTS[kind])) == []


def test_no_other_trick_leads_to_a_secret(root: Path) -> None:
    server = launch(partial(web_server.create_server, root=root), port=0, name="mended")
    assert leaks(server, [*OTHERS, *absolute(root)]) == []
    assert leaks(server, OTHERS, of=b"root:") == []


def test_the_tricks_do_work_where_nobody_minds(root: Path) -> None:
    naive = launch(partial(naive_web_server.create_server, root=root), port=0)
    assert len(leaks(naive, ways_up(b".."))) > 10


@pytest.mark.parametrize("path", [b"/%0d%0aSet-Cookie:%20x=1.zzz", b"/%0aX:%20y", b"/x?%0d%0aSet-Cookie:%20x=1"])
def test_no_path_makes_a_header(server: Server, path: bytes) -> None:
    head = exchange(server, get(path, CLOSE)).partition(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0] for line in head.split(b"\r\n")[1:]]
    assert set(names) <= {b"Server", b"Date", b"Content-Type", b"Content-Length", b"Cache-Control", b"Connection"}


MARKUP = "<script>alert('1')</script>"


@pytest.mark.parametrize("path", ["/%3Cscript%3Ealert('1')%3C/script%3E", "/" + MARKUP])
@pytest.mark.parametrize("end", ["", ".zzz", ".html"])
def test_no_path_makes_markup(server: Server, path: str, end: str) -> None:
    reply = exchange(server, get((path + end).encode(), CLOSE))
    assert b"&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;" in reply
    assert MARKUP.encode() not in reply


# Requests that are none ---------------------------------------------------------------------------------

HOST = b"Host: localhost\r\n"


def line(first: bytes) -> bytes:
    return first + b"\r\n" + HOST + b"\r\n"


def header(*lines: bytes) -> bytes:
    return b"GET / HTTP/1.1\r\n" + HOST + b"".join(lines) + b"\r\n"


def length(*lines: bytes) -> bytes:
    return b"POST /reminder HTTP/1.1\r\n" + HOST + b"".join(lines) + b"\r\nname=Ada"


def host(*lines: bytes) -> bytes:
    return b"GET / HTTP/1.1\r\n" + b"".join(lines) + b"\r\n"


MALFORMED: list[tuple[int, bytes]] = [
    # the first line
    (400, b"HELLO\r\n\r\n"),
    (400, b"\r\n\r\n\r\n"),
    (400, b"\n\n"),
    (400, b"GET\r\n\r\n"),
    (400, b"GET /\r\n\r\n"),
    (400, line(b"GET / ")),
    (400, line(b"GET  / HTTP/1.1")),
    (400, line(b"GET /  HTTP/1.1")),
    (400, line(b" GET / HTTP/1.1")),
    (400, line(b"GET\t/\tHTTP/1.1")),
    (400, line(b"GET / HTTP/1.1 x")),
    (400, line(b"GET /stage door.html HTTP/1.1")),
    (400, line(b"GET / HTTP")),
    (400, line(b"GET / HTTP/1")),
    (400, line(b"GET / HTTP/1.1.1")),
    (400, line(b"GET / HTTP/one.one")),
    (400, line(b"GET / HTTP/99999999999.1")),
    (400, line(b"GET / http/1.1")),
    (400, line(b"GET / ICY/1.1")),
    (400, line(b"GET /\0 HTTP/1.1")),
    (400, line(b"GET /\x01 HTTP/1.1")),
    (400, line(b"GET /\x7f HTTP/1.1")),
    (400, line(b"GET /\r HTTP/1.1")),
    (400, line(b"GET /\x85HTTP/1.1")),
    (400, line(b"GET /\xa0HTTP/1.1")),
    (400, line(b"GET /\xc3\xab HTTP/1.1")),
    (400, line(b"\xef\xbb\xbfGET / HTTP/1.1")),
    (400, line(b"G\0T / HTTP/1.1")),
    (400, line(b"{} / HTTP/1.1")),
    (400, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"),  # a client that wants TLS
    (400, b"\x05\x01\x00\n"),  # one that takes us for a proxy
    (414, b"x" * 70_000),
    (414, b"GET /" + b"x" * 70_000 + b" HTTP/1.1\r\n\r\n"),
    (501, line(b"BREW / HTTP/1.1")),
    (501, line(b"get / HTTP/1.1")),
    (501, line(b"X" * 5000 + b" / HTTP/1.1")),
    (501, line(b"__init__ / HTTP/1.1")),
    (501, line(b"CONNECT x:443 HTTP/1.1")),
    (501, line(b"TRACE / HTTP/1.1")),
    (501, line(b"OPTIONS * HTTP/1.1")),
    (501, line(b"PUT / HTTP/1.1")),
    (501, line(b"DELETE / HTTP/1.1")),
    (505, line(b"GET / HTTP/0.9")),
    (505, line(b"GET / HTTP/2.0")),
    (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    # its Host
    (400, host()),
    (400, host(b"Host:\r\n")),
    (400, host(b"Host: x\r\n", b"Host: x\r\n")),
    (400, host(b"Host: x\r\n", b"host: y\r\n")),
    (400, host(b"Host: x y\r\n")),
    (400, host(b"Host: x, y\r\n")),
    (400, host(b"Host: x/y\r\n")),
    (400, host(b"Host: me@x\r\n")),
    (400, host(b"Host: x:port\r\n")),
    (400, host(b"Host: <script>\r\n")),
    (400, host(b"Host: \xff\r\n")),
    (400, host(b"Host : x\r\n")),
    (400, host(b"X: y\r\n", b" Host: x\r\n")),
    (421, host(b"Host: stranger.example\r\n")),
    (421, b"GET http://stranger.example/ HTTP/1.1\r\n" + HOST + b"\r\n"),
    (403, header(b"Origin: http://stranger.example\r\n")),
    (403, length(b"Content-Length: 8\r\n", b"Origin: null\r\n")),
    # other headers
    (400, header(b"No colon\r\n")),
    (400, header(b": no name\r\n")),
    (400, header(b"Blank : before\r\n")),
    (400, header(b"Bl ank: within\r\n")),
    (400, header(b"X: 1\r\n", b" folded\r\n")),
    (400, header(b"X: 1\r\n", b"\tfolded\r\n")),
    (400, header(b"X: \0\r\n")),
    (400, header(b"X: a\rY: b\r\n")),
    (400, header(b"X: \x1b[2J\r\n")),
    (400, header(b"\xff: 1\r\n")),
    (400, header(b"X(: 1\r\n")),
    (431, header(b"X: " + b"y" * 70_000 + b"\r\n")),
    (431, header(b"X" * 70_000 + b": y\r\n")),
    (431, header(*[b"X: y\r\n"] * 101)),
    (431, header(*[b"X: " + b"y" * 1000 + b"\r\n"] * 80)),
    # the length of its body
    (400, length(b"Content-Length: -1\r\n")),
    (400, length(b"Content-Length: ten\r\n")),
    (400, length(b"Content-Length:\r\n")),
    (400, length(b"Content-Length: +8\r\n")),
    (400, length(b"Content-Length: 8.0\r\n")),
    (400, length(b"Content-Length: 0x8\r\n")),
    (400, length(b"Content-Length: 8, 8\r\n")),
    (400, length(b"Content-Length: 8\r\n", b"Content-Length: 8\r\n")),
    (400, length(b"Content-Length: 8\r\n", b"Content-Length: 9\r\n")),
    (400, length(b"Content-Length: 8\r\n", b"Transfer-Encoding: chunked\r\n")),
    (400, length(b"Transfer-Encoding: chunked\r\n", b"Content-Length: 8\r\n")),
    (400, header(b"Content-Length: -1\r\n")),
    (411, length()),
    (411, length(b"Transfer-Encoding: chunked\r\n")),
    (400, length(b"Transfer-Encoding: identity\r\n")),
    (400, length(b"Transfer-Encoding: gzip\r\n")),
    (400, length(b"Transfer-Encoding: chunked, gzip\r\n")),
    (501, length(b"transfer-encoding: gzip, chunked\r\n")),
    (411, header(b"Transfer-Encoding: chunked\r\n")),
    (413, length(b"Content-Length: 10001\r\n")),
    (413, length(b"Content-Length: 99999999999999999999\r\n")),
    (413, length(b"Content-Length: " + b"9" * 5000 + b"\r\n")),
]


def test_there_are_more_than_60_malformed_requests() -> None:
    assert len({request for _, request in MALFORMED}) > 60


@pytest.mark.parametrize(
    ("status", "request_"), MALFORMED, ids=[f"{number}-{status}" for number, (status, _) in enumerate(MALFORMED)]
)
def test_a_malformed_request_is_told_what_is_wrong(server: Server, status: int, request_: bytes) -> None:
    reply = exchange(server, request_, get(b"/with/"), more=False)
    head, _, body = reply.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d %b\r\n" % (status, HTTPStatus(status).phrase.encode()))
    assert b"\r\nConnection: close" in head
    assert b"\r\nContent-Length: %d\r\n" % len(body) in head  # so there is no second reply
    assert lives(server)
    assert not server.failures


@pytest.mark.parametrize(
    "begun",
    [
        b"",
        b"G",
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.1\r\n",
        b"GET / HTTP/1.1\r\nHost",
        get(b"/")[:-2],
        get(b"/")[:-1],
        b"\r\n",
    ],
)
def test_half_a_request_is_none(server: Server, begun: bytes) -> None:
    assert exchange(server, begun, more=False) == b""
    assert lives(server)


@pytest.mark.parametrize(
    "target", [b"hello.txt", b"../", b"*", b"?", b"ftp://x/hello.txt", b"x:/hello.txt", b"http://["]
)
def test_a_target_that_is_no_address_is_400(server: Server, target: bytes) -> None:
    assert exchange(server, get(target, CLOSE)).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_body_that_ends_early_is_400(server: Server) -> None:
    reply = exchange(server, post(b"/reminder", b"name=Ada", b"Content-Length: 20"), more=False)
    assert reply.startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_a_request_within_a_refused_one_is_not_answered(server: Server) -> None:
    inner = b"0\r\n\r\n" + get(b"/hello.txt")
    for smuggled in (b"Transfer-Encoding: chunked", b"Content-Length: 4\r\nTransfer-Encoding: chunked"):
        assert exchange(server, post(b"/reminder", inner, smuggled)).count(b"HTTP/1.1 ") == 1


# Clients that are slow, gone or many --------------------------------------------------------------------


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch, root: Path) -> Server:
    monkeypatch.setattr(web_server.MyHandler, "timeout", 0.5)
    return launch(partial(web_server.create_server, root=root), port=0)


SLOW = [b"", b"GET", b"GET / HTTP/1.1\r\nHost: localhost\r\n", post(b"/reminder", b"name", b"Content-Length: 20")]


def test_slow_clients_block_nobody_and_are_hung_up_on(impatient: Server) -> None:
    with ExitStack() as stack:
        clients = [(begun, stack.enter_context(connected(impatient))) for begun in SLOW * 10]
        for begun, client in clients:
            client.sendall(begun)
        assert lives(impatient)
        for begun, client in clients:
            assert read_to_end(client).startswith(b"HTTP/1.1 408 Request Timeout\r\n" if begun else b"")
    assert not impatient.failures


@pytest.mark.parametrize("left", [5, 20, 1])
def test_clients_that_leave_with_a_reset_do_no_harm(server: Server, left: int) -> None:
    asked = get(b"/hello.txt") * 20
    for _ in range(20):
        with connected(server) as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            client.sendall(asked[: len(asked) // left])
    assert lives(server)
    assert not server.failures


def test_a_half_open_connection_still_gets_its_answers(server: Server) -> None:
    assert exchange(server, get(b"/hello.txt"), get(b"/with/"), more=False).count(b"HTTP/1.1 200 OK") == 2


def test_200_clients_at_once_get_each_its_own_answer(server: Server) -> None:
    with ExitStack() as stack:
        clients = [stack.enter_context(connected(server)) for _ in range(200)]
        for number, client in enumerate(clients):
            client.sendall(get(b"/client-%d.zzz" % number, CLOSE))
        for number, client in enumerate(clients):
            assert b"<p>You requested /client-%d.zzz on day " % number in read_to_end(client)


def test_clients_in_200_threads_get_each_their_own_answers(server: Server) -> None:
    def ask(number: int) -> None:
        start.wait()
        paths = [b"/%d-%d.zzz" % (number, turn) for turn in range(5)]
        reply = exchange(server, *map(get, paths), get(b"/", CLOSE))
        right.append(re.findall(rb"You requested (\S+)", reply) == paths)

    start, right = threading.Barrier(200, timeout=20), []  # type: ignore[var-annotated]
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert right == [True] * 200


# Whatever comes -----------------------------------------------------------------------------------------

PIECES = [
    *(
        b"GET",
        b"POST",
        b"HEAD",
        b" ",
        b"/",
        b"/reminder",
        b"/hello.txt",
        b"/../",
        b"HTTP/1.1",
        b"HTTP/1.0",
        b"\r\n",
    ),
    *(
        b"\n",
        b"\r",
        b":",
        b"Host: localhost\r\n",
        b"Content-Length: ",
        b"8",
        b"-1",
        b"Transfer-Encoding: chunked\r\n",
        b"\0",
    ),
    *(
        b"Expect: 100-continue\r\n",
        b"Connection: close\r\n",
        b"GET /x.zzz HTTP/1.1\r\n",
        b"\xff",
        b"%2e",
        b"\r\n\r\n",
    ),
]
REPLY = re.compile(rb"HTTP/1\.1 [1-5]\d\d [A-Z]")


def send_all(server: Server, data: st.SearchStrategy[bytes]) -> None:
    @settings(max_examples=300)
    @given(data)
    def send(sent: bytes) -> None:
        reply = exchange(server, sent, more=False)
        assert not reply or REPLY.match(reply)

    send()
    assert lives(server)
    assert not server.failures


def test_random_bytes_never_kill_it(server: Server) -> None:
    send_all(server, st.binary(max_size=500))


def test_random_pieces_of_requests_never_kill_it(server: Server) -> None:
    send_all(server, st.lists(st.sampled_from(PIECES), max_size=30).map(b"".join))


def test_random_ends_of_a_good_beginning_never_kill_it(server: Server) -> None:
    ends = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)
    begun = st.sampled_from([b"GET /hello.txt HTTP/1.1\r\n", b"HEAD / HTTP/1.1\r\nHost: localhost\r\n"])
    send_all(server, st.tuples(begun, ends).map(b"".join))


def settles(measure: Callable[[], int], at_most: int) -> bool:
    """Whether the number falls so low, at once or within some seconds."""
    for _ in range(500):
        if measure() <= at_most:
            return True
        time.sleep(0.01)
    return False


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists a process's descriptors there")
def test_nothing_is_left_behind(server: Server) -> None:
    assert lives(server)
    settles(threading.active_count, 2)
    threads, files = threading.active_count(), open_files()
    for _, request in MALFORMED:
        exchange(server, request, more=False)
    for _ in range(50):
        with connected(server) as client:
            client.sendall(b"GET / HTTP/1.1\r\n")
    assert settles(threading.active_count, threads)
    assert settles(open_files, files)
