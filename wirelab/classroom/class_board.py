"""Enter each change into the database first, then into what everybody sees."""

import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from wirelab.classroom.board_changes import BoardChange, BoardDatabase
from wirelab.classroom.class_state import ClassState, Seat
from wirelab.classroom.instructor_commands import Command, Look, Lower, Open, Plain, Remove, Show
from wirelab.classroom.learner_messages import MAX_SHARED, Checked, Hand, Join, Leave, Pace, Said, Shared, Vote
from wirelab.classroom.summaries import Known

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # without those that are mistaken for each other
CODE_LENGTH, LONG_CODE_LENGTH = 4, 6
MAX_SEATS, MAX_NOTEBOOKS = 1000, 500  # of the board; of one seat
REMOVED = "The instructor has taken this seat away."
FULL = "All seats of this board are taken."
NO_QUESTION = "There is no open question now."
NO_CHOICE = "Choose one of these: {}."
NO_EXERCISE = "The board's course has no exercise {}."
SHARES_TOO_MUCH = "This result is too large to be shared."


class NotAllowed(Exception):
    """What a learner or the instructor asks for cannot be. The message is for them."""


class ClassBoard:
    """One class: its database, its state, and who is connected.

    `changed` is called after each change, in the thread that made it. Raises BoardError where nothing can be kept.
    """

    def __init__(
        self, database: BoardDatabase, course: Mapping[str, Known], clock: Callable[[], float] = time.time
    ) -> None:
        self.database, self.course, self.clock = database, course, clock
        self.life = secrets.token_hex(4)
        self.state = ClassState()
        self.connected = Counter[int]()  # connections of each seat
        self.touched: dict[
            int, tuple[int, int]
        ] = {}  # whose connections have changed: at which turn, which number
        self.turn = self.refused = 0
        self.changed: Callable[[], object] = lambda: None
        for change in database.changes():
            self.state.apply(change)

    def secret(self, name: str, make: Callable[[], str]) -> str:
        """A word that is made once, and the same after each start."""
        if not self.database.setting(name):
            self.database.set(name, make())
        return self.database.setting(name)

    def enter(
        self, kind: str, told: Mapping[str, Any], *, seat: int = 0, notebook: str = "", n: int = 0
    ) -> BoardChange:
        """Write a change down, then let it count. Raises sqlite3.Error: then it did not happen."""
        change = self.database.append(BoardChange(0, self.clock(), kind, seat, notebook, n, told))
        self.state.apply(change)
        self.changed()
        return change

    # Learners --------------------------------------------------------------------------------------

    def sit(self, join: Join, user: str = "") -> Seat:
        """The seat of a learner who has the code: the one of the token, or a new one. Raises NotAllowed.

        Of a `user` that a Hub knows, it is the one of that user. The name itself is not kept.
        """
        token = hashlib.sha256(join.token.encode()).hexdigest()
        if user:
            secret = self.secret("pepper", lambda: secrets.token_urlsafe(32))
            token = hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()
        number = self.state.seat_of.get(token, 0)
        known = self.state.seats.get(number)
        if known and known.gone == "removed":
            raise NotAllowed(REMOVED)
        is_new_notebook = not known or join.notebook not in known.known
        if (not known and len(self.state.seats) >= MAX_SEATS) or (
            known and is_new_notebook and len(known.known) >= MAX_NOTEBOOKS
        ):
            raise NotAllowed(FULL)
        if not known or known.gone or known.nickname != join.nickname:
            number = number or len(self.state.seats) + 1
            self.enter("seat", {"token": token, "nickname": join.nickname}, seat=number)
        return self.state.seats[number]

    def presence(self, seat: Seat, more: int) -> None:
        """A notebook of the seat has come (1), or is gone (-1)."""
        self.connected[seat.seat] += more
        self.turn += 1
        self.touched[seat.seat] = self.turn, self.state.number
        self.changed()

    def online(self) -> set[int]:
        """The seats that are connected."""
        return {seat for seat, count in self.connected.items() if count > 0}

    def hear(self, seat: Seat, notebook: str, said: Said) -> None:
        """Let count what a notebook said, if it has not counted yet. Raises NotAllowed, and sqlite3.Error."""
        if said.n <= seat.known.get(notebook, 0):
            return
        kind, told = self._told(seat, said)
        if kind == "left":
            self.database.forget(seat.seat)
        self.enter(kind, told, seat=seat.seat, notebook=notebook, n=said.n)

    def _told(self, seat: Seat, said: Said) -> tuple[str, dict[str, Any]]:
        match said:
            case Leave():
                return "left", {}
            case Checked() | Shared() if said.exercise not in self.course:
                raise NotAllowed(NO_EXERCISE.format(said.exercise))
            case Shared() if len(json.dumps(said.result)) > MAX_SHARED:
                raise NotAllowed(SHARES_TOO_MUCH)
            case Vote():
                self._check_vote(said.answer)
        kinds = {Checked: "result", Hand: "hand", Pace: "pace", Vote: "vote", Shared: "shared"}
        return kinds[type(said)], said.model_dump(exclude={"type", "n"})

    def _check_vote(self, answer: str) -> None:
        if self.state.open is None:
            raise NotAllowed(NO_QUESTION)
        choices = self.state.open.choices
        if choices and answer.casefold() not in map(str.casefold, choices):
            raise NotAllowed(NO_CHOICE.format(", ".join(choices)))

    # The instructor --------------------------------------------------------------------------------

    def obey(self, command: Command) -> dict[str, Any] | None:
        """Do what the instructor asks, and give what only the one who asked is to see. Raises NotAllowed."""
        match command:
            case Open():
                self.enter("open", command.model_dump(exclude={"do"}))
            case Show() if all(question.id != command.id for question in self.state.closed):
                raise NotAllowed(f"there is no closed question {command.id}")
            case Plain() | Show() | Lower():
                self.enter(command.do, command.model_dump(exclude={"do"}))
            case Remove():
                self._seat(command.seat)
                self.database.forget(command.seat)
                self.enter("removed", {}, seat=command.seat)
            case Look():
                return self._look(command)
        return None

    def _seat(self, number: int) -> Seat:
        if number not in self.state.seats:
            raise NotAllowed(f"there is no seat {number}")
        return self.state.seats[number]

    def _look(self, command: Look) -> dict[str, Any]:
        seat = self._seat(command.seat)
        if command.exercise not in seat.shared:
            raise NotAllowed(f"seat {command.seat} has not shared exercise {command.exercise}")
        shared, result = seat.shared[command.exercise]
        told = {"seat": seat.seat, "nickname": seat.nickname, "exercise": command.exercise}
        return {"type": "shared", **told, "result": result, "time": shared}


def new_code(*, long: bool) -> str:
    """A code that can be said aloud."""
    return "".join(secrets.choice(LETTERS) for _ in range(LONG_CODE_LENGTH if long else CODE_LENGTH))
