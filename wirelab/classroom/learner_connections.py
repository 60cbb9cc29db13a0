"""Listen to the notebooks of learners: a code and a token first, then what they have to say."""

import asyncio
import json
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from hmac import compare_digest
from typing import Any

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed

from wirelab.classroom.board_limits import Allowance, WrongCodes
from wirelab.classroom.class_board import REMOVED, ClassBoard, NotAllowed
from wirelab.classroom.class_state import Seat
from wirelab.classroom.learner_messages import Join, Leave, Shared, Unreadable, read_join, read_said

JOIN_TIMEOUT = 5  # seconds for the first message
SEAT_CONNECTIONS = 20  # notebooks of one seat at once; with more, the first one is closed
SEATS_OF_ADDRESS = 100  # new ones of one address, where it is not this computer's own
SHARING_COSTS = 15  # messages
WRONG_CODE = "There is no board with this code here."
NOT_A_NOTEBOOK = "This is no notebook of ours."
DISK = "the board cannot keep this now"  # the notebook comes again, and sends it again
LEFT_ELSEWHERE = "You have left the board."
TOO_MANY_SEATS = "Too many have joined from this address."


class LearnerConnections:
    """All notebooks that are connected. `code` is the board's."""

    def __init__(self, board: ClassBoard, code: str, clock: Callable[[], float] = time.monotonic) -> None:
        self.board, self.code, self.clock = board, code, clock
        self.wrong_codes = WrongCodes()
        self._allowances: dict[int, Allowance] = {}
        self._open: dict[int, dict[str, ServerConnection]] = defaultdict(dict)
        self._seats_from = Counter[str]()
        self._goodbyes: set[asyncio.Task[None]] = set()  # kept: else they might be thrown away

    async def attend(self, connection: ServerConnection, address: str, user: str = "") -> None:
        """Serve one notebook until it leaves. `address` is whose wrong codes are counted together.

        `user` is who it belongs to, where a Hub says so: the same user has the same seat.
        """
        try:
            join = read_join(await asyncio.wait_for(connection.recv(), JOIN_TIMEOUT))
            seat = self._admit(join, address, user)
        except (Unreadable, NotAllowed, TimeoutError) as error:
            self.board.refused += isinstance(error, Unreadable)
            await _refuse(connection, str(error) if isinstance(error, NotAllowed) else NOT_A_NOTEBOOK)
            return
        except sqlite3.Error:
            await connection.close(1011, DISK)
            return
        welcome = {"seat": seat.seat, "known": seat.known.get(join.notebook, 0), "life": self.board.life}
        self._place(seat, join.notebook, connection)
        try:
            await _send(connection, {"type": "welcome", **welcome, "hand": bool(seat.hand)})
            await self._listen(connection, seat, join.notebook)
        finally:
            if self._open[seat.seat].get(join.notebook) is connection:
                del self._open[seat.seat][join.notebook]
            self.board.presence(seat, -1)

    def _admit(self, join: Join, address: str, user: str) -> Seat:
        if not compare_digest(join.code.lower().encode(), self.code.encode()):
            self.wrong_codes.note(address, self.clock())
            self.board.refused += 1
            raise NotAllowed(WRONG_CODE)
        before = len(self.board.state.seats)
        if self._seats_from[address] >= SEATS_OF_ADDRESS:
            raise NotAllowed(TOO_MANY_SEATS)
        seat = self.board.sit(join, user)
        if len(self.board.state.seats) > before and not address.startswith("127."):
            self._seats_from[address] += 1
        return seat

    def _place(self, seat: Seat, notebook: str, connection: ServerConnection) -> None:
        """Note the connection, in the place of one of the same notebook that was cut without a word."""
        mine = self._open[seat.seat]
        old = [mine.pop(notebook)] if notebook in mine else []
        old += [mine.pop(next(iter(mine)))] if len(mine) >= SEAT_CONNECTIONS else []
        mine[notebook] = connection
        self.board.presence(seat, 1)
        for other in old:
            self._close(other, 1008, "this notebook is connected again")

    def _close(self, connection: ServerConnection, code: int, reason: str) -> None:
        task = asyncio.get_running_loop().create_task(connection.close(code, reason))
        self._goodbyes.add(task)
        task.add_done_callback(self._goodbyes.discard)

    def connections(self) -> list[ServerConnection]:
        """All that are open."""
        return [connection for mine in self._open.values() for connection in mine.values()]

    def throw_out(self, seat: int, why: str = REMOVED) -> None:
        """Tell all notebooks of a seat why they are not listened to any more, and close their connections."""
        connections = list(self._open[seat].values())
        broadcast(connections, json.dumps({"type": "refused", "message": why}))
        for connection in connections:
            self._close(connection, 1008, "removed")

    async def _listen(self, connection: ServerConnection, seat: Seat, notebook: str) -> None:
        allowance = self._allowances.setdefault(seat.seat, Allowance(self.clock()))
        async for message in connection:
            try:
                said = read_said(message)
            except Unreadable as error:
                self.board.refused += 1
                await connection.close(1008, str(error))
                return
            if not allowance.take(self.clock(), SHARING_COSTS if isinstance(said, Shared) else 1):
                self.board.refused += 1
                await connection.close(1008, "too many messages")
                return
            answer: dict[str, Any] = {"type": "ack", "n": said.n}
            try:
                self.board.hear(seat, notebook, said)
            except NotAllowed as error:
                answer = {"type": "error", "n": said.n, "message": str(error)}
            except sqlite3.Error:
                await connection.close(1011, DISK)
                return
            await _send(connection, answer)
            if isinstance(said, Leave):
                self.throw_out(seat.seat, LEFT_ELSEWHERE)
                return


async def _refuse(connection: ServerConnection, message: str) -> None:
    try:
        await _send(connection, {"type": "refused", "message": message})
    except ConnectionClosed:
        return
    await connection.close(1008, message)


async def _send(connection: ServerConnection, message: dict[str, Any]) -> None:
    await connection.send(json.dumps(message))
