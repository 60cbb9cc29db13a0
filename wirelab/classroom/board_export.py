"""Write what a class has reached as a table that a spreadsheet opens."""

import csv
import io
from datetime import datetime
from pathlib import Path

from wirelab import atomic_write
from wirelab.classroom.class_state import ClassState

COLUMNS = ("seat", "nickname", "exercise", "verdict", "earned", "points", "checks", "missed first", "last check")


def write_table(path: Path, state: ClassState) -> None:
    """One row for each seat and exercise. Raises NotWritten."""
    lines = io.StringIO()
    table = csv.writer(lines)
    table.writerow(COLUMNS)
    for seat in state.present():
        for exercise, mark in seat.exercises.items():
            when = datetime.fromtimestamp(mark.time).isoformat(" ", "seconds")
            words = [seat.seat, seat.nickname, exercise, mark.verdict, mark.earned, mark.points, mark.tries]
            table.writerow(map(_no_formula, [*words, mark.missed, when]))
    atomic_write.write(path, lines.getvalue())


def _no_formula(value: object) -> object:
    """What a spreadsheet does not take for a formula (CWE-1236): a nickname is a stranger's text."""
    return f"'{value}" if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
