"""A request is read within its time, and a reply leaves as a whole."""

import errno
import io
import socket
import time
from collections.abc import Iterator
from http import HTTPStatus

import pytest

from servers.guard.request_syntax import Refused
from servers.guard.streams import ReplyBuffer, RequestReader


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """A client's end of a connection, and the server's, where each byte has to come in 0.2 seconds."""
    client, server = socket.socketpair()
    server.settimeout(0.2)
    with client, server:
        yield client, server


def test_what_a_client_sends_can_be_read_by_line(ends: tuple[socket.socket, socket.socket]) -> None:
    client, server = ends
    client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    assert io.BufferedReader(RequestReader(server, 0.2)).readline() == b"GET / HTTP/1.1\r\n"


def test_no_request_is_the_end_of_the_stream(ends: tuple[socket.socket, socket.socket]) -> None:
    assert RequestReader(ends[1], 0.2).read(1) == b""


def test_half_a_request_is_refused_with_408(ends: tuple[socket.socket, socket.socket]) -> None:
    client, server = ends
    client.sendall(b"G")
    reader = RequestReader(server, 0.2)
    assert reader.read(1) == b"G"
    with pytest.raises(Refused) as refused:
        reader.read(1)
    assert refused.value.status == HTTPStatus.REQUEST_TIMEOUT


@pytest.fixture
def late(ends: tuple[socket.socket, socket.socket]) -> RequestReader:
    """A reader of a request that has begun, and whose time is over; two bytes of it are still to be read."""
    client, server = ends
    reader = RequestReader(server, 0.2)
    client.sendall(b"GET")
    reader.read(1)
    reader.deadline = time.monotonic() - 1
    return reader


def test_bytes_that_come_after_the_deadline_are_refused(late: RequestReader) -> None:
    with pytest.raises(Refused):
        late.read(1)


def test_the_next_request_has_time_of_its_own(late: RequestReader) -> None:
    late.await_request()
    assert late.read(1) == b"E"


@pytest.mark.parametrize("error", [ConnectionResetError(), OSError(errno.EBADF, "Bad file descriptor")])
def test_a_connection_that_breaks_or_is_closed_is_the_end_of_the_stream(error: OSError) -> None:
    class Broken:
        def recv_into(self, buffer: bytearray) -> int:
            raise error

    assert RequestReader(Broken(), 0.2).read(1) == b""  # type: ignore[arg-type]


def test_a_reply_leaves_in_one_piece() -> None:
    class Recorder:
        sent: list[bytes] = []

        def sendall(self, data: bytes) -> None:
            self.sent.append(data)

    buffer = ReplyBuffer(Recorder())  # type: ignore[arg-type]
    for piece in (b"head", b"x" * 100_000):
        buffer.write(piece)
    buffer.flush()
    buffer.flush()
    assert Recorder.sent == [b"head" + b"x" * 100_000]


def test_a_reply_that_is_discarded_is_not_sent() -> None:
    class Silent:
        def sendall(self, data: bytes) -> None:
            raise AssertionError(data)

    buffer = ReplyBuffer(Silent())  # type: ignore[arg-type]
    buffer.write(b"half of a reply")
    buffer.discard()
    buffer.flush()
