"""Carry out `python3 start.py board`: open a class board, and end it."""

import argparse
import asyncio
import json
import os
import secrets
import signal
import time
import webbrowser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from servers.seats.client_limits import raise_open_files
from wirelab.classroom import running_boards
from wirelab.classroom.board_changes import BoardDatabase
from wirelab.classroom.board_export import write_table
from wirelab.classroom.board_pages import Keys
from wirelab.classroom.board_server import BoardServer
from wirelab.classroom.class_board import ClassBoard, new_code
from wirelab.classroom.hub_access import HubAccess, hub_access
from wirelab.classroom.hub_door import HubDoor
from wirelab.classroom.known_exercises import known_exercises
from wirelab.classroom.lan_address import own_lan_address
from wirelab.classroom.learner_connections import LearnerConnections
from wirelab.classroom.qr_code import svg
from wirelab.classroom.watchers import Watchers
from wirelab.errors import BoardError
from wirelab.launching.ports import ADDRESS
from wirelab.paths import COURSE, aside

FOLDER = "WIRELAB_BOARD_FOLDER"  # a variable with another place for the database
BOARD_PORT = 8765
CUT_SHORT_FOR = 12 * 3600  # seconds without a change, after which a board that was cut short is deleted
ASKS_AGAIN = 5.0  # seconds between the first Ctrl+C and the second
IS_UP = """The board, for you:        {instructor}
The room's page:           {room}
Learners run in a notebook:
    from wirelab import join
    {line}"""
GOES_ON_WITH = "It goes on where it was: {} seats, and the same code. To begin anew, end it and add --new."
PLAIN_HTTP = (
    "It listens at {} too: plain HTTP, so what learners send can be read in that network. Your two pages do not."
)
ENDS = "Ctrl+C ends it. Then everything it knows is {}."
ONCE_AGAIN = (
    "\nPress Ctrl+C once more, within five seconds, to end the board and delete what it knows of {} seats."
)
PORT_IN_USE = "port {} belongs to another program ({}): end that one, or add --port and another number"
IS_OVER = "The board has ended, and what it knew is deleted."
KEPT_IN = "Kept in {}: the next board at this port goes on with it."
TABLE_IN = "The table is in {}."

Questions = Callable[[], Sequence[Mapping[str, Any]]]  # of the lessons, for votes


@dataclass(frozen=True)
class Plan:
    """How a board is served. `lan` is an address of this computer, or nothing; `hub` is the Hub around it."""

    port: int
    lan: str
    hub: HubAccess | None
    is_kept: bool
    export: Path | None
    with_browser: bool

    @property
    def hosts(self) -> list[str]:
        """The addresses at which it listens."""
        if self.hub:
            return [urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).hostname or ADDRESS]
        return [ADDRESS, *([self.lan] if self.lan else [])]


def run_board(words: argparse.Namespace, questions: Questions) -> int:
    """Serve a board until it is ended. Raises BoardError."""
    hub = hub_access()
    port = urlsplit(os.environ["JUPYTERHUB_SERVICE_URL"]).port if hub else words.port
    lan = own_lan_address(words.lan) if words.lan and not hub else ""
    plan = Plan(port or BOARD_PORT, lan, hub, words.keep, words.export, not words.no_browser and not hub)
    if lan:
        os.environ["ALLOWED_HOSTS"] = f"{os.environ.get('ALLOWED_HOSTS', '')} {lan}".strip()
    board = ClassBoard(open_database(plan.port, is_new=words.new), known_exercises())
    try:
        asyncio.run(_serve(board, plan, questions))
    except OSError as error:
        board.database.close()  # nothing is deleted: the board has not begun
        raise BoardError(PORT_IN_USE.format(plan.port, error.strerror)) from None
    _end(board, plan)
    return 0


def board_folder() -> Path:
    """Where boards keep their databases."""
    return Path(os.environ.get(FOLDER) or COURSE / ".progress" / "board")


def open_database(port: int, *, is_new: bool) -> BoardDatabase:
    """The database of the board at this port: the one that was cut short, or that is kept; else a new one.

    With `is_new`, what is there is put aside. Raises BoardError.
    """
    path = board_folder() / f"board-{port}.sqlite"
    if is_new and path.exists():
        BoardDatabase(path).close() if _is_readable(path) else None  # raises where another board has it
        path.rename(aside(path))
    database = BoardDatabase(path)
    last = max((change.time for change in database.changes()), default=time.time())
    if not database.setting("kept") and last < time.time() - CUT_SHORT_FOR:
        database.delete()
        database = BoardDatabase(path)
    return database


