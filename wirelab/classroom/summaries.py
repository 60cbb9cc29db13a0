"""Say how a class gets on: all of it to the instructor, and to the room what names nobody."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from wirelab.checking.result import Verdict
from wirelab.classroom.class_state import ClassState, Question, Seat
from wirelab.classroom.learner_messages import PACES

FEW = 5  # learners; a number of fewer is not told to the room
AT_LEAST = 2  # learners who gave the same answer in words of their own, before the room reads it
MAX_STUCK, MAX_ANSWERS = 20, 20
PACE_COUNTS = 600  # seconds
HINTED_VERDICTS = (Verdict.WRONG, Verdict.CRASHED, Verdict.NOT_RUNNING)


@dataclass(frozen=True)
class Known:
    """What the course knows of an exercise; `hints` by the expectation that was missed."""

    title: str
    points: int
    hints: Mapping[str, str]


def instructors(
    state: ClassState, course: Mapping[str, Known], online: Collection[int], now: float
) -> dict[str, Any]:
    """What the instructor's page shows besides the seats themselves."""
    present = state.present()
    return {
        "number": state.number,
        "now": now,
        "joined": len(present),
        "online": sum(seat.seat in online for seat in present),
        "bars": _bars(present, course, state.recent(now)),
        "stuck": _stuck(present, course),
        "hands": sorted(map(_hand, filter(lambda seat: seat.hand, present)), key=lambda hand: hand["since"]),
        "pace": _paces(present, now),
        "vote": _tally(state.open) if state.open else None,
        "votes": [{**_tally(question), "isShown": question is state.shown} for question in reversed(state.closed)],
    }


def seat_line(seat: Seat, *, online: bool) -> dict[str, Any]:
    """One seat as the instructor sees it."""
    return {
        "seat": seat.seat,
        "number": seat.changed,
        "nickname": seat.nickname,
        "online": online,
        "removed": bool(seat.gone),
        "hand": seat.hand,
        "pace": seat.pace,
        "at": seat.at,
        "exercises": {name: asdict(mark) for name, mark in seat.exercises.items()},
        "shared": list(seat.shared),
    }


def rooms(state: ClassState, course: Mapping[str, Known], now: float) -> dict[str, Any]:
    """What the room's page shows."""
    present = state.present()
    return {
        "number": state.number,
        "now": now,
        "joined": enough(len(present)),
        "bars": [_blurred(bar) for bar in _bars(present, course, {})],
        "vote": {**_asked(state.open), "count": enough(len(state.open.answers))} if state.open else None,
        "result": _told_to_the_room(state.shown, state.left_out) if state.shown else None,
    }


def enough(count: int) -> int | None:
    """The count, where it is of so many that it says nothing of anybody."""
    return count if count >= FEW else None


def _bars(present: Iterable[Seat], course: Mapping[str, Known], recent: Mapping[str, int]) -> list[dict[str, Any]]:
    tried = defaultdict(list)
    for seat in present:
        for exercise, mark in seat.exercises.items():
            tried[exercise].append(mark)
    return [
        {
            "exercise": exercise,
            "title": course[exercise].title,
            "tried": len(tried[exercise]),
            "verdicts": {
                str(verdict): sum(mark.verdict == verdict for mark in tried[exercise]) for verdict in Verdict
            },
            "tries": sum(mark.tries for mark in tried[exercise]),
            "recent": recent.get(exercise, 0),
        }
        for exercise in course
        if exercise in tried
    ]


def _blurred(bar: Mapping[str, Any]) -> dict[str, Any]:
    tried = enough(bar["tried"])
    passed = bar["verdicts"][Verdict.PASSED] if tried else None
    return {"exercise": bar["exercise"], "title": bar["title"], "tried": tried, "passed": passed}


def _stuck(present: Iterable[Seat], course: Mapping[str, Known]) -> list[dict[str, Any]]:
    seats, tries = defaultdict(list), Counter[tuple[str, str]]()
    for seat in present:
        for exercise, mark in seat.exercises.items():
            if mark.missed and mark.verdict in HINTED_VERDICTS:
                seats[exercise, mark.missed].append(seat.seat)
                tries[exercise, mark.missed] += mark.tries
    most = sorted(seats, key=lambda key: (-len(seats[key]), -tries[key], key))[:MAX_STUCK]
    return [
        {
            "exercise": exercise,
            "title": course[exercise].title,
            "missed": missed,
            "count": len(seats[exercise, missed]),
            "tries": tries[exercise, missed],
            "hint": course[exercise].hints.get(missed, ""),
            "seats": seats[exercise, missed],
        }
        for exercise, missed in most
    ]


def _hand(seat: Seat) -> dict[str, Any]:
    return {"seat": seat.seat, "nickname": seat.nickname, "since": seat.hand, "at": seat.at}


def _paces(present: Iterable[Seat], now: float) -> dict[str, int]:
    lately = [seat.pace for seat in present if seat.pace and seat.pace_time > now - PACE_COUNTS]
    return {pace: lately.count(pace) for pace in PACES}


def _asked(question: Question) -> dict[str, Any]:
    return {"id": question.id, "question": question.question, "choices": question.choices}


def _tally(question: Question) -> dict[str, Any]:
    counts = _counted(question)[:MAX_ANSWERS]
    answers = [{"answer": answer, "count": count} for answer, count in counts]
    return {**_asked(question), "count": len(question.answers), "answers": answers}


def _counted(question: Question) -> list[tuple[str, int]]:
    """Each answer and how many gave it, most frequent first; Yes and yes are the same."""
    spellings: dict[str, str] = {}
    counts = Counter[str]()
    for answer in question.answers.values():
        spellings.setdefault(answer.casefold(), answer)
        counts[answer.casefold()] += 1
    return [(spellings[answer], count) for answer, count in counts.most_common()]


def _told_to_the_room(question: Question, left_out: Collection[str]) -> dict[str, Any]:
    """The answers that the room may read: what one learner typed, and what is left out, stands under `others`."""
    total = enough(len(question.answers))
    counts = _counted(question) if total else []
    is_open_text = not question.choices
    kept = [pair for pair in counts if pair[0].casefold() not in left_out]
    told = [pair for pair in kept if not is_open_text or pair[1] >= AT_LEAST][:MAX_ANSWERS]
    answers = [{"answer": answer, "count": count} for answer, count in told]
    others = total - sum(count for _, count in told) if total else None
    return {**_asked(question), "count": total, "answers": answers, "others": others}
