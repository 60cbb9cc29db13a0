"""A socket that is handed over is the same connection."""

import os
import socket
import sys
from collections.abc import Iterator

import pytest

from wirelab.grading.handed_sockets import SocketGiver, SocketTaker

Ends = tuple[SocketGiver, SocketTaker]


@pytest.fixture
def ends() -> Iterator[Ends]:
    if sys.platform == "win32":
        yield SocketGiver(None, os.getpid), SocketTaker(None)
        return
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield SocketGiver(ours, os.getpid), SocketTaker(theirs)


def test_both_have_one_connection(ends: Ends) -> None:
    giver, taker = ends
    client, server = socket.socketpair()
    with client, server, taker.taken(giver.told(server)) as same:
        client.sendall(b"17.5")
        assert same.recv(10) == b"17.5"
        same.sendall(b"thanks")
        assert client.recv(10) == b"thanks"
        server.shutdown(socket.SHUT_RDWR)  # as a check does, to wake a function that waits
        assert same.recv(10) == b""


def test_each_is_taken_by_its_own_number(ends: Ends) -> None:
    giver, taker = ends
    (a, b), (c, d) = socket.socketpair(), socket.socketpair()
    with a, b, c, d:
        first, second = giver.told(b), giver.told(d)
        with taker.taken(second) as last, taker.taken(first) as earlier:
            a.sendall(b"first")
            c.sendall(b"second")
            assert (earlier.recv(10), last.recv(10)) == (b"first", b"second")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no door on Windows")
def test_what_never_came_is_not_waited_for(ends: Ends, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirelab.grading.handed_sockets.TAKING", 0.05)
    with pytest.raises(OSError):
        ends[1].taken({"number": 7})
