"""Carry what a client and a server send to each other, every byte and every end, over two connections."""

import contextlib
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable

from wirelab.conversation.recording import End, Recorder, Side
from wirelab.launching.ports import send_at_once

RECEIVE_SIZE = 2**18  # bytes
RELAY_TIMEOUT = 1.0  # seconds for an answer, or a thread, that is about to come to its end
IDLE_TIME = 0.02  # seconds without a byte, after which a connection has nothing under way
CONNECT_TIMEOUT = 5.0  # seconds for the server to accept a connection
# Windows: shutdown() wakes no thread that waits for a socket. So each looks up from time to time (seconds).
LOOK_UP = 0.2 if sys.platform == "win32" else None
LINGER_RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s; close() then sends RST instead of FIN


class Relay:
    """One client's connection, and the one to the server. A thread for each direction."""

    def __init__(
        self,
        client: socket.socket,
        target: tuple[str, int],
        recorder: Recorder | None,
        *,
        when_over: "Callable[[Relay], None]",
    ) -> None:
        self._target, self._recorder, self._when_over = target, recorder, when_over
        self._ends = {Side.CLIENT: client}
        self._broken: Side | None = None  # the side that broke the connection off
        self._is_cut = False
        self._told: set[Side] = set()  # who was told that no more comes
        self._spoke, self._at = Side.CLIENT, time.monotonic()  # who did something last, and when
        self._thread = threading.Thread(target=self._relay, name=f"relay to port {target[1]}", daemon=True)

    def start(self) -> None:
        """Begin to pass on, in threads of its own; where the system gives none, the client sees a reset."""
        try:
            self._thread.start()
        except RuntimeError:  # the system gives no more threads
            _will_reset(self._ends[Side.CLIENT])
            self._close()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way: bytes, or the answer to a client that asked and waits."""
        patience = RELAY_TIMEOUT if self._spoke is Side.CLIENT else IDLE_TIME
        return self._thread.is_alive() and time.monotonic() - self._at < patience

    def join(self, seconds: float) -> None:
        """Wait for its end, at most that long."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def cut(self) -> None:
        """End it without a word about it in the recording."""
        self._is_cut = True
        for end in list(self._ends.values()):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _relay(self) -> None:
        try:
            if self._reach() and not self._is_cut:
                back = threading.Thread(target=self._pump, args=(Side.SERVER,), daemon=True)
                back.start()
                self._pump(Side.CLIENT)
                back.join()
        except RuntimeError:  # the system gives no more threads
            _will_reset(self._ends[Side.CLIENT])
        finally:
            self._close()

    def _close(self) -> None:
        for end in self._ends.values():
            end.close()
        self._when_over(self)

    def _reach(self) -> bool:
        """Connect to the server, if it lets us."""
        try:
            self._ends[Side.SERVER] = socket.create_connection(self._target, CONNECT_TIMEOUT)
        except OSError:
            self._write_end(Side.SERVER, End.UNREACHABLE)
            _will_reset(self._ends[Side.CLIENT])
            return False
        for end in self._ends.values():
            end.settimeout(LOOK_UP)
            send_at_once(end)  # what came in pieces leaves in pieces
        return True

    def _pump(self, side: Side) -> None:
        """Pass on what one side sends, until it ends or the other one breaks off."""
        while data := self._receive(side):
            self._spoke, self._at = side, time.monotonic()
            if self._recorder:  # first: so a client that has its answer finds it recorded
                self._recorder.sent(side, data)
            try:
                self._send(side.other, data)
            except OSError:
                self._break_off(side.other)
                break
        self._end(side)

    def _send(self, side: Side, data: bytes) -> None:
        """Send a side all of it. Raises OSError if it is gone, or the relay was cut."""
        rest = memoryview(data)
        while rest:
            try:
                rest = rest[self._ends[side].send(rest) :]
            except TimeoutError as error:
                if error.errno or self._is_cut:  # with a number, it is the system's
                    raise

    def _receive(self, side: Side) -> bytes:
        """What a side sends next; nothing when it has ended."""
        try:
            if data := self._wait_for(side):
                return data
            gone = _is_gone(self._ends[side]) and side not in self._told
        except OSError:
            gone = True
        if gone:
            self._break_off(side)
        return b""

    def _wait_for(self, side: Side) -> bytes:
        """What the system gives next. Raises OSError if the connection is gone, or the relay comes to its end."""
        while True:
            try:
                return self._ends[side].recv(RECEIVE_SIZE)
            except TimeoutError as error:
                if error.errno or self._is_cut or self._broken:
                    raise

    def _break_off(self, side: Side) -> None:
        """`side` is gone: the other one is to see a reset too, once all that it was sent is passed on."""
        if not self._broken and not self._is_cut:
            self._broken = side
            other = self._ends[side.other]
            _will_reset(other)
            with contextlib.suppress(OSError):
                other.shutdown(socket.SHUT_RD)  # wakes the other thread, without a word to the peer

    def _end(self, side: Side) -> None:
        """Nothing more comes from `side`: write down why, and tell the other one if it was said politely."""
        if self._is_cut:
            return
        if self._broken in (None, side):
            self._write_end(side, End.RESET if self._broken else End.CLOSED)
        if not self._broken:
            self._told.add(side.other)
            with contextlib.suppress(OSError):
                self._ends[side.other].shutdown(socket.SHUT_WR)

    def _write_end(self, side: Side, end: End) -> None:
        self._spoke = Side.SERVER  # a client that has said its last word may have left: no answer is waited for
        if self._recorder:
            self._recorder.ended(side, end)


def _is_gone(end: socket.socket) -> bool:
    """Whether no connection is left: after RST, of which the system tells one thread only, or after two FINs."""
    try:
        end.getpeername()
    except OSError:
        return True
    return False


def _will_reset(end: socket.socket) -> None:
    """From now on, closing it sends RST."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_RESET)
