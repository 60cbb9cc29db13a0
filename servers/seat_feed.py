"""Tell everyone who looks at the seats of a show about each change, as it happens.

python -m servers.seat_feed
python -m servers.seat_watcher --show 1
"""

import argparse
import asyncio
import os
import re
import time
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from servers.client_limits import MAX_BEHIND, PATIENCE, BoundedConnection, Door, capacity, part, raise_open_files
from servers.seat_journal import HISTORY, Change, Desk, Journal, SeatError, Seats
from servers.seat_messages import change_message, error_message, seats_message, wish

HOST, PORT = "127.0.0.1", 8002
SCHEME = "ws"  # how a client's address begins
MAX_MESSAGE = 1024  # bytes; a longer one closes the connection with 1009
RATE = 20  # messages a client may send in a second; one more closes the connection with 1008
PATH = re.compile(r"/shows/([0-9]{1,9})")
OWN_ORIGINS = re.compile(r"https?://(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?")
ANY_ORIGIN = re.compile(r"https?://.+")


def own_origins() -> re.Pattern[str]:
    """Whose pages are ours. Under a Hub they come through its proxy alone, which has looked at Origin."""
    return ANY_ORIGIN if "JUPYTERHUB_SERVICE_PREFIX" in os.environ else OWN_ORIGINS


def place(target: str) -> tuple[int, int | None, str]:
    """The show that a request's target names, and which change its client knows already, of which life.

    Raises LookupError, and ValueError for a number that is none.
    """
    parts = urlsplit(target)
    found = PATH.fullmatch(parts.path)
    if found is None:
        raise LookupError(target)
    query = parse_qs(parts.query)
    since = query.get("since", [""])[0]
    if since and not re.fullmatch("[0-9]{1,15}", since):
        raise ValueError("since has to be the number of a change")
    return int(found[1]), int(since) if since else None, query.get("life", [""])[0]


# The feed -----------------------------------------------------------------------------------------------


