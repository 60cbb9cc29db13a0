"""Be a WebSocket client of a learner's server, and tell in a sentence what the server did."""

import contextlib
import logging
import math
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from wirelab import patience
from wirelab.amiss import junk, silence
from wirelab.asking import final
from wirelab.expect import Expect
from wirelab.patience import Deadline
from wirelab.ports import ADDRESS
from wirelab.recording import End, Memory, Recorder, Side
from wirelab.wire import Conversation, read_all

KEPT = 2**14  # bytes of each side that are kept as evidence; a frame may be as small as 2 bytes
UNREAD = 0.3  # seconds to send to a server that does not read
LARGEST = 2**20  # bytes of a message
AGREES = "agrees to a WebSocket"
RETURNED = "A handler that returns ends the conversation with 1000: to go on, it needs a loop over the messages."
NOT_AWAITED = "Is every send and recv awaited? Without await in front of it, such a call does nothing."
QUIET = logging.Logger("wirelab.guest")
QUIET.addHandler(logging.NullHandler())  # without one, Python prints errors to stderr


class RecordedSocket(socket.socket):
    """A connected socket that writes down what goes through it, and reads nothing more after a certain time."""

    recorder: Recorder
    until = math.inf

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.recorder.sent(Side.CLIENT, bytes(data))
        super().sendall(data, flags)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        data: bytes | None = None
        while data is None:
            if time.monotonic() > self.until:  # a server that sends without end would keep us from closing
                return b""
            try:
                data = super().recv(bufsize, flags)
            except TimeoutError:  # which is for sending; websockets before 17.3 does not wait before it reads
                continue
            except ConnectionError:
                self.recorder.ended(Side.SERVER, End.RESET)
                raise
        if data:
            self.recorder.sent(Side.SERVER, data)
        else:
            self.recorder.ended(Side.SERVER, End.CLOSED)
        return data


