"""Recordings written by hand, for the tests of what reads them.

A turn is `(">", b"...")` for what the client sends and `("<", b"...")` for the server's; an `End`
or a number of lost bytes may stand in place of the bytes. Each turn is a millisecond after the one before.
"""

from hypothesis import settings
from hypothesis import strategies as st

from wirelab.conversation.connection_parser import read
from wirelab.conversation.conversation import Conversation, read_all
from wirelab.conversation.http_messages import Exchange
from wirelab.conversation.messages import Message
from wirelab.conversation.recording import End, Piece, Recording, Side

Turn = tuple[str, bytes | int | End]
SIDES = {">": Side.CLIENT, "<": Side.SERVER}
CLOSED, RESET, UNREACHABLE = End

GET = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
UPGRADE = (
    b"GET /feed HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCHING = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
DEFLATING = SWITCHING[:-2] + b"Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
HANDSHAKE: tuple[Turn, Turn] = ((">", UPGRADE), ("<", SWITCHING))


def examples(count: int) -> settings:
    """No time limit, and the same examples each time."""
    return settings(deadline=None, derandomize=True, max_examples=count)


def piece(place: int, turn: Turn) -> Piece:
    side, what = SIDES[turn[0]], turn[1]
    if isinstance(what, End):
        return Piece(place / 1000, side, end=what)
    return Piece(place / 1000, side, lost=what) if isinstance(what, int) else Piece(place / 1000, side, what)


def recording(*turns: Turn, number: int = 0) -> Recording:
    return Recording(number, [piece(place, turn) for place, turn in enumerate(turns)])


def messages(*turns: Turn) -> list[Message]:
    return list(read(recording(*turns)).messages)


def exchanges(*turns: Turn) -> list[Exchange]:
    return list(read(recording(*turns)).exchanges)


def troubles(*turns: Turn) -> list[str]:
    """What is said to be wrong with the messages, in their order."""
    return [message.trouble for message in messages(*turns) if message.trouble]


def conversation(*turns: Turn) -> Conversation:
    return read_all([recording(*turns)], server="127.0.0.1:8001")


def ended(side: str, data: bytes, *, end: End = CLOSED) -> tuple[Turn, Turn]:
    """A side sends its last bytes."""
    return (side, data), (side, end)


# What may come, whole or in ruins -----------------------------------------------------------------------

FRAGMENTS = [
    GET,
    UPGRADE,
    b"HEAD /x HTTP/1.1\r\nHost: a\r\n\r\n",
    b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET / HTTP/1.1\n\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
    b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: x\r\nContent-Length: 9\r\n\r\n",
    OK,
    SWITCHING,
    DEFLATING,
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.0 200 OK\r\nContent-Type: text/html; charset=idna\r\n\r\n\xff",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08",
    b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n"\\ud800[[1',
    bytes.fromhex("810548656c6c6f"),
    bytes.fromhex("818537fa213d7f9f4d5158"),
    bytes.fromhex("c107f248cdc9c90700"),
    bytes.fromhex("4103f248cd"),
    bytes.fromhex("8004c9c90700"),
    bytes.fromhex("0103e282ac"),
    bytes.fromhex("880203e8"),
    bytes.fromhex("88820000000003e8"),
    bytes.fromhex("827e0100"),
    bytes.fromhex("827fffffffffffffffff"),
    b"\r\n",
    b"\r",
    b"\n",
    b"0\r\n\r\n",
    b"H",
    b"\0\xff",
    b"",
]
parts = st.one_of(st.sampled_from(FRAGMENTS), st.binary(max_size=12))
mutated = st.tuples(parts, st.integers(0, 80), st.binary(max_size=2)).map(
    lambda t: t[0][: t[1]] + t[2] + t[0][t[1] :]
)
turns = st.tuples(st.sampled_from("<>"), st.one_of(parts, mutated, parts, st.sampled_from(list(End))))
talks = st.lists(turns, max_size=12)


@st.composite
def likely_talks(draw: st.DrawFn) -> list[Turn]:
    """Anything, in half of all cases after a handshake."""
    answer = draw(st.sampled_from([SWITCHING, DEFLATING]))
    start: list[Turn] = [(">", UPGRADE), ("<", answer)] if draw(st.booleans()) else []
    return start + draw(talks)


def sent(turns: list[Turn], side: str) -> bytes:
    return b"".join(what for who, what in turns if who == side and isinstance(what, bytes))


def raw(messages: list[Message], side: str) -> bytes:
    return b"".join(message.raw for message in messages if message.side is SIDES[side])


def cut(turns: list[Turn], sizes: list[int]) -> list[Turn]:
    """The same bytes in smaller pieces."""
    found: list[Turn] = []
    for number, (who, what) in enumerate(turns):
        size = sizes[number % len(sizes)]
        is_cut = isinstance(what, bytes) and what
        found += [(who, what[at : at + size]) for at in range(0, len(what), size)] if is_cut else [(who, what)]
    return found
