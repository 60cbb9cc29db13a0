"""Send bytes to a server, and record what comes back, in bounded time and memory."""

import contextlib
import socket
import time
from enum import StrEnum

from wirelab.checking import timeouts
from wirelab.checking.timeouts import Deadline
from wirelab.conversation.conversation import Conversation, read_all
from wirelab.conversation.http_messages import Response
from wirelab.conversation.recording import End, Memory, Recorder, Side
from wirelab.launching.ports import ADDRESS

MAX_ANSWER = 2**20  # bytes of an answer
MAX_BEHIND = 2**16  # bytes behind its end


class Outcome(StrEnum):
    """Why the reading of an answer ended."""

    COMPLETE = "complete"
    CLOSED = "closed"  # the server closed the connection
    RESET = "reset"  # the server broke the connection off
    LATE = "late"  # the time was over
    REFUSED = "refused"  # nobody listened
    FLOOD = "flood"  # the server sent more than is kept


def ask(port: int, data: bytes, until: Deadline) -> tuple[Conversation, Outcome]:
    """Send `data` to a port of this computer, and read until the answer is complete.

    Returns what crossed the wire, and why the reading ended. Raises nothing.
    """
    start = time.perf_counter()
    recorder = Recorder(0, Memory(2 * MAX_ANSWER), lambda: time.perf_counter() - start, head=MAX_ANSWER)
    outcome = _exchange(port, data, recorder, until)
    return _read(recorder, port), outcome


def final_response(talk: Conversation) -> Response | None:
    """The final response in a conversation (RFC 9110 §15), not one of 1xx; None if it has not come."""
    found = (
        message for message in talk.sent_by(Side.SERVER) if isinstance(message, Response) and message.is_final
    )
    return next(found, None)


def _read(recorder: Recorder, port: int) -> Conversation:
    return read_all([recorder.recording()], server=f"{ADDRESS}:{port}")


def _exchange(port: int, data: bytes, recorder: Recorder, until: Deadline) -> Outcome:
    try:
        peer = socket.create_connection((ADDRESS, port), timeout=until.left(timeouts.ANSWER))
    except OSError:
        recorder.ended(Side.SERVER, End.UNREACHABLE)
        return Outcome.REFUSED
    with peer:
        recorder.sent(Side.CLIENT, data)
        with contextlib.suppress(OSError):  # it may have answered all the same
            peer.sendall(data)
        outcome = _receive_answer(peer, recorder, until)
        if outcome is Outcome.COMPLETE:
            _receive_rest(peer, recorder)
        return outcome


def _receive_answer(peer: socket.socket, recorder: Recorder, until: Deadline) -> Outcome:
    """Record until there is a reason to stop, and return it."""
    received = 0
    while received < MAX_ANSWER:
        size, ending = _receive_chunk(peer, recorder, until)
        if ending:
            return ending
        received += size
        if (received == size or not _more_is_there(peer)) and _is_all(recorder):
            return Outcome.COMPLETE
    return Outcome.FLOOD


def _receive_rest(peer: socket.socket, recorder: Recorder) -> None:
    """Record what comes behind an answer, if it is too much. When the server has closed, its code has run."""
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_WR)
    until, received = Deadline(timeouts.CLOSING), 0
    while received < MAX_BEHIND:
        size, ending = _receive_chunk(peer, recorder, until)
        if ending:
            return
        received += size


def _receive_chunk(peer: socket.socket, recorder: Recorder, until: Deadline) -> tuple[int, Outcome | None]:
    """Record what comes next. Returns how many bytes, or why there are none."""
    if until.over:  # a server may send a little now and then, for ever
        return 0, Outcome.LATE
    peer.settimeout(until.left(timeouts.ANSWER))
    try:
        chunk = peer.recv(65536)
    except TimeoutError:
        return 0, Outcome.LATE
    except OSError:
        recorder.ended(Side.SERVER, End.RESET)
        return 0, Outcome.RESET
    if not chunk:
        recorder.ended(Side.SERVER, End.CLOSED)
        return 0, Outcome.CLOSED
    recorder.sent(Side.SERVER, chunk)
    return len(chunk), None


def _more_is_there(peer: socket.socket) -> bool:
    """Whether it makes sense to read on before what came is looked at."""
    peer.setblocking(False)
    try:
        return bool(peer.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _is_all(recorder: Recorder) -> bool:
    """Whether the answer is complete. One that ends with its connection is not, before that."""
    response = final_response(_read(recorder, 0))
    return response is not None and response.complete
