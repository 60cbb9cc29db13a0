"""Tell whether an exception only says that a handler's own client has left.

The kind of exception does not tell: an upstream server, another client or a process may be lost in the same way,
and that is a failure of the handler. What counts is whose connection ended.
"""

import socket
import socketserver
import ssl
from collections.abc import Iterator
from typing import Any

from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State
from websockets.sync.connection import Connection as BlockingConnection

from wirelab.launching.exception_summary import innermost_frames, is_the_learners

LOST = (ConnectionError, ssl.SSLError)  # what reading or writing raises where the other side is gone
USERS_OF_SOCKETS = (socket.socket, socket.SocketIO, socketserver._SocketWriter)  # type: ignore[attr-defined]


def is_clients_end(error: BaseException | None, connection: Any) -> bool:
    """Whether `error` came up at the handler's own `connection`, a socket, because its client is gone."""
    return isinstance(error, LOST) and _came_up_at(error, connection)


def is_clients_silence(error: BaseException | None, connection: Any) -> bool:
    """Whether `error` came up at the handler's own `connection`, a socket, because its client took too long."""
    return isinstance(error, TimeoutError) and _came_up_at(error, connection)


def _came_up_at(error: BaseException, connection: Any) -> bool:
    """Whether it was this socket that raised the exception; where nobody can tell, whether that has ended."""
    frames = list(innermost_frames(error))
    own = [connection, *_own_ends(frames)]
    for place, (file, variables) in enumerate(frames):
        used = variables.get("self")
        if isinstance(used, USERS_OF_SOCKETS):
            return any(one is mine for mine in own for one in (used, getattr(used, "_sock", used)))
        if place == 0 and not is_the_learners(file):
            return False  # a library found out: one that has a connection, or a process, of its own
    return not is_connected(connection)


def _own_ends(frames: list[tuple[str, dict[str, Any]]]) -> list[Any]:
    """What the handler at work has its connection as: the socket, over which it may have put TLS, and its files.

    The files are closed, and have lost their socket, by the time that an exception is looked at.
    """
    calls = [variables.get("self") for _, variables in frames]
    handlers = [one for one in calls if isinstance(one, socketserver.StreamRequestHandler)]
    if not handlers:
        return []
    mine = handlers[-1]  # the others are asked by it
    files = [getattr(mine, name, None) for name in ("rfile", "wfile")]
    return [mine.request, mine.connection, *(getattr(file, "raw", file) for file in files)]


def is_connected(connection: Any) -> bool:
    """Whether the other side may still read: a client that sends no more, and waits for the answer, is there."""
    try:
        connection.getpeername()
    except OSError:
        return False
    return True


def failures_of(error: BaseException, websocket: Connection) -> BaseException | None:
    """What is left of an exception without what only says that `websocket` is closed; None if that was all."""
    if isinstance(error, BaseExceptionGroup):  # of a TaskGroup
        return error.split(lambda one: _is_end_of(one, websocket))[1]
    return None if _is_end_of(error, websocket) else error


def _is_end_of(error: BaseException, websocket: Connection) -> bool:
    if not isinstance(error, ConnectionClosed):
        return False
    connection = next(_connections(error), None)
    return connection is websocket if connection else websocket.state is State.CLOSED


def _connections(error: BaseException) -> Iterator[Any]:
    """The WebSocket connections that an exception came through, the one that raised it first."""
    for _, variables in innermost_frames(error):
        if isinstance(variables.get("self"), Connection | BlockingConnection):
            yield variables["self"]
