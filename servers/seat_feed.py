"""Send each change of a show's seats to everyone who watches that show, as it happens.

python -m servers.seat_feed
python -m servers.seat_watcher --show 1
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from servers.commands.server_command import one_line_end, server_parser
from servers.guard.limits import MAX_UNSENT
from servers.guard.own_hosts import own_origins
from servers.guard.request_syntax import path_of
from servers.seats.client_limits import (
    CLOSING_FRAME_TIMEOUT,
    bounded_options,
    capacity,
    raise_open_files,
)
from servers.seats.feed_client import Client
from servers.seats.handshake import Subscription, parse_target, refuse_foreign_host
from servers.seats.journal import HISTORY, Change, Journal, SeatCommands, SeatError, Seats
from servers.seats.messages import change_message, error_message, parse_command, pong_message, seats_message

HOST, PORT = "127.0.0.1", 8002
SCHEME = "ws"  # how a client's address begins
MAX_COMMAND_SIZE = 1024  # bytes; a longer message closes the connection with 1009
MAX_MESSAGES_PER_SECOND = 20  # of one client; one more closes the connection with 1008


class Feed:
    """The clients that watch each show. Without `commands`, they can only watch.

    `open_files` is how many this process may have: it limits how many clients there can be. `broadcast` sends a
    message to several clients and waits for none of them. One server at a time serves a feed:
    `serve(feed.onconnect, host, port, **feed.options())`.
    """

    def __init__(
        self,
        journal: Journal,
        commands: SeatCommands | None = None,
        open_files: int = 1024,
        broadcast: Callable[[Iterable[Any], str], object] = broadcast,
    ) -> None:
        self.journal, self.commands, self.broadcast = journal, commands, broadcast
        self.max_clients, self.backlog = capacity(open_files)
        # For each show its clients, and for each the number of a change up to which it has been told all.
        self.rooms: dict[int, dict[Any, int]] = {}
        self.number = 0  # of the last change that everyone has been told
        self._loop: asyncio.AbstractEventLoop | None = None
        self._due = False  # whether tell() is about to run

    def __len__(self) -> int:
        return sum(map(len, self.rooms.values()))

    def options(self, origins: Iterable[str] = ()) -> dict[str, Any]:
        """Keyword arguments for `serve`. `origins`: other sites whose pages may connect: "https://hub.example"."""
        return {
            **bounded_options(self.max_clients + self.backlog),
            "process_request": self.process_request,
            # Programs send no Origin. Browsers do, so that a stranger's page can be kept out.
            "origins": [None, own_origins(), *origins],
            # Deflate takes 32 KiB for each client and twice the time, to make 70 bytes 50.
            "compression": None,
            "max_size": MAX_COMMAND_SIZE,
            "write_limit": MAX_UNSENT,
            "ping_interval": 20,
            "ping_timeout": 20,
            "open_timeout": 5,
            "close_timeout": CLOSING_FRAME_TIMEOUT,
            "backlog": self.backlog,
        }

    # Publishing ------------------------------------------------------------------------------------

    def publish(self, change: object = None) -> None:
        """There is something new in the journal. Call it after each change, from any thread.

        The change is read from the journal, since two threads may come here in the other order.
        """
        if self._loop and not self._due:
            self._due = True
            with suppress(RuntimeError):  # the loop has ended
                self._loop.call_soon_threadsafe(self.tell)

    def tell(self) -> None:
        """Send each client the changes it does not know. broadcast() never waits for a slow client."""
        self._due = False
        try:
            changes = self.changes_since(self.number)
        except LookupError:
            self.tell_snapshots()
            return
        for change in changes:
            room = self.rooms.get(change.show, {})
            self.broadcast([client for client in room if room[client] < change.number], change_message(change))
            self.number = change.number

    def tell_snapshots(self) -> None:
        """Send each client all seats of its show: there are too many changes to send one by one."""
        numbers = []
        for show, room in self.rooms.items():
            number, message = self.snapshot_message(show)
            self.broadcast(room, message)
            room.update(dict.fromkeys(room, number))
            numbers.append(number)
        self.number = min(numbers, default=self.number)

    def changes_since(self, number: int) -> Sequence[Change]:
        """The changes after `number`. Raises LookupError if they are not known, or too many to be sent."""
        changes = self.journal.changes(number, HISTORY + 1)
        if len(changes) > HISTORY:
            raise LookupError("to send all seats is shorter")
        return changes

    def snapshot_message(self, show: int) -> tuple[int, str]:
        """The message with all seats of a show, and the number of the last change in it. Raises LookupError."""
        number, seats, taken = self.journal.snapshot(show)
        return number, seats_message(show, self.journal.life, number, seats, taken)

    def first_messages(self, wanted: Subscription) -> tuple[int, list[str]]:
        """What a new client is sent, and the number of the last change in it: what it missed, or all seats."""
        number, message = self.snapshot_message(wanted.show)
        if wanted.since is None or wanted.life != self.journal.life or wanted.since > number:
            return number, [message]
        try:
            changes = self.changes_since(wanted.since)
        except LookupError:
            return number, [message]
        missed = [change for change in changes if change.show == wanted.show and change.number <= number]
        return number, list(map(change_message, missed))

    # Clients ---------------------------------------------------------------------------------------

    def refusal(self, target: str) -> tuple[HTTPStatus, str] | None:
        """The status and the body with which a handshake is refused; None if it is not."""
        try:
            self.journal.snapshot(parse_target(target).show)
        except LookupError:
            return HTTPStatus.NOT_FOUND, f"There is no {path_of(target) or target} here.\n"
        except ValueError as error:
            return HTTPStatus.BAD_REQUEST, f"{error}\n"
        if len(self) >= self.max_clients:
            return HTTPStatus.SERVICE_UNAVAILABLE, "The house is full. Try again later.\n"
        return None

    def process_request(self, websocket: ServerConnection, request: Request) -> Response | None:
        """Decide on a handshake, as websockets wants it: None goes on, a response refuses it."""
        refused = self.refusal(request.path)
        return refuse_foreign_host(websocket, request) or (websocket.respond(*refused) if refused else None)

    async def onconnect(self, websocket: ServerConnection) -> None:
        """Serve one client of websockets, from its handshake until it leaves."""
        assert websocket.request
        with suppress(ConnectionClosed):
            await self.attend(websocket, websocket.request.path)

    async def attend(self, client: Client, target: str) -> None:
        """Serve one client until it leaves. Its handshake was for `target`, and was not refused."""
        wanted = parse_target(target)
        room = self.join(client, wanted)
        try:
            await self.listen(client, wanted.show)
        finally:
            room.pop(client, None)

    def join(self, client: Client, wanted: Subscription) -> dict[Any, int]:
        """Send a new client what it does not know yet, and give the room that it has joined.

        Nothing is awaited in here, so that no change comes in between.
        """
        if self._loop is not asyncio.get_running_loop():  # the feed is served again
            self._loop, self._due, self.rooms = asyncio.get_running_loop(), False, {}
        number, messages = self.first_messages(wanted)
        if not len(self):
            self.number = number  # there is nobody yet who does not know it
        for message in messages:
            self.broadcast([client], message)
        room = self.rooms.setdefault(wanted.show, {})
        room[client] = number
        return room

    async def listen(self, client: Client, show: int) -> None:
        """Carry out what a client sends, until it leaves or sends too much."""
        times: deque[float] = deque(maxlen=MAX_MESSAGES_PER_SECOND)
        async for message in client:
            now = time.monotonic()
            if len(times) == MAX_MESSAGES_PER_SECOND and now - times[0] < 1:
                await client.close(1008, f"more than {MAX_MESSAGES_PER_SECOND} messages in a second")
                return
            times.append(now)
            try:
                await self.execute(client, show, message)
            except SeatError as error:
                await client.send(error_message(str(error)))

    async def execute(self, client: Client, show: int, message: str | bytes) -> None:
        """Carry out a client's command; a change comes back by publish(). Raises SeatError."""
        verb, number = parse_command(message)
        if verb == "ping":
            await client.send(pong_message(number))
        elif self.commands is None:
            raise SeatError("this feed only tells, it takes no orders")
        else:
            (self.commands.take if verb == "take" else self.commands.free)(show, number)


def stand_alone(seats: Seats, open_files: int = 1024) -> Feed:
    """A feed whose clients take and free the seats themselves. `open_files` is how many this process may have."""
    feed = Feed(seats, seats, open_files)
    seats.watchers.append(feed.publish)
    return feed


async def create_server(feed: Feed, host: str = HOST, port: int = PORT, origins: Iterable[str] = ()) -> Server:
    """Serve a feed. Port 0 takes a free one. Raises OSError if the port is taken."""
    return await serve(feed.onconnect, host, port, **feed.options(origins))


async def run(port: int, origins: Iterable[str]) -> None:
    """Serve the seats of this process until Ctrl+C."""
    server = await create_server(stand_alone(Seats(), raise_open_files()), port=port, origins=origins)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"Started WebSocket server at ws://{HOST}:{port}/shows/1, Ctrl+C ends it", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = server_parser("Tell everyone who looks at the seats of a show about each change.", PORT)
    parser.add_argument(
        "--origin", action="append", default=[], help="a site whose pages may connect, as in https://hub.example"
    )
    options = parser.parse_args()
    with one_line_end(options.port, "every client was told"):
        asyncio.run(run(options.port, options.origin))


if __name__ == "__main__":
    main()
