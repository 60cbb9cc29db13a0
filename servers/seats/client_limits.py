"""Limit what WebSocket clients can cost a server: those that are slow, silent or many."""

import asyncio
import sys
from functools import partial
from typing import Any

from websockets.asyncio.server import ServerConnection

from servers.guard.limits import MAX_UNSENT

if sys.platform != "win32":
    import resource

CLOSING_FRAME_TIMEOUT = 1  # second a client has to answer the closing frame
MAX_CLIENTS, MAX_BACKLOG, MAX_OPEN_FILES = 5000, 1024, 8192
TURNS_PER_CLIENT = 5  # of the event loop, until a client is accepted and, if there are too many, refused
RESERVED_FILES = 32  # what a process has open beside its connections


async def force_close(websocket: ServerConnection, code: int, reason: str) -> None:
    """Close a connection. A client that reads nothing gets no closing frame either: its connection is aborted."""
    try:
        async with asyncio.timeout(CLOSING_FRAME_TIMEOUT):
            await websocket.close(code, reason)
    except TimeoutError:
        websocket.transport.abort()


class ConnectionCounter:
    """How many connections are open, and the `limit` of them. Those before the handshake count too."""

    def __init__(self, limit: int) -> None:
        self.limit, self.count = limit, 0


class BoundedConnection(ServerConnection):
    """A connection that is closed with 1013 when its client is more than `write_limit` bytes behind.

    websockets itself waits for ever: its keepalive cannot send a ping past a full buffer, so it never misses
    the pong. But asyncio calls pause_writing as soon as the buffer is over its limit. A client has `patience`
    seconds from then on, where a handler waits for it; but to pongs nobody waits, so above `max_unsent` bytes the
    connection is aborted. So is one above the limit of `counter`.
    """

    def __init__(
        self,
        counter: ConnectionCounter,
        *protocol: Any,
        patience: float = 0,
        max_unsent: int = MAX_UNSENT,
        **options: Any,
    ) -> None:
        super().__init__(*protocol, **options)
        self.counter, self.patience, self.max_unsent = counter, patience, max_unsent
        self.closing: asyncio.TimerHandle | asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.counter.count += 1
        if self.counter.count > self.counter.limit:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.counter.count -= 1
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.transport.get_write_buffer_size() > self.max_unsent and self.patience:
            self.transport.abort()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self.patience:
            self.closing = self.loop.call_later(self.patience, self.give_up)
        else:
            self.give_up()

    def resume_writing(self) -> None:
        super().resume_writing()
        if isinstance(self.closing, asyncio.TimerHandle):
            self.closing.cancel()

    def give_up(self) -> None:
        """Close the connection: the client does not read."""
        words = f"try again later: more than {self.transport.get_write_buffer_limits()[1] // 1024} KiB behind"
        self.closing = self.loop.create_task(force_close(self, 1013, words))  # kept: else it might be thrown away


def bounded_options(max_connections: int, **limits: Any) -> dict[str, Any]:
    """Keyword arguments for `serve`: so many connections, each with the `limits` that BoundedConnection takes."""
    return {"create_connection": partial(BoundedConnection, ConnectionCounter(max_connections), **limits)}


def raise_open_files() -> int:
    """Raise this process's limit of open files to MAX_OPEN_FILES, or to what the system allows.

    A connection is an open file. Returns the limit that is to be reckoned with.
    """
    if sys.platform == "win32":
        return MAX_OPEN_FILES  # there is no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    limit = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < limit:
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    return limit


def capacity(open_files: int) -> tuple[int, int]:
    """How many clients a process with so many open files can serve, and how many may wait to be accepted.

    asyncio accepts all clients that wait, again in each turn of its loop, and a refused connection takes a few
    turns until it is gone. So each of them needs a file: when none is left, the event loop only reports errors.
    """
    backlog = min(MAX_BACKLOG, open_files // 16)
    return min(MAX_CLIENTS, open_files - TURNS_PER_CLIENT * backlog - RESERVED_FILES), backlog
