"""The checks of lesson 15: requests out of a stream of bytes, and a server without http.server."""

import select
import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

from wirelab.checking import Expect, FunctionProbe, Probe, exercise

REQUEST = b"GET /stations/2 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
LONG_REQUEST = REQUEST[:-2] + b"Cookie: " + b"wind=17.5; " * 1000 + b"end\r\n\r\n"
PAUSE = 0.002  # seconds between two looks whether a piece has been read

ONE_RECV_HINTS = (
    "recv() returns what is there, and that may be a piece. Ask again until the empty line has come.",
    'head = b"", and then: while b"\\r\\n\\r\\n" not in head: head += connection.recv(4096)',
)
SPLIT_HINTS = (
    "The empty line itself may come in two pieces. Do not look for it in the last piece alone.",
    "Add each piece to those before it, and look for b'\\r\\n\\r\\n' in all of them together.",
)
WAITS_HINTS = (
    "The client does not leave: it waits for your answer. So recv() waits for ever behind the empty line.",
    "Stop as soon as b'\\r\\n\\r\\n' is in what has come.",
)
LEFT_HINTS = (
    "The client has left. Then recv() returns b'' at once, each time: the loop has to end there.",
    "received = connection.recv(4096), and then: if not received: return None",
)
BYTES_HINTS = (
    "The request is returned as bytes, all of them, with the empty line at the end.",
    "return head, with no decode() and no split().",
)
PIECES: list[tuple[Sequence[bytes], str, Sequence[str]]] = [  # of a request, what is right then, hints
    ([REQUEST], "returns a request that comes in one piece", BYTES_HINTS),
    (
        [REQUEST[:9], REQUEST[9:30], REQUEST[30:]],
        "goes on reading where a request comes in pieces",
        ONE_RECV_HINTS,
    ),
    ([REQUEST[:-1], REQUEST[-1:]], "finds an empty line that comes in two pieces", SPLIT_HINTS),
    ([REQUEST[:-2], REQUEST[-2:]], "finds an empty line whose two halves come apart", SPLIT_HINTS),
    ([REQUEST[n : n + 1] for n in range(len(REQUEST))], "reads a request that comes byte by byte", SPLIT_HINTS),
    ([LONG_REQUEST], "reads a request of 11,000 bytes", ONE_RECV_HINTS),
]
LEAVING: list[tuple[Sequence[bytes], str]] = [  # what a client sends before it leaves, and what is right then
    ([REQUEST[:9]], "returns None for a client that leaves in the middle"),
    ([REQUEST[:-2]], "returns None for a client that leaves before the empty line"),
    ([], "returns None for a client that says nothing and leaves"),
]


class _Connection(socket.socket):
    """A socket that is shown in one word."""

    def __repr__(self) -> str:
        return "connection"


@contextmanager
def _client(pieces: Sequence[bytes], *, leaves: bool) -> Iterator[socket.socket]:
    """A connection whose client sends these pieces, each once the one before was read. Then it waits or leaves."""
    client, ours = socket.socketpair()
    connection, over = _Connection(fileno=ours.detach()), threading.Event()
    sender = threading.Thread(target=_send, args=(client, connection, pieces, leaves, over), daemon=True)
    sender.start()
    try:
        yield connection
    finally:
        over.set()
        sender.join()
        for end in (client, connection):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)  # which wakes a function that still waits
            end.close()


def _send(
    client: socket.socket, connection: socket.socket, pieces: Sequence[bytes], leaves: bool, over: threading.Event
) -> None:
    for piece in pieces:
        with suppress(OSError):
            client.sendall(piece)
        while not over.is_set() and _has_unread(connection):
            over.wait(PAUSE)
    if leaves:
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)


def _has_unread(connection: socket.socket) -> bool:
    """Whether bytes wait on this end; not where the learner's function has closed it."""
    with suppress(OSError, ValueError):
        return bool(select.select([connection], [], [], 0)[0])
    return False


