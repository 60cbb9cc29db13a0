"""Know from the changes of a board how each seat is: pure, without a socket and a file."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wirelab.classroom.board_changes import BoardChange

RECENT = 120  # seconds


@dataclass(frozen=True)
class Mark:
    """What the last check of an exercise said to one learner, and how many checks there were."""

    verdict: str
    earned: float
    points: int
    tries: int
    missed: str
    time: float


@dataclass
class Seat:
    """One learner, whoever that is. `changed` is the number of its last change."""

    seat: int
    nickname: str = ""
    changed: int = 0
    gone: str = ""  # "left" or "removed": then nothing is known of it
    hand: float | None = None  # since when
    pace: str = ""
    pace_time: float = 0
    at: str = ""
    exercises: dict[str, Mark] = field(default_factory=dict)
    shared: dict[str, tuple[float, dict[str, Any]]] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)  # of each notebook the last message that has come

    def forget(self, why: str) -> None:
        """Keep the number of the seat alone."""
        self.__init__(self.seat, changed=self.changed, gone=why, known=self.known)  # type: ignore[misc]


@dataclass
class Question:
    """A question for the room, and who gave which answer."""

    id: int
    question: str
    choices: list[str]
    answers: dict[int, str] = field(default_factory=dict)  # by seat


class ClassState:
    """All seats, questions and counts, as the changes up to `number` have made them."""

    def __init__(self) -> None:
        self.number = 0
        self.seats: dict[int, Seat] = {}
        self.seat_of: dict[str, int] = {}  # by the hash of its token
        self.open: Question | None = None
        self.closed: list[Question] = []  # oldest first
        self.shown: Question | None = None  # the closed one whose answers the room sees
        self.left_out: frozenset[str] = frozenset()  # of those answers, in small letters
        self.last_checks: deque[tuple[float, str, int]] = deque()  # time, exercise, tries

    def apply(self, change: BoardChange) -> None:
        """Take in a change. Its number is higher than that of the last one."""
        self.number = change.number
        seat = self.seats.get(change.seat)
        if change.kind == "seat":
            seat = self.seats.setdefault(change.seat, Seat(change.seat))
            self.seat_of[change.told["token"]] = change.seat
        if seat:
            seat.changed = change.number
            if change.notebook:
                seat.known[change.notebook] = change.n
            OF_A_SEAT[change.kind](self, seat, change)
        elif change.kind in OF_THE_ROOM:
            OF_THE_ROOM[change.kind](self, change)

    def _sit(self, seat: Seat, change: BoardChange) -> None:
        seat.nickname, seat.gone = change.told["nickname"], ""

    def _checked(self, seat: Seat, change: BoardChange) -> None:
        told = dict(change.told)
        exercise = seat.at = told.pop("exercise")
        before = seat.exercises.get(exercise)
        self.last_checks.append((change.time, exercise, told["tries"]))
        self._trim(change.time)
        told["tries"] += before.tries if before else 0
        seat.exercises[exercise] = Mark(**told, time=change.time)

    def _hand(self, seat: Seat, change: BoardChange) -> None:
        seat.hand = (seat.hand or change.time) if change.told["up"] else None

    def _pace(self, seat: Seat, change: BoardChange) -> None:
        seat.pace, seat.pace_time = change.told["pace"], change.time

    def _vote(self, seat: Seat, change: BoardChange) -> None:
        if self.open:
            self.open.answers[seat.seat] = change.told["answer"]

    def _shared(self, seat: Seat, change: BoardChange) -> None:
        seat.shared = {change.told["exercise"]: (change.time, change.told["result"])}  # the last one alone

    def _gone(self, seat: Seat, change: BoardChange) -> None:
        seat.forget(change.kind)
        for question in [*self.closed, *([self.open] if self.open else [])]:
            question.answers.pop(seat.seat, None)

    def _open(self, change: BoardChange) -> None:
        self._close(change)
        self.shown = None
        number = max([0, *(question.id for question in self.closed)]) + 1
        self.open = Question(number, change.told["question"], list(change.told["choices"]))

    def _close(self, change: BoardChange) -> None:
        if self.open:
            self.closed.append(self.open)
            self.open = None

    def _show(self, change: BoardChange) -> None:
        self.shown = next((question for question in self.closed if question.id == change.told["id"]), None)
        self.left_out = frozenset(map(str.casefold, change.told["without"]))

    def _hide(self, change: BoardChange) -> None:
        self.shown = None

    def _lower(self, change: BoardChange) -> None:
        for seat in self.seats.values():
            if seat.hand and change.told["seat"] in (0, seat.seat):
                seat.hand, seat.changed = None, change.number

    def _settle(self, change: BoardChange) -> None:
        for seat in self.seats.values():
            if seat.pace:
                seat.pace, seat.changed = "", change.number

    def present(self) -> list[Seat]:
        """The seats that somebody has, by their numbers."""
        return [seat for _, seat in sorted(self.seats.items()) if not seat.gone]

    def recent(self, now: float) -> dict[str, int]:
        """How many checks of each exercise came in the last two minutes."""
        self._trim(now)
        counts: dict[str, int] = {}
        for _, exercise, tries in self.last_checks:
            counts[exercise] = counts.get(exercise, 0) + tries
        return counts

    def _trim(self, now: float) -> None:
        while self.last_checks and self.last_checks[0][0] < now - RECENT:
            self.last_checks.popleft()


OF_A_SEAT: Mapping[str, Callable[[ClassState, Seat, BoardChange], None]] = {
    "seat": ClassState._sit,
    "result": ClassState._checked,
    "hand": ClassState._hand,
    "pace": ClassState._pace,
    "vote": ClassState._vote,
    "shared": ClassState._shared,
    "left": ClassState._gone,
    "removed": ClassState._gone,
}
OF_THE_ROOM: Mapping[str, Callable[[ClassState, BoardChange], None]] = {
    "open": ClassState._open,
    "close": ClassState._close,
    "show": ClassState._show,
    "hide": ClassState._hide,
    "lower": ClassState._lower,
    "settle": ClassState._settle,
}