def _is_readable(path: Path) -> bool:
    return path.read_bytes()[:15] == b"SQLite format 3"


async def _serve(board: ClassBoard, plan: Plan, questions: Questions) -> None:
    code = board.secret("code", lambda: new_code(long=bool(plan.lan)))
    board.database.set("kept", "yes" if plan.is_kept else "")
    keys = _keys(board, plan)
    near = f"http://{ADDRESS}:{plan.port}"
    address = plan.hub.prefix if plan.hub else f"http://{plan.hosts[-1]}:{plan.port}/"
    line = f'join("{code}", address="{plan.lan}:{plan.port}")' if plan.lan else f'join("{code}")'
    facts = {
        "code": code,
        "line": line,
        "address": address,
        "qr": bool(plan.lan),
        "room": f"../{keys.room}/",
        "isKept": plan.is_kept,
        "began": float(board.secret("began", lambda: str(time.time()))),
    }
    made: dict[str, Callable[[], bytes]] = {"questions.json": lambda: json.dumps(list(questions())).encode()}
    if plan.lan:
        made["qr.svg"] = lambda: svg(f"{address}#{code}")
    door = HubDoor(plan.hub) if plan.hub else None
    server = BoardServer(LearnerConnections(board, code), Watchers(board, facts), keys, made, door)
    async with server.serving(plan.hosts, plan.port, raise_open_files()):
        base = plan.hub.prefix.rstrip("/") if plan.hub else near
        pages = {"instructor": f"{base}/{keys.instructor}/", "room": f"{base}/{keys.room}/"}
        if not plan.hub:
            running_boards.remember(code, {"learners": f"{near}/", "instructor": pages["instructor"]})
        over = _ending(board, plan, server.watchers)
        _tell(board, plan, IS_UP.format(**pages, line=line))
        if plan.with_browser:
            webbrowser.open(pages["instructor"], new=1)
        await over.wait()
        await server.end()
    running_boards.forget(code)


def _keys(board: ClassBoard, plan: Plan) -> Keys:
    """Random words in addresses; behind a Hub plain ones, as it asks everyone who they are."""
    if plan.hub:
        return Keys("instructor", "room", plan.hub.prefix.rstrip("/"))
    return Keys(*(board.secret(name, lambda: secrets.token_urlsafe(24)) for name in ("key", "room")))


def _tell(board: ClassBoard, plan: Plan, is_up: str) -> None:
    seats = len(board.state.present())
    print(is_up, *([GOES_ON_WITH.format(seats)] if board.state.number else []), sep="\n")
    if plan.lan:
        print(PLAIN_HTTP.format(plan.lan))
    print(ENDS.format("kept" if plan.is_kept else "deleted"), flush=True)


def _ending(board: ClassBoard, plan: Plan, watchers: Watchers) -> asyncio.Event:
    """What is set by Ctrl+C, SIGTERM or the instructor's page; where something is lost, by a second Ctrl+C."""
    over, loop = asyncio.Event(), asyncio.get_running_loop()

    def end(*_: Any) -> None:
        loop.call_soon_threadsafe(over.set)

    watchers.ended = over.set
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, CtrlCTwice(board, end) if number == signal.SIGINT and not plan.is_kept else end)
    return over


class CtrlCTwice:
    """Ends the board at the second Ctrl+C, if there is anything to lose."""

    def __init__(self, board: ClassBoard, end: Callable[[], object]) -> None:
        self._board, self._end, self._last = board, end, float("-inf")

    def __call__(self, number: int, frame: object) -> None:
        now, seats = time.monotonic(), len(self._board.state.present())
        if now - self._last < ASKS_AGAIN or not seats:
            self._end()
            return
        self._last = now
        print(ONCE_AGAIN.format(seats), flush=True)


def _end(board: ClassBoard, plan: Plan) -> None:
    """Write the table, then keep or delete the database."""
    if plan.export:
        write_table(plan.export, board.state)
        print(TABLE_IN.format(plan.export))
    if plan.is_kept:
        board.database.close()
        print(KEPT_IN.format(board.database.path))
    else:
        board.database.delete()
        print(IS_OVER)
