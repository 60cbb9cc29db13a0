"""A seat is the same after a new start, also where two notebooks join at once, and nobody else reads its card."""

import multiprocessing
import os
import re
from pathlib import Path

import pytest

from wirelab.classroom import seat_cards
from wirelab.classroom.seat_cards import SeatCard, cards_folder

BOARD = "http://127.0.0.1:8765/"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    cards_folder.cache_clear()
    return tmp_path / "wirelab-seats"


@pytest.fixture(scope="module", autouse=True)
def no_folder_of_these_tests_is_left() -> None:
    yield
    cards_folder.cache_clear()


def token(number: int) -> str:
    return seat_cards.seat_card(BOARD, "k3x9", str(number)).token


def test_a_card_is_made_once_for_each_board() -> None:
    first, again = (seat_cards.seat_card(BOARD, "k3x9", "Ada") for _ in range(2))
    assert first == again and re.fullmatch("[A-Za-z0-9_-]{43}", first.token)
    assert seat_cards.seat_card(BOARD, "abcd", "").token != first.token
    assert seat_cards.seat_card("http://192.0.2.1:8765/", "k3x9", "").token != first.token


def test_notebooks_that_join_at_once_have_one_seat(folder: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert len(set(pool.map(token, range(40)))) == 1


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_nobody_else_may_read_a_card(folder: Path) -> None:
    seat_cards.set_current(seat_cards.seat_card(BOARD, "k3x9", ""))
    assert folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def test_the_current_card_is_that_of_the_last_join_until_it_is_cleared() -> None:
    assert seat_cards.current_card() is None
    first, second = (seat_cards.seat_card(BOARD, code, "Ada") for code in ("k3x9", "abcd"))
    seat_cards.set_current(first)
    seat_cards.set_current(second)
    assert seat_cards.current_card() == second
    seat_cards.clear_current(first)  # of another board: nothing happens
    assert seat_cards.current_card() == second
    assert not seat_cards.is_wanted(first) and seat_cards.is_wanted(second)
    seat_cards.clear_current(second)
    assert seat_cards.current_card() is None and not seat_cards.is_wanted(second)


def test_a_card_of_yesterday_is_not_current(monkeypatch: pytest.MonkeyPatch) -> None:
    seat_cards.set_current(seat_cards.seat_card(BOARD, "k3x9", ""))
    monkeypatch.setattr(seat_cards, "LASTS", -1)
    assert seat_cards.current_card() is None


@pytest.mark.parametrize("content", ["", "nonsense", "[]", "{}", '{"time": "x"}', '{"time": 1e12, "address": ""}'])
def test_a_damaged_file_is_no_card(folder: Path, content: str) -> None:
    folder.mkdir()
    (folder / "current.json").write_text(content)
    assert seat_cards.current_card() is None


def test_where_nothing_can_be_written_the_seat_is_the_notebooks_own(folder: Path) -> None:
    folder.parent.joinpath("wirelab-seats").write_text("a file where the folder is to be")
    first, again = (seat_cards.seat_card(BOARD, "k3x9", "Ada") for _ in range(2))
    assert isinstance(first, SeatCard) and first.token != again.token
    seat_cards.set_current(first)
    assert seat_cards.current_card() is None and seat_cards.is_wanted(first)
