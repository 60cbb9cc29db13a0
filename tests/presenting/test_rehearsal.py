"""A rehearsal says where the plan was wrong, and can become the plan."""

from pathlib import Path

from wirelab.presenting.event_log import Event
from wirelab.presenting.lesson_plan import LessonPlan, PlannedSection
from wirelab.presenting.rehearsal import Timing, judge, read, timings


def section(heading: str, minutes: float) -> PlannedSection:
    return PlannedSection(heading, minutes, heading, [], [], [], [], [])


SECTIONS = [section("One", 4), section("Two", 2), section("Three", 3)]
PLAN = LessonPlan("12-lesson", "A lesson", SECTIONS, {"One": 0, "Two": 1, "Three": 2})
BEGINS = [(0, "One"), (240, "Two"), (540, "Three")]
EVENTS = [*(Event(time, "runs", cell) for time, cell in BEGINS), Event(541, "ran", "Three")]


def test_a_section_that_was_only_passed_was_not_rehearsed() -> None:
    assert [one.took for one in timings(PLAN, EVENTS)] == [4, 5, None]


def test_a_plan_is_wrong_by_more_than_a_third_and_a_minute() -> None:
    assert [one.is_wrong for one in timings(PLAN, EVENTS)] == [False, True, False]
    assert not Timing("short", 1, 1.9).is_wrong
    assert not Timing("long", 9, 11).is_wrong


def test_the_times_are_told_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "rehearsals" / "12-lesson.json"
    said = judge(PLAN, EVENTS, path)
    assert "      2   5.0  Two  <- the plan was wrong" in said
    assert read(path) == {"One": 4, "Two": 5}


def test_a_section_that_is_rehearsed_later_keeps_the_others_times(tmp_path: Path) -> None:
    path = tmp_path / "12-lesson.json"
    judge(PLAN, EVENTS, path)
    judge(PLAN, [Event(0, "runs", "Three"), Event(90, "ran", "Three")], path)
    assert read(path) == {"One": 4, "Two": 5, "Three": 1.5}


def test_nothing_that_was_rehearsed_is_kept_as_nothing(tmp_path: Path) -> None:
    assert "No section" in judge(PLAN, [], tmp_path / "12-lesson.json")
    assert read(tmp_path / "12-lesson.json") == {}


def test_a_file_that_cannot_be_read_is_no_plan(tmp_path: Path) -> None:
    for text in ("", "[]", "{}", '{"minutes": 3}', '{"minutes": {"One": "long"}}'):
        (tmp_path / "12-lesson.json").write_text(text)
        assert read(tmp_path / "12-lesson.json") == {}
