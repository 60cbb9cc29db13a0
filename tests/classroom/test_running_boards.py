"""A board of this computer is found by its code, and by the presenter's page while it runs."""

import json
import os
from pathlib import Path

import pytest

from wirelab.classroom import running_boards

ADDRESSES = {"learners": "http://127.0.0.1:8765/", "instructor": "http://127.0.0.1:8765/KEY/"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    return tmp_path / "runtime"


def test_a_board_is_found_by_its_code_until_it_ends() -> None:
    running_boards.remember("k3x9", ADDRESSES)
    assert running_boards.learners_address("k3x9") == ADDRESSES["learners"]
    assert running_boards.instructors_address() == ADDRESSES["instructor"]
    assert running_boards.learners_address("abcd") == ""
    running_boards.forget("k3x9")
    assert running_boards.learners_address("k3x9") == running_boards.instructors_address() == ""


def test_of_a_board_that_was_killed_learners_still_know_where_it_was(folder: Path) -> None:
    running_boards.remember("k3x9", ADDRESSES)
    path = folder / "wirelab-board-k3x9.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "pid": 2**22 + 1}))  # more than Linux has
    assert running_boards.learners_address("k3x9") == ADDRESSES["learners"]
    assert running_boards.instructors_address() == ""


@pytest.mark.skipif(os.name != "posix", reason="Windows has other rights")
def test_the_file_with_the_key_is_its_users_alone(folder: Path) -> None:
    running_boards.remember("k3x9", ADDRESSES)
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0]


@pytest.mark.parametrize("content", ["", "nonsense", "[]", '{"pid": true}', '{"pid": "1", "instructor": "x"}'])
def test_a_damaged_file_is_no_board(folder: Path, content: str) -> None:
    folder.mkdir()
    (folder / "wirelab-board-k3x9.json").write_text(content)
    assert running_boards.instructors_address() == running_boards.learners_address("k3x9") == ""


def test_a_code_names_no_other_file(folder: Path) -> None:
    running_boards.remember("../x", ADDRESSES)
    assert [path.name for path in folder.iterdir()] == ["wirelab-board-x.json"]
