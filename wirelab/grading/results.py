"""Keep one result for each submission, written whole, under the name of what it was made of."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from wirelab import atomic_write
from wirelab.grading.course_notebooks import course_hash


@dataclass(frozen=True)
class Grade:
    """What came of one exercise. `reason` is for where no check could say more."""

    exercise: str
    verdict: str
    earned: float
    points: int
    reason: str = ""


@dataclass(frozen=True)
class Record:
    """The grades of one notebook: all that counts, and nothing that differs from run to run."""

    notebook: str  # the stem; empty where nobody knows
    submission: str  # the SHA-256 of its bytes
    course: str
    grades: Sequence[Grade] = ()
    fault: str = ""  # why the whole submission could not be graded

    @property
    def earned(self) -> float:
        """All points that it got."""
        return round(sum(grade.earned for grade in self.grades), 2)

    @property
    def points(self) -> int:
        """All points that there are."""
        return sum(grade.points for grade in self.grades)

    def text(self) -> str:
        """As its file has it: the same record, the same text."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def record_in(text: str) -> Record:
    """The record that a file holds. Raises ValueError, TypeError or KeyError for any other text."""
    told = json.loads(text)
    return Record(**{**told, "grades": [Grade(**grade) for grade in told["grades"]]})


@dataclass(frozen=True)
class Evidence:
    """What a page of feedback shows beside the grades; it may differ from run to run."""

    results: Sequence[Mapping[str, Any]] = ()  # as docs/check-result.schema.json has them, each with its `html`
    failed_cells: Sequence[str] = ()  # the exception of each cell that ended with one
    notebook: Mapping[str, Any] = field(default_factory=dict)  # as it was executed


class ResultStore:
    """The results in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in ("submissions", "results", "evidence", "executed"):
            (folder / name).mkdir(parents=True, exist_ok=True)

    def keep_submission(self, data: bytes) -> str:
        """Keep what was handed in; return its SHA-256, which is its name."""
        name = hashlib.sha256(data).hexdigest()
        path = self.submission(name)
        if not path.exists() or path.stat().st_size != len(data):
            beside = path.with_suffix(".new")
            beside.write_bytes(data)
            beside.replace(path)
        return name

    def submission(self, name: str) -> Path:
        """Where the bytes of this SHA-256 are kept."""
        return self.folder / "submissions" / f"{name}.ipynb"

    def result(self, key: str) -> Path:
        """Where the result of that key is, or will be."""
        return self.folder / "results" / f"{key}.json"

    def record(self, key: str) -> Record | None:
        """The result of that key; None where there is none that can be read."""
        try:
            return record_in(self.result(key).read_text(encoding="utf-8"))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def evidence(self, key: str) -> Evidence:
        """What is shown beside the grades; empty where it is lost."""
        try:
            return Evidence(**json.loads((self.folder / "evidence" / f"{key}.json").read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError):
            return Evidence()

    def write(self, key: str, record: Record, evidence: Evidence) -> None:
        """Write a result; its own file comes last, so that what has one is complete. Raises NotWritten."""
        if evidence.notebook:
            text = json.dumps(evidence.notebook, ensure_ascii=True, indent=1)
            atomic_write.write(self.folder / "executed" / f"{key}.ipynb", text)
        shown = {"results": evidence.results, "failed_cells": evidence.failed_cells}
        atomic_write.write(self.folder / "evidence" / f"{key}.json", json.dumps(shown))
        atomic_write.write(self.result(key), record.text())


def key_of(submission: str) -> str:
    """The name of a result: a hash of the submission, and of everything in the course that decides its grade."""
    return hashlib.sha256(f"{submission} {course_hash()}".encode()).hexdigest()
