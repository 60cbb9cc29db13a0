"""What a board has written down is there after a new start, and is for one board alone."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from wirelab.classroom.board_changes import BoardChange, BoardDatabase
from wirelab.errors import BoardError


@pytest.fixture
def database(tmp_path: Path) -> Iterator[BoardDatabase]:
    database = BoardDatabase(tmp_path / "deep" / "board.sqlite")
    yield database
    database.close()


def change(kind: str, seat: int = 1, **told: object) -> BoardChange:
    return BoardChange(0, 7.5, kind, seat, "notebook", 3, told)


def test_a_change_has_a_number_and_comes_back_as_it_was(database: BoardDatabase) -> None:
    assert [database.append(change("hand", up=True)).number for _ in range(3)] == [1, 2, 3]
    database.close()
    again = BoardDatabase(database.path)
    assert list(again.changes())[2] == BoardChange(3, 7.5, "hand", 1, "notebook", 3, {"up": True})
    assert again.append(change("hand", up=False)).number == 4
    again.close()


def test_settings_are_kept(database: BoardDatabase) -> None:
    assert database.setting("code", "none") == "none"
    database.set("code", "k3x9")
    database.close()
    again = BoardDatabase(database.path)
    assert again.setting("code") == "k3x9"
    again.close()


def test_a_second_board_is_told_that_there_is_one(database: BoardDatabase) -> None:
    with pytest.raises(BoardError, match="another board uses board.sqlite already: end it, or start"):
        BoardDatabase(database.path)


@pytest.mark.parametrize(
    "content", [b"this is no database, but long enough to look at" * 99, b"SQLite format 3\0" * 99]
)
def test_a_damaged_file_is_told_with_what_to_do(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "board.sqlite"
    path.write_bytes(content)
    with pytest.raises(BoardError, match="start the board with --new"):
        BoardDatabase(path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BoardError, match="WIRELAB_BOARD_FOLDER"):
        BoardDatabase(tmp_path / "file" / "board.sqlite")


def test_what_is_forgotten_is_not_in_the_file_any_more(database: BoardDatabase) -> None:
    database.append(change("seat", token="t", nickname="Rumpelstiltskin"))
    database.append(change("result", exercise="12.1", missed="straw"))
    database.append(change("result", seat=2, exercise="12.1", missed="gold"))
    database.forget(1)
    assert [(one.seat, one.kind) for one in database.changes()] == [(1, "seat"), (2, "result")]
    database.close()
    kept = database.path.read_bytes()
    assert b"gold" in kept and b"Rumpelstiltskin" not in kept and b"straw" not in kept


def test_of_what_is_shared_the_last_is_kept(database: BoardDatabase) -> None:
    for number in range(3):
        database.append(change("shared", exercise="12.1", result={"number": number}))
    assert [one.told["result"]["number"] for one in database.changes()] == [2]


def test_a_deleted_board_leaves_nothing(database: BoardDatabase) -> None:
    database.append(change("hand", up=True))
    database.delete()
    assert list(database.path.parent.iterdir()) == []


def test_a_closed_database_takes_nothing(database: BoardDatabase) -> None:
    database.close()
    with pytest.raises(sqlite3.ProgrammingError):
        database.append(change("hand", up=True))
