"""Run the seat feed beside another server of the same process, and be a wire to it."""

import asyncio
import selectors
import socket
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from servers import seat_feed
from servers.ticket_store import Store

HOST = "127.0.0.1"
OTHER_PROCESSES = 1  # second between two looks at what they booked in the same database


def carry(client: socket.socket, feed: socket.socket) -> None:
    """Carry bytes both ways until one side hangs up."""
    with selectors.DefaultSelector() as selector, suppress(OSError):
        for source, target in ((client, feed), (feed, client)):
            source.settimeout(None)
            selector.register(source, selectors.EVENT_READ, target)
        while True:
            for key, _ in selector.select():
                data = key.fileobj.recv(65_536)  # type: ignore[union-attr]
                if not data:
                    return
                key.data.sendall(data)


async def look_again(feed: seat_feed.Feed) -> None:
    while True:
        await asyncio.sleep(OTHER_PROCESSES)
        feed.publish()


@contextmanager
def feed_of(store: Store) -> Iterator[tuple[str, int]]:
    """The feed of a store's changes, in a thread and an event loop of its own. Gives its address."""
    feed = seat_feed.Feed(store)  # without a desk: seats are booked at the service
    with event_loop() as loop:

        def wait_for(coroutine: Coroutine[Any, Any, Any]) -> Any:
            return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

        server = wait_for(seat_feed.create_server(feed, HOST, 0))
        looking = asyncio.run_coroutine_threadsafe(look_again(feed), loop)
        store.watchers.append(feed.publish)
        try:
            yield server.sockets[0].getsockname()
        finally:
            store.watchers.remove(feed.publish)
            looking.cancel()
            loop.call_soon_threadsafe(server.close)  # tells every client: 1001, going away
            wait_for(server.wait_closed())


@contextmanager
def event_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop that runs in a thread."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
