"""The table has a row for each seat and exercise, and nothing in it is a formula."""

import csv
from pathlib import Path

from wirelab.classroom.board_changes import BoardChange
from wirelab.classroom.board_export import COLUMNS, write_table
from wirelab.classroom.class_state import ClassState


def test_each_seat_and_exercise_has_a_row(tmp_path: Path) -> None:
    state = ClassState()
    state.apply(BoardChange(1, 5.0, "seat", 1, told={"token": "t", "nickname": '=cmd|" /C calc"!A0'}))
    mark = {"verdict": "passed", "earned": 2.0, "points": 2, "tries": 3, "missed": ""}
    state.apply(BoardChange(2, 6.0, "result", 1, "notebook", 1, {"exercise": "12.1", **mark}))
    write_table(tmp_path / "table.csv", state)
    [head, row] = csv.reader((tmp_path / "table.csv").read_text(encoding="utf-8").splitlines())
    assert tuple(head) == COLUMNS
    assert row[:8] == ["1", '\'=cmd|" /C calc"!A0', "12.1", "passed", "2.0", "2", "3", ""]
