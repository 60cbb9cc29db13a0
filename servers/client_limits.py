"""Keep WebSocket clients that are slow, or many, from taking a server down."""

import asyncio
import sys

from websockets.asyncio.server import ServerConnection

if sys.platform != "win32":
    import resource

PATIENCE = 1  # second a client has to say goodbye
MAX_BEHIND = 2**16  # bytes that may wait for one client
MAX_CLIENTS, MAX_BACKLOG, OTHER_FILES = 5000, 1024, 64


async def part(websocket: ServerConnection, code: int, reason: str) -> None:
    """Close a connection. A client that reads nothing gets no closing frame either: then break it off."""
    try:
        async with asyncio.timeout(PATIENCE):
            await websocket.close(code, reason)
    except TimeoutError:
        websocket.transport.abort()


class BoundedConnection(ServerConnection):
    """A connection that is closed with 1013 when its client is more than `write_limit` bytes behind.

    websockets itself waits for ever: its keepalive cannot send a ping past a full buffer, so it never misses
    the pong. But asyncio calls pause_writing as soon as the buffer is over its limit.
    """

    def pause_writing(self) -> None:
        super().pause_writing()
        words = f"try again later: more than {MAX_BEHIND // 1024} KiB behind"
        self.parting = self.loop.create_task(part(self, 1013, words))  # kept: else it might be thrown away


def raise_open_files() -> int:
    """Let this process have as many open files as we need, or as the system allows. A connection is one."""
    wanted = MAX_CLIENTS + MAX_BACKLOG + OTHER_FILES
    if sys.platform == "win32":
        return wanted  # where there is no such limit
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return wanted


def capacity(open_files: int) -> tuple[int, int]:
    """How many clients to take, and how many may wait at the door.

    asyncio lets in all who wait before it looks at the first of them. So they need files as well: when none
    is left, the event loop does nothing any more but complain.
    """
    backlog = min(MAX_BACKLOG, open_files // 5)
    return min(MAX_CLIENTS, open_files - backlog - OTHER_FILES), backlog