class Wires:
    """What all guests of a check sent and received."""

    def __init__(self, port: int) -> None:
        self._port, self._recorders = port, list[Recorder]()
        self._memory, self._start = Memory(8 * KEPT), time.perf_counter()

    def open(self, seconds: float) -> RecordedSocket:
        """A connection that is recorded. Raises OSError."""
        clock = lambda: time.perf_counter() - self._start  # noqa: E731
        recorder = Recorder(len(self._recorders), self._memory, clock, head=KEPT, tail=KEPT // 8)
        self._recorders.append(recorder)
        peer = RecordedSocket()
        peer.recorder = recorder
        peer.settimeout(seconds)
        try:
            peer.connect((ADDRESS, self._port))
        except OSError:
            peer.close()
            recorder.ended(Side.SERVER, End.UNREACHABLE)
            raise
        peer.settimeout(UNREAD)
        return peer

    def conversation(self) -> Conversation:
        return read_all([one.recording() for one in self._recorders], server=f"{ADDRESS}:{self._port}")

    def last(self) -> Conversation:
        """What the last one that was opened carried."""
        return read_all([self._recorders[-1].recording()])


class Guest:
    """One WebSocket client of a probe."""

    def __init__(self, connection: ClientConnection, expect: Expect, deadline: Deadline) -> None:
        self._connection, self._expect, self._deadline = connection, expect, deadline
        self.last = "a WebSocket connection"

    def send(self, message: str | bytes) -> None:
        self.last = f"the message {_short(message)}"
        with self._closed_too_soon():
            self._connection.send(message)

    def receive(self) -> str | bytes:
        """The next message."""
        return self._receive(Deadline(self._deadline.left(patience.ANSWER)))

    def ask(self, message: str | bytes) -> str | bytes:
        """Send a message and wait for the next one that comes."""
        until = Deadline(self._deadline.left(patience.ANSWER))
        self.send(message)
        return self._receive(until)

    def _receive(self, until: Deadline) -> str | bytes:
        with self._closed_too_soon():
            return self._connection.recv(timeout=until.left(patience.ANSWER))

    def vanish(self) -> None:
        """Hang up without a close frame, as the system does for a program that died."""
        with contextlib.suppress(OSError):  # the server was faster
            self._connection.socket.shutdown(socket.SHUT_RDWR)

    def is_silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes for a moment."""
        return self.heard(seconds) is None

    def heard(self, seconds: float = 0.2) -> str | bytes | None:
        """The next message, or None if none comes for a moment."""
        try:
            return self._connection.recv(timeout=seconds)
        except (TimeoutError, ConnectionClosed):
            return None

    def close_code(self) -> int | None:
        """The code with which the server closes, once it does; None if it ends without a close frame."""
        until = Deadline(self._deadline.left(patience.ANSWER))
        try:
            while not until.over:
                self._connection.recv(timeout=until.left(patience.ANSWER))
        except (TimeoutError, ConnectionClosed) as error:
            said = self._connection.protocol.close_rcvd
            if said or isinstance(error, ConnectionClosed):
                return int(said.code) if said else None
        raise self._expect.missed("closes the connection", "it stayed open")

    @property
    def close_reason(self) -> str:
        """The reason that the server gave when it closed."""
        said = self._connection.protocol.close_rcvd
        return said.reason if said else ""

    @contextlib.contextmanager
    def _closed_too_soon(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            said = _ending(self._connection) or silence("late", self._deadline)
        except ConnectionClosed as error:
            said = _ending(self._connection) or _break(error)
        else:
            return
        raise self._expect.missed(f"answers {self.last}", said, hint=_hint(self._connection))


@contextmanager
def guest(
    wires: Wires,
    path: str,
    expect: Expect,
    deadline: Deadline,
    *,
    origin: str | None = None,
    subprotocols: Sequence[str] = (),
) -> Iterator[Guest]:
    """A client that is connected, or else an expectation that was not met."""
    seconds = deadline.left(patience.ANSWER)
    try:
        peer = wires.open(seconds)
        connection = connect(
            f"ws://{ADDRESS}:{wires._port}{path}",
            sock=peer,
            open_timeout=seconds,
            close_timeout=patience.GOODBYE,
            compression=None,
            proxy=None,
            max_size=LARGEST,
            logger=QUIET,
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        )
    except (TimeoutError, InvalidHandshake, EOFError, OSError, ValueError) as error:
        raise expect.missed(AGREES, _refusal(wires.last(), error, deadline)) from None
    with connection:
        try:
            yield Guest(connection, expect, deadline)
        finally:
            peer.until = time.monotonic() + patience.GOODBYE
            connection.close()  # with 1000, also where an expectation was not met


def _refusal(talk: Conversation, error: Exception, deadline: Deadline) -> str:
    """Why there is no WebSocket."""
    response, unread = final(talk), junk(talk)
    if isinstance(error, TimeoutError):
        return silence("late", deadline)
    if isinstance(error, ConnectionRefusedError):
        return silence("refused", deadline)
    if response and response.status != 101:
        return f"it answered {f'{response.status} {response.meaning}'.rstrip()}, not 101 Switching Protocols"
    if response:
        return f"its answer 101 is not right: {error}"
    if unread:
        return f"its answer is no HTTP: {unread.raw[:40]!r}"
    return silence("closed", deadline)


def _ending(connection: ClientConnection) -> str:
    """Who closed the WebSocket and why; empty while it is open, and where it ended without a close frame."""
    theirs, ours = connection.protocol.close_rcvd, connection.protocol.close_sent
    if theirs:
        reason = f", {theirs.reason}" if theirs.reason else ""
        return f"it closed the connection without an answer (close code {int(theirs.code)}{reason})"
    if ours and ours.code == CloseCode.MESSAGE_TOO_BIG:
        return f"it sent a message of more than {LARGEST:,} bytes"
    if ours and ours.code in (CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_DATA):
        return f"it sent what is no WebSocket message: {ours.reason}"
    return ""


def _hint(connection: ClientConnection) -> Sequence[str]:
    """What most often lies behind a missing answer, where it can be told."""
    theirs, ours = connection.protocol.close_rcvd, connection.protocol.close_sent
    if theirs and theirs.code == CloseCode.NORMAL_CLOSURE:
        return [RETURNED]
    return [] if theirs or ours or connection.state is not State.OPEN else [NOT_AWAITED]


def _break(error: ConnectionClosed) -> str:
    if isinstance(error.__cause__, TimeoutError):
        return "it did not read what was sent to it"
    return "it ended the connection without an answer and without a close frame"


def _short(message: str | bytes) -> str:
    text = repr(message)
    return text if len(text) <= 80 else f"{text[:80]}…"
