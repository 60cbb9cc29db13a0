"""Keep the instructor's and the room's pages up to date, at most four times a second."""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast

from wirelab.classroom import summaries
from wirelab.classroom.class_board import ClassBoard, NotAllowed
from wirelab.classroom.class_state import Seat
from wirelab.classroom.instructor_commands import End, Remove, read_command
from wirelab.classroom.learner_messages import Unreadable

SUMMARY_INTERVAL = 0.25  # seconds between two summaries
BEAT = 2  # seconds without a change until the pages are told that the board is there
MAX_WATCHERS = 50


@dataclass(eq=False)
class Watcher:
    """A page, and what it has been sent: up to which change, and up to which turn of the connections."""

    connection: ServerConnection
    is_instructor: bool
    number: int = -1  # nothing yet
    turn: int = -1  # not known, as of a page that comes back


class Watchers:
    """All pages that look on. `facts` are what no change of the class touches: the code, the address and so on.

    `threw_out` is called with the number of a seat that the instructor has removed, `ended` where all is to end.
    """

    def __init__(self, board: ClassBoard, facts: Mapping[str, Any]) -> None:
        self.board, self.facts = board, facts
        self.threw_out: Callable[[int], object] = lambda seat: None
        self.ended: Callable[[], object] = lambda: None
        self._watchers: set[Watcher] = set()
        self._news = asyncio.Event()
        board.changed = self._news.set

    def connections(self) -> list[ServerConnection]:
        """All that are open."""
        return [watcher.connection for watcher in self._watchers]

    def is_full(self) -> bool:
        """Whether there are so many pages that no more are let in."""
        return len(self._watchers) >= MAX_WATCHERS

    async def attend(self, connection: ServerConnection, *, is_instructor: bool, since: int, life: str) -> None:
        """Serve one page until it is closed. It knows what was up to the change `since` of this `life`."""
        watcher = Watcher(connection, is_instructor, since if life == self.board.life else -1)
        self._tell(watcher)
        self._watchers.add(watcher)
        try:
            async for message in connection:
                await self._obey(watcher, message)
        finally:
            self._watchers.discard(watcher)

    async def _obey(self, watcher: Watcher, message: str | bytes) -> None:
        try:
            if not watcher.is_instructor:
                raise NotAllowed("the room's page only looks on")
            command = read_command(message)
            answer = self.board.obey(command)
            if isinstance(command, Remove):
                self.threw_out(command.seat)
            if isinstance(command, End):
                self.ended()
        except (NotAllowed, Unreadable) as error:
            answer = {"type": "error", "message": str(error)}
        except sqlite3.Error as error:
            answer = {"type": "error", "message": f"The board cannot keep this: {error}"}
        if answer:
            await watcher.connection.send(json.dumps(answer))

    async def publish(self) -> None:
        """Tell all pages what has changed, until this is cancelled."""
        while True:
            try:
                await asyncio.wait_for(self._news.wait(), BEAT)
            except TimeoutError:
                beat = {"type": "beat", "number": self.board.state.number, "now": self.board.clock()}
                broadcast(self.connections(), json.dumps(beat))
                continue
            self._news.clear()
            for watcher in self._watchers:
                if not watcher.connection.transport.get_write_buffer_size():  # else it gets the next one
                    self._tell(watcher)
                else:
                    self._news.set()
            await asyncio.sleep(SUMMARY_INTERVAL)

    def _tell(self, watcher: Watcher) -> None:
        summary = self._of_all(watcher) if watcher.is_instructor else self._of_room()
        watcher.number, watcher.turn = self.board.state.number, self.board.turn
        broadcast([watcher.connection], json.dumps({**summary, "life": self.board.life}))

    def _of_all(self, watcher: Watcher) -> dict[str, Any]:
        board, online = self.board, self.board.online()
        is_first = watcher.number < 0
        seats = [
            summaries.seat_line(seat, online=number in online)
            for number, seat in sorted(board.state.seats.items())
            if (not seat.gone if is_first else self._is_news(watcher, seat))
        ]
        told = summaries.instructors(board.state, board.course, online, board.clock())
        return {"type": "board", **self.facts, "all": is_first, "seats": seats, **told, "refused": board.refused}

    def _is_news(self, watcher: Watcher, seat: Seat) -> bool:
        """Whether the page does not know how the seat is. One that comes back may be told a little too much."""
        turn, number = self.board.touched.get(seat.seat, (-1, -1))
        is_touched = number >= watcher.number if watcher.turn < 0 else turn > watcher.turn
        return seat.changed > watcher.number or is_touched

    def _of_room(self) -> dict[str, Any]:
        facts = {name: self.facts[name] for name in ("code", "line", "address", "qr")}
        return {
            "type": "room",
            **facts,
            **summaries.rooms(self.board.state, self.board.course, self.board.clock()),
        }
