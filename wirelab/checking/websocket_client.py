"""Be a WebSocket client of a learner's server, and say in a sentence what the server did."""

import contextlib
import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from websockets.exceptions import ConnectionClosed, InvalidHandshake
from websockets.frames import CloseCode
from websockets.protocol import State
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from wirelab.checking import timeouts
from wirelab.checking.diagnosis import first_unreadable, no_answer
from wirelab.checking.expectations import Expect, Hints, all_hints
from wirelab.checking.http_client import Outcome, final_response
from wirelab.checking.recorded_socket import RecordedConnections
from wirelab.checking.timeouts import Deadline
from wirelab.conversation.conversation import Conversation
from wirelab.launching.ports import ADDRESS

MAX_MESSAGE = 2**20  # bytes
AGREES = "agrees to a WebSocket"
RETURNED_HINT = (
    "A handler that returns ends the conversation with 1000, and so does close(). "
    "To go on, it needs a loop over the messages."
)
SILENT_LOGGER = logging.Logger("wirelab.checking.websocket_client")
SILENT_LOGGER.addHandler(logging.NullHandler())  # without one, Python prints errors to stderr


class WebSocketClient:
    """One WebSocket client of a probe."""

    def __init__(
        self,
        connection: ClientConnection,
        expect: Expect,
        deadline: Deadline,
        why_silent: Callable[[], Sequence[str]],
    ) -> None:
        """`why_silent` gives hints on a server that says nothing, as far as it can be known."""
        self._connection, self._expect, self._deadline = connection, expect, deadline
        self.why_silent = why_silent
        self.last = "a WebSocket connection"

    def send(self, message: str | bytes, *, hint: Hints = ()) -> None:
        """Send a text or a binary message. Raises Stopped where the connection is closed, with these hints."""
        self.last = f"the message {_short(message)}"
        with self._answer_expected(hint):
            self._connection.send(message)

    def receive(self, *, hint: Hints = ()) -> str | bytes:
        """The next message. Raises Stopped where none comes in time, with these hints."""
        return self._receive(Deadline(self._deadline.left(timeouts.ANSWER)), hint)

    def ask(self, message: str | bytes, *, hint: Hints = ()) -> str | bytes:
        """Send a message, and return the next one that comes. Raises Stopped if none does, with the hints."""
        until = Deadline(self._deadline.left(timeouts.ANSWER))
        self.send(message, hint=hint)
        return self._receive(until, hint)

    def _receive(self, until: Deadline, hint: Hints) -> str | bytes:
        with self._answer_expected(hint):
            return self._connection.recv(timeout=until.left(timeouts.ANSWER))

    def abort(self) -> None:
        """Hang up without a close frame, as the system does for a program that died."""
        with contextlib.suppress(OSError):  # the server was faster
            self._connection.socket.shutdown(socket.SHUT_RDWR)

    def is_silent(self, seconds: float = 0.2) -> bool:
        """Whether nothing comes within `seconds`."""
        return self.receive_or_none(seconds) is None

    def receive_or_none(self, seconds: float = 0.2) -> str | bytes | None:
        """The next message, or None if none comes within `seconds`."""
        try:
            return self._connection.recv(timeout=seconds)
        except (TimeoutError, ConnectionClosed):
            return None

    def messages_until_pong(self) -> list[str | bytes]:
        """The messages that have come by the time the server has answered a ping: all that it had sent before.

        The library answers a ping, whatever the handler is busy with. So there is no need to wait in silence.
        """
        messages: list[str | bytes] = []
        pong, until = threading.Event(), Deadline(self._deadline.left(timeouts.ANSWER / 2))
        with contextlib.suppress(ConnectionClosed):  # what came before it closed has to be read all the same
            pong = self._connection.ping()
        is_over = False
        while not is_over:
            is_over = pong.wait(0.01) or until.over or not self.is_open
            while not until.over and (message := self.receive_or_none(0.001)) is not None:
                messages.append(message)  # the library reads no further where many are waiting
        return messages

    @property
    def is_open(self) -> bool:
        """Whether neither side has begun to close."""
        said = self._connection.protocol.close_rcvd or self._connection.protocol.close_sent
        return not said and self._connection.state is State.OPEN

    def leave(self) -> None:
        """Close the connection with 1000, and wait for the server's close frame."""
        self._connection.close()

    def close_code(self) -> int | None:
        """The code with which the server closes, once it does; None if it ends without a close frame.

        Raises Stopped where it stays open.
        """
        until = Deadline(self._deadline.left(timeouts.ANSWER))
        try:
            while not until.over:
                self._connection.recv(timeout=until.left(timeouts.ANSWER))
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
    def _answer_expected(self, hint: Hints) -> Iterator[None]:
        try:
            yield
        except TimeoutError:
            said = _ending(self._connection) or no_answer(Outcome.LATE, self._deadline)
        except ConnectionClosed as error:
            said = _ending(self._connection) or _break(error)
        else:
            return
        raise self._expect.missed(f"answers {self.last}", said, hint=self._hints(hint))

    def _hints(self, given: Hints) -> Sequence[str]:
        """What the server tells comes first, then what the check knows, else what is most often the cause."""
        theirs = self._connection.protocol.close_rcvd
        told = [*(self.why_silent() if self.is_open else ()), *all_hints(given)]
        returned = theirs is not None and theirs.code == CloseCode.NORMAL_CLOSURE
        return told or [RETURNED_HINT] * returned


