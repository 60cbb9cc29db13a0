"""Keep WebSocket clients that are slow, silent or many from taking a server down."""

import asyncio
import sys
from typing import Any

from websockets.asyncio.server import ServerConnection

if sys.platform != "win32":
    import resource

PATIENCE = 1  # second a client has to say goodbye
MAX_BEHIND = 2**16  # bytes that may wait for one client
MAX_CLIENTS, MAX_BACKLOG, MAX_OPEN_FILES = 5000, 1024, 8192
TURNS = 5  # of the event loop, in which a newcomer is let in, looked at, and sent away
OTHER_FILES = 32  # what a process has open beside its connections


async def part(websocket: ServerConnection, code: int, reason: str) -> None:
    """Close a connection. A client that reads nothing gets no closing frame either: then break it off."""
    try:
        async with asyncio.timeout(PATIENCE):
            await websocket.close(code, reason)
    except TimeoutError:
        websocket.transport.abort()


class Door:
    """Counts the connections that are open, those that have not said yet what they want among them."""

    def __init__(self, most: int) -> None:
        self.most, self.open = most, 0


class BoundedConnection(ServerConnection):
    """A connection that is closed with 1013 when its client is more than `write_limit` bytes behind.

    websockets itself waits for ever: its keepalive cannot send a ping past a full buffer, so it never misses
    the pong. But asyncio calls pause_writing as soon as the buffer is over its limit.
    """

    def __init__(self, door: Door, *protocol: Any, **options: Any) -> None:
        super().__init__(*protocol, **options)
        self.door = door

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.door.open += 1
        if self.door.open > self.door.most:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.door.open -= 1
        super().connection_lost(exc)

    def pause_writing(self) -> None:
        super().pause_writing()
        words = f"try again later: more than {MAX_BEHIND // 1024} KiB behind"
        self.parting = self.loop.create_task(part(self, 1013, words))  # kept: else it might be thrown away


def raise_open_files() -> int:
    """Let this process have as many open files as we need, or as the system allows. A connection is one."""
    if sys.platform == "win32":
        return MAX_OPEN_FILES  # there is no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MAX_OPEN_FILES if hard == resource.RLIM_INFINITY else min(MAX_OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def capacity(open_files: int) -> tuple[int, int]:
    """How many clients to take, and how many may wait outside.

    asyncio lets in all who wait, again in each turn of its loop, and a connection takes a few turns until we have
    looked at it and it is gone. So each of them needs a file: when none is left, the event loop does nothing any
    more but complain.
    """
    backlog = min(MAX_BACKLOG, open_files // 16)
    return min(MAX_CLIENTS, open_files - TURNS * backlog - OTHER_FILES), backlog