@exercise(
    "15.1", "Up to the empty line", points=2, of="function",
    learned="TCP carries a stream: read in a loop until the empty line, and end where recv() returns nothing.",
)
def up_to_the_empty_line(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a connection to the bytes of a request's head, or None where its client has left.

    Raises Stopped where it waits for what does not come.
    """
    for pieces, what, hints in PIECES:
        waiting = WAITS_HINTS if len(pieces) == 1 else hints
        with _client(pieces, leaves=False) as connection:
            got = function.returns(connection, hint=waiting)
        expect.equal(got, b"".join(pieces), what, hint=hints)
    for pieces, what in LEAVING:
        with _client(pieces, leaves=True) as connection:
            got = function.returns(connection, hint=LEFT_HINTS)
        expect(got is None, what, expected=None, got=got, hint=LEFT_HINTS)


HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
CHUNKS = [b"5\r\n17.5\n\r\n", b"19\r\n17.25 and still falling!\n\r\n"]
PREDICTED = HEAD + b"".join(CHUNKS) + b"0\r\n\r\n"
STRING_HINTS = ("Write b before the quotation mark.", 'b"HTTP/1.1 …"')
LINE_HINTS = (
    "send_response_only(200) sends the version, the status and its phrase. protocol_version says which version.",
    "HTTP/1.1 200 OK, and then \\r\\n.",
)
HEADER_HINTS = (
    "There is one header, and end_headers() sends the empty line behind it.",
    "Transfer-Encoding: chunked, then \\r\\n, and \\r\\n again for the empty line.",
)
FIRST_CHUNK_HINTS = (
    "A chunk is its length, \\r\\n, the bytes, \\r\\n. The \\n in the piece is one of its bytes.",
    "b'17.5\\n' has 5 bytes: 5\\r\\n17.5\\n\\r\\n",
)
SECOND_CHUNK_HINTS = (
    "Count the bytes of the second piece, the \\n too, and write the number with the digits 0 to 9 and a to f.",
    "25 bytes are 1 × 16 + 9, which is 19.",
)
LAST_CHUNK_HINTS = (
    "The last line of do_GET sends something as well: the chunk that says that there are no more.",
    "0\\r\\n\\r\\n is the end.",
)


@exercise(
    "15.2", "Predict a wire", points=2, of="function",
    learned="A chunk is its length in hexadecimal and its bytes; the chunk of length 0 is the last.",
)
def predict_a_wire(function: FunctionProbe, expect: Expect) -> None:
    """Check a function without parameters that returns a response in chunks, byte for byte.

    Raises Stopped where it hangs.
    """
    got = function.returns()
    expect(isinstance(got, bytes), "gives bytes", got=got, hint=STRING_HINTS)
    sent = got.encode("utf-8", "replace") if isinstance(got, str) else got
    sent = sent if isinstance(sent, bytes) else b""
    head, empty, body = sent.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    expect.equal(lines[0], b"HTTP/1.1 200 OK", "begins with the status line", hint=LINE_HINTS)
    header = [b"Transfer-Encoding: chunked"]
    expect.equal(lines[1:], header, "has the header that the server sends, and no other", hint=HEADER_HINTS)
    expect(empty, "ends the headers with an empty line", got=sent[:80], hint=HEADER_HINTS)
    first, second = body[: len(CHUNKS[0])], body[len(CHUNKS[0]) :]
    expect.equal(first, CHUNKS[0], "has the first piece as a chunk", hint=FIRST_CHUNK_HINTS)
    expect.equal(second[: len(CHUNKS[1])], CHUNKS[1], "has the second piece as a chunk", hint=SECOND_CHUNK_HINTS)
    expect(sent.endswith(b"\r\n0\r\n\r\n"), "ends with the last chunk", got=sent[-12:], hint=LAST_CHUNK_HINTS)
    expect(sent == PREDICTED, "is what the server sends, byte for byte", expected=PREDICTED, got=sent)


READINGS = [("/stations/2", "17.5"), ("/stations/3", "21 °C"), ("/stations/4", "")]
STATUS_HINTS = (
    "The status line is the first thing to send: HTTP/1.1, the status, its phrase.",
    '"HTTP/1.1 200 OK\\r\\n" for a path in READINGS, "HTTP/1.1 404 Not Found\\r\\n" for any other.',
)
BODY_HINTS = (
    "The path is the second word of the request line.",
    "READINGS[path], as bytes, behind the empty line.",
)
NONE_HINTS = (
    "A path that is not in READINGS gets 404, and the body says: no such station.",
    'READINGS.get(path, "no such station")',
)
AGAIN_HINTS = (
    "One connection carries one request after another: after the answer, read the next request line.",
    "while line := stream.readline(): and then the headers, and the answer.",
)
TOGETHER_HINTS = (
    "Both requests lay in the connection. Take the lines of the first one, and leave the others for later.",
    "One makefile() for the connection, and readline(): it keeps what nobody has read yet.",
)
LEAVES_HINTS = (
    "When the client has left, readline() returns b'' at once. Then the function has to end.",
    "while line := stream.readline(): ends there by itself.",
)
HALF_HINTS = (
    "The client left before the empty line. Do not answer: the path may be cut off.",
    'In the loop over the headers: if not line: return. And readline() gives b"" there.',
)
PIECE_HINTS = (
    "The request came in two pieces. readline() waits for the whole line, and recv() does not.",
    "Read up to the empty line before you answer.",
)
OK = b"HTTP/1.1 200 OK\r\n"


@exercise(
    "15.3", "A station from a socket", points=4, writes=["answer"],
    learned="A server that knows where each request ends can keep the connection open for the next one.",
)
def station_from_a_socket(station: Probe, expect: Expect) -> None:
    """Check a server that answers one request after another on a connection, until its client leaves.

    Raises Stopped where no answer comes.
    """
    for path, reading in READINGS:
        reply = station.get(path, hint=STATUS_HINTS)
        expect.equal(reply.status, 200, f"answers 200 for {path}", hint=STATUS_HINTS)
        expect.equal(reply.text, reading, f"sends the reading of {path}", hint=BODY_HINTS)
    reply = station.get("/stations/9", hint=STATUS_HINTS)
    expect.equal(reply.status, 404, "answers 404 for a station that is not there", hint=NONE_HINTS)
    expect.equal(reply.text, "no such station", "says that there is no such station", hint=NONE_HINTS)
    request = f"GET /stations/2 HTTP/1.1\r\nHost: {station.host}\r\nAccept: */*\r\n\r\n".encode()
    again, together = "answers a second request on the same connection", "answers two requests that come at once"
    _try_connection(station, expect, [request, request], again, AGAIN_HINTS)
    _try_connection(station, expect, [request * 2], together, TOGETHER_HINTS)
    _try_pieces(station, expect, request)
    _try_leaving(station, expect, request)


def _try_connection(
    station: Probe, expect: Expect, sent: Sequence[bytes], what: str, hints: Sequence[str]
) -> None:
    """Send requests on one connection, each once the one before is answered, and count the answers."""
    with station.open_socket(timeout=0.5) as client:
        came, wanted = b"", 0
        for data in sent:
            wanted += data.count(b"\r\n\r\n")
            came += _exchange(client, data, until=wanted - came.count(OK))
        expect.equal(came.count(OK), wanted, what, hint=hints)


def _exchange(client: socket.socket, data: bytes, *, until: int) -> bytes:
    """What comes back for these bytes, up to so many answers; less where nothing more comes."""
    came = b""
    with suppress(OSError):
        client.sendall(data)
        while came.count(OK) < until or not came.endswith(b"17.5"):
            received = client.recv(4096)
            if not received:
                break
            came += received
    return came


def _try_pieces(station: Probe, expect: Expect, request: bytes) -> None:
    """Send a request in two pieces: no answer may come between them, and one after them."""
    with station.open_socket(timeout=0.5) as client:
        client.sendall(request[:20])
        is_early = bool(select.select([client], [], [], 0.05)[0])
        came = _exchange(client, request[20:], until=1)
        expect(not is_early and came.count(OK) == 1, "waits for the whole request where it comes in pieces",
               got="an answer after 20 bytes" if is_early else came, hint=PIECE_HINTS)  # fmt: skip


def _try_leaving(station: Probe, expect: Expect, request: bytes) -> None:
    """Ask once and leave, or leave in the middle: the server has to close its end too, without a word."""
    with station.open_socket(timeout=0.5) as client:
        _exchange(client, request, until=1)
        got = _rest(client, b"")
        expect(got == b"", "ends the connection when the client has left", got=got, hint=LEAVES_HINTS)
    for data, where in [(request[:40], "the middle of its headers"), (request[:15], "its first line")]:
        with station.open_socket(timeout=0.5) as client:
            got = _rest(client, data)
            is_open, what = isinstance(got, str), f"ends the connection when the client leaves in {where}"
            expect(not is_open, what, got=got, hint=LEAVES_HINTS)
            expect(is_open or not got, "sends no answer to half a request", got=got, hint=HALF_HINTS)


def _rest(client: socket.socket, data: bytes) -> bytes | str:
    """What comes after these bytes and the end of the client's sending, or a string where the server stays."""
    came = b""
    try:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        while received := client.recv(4096):
            came += received
    except TimeoutError:
        return "the connection stayed open"
    except OSError:
        return came
    return came