@contextmanager
def connected_client(
    connections: RecordedConnections,
    path: str,
    expect: Expect,
    deadline: Deadline,
    *,
    origin: str | None = None,
    subprotocols: Sequence[str] = (),
    hint: Hints = (),
    why_silent: Callable[[], Sequence[str]] = tuple,
) -> Iterator[WebSocketClient]:
    """A client connected to `path`; leaving the context closes it with 1000. Raises Stopped, with these hints."""
    seconds = deadline.left(timeouts.ANSWER)
    try:
        peer = connections.open(seconds)
        connection = connect(
            f"ws://{ADDRESS}:{connections.port}{path}",
            sock=peer,
            open_timeout=seconds,
            close_timeout=timeouts.CLOSING,
            compression=None,
            proxy=None,
            max_size=MAX_MESSAGE,
            logger=SILENT_LOGGER,
            origin=Origin(origin) if origin else None,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
        )
    except (TimeoutError, InvalidHandshake, EOFError, OSError, ValueError) as error:
        hints = [*(why_silent() if isinstance(error, TimeoutError) else ()), *all_hints(hint)]
        raise expect.missed(AGREES, _refusal(connections.last(), error, deadline), hint=hints) from None
    with connection:
        try:
            yield WebSocketClient(connection, expect, deadline, why_silent)
        finally:
            peer.until = time.monotonic() + timeouts.CLOSING
            connection.close()  # with 1000, also where an expectation was not met


def _refusal(talk: Conversation, error: Exception, deadline: Deadline) -> str:
    """Why there is no WebSocket."""
    response, unread = final_response(talk), first_unreadable(talk)
    if isinstance(error, TimeoutError):
        return no_answer(Outcome.LATE, deadline)
    if isinstance(error, ConnectionRefusedError):
        return no_answer(Outcome.REFUSED, deadline)
    if response and response.status != 101:
        return f"it answered {f'{response.status} {response.meaning}'.rstrip()}, not 101 Switching Protocols"
    if response:
        return f"its answer 101 is not right: {error}"
    if unread:
        return f"its answer is no HTTP: {unread.raw[:40]!r}"
    return no_answer(Outcome.CLOSED, deadline)


def _ending(connection: ClientConnection) -> str:
    """Who closed the WebSocket and why; empty while it is open, and where it ended without a close frame."""
    theirs, ours = connection.protocol.close_rcvd, connection.protocol.close_sent
    if theirs:
        reason = f", {theirs.reason}" if theirs.reason else ""
        return f"it closed the connection without an answer (close code {int(theirs.code)}{reason})"
    if ours and ours.code == CloseCode.MESSAGE_TOO_BIG:
        return f"it sent a message of more than {MAX_MESSAGE:,} bytes"
    if ours and ours.code in (CloseCode.PROTOCOL_ERROR, CloseCode.INVALID_DATA):
        return f"it sent what is no WebSocket message: {ours.reason}"
    return ""


def _break(error: ConnectionClosed) -> str:
    if isinstance(error.__cause__, TimeoutError):
        return "it did not read what was sent to it"
    return "it ended the connection without an answer and without a close frame"


def _short(message: str | bytes) -> str:
    text = repr(message)
    return text if len(text) <= 80 else f"{text[:80]}…"
