"""Send bytes to a server, and write down what comes back, in bounded time and memory."""

import contextlib
import socket
import time

from wirelab import patience
from wirelab.messages import Response
from wirelab.patience import Deadline
from wirelab.ports import ADDRESS
from wirelab.recording import End, Memory, Recorder, Side
from wirelab.wire import Conversation, read_all

MOST = 2**20  # bytes of an answer
BEHIND = 2**16  # bytes behind its end


def ask(port: int, data: bytes, until: Deadline) -> tuple[Conversation, str]:
    """Send `data`, and read until the answer is complete.

    Returns what crossed the wire, and why the reading ended: complete, closed, reset, late, flood or refused.
    """
    start = time.perf_counter()
    recorder = Recorder(0, Memory(2 * MOST), lambda: time.perf_counter() - start, head=MOST)
    how = _converse(port, data, recorder, until)
    return _read(recorder, port), how


def final(talk: Conversation) -> Response | None:
    """The answer, or None if there is none yet."""
    found = (
        message for message in talk.sent_by(Side.SERVER) if isinstance(message, Response) and message.is_final
    )
    return next(found, None)


def _read(recorder: Recorder, port: int) -> Conversation:
    return read_all([recorder.recording()], server=f"{ADDRESS}:{port}")


def _converse(port: int, data: bytes, recorder: Recorder, until: Deadline) -> str:
    try:
        peer = socket.create_connection((ADDRESS, port), timeout=until.left(patience.ANSWER))
    except OSError:
        recorder.ended(Side.SERVER, End.UNREACHABLE)
        return "refused"
    with peer:
        recorder.sent(Side.CLIENT, data)
        with contextlib.suppress(OSError):  # it may have answered all the same
            peer.sendall(data)
        how = _listen(peer, recorder, until)
        if how == "complete":
            _see_out(peer, recorder)
        return how


def _listen(peer: socket.socket, recorder: Recorder, until: Deadline) -> str:
    """Record until there is a reason to stop, and return it."""
    received = 0
    while received < MOST:
        size, how = _hear(peer, recorder, until)
        if how:
            return how
        received += size
        if (received == size or not _more_is_there(peer)) and _is_all(recorder):
            return "complete"
    return "flood"


def _see_out(peer: socket.socket, recorder: Recorder) -> None:
    """Record what comes behind an answer, if it is too much. When the server has closed, its code has run."""
    with contextlib.suppress(OSError):
        peer.shutdown(socket.SHUT_WR)
    until, received = Deadline(patience.GOODBYE), 0
    while received < BEHIND:
        size, how = _hear(peer, recorder, until)
        if how:
            return
        received += size


def _hear(peer: socket.socket, recorder: Recorder, until: Deadline) -> tuple[int, str]:
    """Record what comes next. Returns how many bytes, or why there are none."""
    if until.over:  # a server may send a little now and then, for ever
        return 0, "late"
    peer.settimeout(until.left(patience.ANSWER))
    try:
        chunk = peer.recv(65536)
    except TimeoutError:
        return 0, "late"
    except OSError:
        recorder.ended(Side.SERVER, End.RESET)
        return 0, "reset"
    if not chunk:
        recorder.ended(Side.SERVER, End.CLOSED)
        return 0, "closed"
    recorder.sent(Side.SERVER, chunk)
    return len(chunk), ""


def _more_is_there(peer: socket.socket) -> bool:
    """Whether it makes sense to read on before what came is looked at."""
    peer.setblocking(False)
    try:
        return bool(peer.recv(1, socket.MSG_PEEK))
    except OSError:
        return False


def _is_all(recorder: Recorder) -> bool:
    """Whether the answer is complete, and the server will keep the connection open after it."""
    response = final(_read(recorder, 0))
    if not response or not response.complete:
        return False
    said = response.header("Connection").lower()
    return response.status == 101 or "keep-alive" in said or (response.version == "1.1" and "close" not in said)
