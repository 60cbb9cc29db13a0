"""Serve a feed of seats as an ASGI app, beside other apps of the same server.

    feed = store_feed(store)
    app = AsgiFeed(feed)
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from typing import Any

from servers import seat_feed
from servers.guard.asgi_guard import Receive, Scope, Send
from servers.seats.client_limits import raise_open_files
from servers.seats.feed_client import AsgiClient, tell_all
from servers.tickets.store import Store

DATABASE_POLL_INTERVAL = 1  # second between two looks at what other processes booked in the same database
UPGRADE = {"Connection": "upgrade", "Upgrade": "websocket"}  # RFC 9110 §7.8
CONNECT = "Connect with ws://, as a page does with new WebSocket(…).\n"


def store_feed(store: Store) -> seat_feed.Feed:
    """A feed of a store's changes. Its clients can only watch: seats are booked at the service."""
    feed = seat_feed.Feed(store, open_files=raise_open_files(), broadcast=tell_all)
    store.watchers.append(feed.publish)
    return feed


async def poll_database(feed: seat_feed.Feed) -> None:
    """Publish what other processes have booked, again and again."""
    while True:
        await asyncio.sleep(DATABASE_POLL_INTERVAL)
        feed.publish()


@asynccontextmanager
async def polling(feed: seat_feed.Feed) -> AsyncIterator[None]:
    """Look for other processes' bookings, as long as the block lasts."""
    task = asyncio.create_task(poll_database(feed))
    try:
        yield
    finally:
        task.cancel()


class AsgiFeed:
    """The feed as an ASGI app. `root_path` is where it is: the rest of the path names the show."""

    def __init__(self, feed: seat_feed.Feed) -> None:
        self.feed = feed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope["root_path"])
        target = f"{path}?{scope['query_string'].decode('latin-1')}"
        if scope["type"] == "http":
            await respond(send, *self.answer(scope["method"]))
        elif refused := self.feed.refusal(target):
            await respond(send, *refused, {}, kind="websocket.http.response")
        else:
            await receive()  # websocket.connect
            await send({"type": "websocket.accept"})
            await self.serve(AsgiClient(receive, send), target)

    def answer(self, method: str) -> tuple[HTTPStatus, str, dict[str, str]]:
        """What a request is answered that is no handshake: 426 (RFC 9110 §15.5.22), or 405."""
        if method == "GET":
            return HTTPStatus.UPGRADE_REQUIRED, CONNECT, UPGRADE
        return HTTPStatus.METHOD_NOT_ALLOWED, "A WebSocket begins with a GET.\n", {"Allow": "GET"}

    async def serve(self, client: AsgiClient, target: str) -> None:
        """Serve one client until it leaves."""
        sending = asyncio.create_task(client.send_all())
        try:
            with suppress(OSError):
                await self.feed.attend(client, target)
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await sending


async def respond(
    send: Send, status: HTTPStatus, text: str, headers: dict[str, str], *, kind: str = "http.response"
) -> None:
    """Send a whole response in plain text."""
    body = text.encode()
    fields = {"Content-Type": "text/plain; charset=utf-8", "Content-Length": str(len(body)), **headers}
    pairs: Any = [(name.lower().encode(), value.encode()) for name, value in fields.items()]
    await send({"type": f"{kind}.start", "status": int(status), "headers": pairs})
    await send({"type": f"{kind}.body", "body": body})
