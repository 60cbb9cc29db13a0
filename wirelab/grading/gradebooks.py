"""Write grades as the tables that others read: a plain one, Canvas's, Moodle's, and nbgrader's database."""

import csv
import importlib
import io
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wirelab import atomic_write
from wirelab.errors import GradingError
from wirelab.grading.course_notebooks import assignments
from wirelab.grading.grading_run import Work
from wirelab.grading.results import Record
from wirelab.grading.roster import Roster, read_table
from wirelab.grading.submissions import Learner

NOTHING_IN = "nothing handed in"
FORMULA = re.compile(r"[=+\-@\t\r]")  # how a cell begins that a spreadsheet would run
CANVAS_LEARNER = ("ID", "SIS User ID", "SIS Login ID", "Student")
NO_COLUMNS = (
    "{} has no column for {}: make an assignment in Canvas whose name holds that, export the gradebook again, and "
    "name that file."
)
NO_NBGRADER = "nbgrader is not installed in this Python: install it beside the course (pip install nbgrader)."


@dataclass
class Student:
    """A learner with all that was graded."""

    learner: Learner
    row: Mapping[str, str] = field(default_factory=dict)  # of the class list
    records: dict[str, Record] = field(default_factory=dict)  # by the notebook's stem
    works: list[tuple[Work, Record]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name in the class list, else that of the submission."""
        return self.row.get("name") or self.row.get("student") or self.learner.name or self.learner.id

    @property
    def earned(self) -> float:
        """All points."""
        return round(sum(record.earned for record in self.records.values()), 2)

    @property
    def notes(self) -> list[str]:
        """What an instructor should know."""
        if not self.works:
            return [NOTHING_IN]
        told = [(work.stem or work.file, [*work.notes, *_fault_of(work)]) for work, _ in self.works]
        return [f"{where}: {note}" for where, notes in told for note in notes]


def _fault_of(work: Work) -> list[str]:
    return [f"cannot be graded: {work.fault}"] if work.fault else []


def students_in(entered: Iterable[tuple[Work, Record]], roster: Roster) -> list[Student]:
    """The learners of a class, and those who handed in nothing."""
    found: dict[Learner, Student] = {}
    for work, record in entered:
        student = found.setdefault(work.learner, Student(work.learner, roster.row_of(work.learner)))
        student.works.append((work, record))
        if record.notebook:
            student.records[record.notebook] = record
    for learner in roster.missing(list(found)):
        found[learner] = Student(learner, roster.row_of(learner))
    return [student for _, student in sorted(found.items())]


def notebooks_in(students: Iterable[Student]) -> list[str]:
    """The stems of all notebooks that somebody handed in."""
    return sorted({stem for student in students for stem in student.records})


def write_plain(folder: Path, students: Sequence[Student]) -> None:
    """gradebook.csv, a line for each learner, and grades.csv, a line for each exercise."""
    stems = notebooks_in(students)
    possible = {stem: sum(_points(stem)) for stem in stems}
    head = ["learner", "name", *stems, "earned", "possible", "notes"]
    lines = [
        [
            one.learner.id,
            one.name,
            *(_earned(one, stem) for stem in stems),
            f"{one.earned:g}",
            f"{sum(possible.values()):g}",
            "; ".join(one.notes),
        ]
        for one in students
    ]
    _write(folder / "gradebook.csv", [head, *lines])
    each = [
        [one.learner.id, stem, grade.exercise, grade.verdict, f"{grade.earned:g}", str(grade.points), grade.reason]
        for one in students
        for stem, record in sorted(one.records.items())
        for grade in record.grades
    ]
    _write(
        folder / "grades.csv",
        [["learner", "notebook", "exercise", "verdict", "earned", "points", "reason"], *each],
    )


def _points(stem: str) -> list[int]:
    from wirelab.checking.exercises import exercises

    known = exercises()
    return [known[check.exercise].points for check in assignments()[stem].checks] if stem in assignments() else []


def _earned(student: Student, stem: str) -> str:
    return f"{student.records[stem].earned:g}" if stem in student.records else ""


def write_moodle(folder: Path, students: Sequence[Student]) -> None:
    """moodle.csv, for Grades → Import → CSV file."""
    stems = notebooks_in(students)
    head = ["ID number", "Email address", "Full name"]
    head += [word for stem in stems for word in (stem, f"{stem} (feedback)")]
    lines = []
    for one in students:
        number = one.row.get("id number") or one.row.get("id") or one.learner.id
        mail = one.row.get("email address") or one.row.get("email") or ""
        told = [word for stem in stems for word in (_earned(one, stem), _feedback(one, stem))]
        lines.append([number, mail, one.name, *told])
    _write(folder / "moodle.csv", [head, *lines])


def _feedback(student: Student, stem: str) -> str:
    record = student.records.get(stem)
    return "; ".join(f"{grade.exercise}: {grade.verdict}" for grade in record.grades) if record else ""


def write_canvas(folder: Path, exported: Path, students: Sequence[Student]) -> list[Learner]:
    """canvas.csv: the file that Canvas exported, with our points in its columns. Returns who is not in that file.

    A column belongs to a notebook if its name holds the stem, as in `12-web-server (98765)`. Raises GradingError.
    """
    rows = read_table(exported)
    columns = _columns(exported, rows, notebooks_in(students))
    by_word = {row[name].strip().casefold(): row for row in rows for name in CANVAS_LEARNER if row.get(name)}
    strangers = []
    for one in students:
        words = [one.learner.id, one.row.get("email", ""), one.row.get("login", ""), one.name]
        row = next((by_word[word.casefold()] for word in words if word.casefold() in by_word), None)
        if row is None:
            strangers.append(one.learner)
            continue
        for stem, record in one.records.items():
            row[columns[stem]] = f"{record.earned:g}"
    _write(folder / "canvas.csv", [list(rows[0]), *(list(row.values()) for row in rows)], guard=False)
    return strangers


def _columns(exported: Path, rows: Sequence[Mapping[str, str]], stems: Sequence[str]) -> dict[str, str]:
    names = list(rows[0]) if rows else []
    found = {stem: next((name for name in names if stem in name), "") for stem in stems}
    if missing := [stem for stem, name in found.items() if not name]:
        raise GradingError(NO_COLUMNS.format(exported.name, ", ".join(missing)))
    return found


def write_nbgrader(database: Path, students: Sequence[Student]) -> None:
    """Enter the points in nbgrader's gradebook, by its own API. Raises GradingError without nbgrader."""
    try:
        api = importlib.import_module("nbgrader.api")
    except ImportError:
        raise GradingError(NO_NBGRADER) from None
    beside = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join([beside, os.environ.get("PATH", "")])  # nbgrader calls alembic
    with api.Gradebook(f"sqlite:///{database.resolve()}") as book:
        for stem in notebooks_in(students):
            _enter_assignment(book, stem)
        for student in students:
            book.update_or_create_student(student.learner.id)
            for stem, record in student.records.items():
                _enter_record(book, student.learner.id, stem, record)


def _cell_of(exercise: str) -> str:
    return f"check-{exercise.replace('.', '-')}"


def _enter_assignment(book: object, stem: str) -> None:
    from wirelab.checking.exercises import exercises

    known = exercises()
    book.update_or_create_assignment(stem)  # type: ignore[attr-defined]
    book.update_or_create_notebook(stem, stem)  # type: ignore[attr-defined]
    for check in assignments()[stem].checks:
        points = known[check.exercise].points
        words = {"max_score": points, "cell_type": "code"}
        book.update_or_create_grade_cell(_cell_of(check.exercise), stem, stem, **words)  # type: ignore[attr-defined]


def _enter_record(book: object, learner: str, stem: str, record: Record) -> None:
    book.update_or_create_submission(stem, learner)  # type: ignore[attr-defined]
    for grade in record.grades:
        found = book.find_grade(_cell_of(grade.exercise), stem, stem, learner)  # type: ignore[attr-defined]
        found.auto_score, found.needs_manual_grade = grade.earned, False
    book.db.commit()  # type: ignore[attr-defined]


def _write(path: Path, rows: Iterable[Sequence[str]], *, guard: bool = True) -> None:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(
        [_safe(word) if guard else word for word in row] for row in rows
    )
    atomic_write.write(path, made.getvalue())


def _safe(word: str) -> str:
    """A word that no spreadsheet takes for a formula (OWASP: CSV injection). A number stays a number."""
    is_number = re.fullmatch(r"-?\d+(\.\d+)?", word)
    return f"'{word}" if FORMULA.match(word) and not is_number else word
