"""Serve a class board: its pages, its learners and those who look on, at one port."""

import asyncio
import ipaddress
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import cache
from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from websockets.asyncio.server import Server, ServerConnection, broadcast, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from servers.guard.own_hosts import own_origins
from servers.guard.request_syntax import Refused, parse_target
from servers.seats.client_limits import CLOSING_FRAME_TIMEOUT, bounded_options, capacity
from servers.seats.handshake import refuse_foreign_host
from wirelab.classroom import board_pages
from wirelab.classroom.board_pages import Keys, Place
from wirelab.classroom.hub_door import HubDoor
from wirelab.classroom.learner_connections import LearnerConnections
from wirelab.classroom.learner_messages import MAX_SAID
from wirelab.classroom.watchers import Watchers

LOGGER = logging.getLogger("wirelab.board.server")
LOGGER.addFilter(lambda record: "handshake" not in record.getMessage())  # what strangers try is no news
READ_PATIENCE = 5  # seconds for a client that does not read what it is sent
MAX_UNREAD = 2**22  # bytes that may wait for one client meanwhile
ENDED = '{"type": "ended"}'
NO_SUCH_PAGE = "There is nothing here. The board's own address ends with a key: look into the terminal."
TOO_BUSY = "Too many wrong codes, or too many pages. Try again in a minute."
SOCKETS = {("everyone", "join"), ("instructor", "watch"), ("room", "watch")}


class BoardServer:
    """The board at its port. `made` makes what is in no folder, as in qr.svg: once, when it is asked for.

    Behind a Hub, `door` asks it who comes; elsewhere the keys decide, and whether it is this computer that asks.
    """

    def __init__(
        self,
        learners: LearnerConnections,
        watchers: Watchers,
        keys: Keys,
        made: Mapping[str, Callable[[], bytes]],
        door: HubDoor | None = None,
    ) -> None:
        self.learners, self.watchers, self.keys, self.door = learners, watchers, keys, door
        self.names: WeakKeyDictionary[ServerConnection, str] = WeakKeyDictionary()  # of a Hub's users
        self.made = {name: cache(make) for name, make in made.items()}
        watchers.threw_out = learners.throw_out

    def options(self, open_files: int) -> dict[str, Any]:
        """Keyword arguments for `serve`."""
        max_clients, backlog = capacity(open_files)
        return {
            **bounded_options(max_clients + backlog, patience=READ_PATIENCE, max_unsent=MAX_UNREAD),
            "process_request": self.process_request,
            "origins": [None, own_origins()],  # programs send no Origin; pages of strangers are kept out
            "logger": LOGGER,
            "compression": None,
            "max_size": MAX_SAID,
            "max_queue": 4,
            "write_limit": 2**18,
            "ping_interval": 20,
            "ping_timeout": 20,
            "open_timeout": 5,
            "close_timeout": CLOSING_FRAME_TIMEOUT,
            "backlog": backlog,
        }

    async def process_request(self, connection: ServerConnection, request: Request) -> Response | None:
        """Decide on a request, as websockets wants it: None goes on with a handshake, a response ends it."""
        if response := refuse_foreign_host(connection, request):
            return response
        try:
            place = self.keys.place(parse_target(request.path).path)
        except Refused as refused:
            return board_pages.refusal(refused.status, str(refused))
        if place is None or (place.who != "everyone" and not self.door and not _is_near(connection)):
            return board_pages.refusal(HTTPStatus.NOT_FOUND, NO_SUCH_PAGE)
        if self.door and (response := await self._of_hub(self.door, connection, request, place)):
            return response
        if (place.who, place.name) in SOCKETS:
            return self._of_socket(connection, place)
        return await self._of_page(place, request.headers.get("Host", ""))

    async def _of_hub(
        self, door: HubDoor, connection: ServerConnection, request: Request, place: Place
    ) -> Response | None:
        """None where the Hub lets somebody in who may; else the answer."""
        if place.who != "everyone":
            return await door.visitor(request, place)
        if place.name == "oauth_callback":
            return await door.back_from_login(request)
        if place.name == "join":
            found = await door.learner(request)
            if isinstance(found, Response):
                return found
            self.names[connection] = found.name
        return None

    def who(self, connection: ServerConnection) -> str:
        """Whose wrong codes and seats are counted together: a user of a Hub, or an address."""
        return self.names.get(connection) or address_of(connection)

    def _of_socket(self, connection: ServerConnection, place: Place) -> Response | None:
        is_too_many = (
            self.learners.wrong_codes.is_too_many(self.who(connection), self.learners.clock())
            if place.who == "everyone"
            else self.watchers.is_full()
        )
        return board_pages.refusal(HTTPStatus.TOO_MANY_REQUESTS, TOO_BUSY) if is_too_many else None

    async def _of_page(self, place: Place, host: str) -> Response:
        if place.who != "everyone" and place.name in self.made:
            kind = board_pages.KINDS[PurePosixPath(place.name).suffix]
            content = await asyncio.to_thread(self.made[place.name])  # which may take seconds
            return board_pages.answer(HTTPStatus.OK, content, kind, host)
        return board_pages.page(place, host) or board_pages.refusal(HTTPStatus.NOT_FOUND, NO_SUCH_PAGE)

    async def onconnect(self, connection: ServerConnection) -> None:
        """Serve one connection after its handshake, until it is closed."""
        assert connection.request
        target = parse_target(connection.request.path)
        place = self.keys.place(target.path)
        assert place
        with suppress(ConnectionClosed):
            if place.who == "everyone":
                await self.learners.attend(connection, self.who(connection), self.names.get(connection, ""))
            else:
                await self.watchers.attend(
                    connection, is_instructor=place.who == "instructor", **_since(target.query)
                )

    async def end(self) -> None:
        """Tell everyone that the board has ended, and will not come back."""
        connections = [*self.learners.connections(), *self.watchers.connections()]
        broadcast(connections, ENDED)
        await asyncio.gather(*(connection.close(1001, "the board has ended") for connection in connections))

    @asynccontextmanager
    async def serving(self, hosts: Sequence[str], port: int, open_files: int) -> AsyncIterator[Server]:
        """Serve as long as the block lasts. Raises OSError where the port is taken."""
        listening: Any = list(hosts)  # asyncio takes several addresses
        async with serve(self.onconnect, listening, port, **self.options(open_files)) as server:
            publishing = asyncio.create_task(self.watchers.publish())
            try:
                yield server
            finally:
                publishing.cancel()


def address_of(connection: ServerConnection) -> str:
    """Whose connection it is, as far as the network tells."""
    return str((connection.remote_address or ("",))[0])


def _is_near(connection: ServerConnection) -> bool:
    """Whether the other end is on this computer, and came by its loopback address."""
    try:
        return ipaddress.ip_address(address_of(connection)).is_loopback
    except ValueError:
        return False


def _since(query: str) -> dict[str, Any]:
    """What a page knows already, from the query of its handshake."""
    words = parse_qs(query)
    number = words.get("since", [""])[0]
    is_number = number.isascii() and number.isdigit() and len(number) < 16
    return {"since": int(number) if is_number else -1, "life": words.get("life", [""])[0]}
