"""Read a class list, and find a learner in it."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wirelab.errors import GradingError
from wirelab.grading.submissions import Learner

NAMES = ("name", "student", "full name")
IDS = (
    "id",
    "student id",
    "id number",
    "username",
    "login",
    "sis login id",
    "sis user id",
    "email",
    "email address",
)
NO_COLUMN = "{} has no column for a learner: its first line has to name one of {}."


@dataclass(frozen=True)
class Roster:
    """The learners of a class, each with the row of the list."""

    rows: Sequence[Mapping[str, str]] = field(default_factory=tuple)

    def row_of(self, learner: Learner) -> Mapping[str, str]:
        """The row that has the learner's id, else the one row that has the name; empty where there is none."""
        by_id = [row for row in self.rows if learner.id.casefold() in _values(row, IDS)]
        by_name = [row for row in self.rows if learner.name and learner.name.casefold() in _values(row, NAMES)]
        found = by_id or (by_name if len(by_name) == 1 else [])
        return found[0] if found else {}

    def missing(self, learners: Sequence[Learner]) -> list[Learner]:
        """Everybody in the list who handed in nothing."""
        there = [self.row_of(learner) for learner in learners]
        return [_learner(row) for row in self.rows if row not in there]


def read_roster(path: Path) -> Roster:
    """The class list in a CSV file. Raises GradingError where it has no column that names a learner."""
    rows = [{name.strip().casefold(): value for name, value in row.items()} for row in read_table(path)]
    if rows and not set(rows[0]) & {*NAMES, *IDS}:
        raise GradingError(NO_COLUMN.format(path.name, ", ".join([*NAMES, *IDS])))
    return Roster(rows)


def read_table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file, by the names in its first line. Raises GradingError."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise GradingError(f"{path.name} cannot be read as CSV in UTF-8 ({error}): export it again.") from None
    return [
        {str(k): v or "" for k, v in row.items() if k is not None} for row in csv.DictReader(io.StringIO(text))
    ]


def _values(row: Mapping[str, str], columns: Sequence[str]) -> set[str]:
    return {row[name].strip().casefold() for name in columns if row.get(name, "").strip()}


def _learner(row: Mapping[str, str]) -> Learner:
    first = next((row[name] for name in IDS if row.get(name)), "")
    name = next((row[name] for name in NAMES if row.get(name)), first)
    return Learner(first or name, name)
