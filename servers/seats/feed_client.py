"""Say what a feed needs of a client, and give it for a client of an ASGI server."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Iterable
from typing import Any, Protocol


class Client(AsyncIterable[str | bytes], Protocol):
    """A client, whichever server it came to: its messages, and two things to do."""

    def send(self, message: str) -> Awaitable[None]:
        """Send one message."""

    def close(self, code: int, reason: str) -> Awaitable[None]:
        """Say goodbye (RFC 6455 §7.4)."""


class AsgiClient:
    """A WebSocket of an ASGI server, once the server has been told to accept it.

    Messages stand in a queue until the server takes them. The server hangs up on a client that does not read, and
    raises OSError for what is sent to it then.
    """

    def __init__(
        self, receive: Callable[[], Awaitable[dict[str, Any]]], send: Callable[[dict[str, Any]], Awaitable[None]]
    ) -> None:
        self._receive, self._send = receive, send
        self._unsent: asyncio.Queue[str] = asyncio.Queue()

    def tell(self, message: str) -> None:
        """Send a message, and do not wait for that."""
        self._unsent.put_nowait(message)

    async def send(self, message: str) -> None:
        """Send a message after those that were told."""
        self.tell(message)

    async def close(self, code: int, reason: str) -> None:
        """Say goodbye. What was told and not sent yet is not sent any more."""
        await self._send({"type": "websocket.close", "code": code, "reason": reason})

    async def send_all(self) -> None:
        """Send what is told, one message after the other. Runs until it is cancelled, or the client is gone."""
        while True:
            await self._send({"type": "websocket.send", "text": await self._unsent.get()})

    async def __aiter__(self) -> AsyncIterator[str | bytes]:
        while (message := await self._receive())["type"] == "websocket.receive":
            text = message.get("text")
            yield message["bytes"] if text is None else text


def tell_all(clients: Iterable[AsgiClient], message: str) -> None:
    """Send a message to several clients, and wait for none of them."""
    for client in clients:
        client.tell(message)
