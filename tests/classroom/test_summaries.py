"""The instructor is told how each exercise goes and where the room is stuck; the room is told no name."""

import json
from typing import Any

import pytest

from wirelab.classroom import summaries
from wirelab.classroom.board_changes import BoardChange
from wirelab.classroom.class_state import ClassState
from wirelab.classroom.summaries import Known

COURSE = {
    "12.1": Known("The temperature, please", 2, {"answers 404": "send_response takes the status."}),
    "12.2": Known("A form", 3, {}),
}


class Class:
    """A state, and changes one by one; each a second after the one before."""

    def __init__(self) -> None:
        self.state = ClassState()

    def change(self, kind: str, seat: int = 0, **told: Any) -> None:
        number = self.state.number + 1
        self.state.apply(
            BoardChange(number, 1000.0 + number, kind, seat, "notebook" if seat else "", number, told)
        )

    def sit(self, *seats: int) -> None:
        for seat in seats:
            self.change("seat", seat, token=f"token {seat}", nickname=f"learner {seat}")

    def check(self, seat: int, verdict: str = "not right yet", exercise: str = "12.1", **more: Any) -> None:
        missed = "" if verdict == "passed" else "answers 404"
        words = {"earned": 1.0, "points": 2, "tries": 1, "missed": missed, **more}
        self.change("result", seat, exercise=exercise, verdict=verdict, **words)

    def told(self, now: float = 1100.0) -> dict[str, Any]:
        return summaries.instructors(self.state, COURSE, {1}, now)

    def room(self) -> dict[str, Any]:
        return summaries.rooms(self.state, COURSE, 1100.0)


@pytest.fixture
def room() -> Class:
    made = Class()
    made.sit(1, 2, 3, 4, 5)
    return made


def test_a_bar_counts_the_last_verdict_of_each_seat(room: Class) -> None:
    room.check(1)
    room.check(1, "passed")
    room.check(2)
    [bar] = room.told()["bars"]
    assert (bar["tried"], bar["tries"], bar["recent"]) == (2, 3, 3)
    assert {verdict: count for verdict, count in bar["verdicts"].items() if count} == {
        "passed": 1,
        "not right yet": 1,
    }


def test_what_is_long_ago_is_not_recent(room: Class) -> None:
    room.check(1)
    assert room.told(now=1000.0 + 500)["bars"][0]["recent"] == 0


def test_bars_come_in_the_order_of_the_course(room: Class) -> None:
    room.check(1, exercise="12.2")
    room.check(2, exercise="12.1")
    assert [bar["exercise"] for bar in room.told()["bars"]] == ["12.1", "12.2"]


def test_stuck_is_where_most_miss_the_same_with_the_courses_own_hint(room: Class) -> None:
    for seat in (1, 2):
        room.check(seat)
    room.check(3, missed="answers at all")
    room.check(4, "passed")
    first, second = room.told()["stuck"]
    assert (first["count"], first["seats"], first["hint"]) == (2, [1, 2], "send_response takes the status.")
    assert (second["count"], second["hint"]) == (1, "")


def test_who_has_passed_is_stuck_no_more(room: Class) -> None:
    room.check(1)
    room.check(1, "passed")
    assert room.told()["stuck"] == []


def test_hands_come_in_the_order_in_which_they_were_raised(room: Class) -> None:
    room.change("hand", 3, up=True)
    room.change("hand", 1, up=True)
    room.change("hand", 3, up=True)  # again: the first time counts
    assert [hand["seat"] for hand in room.told()["hands"]] == [3, 1]
    room.state.apply(BoardChange(99, 1.0, "lower", told={"seat": 3}))
    assert [hand["seat"] for hand in room.told()["hands"]] == [1]


def test_the_pace_of_long_ago_does_not_count(room: Class) -> None:
    room.change("pace", 1, pace="too fast")
    assert room.told()["pace"] == {"too fast": 1, "too slow": 0, "all right": 0}
    assert room.told(now=3000.0)["pace"]["too fast"] == 0
    room.change("settle")
    assert room.told()["pace"]["too fast"] == 0


def test_a_second_vote_takes_the_place_of_the_first_and_capitals_do_not_count(room: Class) -> None:
    room.change("open", question="Yes?", choices=[])
    for seat, answer in [(1, "yes"), (2, "YES"), (3, "no"), (3, "Yes")]:
        room.change("vote", seat, answer=answer)
    assert room.told()["vote"]["answers"] == [{"answer": "yes", "count": 3}]


def test_who_goes_takes_along_votes_and_results(room: Class) -> None:
    room.change("open", question="Yes?", choices=[])
    room.change("vote", 1, answer="yes")
    room.check(1)
    room.change("left", 1)
    told = room.told()
    assert (told["joined"], told["bars"], told["vote"]["count"]) == (4, [], 0)
    assert summaries.seat_line(room.state.seats[1], online=False)["removed"]
    room.sit(1)
    assert room.told()["joined"] == 5


def test_the_room_gets_no_number_below_five(room: Class) -> None:
    for seat in (1, 2, 3, 4):
        room.check(seat, "passed")
    told = room.room()
    assert told["joined"] == 5
    assert told["bars"] == [
        {"exercise": "12.1", "title": "The temperature, please", "tried": None, "passed": None}
    ]
    room.check(5)
    assert room.room()["bars"][0] == {**told["bars"][0], "tried": 5, "passed": 4}


def test_the_room_reads_no_answer_while_the_question_is_open_and_none_of_a_single_learner(room: Class) -> None:
    room.change("open", question="What?", choices=[])
    for seat, answer in enumerate(["501", "501", "404", "404", "something rude"], start=1):
        room.change("vote", seat, answer=answer)
    assert room.room()["vote"]["count"] == 5 and "501" not in json.dumps(room.room())
    room.change("close")
    assert room.room()["result"] is None
    room.change("show", id=1, without=["404"])
    result = room.room()["result"]
    assert result["answers"] == [{"answer": "501", "count": 2}] and result["others"] == 3
    room.change("hide")
    assert room.room()["result"] is None


def test_of_choices_each_is_told(room: Class) -> None:
    room.change("open", question="Yes?", choices=["yes", "no"])
    for seat, answer in enumerate(["yes", "yes", "yes", "yes", "no"], start=1):
        room.change("vote", seat, answer=answer)
    room.change("close")
    room.change("show", id=1, without=[])
    assert room.room()["result"]["answers"][1] == {"answer": "no", "count": 1}


def test_the_room_is_told_no_name_and_no_expectation(room: Class) -> None:
    for seat in (1, 2, 3, 4, 5):
        room.check(seat)
        room.change("hand", seat, up=True)
    told = json.dumps(room.room())
    assert "learner" not in told and "answers 404" not in told and "hand" not in told