class Feed:
    """Who looks at which show. Without a desk, clients can only watch.

    One server at a time serves it: `serve(feed.onconnect, host, port, **feed.options())`.
    """

    def __init__(self, journal: Journal, desk: Desk | None = None, open_files: int = 1024) -> None:
        self.journal, self.desk = journal, desk
        self.max_clients, self.backlog = capacity(open_files)
        # For each show its clients, and for each the number of a change up to which it has been told all.
        self.rooms: dict[int, dict[ServerConnection, int]] = {}
        self.number = 0  # of the last change that everyone has been told
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = False  # whether tell() is about to run

    def __len__(self) -> int:
        return sum(map(len, self.rooms.values()))

    def options(self, origins: Iterable[str] = ()) -> dict[str, Any]:
        """What to tell `serve`. `origins`: other sites whose pages may connect, as in "https://hub.example"."""
        return {
            "process_request": self.admit,
            "create_connection": partial(BoundedConnection, Door(self.max_clients + self.backlog)),
            # Programs send no Origin. Browsers do, so that a stranger's page can be kept out.
            "origins": [None, own_origins(), *origins],
            # Deflate takes 32 KiB for each client and twice the time, to make 70 bytes 50.
            "compression": None,
            "max_size": MAX_MESSAGE,
            "write_limit": MAX_BEHIND,
            "ping_interval": 20,
            "ping_timeout": 20,
            "open_timeout": 5,
            "close_timeout": PATIENCE,
            "backlog": self.backlog,
        }

    # Telling ---------------------------------------------------------------------------------------

    def publish(self, change: object = None) -> None:
        """There is something new in the journal. Call it after each change, from any thread.

        The change is read from the journal, since two threads may come here in the other order.
        """
        if self._loop and not self._due:
            self._due = True
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self.tell)

    def tell(self) -> None:
        """Tell everyone what is new. broadcast() never waits, so that nobody waits for a slow client."""
        self._due = False
        try:
            changes = self.missed(self.number)
        except LookupError:
            self.tell_all_seats()
            return
        for change in changes:
            room = self.rooms.get(change.show, {})
            broadcast([client for client in room if room[client] < change.number], change_message(change))
            self.number = change.number

    def tell_all_seats(self) -> None:
        """What is new is too much to be told change by change."""
        numbers = []
        for show, room in self.rooms.items():
            number, message = self.all_seats(show)
            broadcast(room, message)
            room.update(dict.fromkeys(room, number))
            numbers.append(number)
        self.number = min(numbers, default=self.number)

    def missed(self, since: int) -> Sequence[Change]:
        changes = self.journal.changes(since)
        if len(changes) > HISTORY:
            raise LookupError("to tell all seats is shorter")
        return changes

    def all_seats(self, show: int) -> tuple[int, str]:
        number, seats, taken = self.journal.snapshot(show)
        return number, seats_message(show, self.journal.life, number, seats, taken)

    def news(self, show: int, since: int | None, life: str) -> tuple[int, list[str]]:
        """What a newcomer is told, and the number of the change up to which that goes."""
        number, message = self.all_seats(show)
        if since is None or life != self.journal.life or since > number:
            return number, [message]
        try:
            changes = self.missed(since)
        except LookupError:
            return number, [message]
        return number, [change_message(new) for new in changes if new.show == show and new.number <= number]

    # Clients ---------------------------------------------------------------------------------------

    def refusal(self, target: str) -> tuple[HTTPStatus, str] | None:
        """The status and the words with which a handshake is refused, or None."""
        try:
            self.journal.snapshot(place(target)[0])
        except LookupError:
            return HTTPStatus.NOT_FOUND, f"There is no {urlsplit(target).path} here.\n"
        except ValueError as error:
            return HTTPStatus.BAD_REQUEST, f"{error}\n"
        if len(self) >= self.max_clients:
            return HTTPStatus.SERVICE_UNAVAILABLE, "The house is full. Try again later.\n"
        return None

    def admit(self, websocket: ServerConnection, request: Request) -> Response | None:
        refused = self.refusal(request.path)
        return websocket.respond(*refused) if refused else None

    async def onconnect(self, websocket: ServerConnection) -> None:
        assert websocket.request
        show, since, life = place(websocket.request.path)
        room = self.enter(websocket, show, since, life)
        try:
            with suppress(ConnectionClosed):
                await self.listen(websocket, show)
        finally:
            room.pop(websocket, None)

    def enter(self, websocket: ServerConnection, show: int, since: int | None, life: str) -> dict[Any, int]:
        """Tell a newcomer what is new. Nothing is awaited in here, so that no change comes in between."""
        if self._loop is not asyncio.get_running_loop():  # the feed is served again
            self._loop, self._due, self.rooms = asyncio.get_running_loop(), False, {}
        number, messages = self.news(show, since, life)
        if not len(self):
            self.number = number  # there is nobody yet who does not know it
        for message in messages:
            broadcast([websocket], message)
        room = self.rooms.setdefault(show, {})
        room[websocket] = number
        return room

    async def listen(self, websocket: ServerConnection, show: int) -> None:
        times: deque[float] = deque(maxlen=RATE)
        async for message in websocket:
            now = time.monotonic()
            if len(times) == RATE and now - times[0] < 1:
                await part(websocket, 1008, f"more than {RATE} messages in a second")
                return
            times.append(now)
            try:
                self.do(show, message)
            except SeatError as error:
                await websocket.send(error_message(str(error)))

    def do(self, show: int, message: str | bytes) -> None:
        """Do what a client wants. What comes of it, everyone in the room is told."""
        if self.desk is None:
            raise SeatError("this feed only tells, it takes no orders")
        verb, seat = wish(message)
        (self.desk.take if verb == "take" else self.desk.free)(show, seat)


def stand_alone(seats: Seats, open_files: int = 1024) -> Feed:
    """A feed whose clients take and free the seats themselves."""
    feed = Feed(seats, seats, open_files)
    seats.watchers.append(feed.publish)
    return feed


async def create_server(feed: Feed, host: str = HOST, port: int = PORT, origins: Iterable[str] = ()) -> Server:
    return await serve(feed.onconnect, host, port, **feed.options(origins))


async def run(port: int, origins: Iterable[str]) -> None:
    server = await create_server(stand_alone(Seats(), raise_open_files()), port=port, origins=origins)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"Started WebSocket server at ws://{HOST}:{port}/shows/1, Ctrl+C ends it", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(
        description="Tell everyone who looks at the seats of a show about each change."
    )
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument(
        "--origin", action="append", default=[], help="a site whose pages may connect, as in https://hub.example"
    )
    wanted = parser.parse_args()
    try:
        asyncio.run(run(wanted.port, wanted.origin))
    except KeyboardInterrupt:
        print("Ctrl+C received, every client was told")
    except OSError as error:
        raise SystemExit(f"Port {wanted.port}: {error.strerror}. Choose another with --port") from None


if __name__ == "__main__":
    main()
