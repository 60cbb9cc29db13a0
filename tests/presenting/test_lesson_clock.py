"""Where the lesson is, how long its sections took, and how late it is."""

import pytest

from wirelab.presenting.event_log import Event
from wirelab.presenting.lesson_clock import Standing, follow, tone

SECTIONS = {"title": 0, "first": 0, "second": 1, "third": 2}


def after(*events: tuple[float, str, str], now: float) -> Standing:
    return follow([Event(*event) for event in events], SECTIONS, now)


def test_the_clock_begins_with_the_first_cell() -> None:
    assert not after(now=100).is_begun
    assert after((10, "runs", "first"), now=70).spent == [60, 0, 0]


def test_the_time_belongs_to_the_section_that_was_run_last() -> None:
    found = after((0, "runs", "first"), (60, "runs", "second"), (90, "reached", "third"), now=100)
    assert (found.section, found.spent) == (2, [60, 30, 10])


def test_a_pause_is_no_time() -> None:
    found = after((0, "runs", "first"), (10, "pause", ""), (500, "resume", ""), now=505)
    assert (found.spent[0], found.is_paused) == (15, False)


def test_the_clock_can_be_started_again_where_the_lesson_is() -> None:
    found = after((0, "runs", "second"), (60, "restart", ""), now=65)
    assert (found.section, found.spent) == (1, [0, 5, 0])
    assert found.behind([4, 2, 2]) == 0


def test_a_lesson_that_begins_in_the_middle_is_not_ahead() -> None:
    assert after((0, "reached", "third"), now=60).behind([4, 2, 2]) == 0


def test_a_cell_that_was_added_in_class_stays_in_the_section() -> None:
    assert after((0, "runs", "second"), (1, "runs", "new"), now=2).section == 1


def test_a_cell_that_ends_after_the_next_section_was_reached_takes_nobody_back() -> None:
    found = after((0, "runs", "first"), (1, "reached", "second"), (2, "ran", "first"), now=3)
    assert (found.section, found.running) == (1, "")


def test_a_cell_runs_until_it_has_run() -> None:
    assert after((0, "runs", "first"), now=1).running == "first"
    assert after((0, "runs", "first"), (1, "ran", "first"), now=2).running == ""


def test_servers_are_those_of_the_last_cell_and_none_after_a_restart_of_the_kernel() -> None:
    web = {"name": "web", "url": "http://127.0.0.1:8001", "port": 8001, "wanted": 8001}
    ran = [Event(0, "kernel"), Event(1, "runs", "first"), Event(2, "ran", "first", [web])]
    assert follow(ran, SECTIONS, 3).servers == [web]
    restarted = follow([*ran, Event(3, "kernel")], SECTIONS, 4)
    assert (restarted.servers, restarted.is_restarted) == ([], True)


def test_what_a_kernel_runs_by_itself_at_its_start_is_no_lesson() -> None:
    started = [(0, "kernel", ""), (1, "runs", ""), (2, "ran", "")]
    assert not after(*started, now=3).is_begun
    assert after((0, "runs", "first"), *started, now=3).is_restarted


def test_the_first_kernel_is_no_restart() -> None:
    assert not after((0, "kernel", ""), now=1).is_restarted


@pytest.mark.parametrize(
    ("seconds", "behind"), [(60, 0), (240, 0), (300, 1), (600, 6)], ids=["in time", "just", "late", "very late"]
)
def test_a_lesson_is_late_by_what_its_section_took_too_long(seconds: float, behind: float) -> None:
    assert after((0, "runs", "first"), now=seconds).behind([4, 2, 2]) == behind


def test_who_goes_on_early_is_ahead() -> None:
    assert after((0, "runs", "first"), (60, "runs", "second"), now=60).behind([4, 2, 2]) == -3


def test_who_goes_back_for_a_question_is_not_late_by_all_that_was_done() -> None:
    found = after((0, "runs", "first"), (240, "runs", "third"), (240, "reached", "first"), now=300)
    assert found.behind([4, 2, 2]) == -1


def test_a_clock_that_is_set_back_takes_no_time_away() -> None:
    assert after((100, "runs", "first"), (40, "runs", "second"), now=50).spent == [0, 10, 0]


@pytest.mark.parametrize(("behind", "word"), [(-5, "good"), (0.9, "good"), (1, "late"), (4, "very-late")])
def test_lateness_has_a_word(behind: float, word: str) -> None:
    assert tone(behind) == word
