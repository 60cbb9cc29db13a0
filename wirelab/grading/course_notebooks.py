"""Know the course's exercises: which notebook a submission is, and where its checks stand."""

import ast
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from wirelab.grading.notebook_files import Cell, read_cells
from wirelab.paths import COURSE

GRADING_VERSION = "1"  # part of the name of every result: a new one grades everything again
MADE_OF = ("checks", "servers", "wirelab", "exercises")  # folders whose files decide a grade
SUFFIXES = (".py", ".js", ".ipynb")


@dataclass(frozen=True)
class Check:
    """A check of the course: the exercise, and the expression that the learner hands in."""

    exercise: str
    target: str
    key: str


@dataclass(frozen=True)
class Assignment:
    """A notebook of exercises as the course has it."""

    stem: str
    cells: Sequence[Cell]

    @property
    def checks(self) -> list[Check]:
        """Its checks, in the order of the notebook."""
        return [check for cell in self.cells if (check := check_in(cell))]

    def plan(self, submitted: Sequence[Cell]) -> list[Cell | Check]:
        """What to run, in order: the learner's cells, and the course's checks at their places among them.

        A check cell of the submission is a place, and nothing more. Where it is gone, the check stands behind the
        nearest cell before it that is still there, else at the end.
        """
        places: dict[int, list[Check]] = {}
        first = {cell.key: place for place, cell in reversed(list(enumerate(submitted))) if cell.key}
        last = len(submitted)
        anchor = last
        for cell in self.cells:
            anchor = first.get(cell.key, anchor)
            if check := check_in(cell):
                places.setdefault(anchor, []).append(check)
        steps: list[Cell | Check] = []
        for place, cell in enumerate(submitted):
            ours = cell.is_check or cell.key in {check.key for check in self.checks}
            steps += [] if ours or cell.kind != "code" else [cell]
            steps += places.get(place, [])
        return [*steps, *places.get(last, [])]


def check_in(cell: Cell) -> Check | None:
    """The check that a cell of the course makes, as in `check("12.1", station)`."""
    if not cell.is_check:
        return None
    call = ast.parse(cell.source.strip()).body[-1]
    if not isinstance(call, ast.Expr) or not isinstance(call.value, ast.Call):
        return None
    exercise, target = call.value.args
    return Check(str(ast.literal_eval(exercise)), ast.unparse(target), cell.key)


@cache
def assignments(course: Path = COURSE) -> dict[str, Assignment]:
    """The course's notebooks of exercises that have a check, by their stems."""
    found = {}
    for path in sorted((course / "exercises").glob("[0-9]*.ipynb")):
        made = Assignment(path.stem, read_cells(path.read_bytes()))
        if made.checks:
            found[path.stem] = made
    return found


def assignment_of(name: str, cells: Sequence[Cell]) -> Assignment | None:
    """Which notebook of the course this is: by the course's own cells in it, else by the file's name."""
    known = assignments()
    keys = {cell.key for cell in cells if cell.key}
    best = max(known.values(), key=lambda one: sum(check.key in keys for check in one.checks), default=None)
    if best and any(check.key in keys for check in best.checks):
        return best
    return known.get(stem_in(name))


def stem_in(name: str) -> str:
    """The stem of the course's notebook that a file's name holds, or an empty string."""
    return next((stem for stem in assignments() if re.search(rf"(?<![\w]){stem}|_{stem}", name)), "")


@cache
def course_hash(course: Path = COURSE) -> str:
    """A hash of all files of the course that decide a grade."""
    whole = hashlib.sha256(GRADING_VERSION.encode())
    for path in _files(course):
        name = path.relative_to(course).as_posix().encode()
        whole.update(b"%d %b " % (len(name), name) + hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()


def _files(course: Path) -> Iterator[Path]:
    for folder in MADE_OF:
        found = (course / folder).rglob("*")
        yield from sorted(path for path in found if path.suffix in SUFFIXES and "checkpoint" not in path.name)
