"""A command reaches each of the room's windows once, and one that is only being loaded too."""

import itertools
import json
from collections.abc import Iterator

import pytest

from wirelab.presenting import room_windows
from wirelab.presenting.room_windows import RoomWindows


def told(events: Iterator[str], count: int) -> list[tuple[int, str]]:
    """The numbers and the words of the next commands."""
    found = []
    for event in events:
        if event.startswith("id: "):
            number, data = event.split("\n")[:2]
            found.append((int(number.removeprefix("id: ")), json.loads(data.removeprefix("data: "))["do"]))
        if len(found) == count:
            break
    return found


def test_a_window_that_is_being_loaded_gets_what_was_said_meanwhile() -> None:
    windows = RoomWindows()
    windows.say(do="go")
    windows.say(do="next")
    assert [word for _, word in told(windows.listen(), 2)] == ["go", "next"]


def test_what_was_said_to_a_window_that_had_just_gone_is_for_the_next_one() -> None:
    windows = RoomWindows()
    gone = windows.listen()
    assert next(gone)
    windows.say(do="next")
    [(number, _)] = told(gone, 1)  # it went onto a connection that nobody reads any more
    assert told(windows.listen(), 1) == [(number, "next")]


def test_a_new_window_does_not_repeat_what_another_one_took() -> None:
    windows = RoomWindows()
    windows.say(do="go")
    [(number, _)] = told(windows.listen(), 1)
    windows.took(number)
    windows.say(do="next")
    assert [word for _, word in told(windows.listen(), 1)] == ["next"]


def test_both_of_two_windows_are_told() -> None:
    windows = RoomWindows()
    one, other = windows.listen(), windows.listen()
    assert next(one) and next(other)
    windows.say(do="next")
    found = told(one, 1)
    windows.took(found[0][0])
    assert told(other, 1) == found


def test_numbers_grow_over_a_new_start_of_the_server() -> None:
    before, after = RoomWindows(), RoomWindows()
    for windows in (before, before, after):
        windows.say(do="next")
    (first, _), (second, _) = told(before.listen(), 2)
    assert first < second
    assert told(after.listen(), 1)[0][0] >= first


def test_what_is_too_old_would_surprise_the_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_windows, "WAITS", -1000)
    windows = RoomWindows()
    windows.say(do="next")
    assert list(itertools.islice(windows.listen(), 3)) == ["retry: 500\n\n", ": here\n\n", ": here\n\n"]


def test_a_command_that_was_taken_was_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_windows, "UNHEARD", -1000)
    windows = RoomWindows()
    assert not windows.is_unheard()
    windows.say(do="next")
    assert windows.is_unheard()
    windows.took(told(windows.listen(), 1)[0][0])
    assert not windows.is_unheard()
