"""Run the exercises through nbgrader: same exercise cells as ours, and the right points for each kind of work.

Run by a Python that has nbgrader and the course installed.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Grade, Gradebook
from nbgrader.apps import NbGraderAPI
from traitlets.config.loader import PyFileConfigLoader

from wirelab.building.answers import Answer, with_answer, wrong_answers

COURSE = Path(__file__).parents[1]
GRADED = ("12-web-server", "33-websocket-server")


def main() -> None:
    os.environ["PATH"] = os.pathsep.join(
        [str(Path(sys.executable).parent), os.environ["PATH"]]
    )  # nbgrader calls alembic
    stems = sorted(path.stem for path in (COURSE / "solutions").glob("[0-9]*.ipynb"))
    with tempfile.TemporaryDirectory(prefix="wirelab nbgrader ") as folder:
        course = Path(folder)
        shutil.copy(COURSE / "nbgrader_config.py", course)
        settings = PyFileConfigLoader("nbgrader_config.py", path=folder).load_config()
        settings.CourseDirectory.root = folder
        one_process = NbGraderAPI(config=settings)  # the command takes seconds to start
        for stem in stems:
            copy(COURSE / "solutions" / f"{stem}.ipynb", course / "source" / stem)
            if stem in GRADED:
                nbgrader(course, "generate_assignment", stem, "--create")
            else:
                made = one_process.generate_assignment(stem)
                assert made["success"], made
            same_cells(course, stem)
        assert sum(grade(course, stem) for stem in GRADED), "no partly right answer got a part of its points"
    print(f"{len(stems) + len(GRADED)} passed, 0 failed")


def copy(notebook: Path, folder: Path) -> None:
    folder.mkdir(parents=True)
    shutil.copy(notebook, folder)


def nbgrader(course: Path, *words: str) -> None:
    ran = subprocess.run([sys.executable, "-m", "nbgrader", *words], cwd=course, capture_output=True, text=True)
    assert ran.returncode == 0, f"nbgrader {' '.join(words)}\n{ran.stdout}\n{ran.stderr}"


def same_cells(course: Path, stem: str) -> None:
    released = nbformat.read(course / "release" / stem / f"{stem}.ipynb", as_version=4)
    ours = nbformat.read(COURSE / "exercises" / f"{stem}.ipynb", as_version=4)
    assert [cell.source for cell in released.cells] == [cell.source for cell in ours.cells], stem
    assert not any(cell.get("outputs") for cell in released.cells), stem


def submissions(stem: str) -> Iterator[tuple[str, NotebookNode, Answer | None]]:
    """Who hands in what: all right, nothing done, and for each exercise a wrong answer among right ones."""
    text = (COURSE / "sources" / "exercises" / f"{stem}.py").read_text(encoding="utf-8")
    yield "right", nbformat.read(COURSE / "solutions" / f"{stem}.ipynb", as_version=4), None
    yield "untouched", nbformat.read(COURSE / "exercises" / f"{stem}.ipynb", as_version=4), None
    for answer in {answer.exercise: answer for answer in wrong_answers(text, stem)}.values():
        yield f"wrong-{answer.exercise}".replace(".", "-"), with_answer(text, stem, answer), answer


def grade(course: Path, stem: str) -> int:
    """Grade every submission. Returns how many checks got a part of their points."""
    wrong = {}
    for student, notebook, answer in submissions(stem):
        wrong[student] = answer
        folder = course / "submitted" / student / stem
        folder.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, folder / f"{stem}.ipynb")
    nbgrader(course, "autograde", stem, "--create")
    same_points(course, stem)
    with Gradebook(f"sqlite:///{course}/gradebook.db") as book:
        for student, answer in wrong.items():
            judge(book, stem, student, answer)
        return sum(0 < one.score < one.max_score for student in wrong for one in found(book, stem, student))


def same_points(course: Path, stem: str) -> None:
    """Our own grader finds the same points, and enters them in a gradebook of nbgrader's."""
    words = ["grade", str(course), "--out", str(course.with_suffix(".out")), "--nbgrader", str(course / "ours.db")]
    ran = subprocess.run([sys.executable, "-m", "wirelab", *words], cwd=COURSE, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    shutil.rmtree(course.with_suffix(".out"))
    points = []
    for name in ("gradebook.db", "ours.db"):
        with Gradebook(f"sqlite:///{course}/{name}") as book:
            submissions = book.assignment_submissions(stem)
            points.append({one.student.id: (one.score, one.max_score) for one in submissions})
    assert points[0] == points[1], points


def found(book: Gradebook, stem: str, student: str) -> list[Grade]:
    return list(book.find_submission_notebook(stem, stem, student).grades)


def judge(book: Gradebook, stem: str, student: str, answer: Answer | None) -> None:
    points = {grade.name: (grade.score, grade.max_score) for grade in found(book, stem, student)}
    assert points, (stem, student)
    print(stem, student, points)
    for name, (score, most) in points.items():
        is_wrong = answer is not None and name == f"check-{answer.exercise.replace('.', '-')}"
        if student == "untouched":
            assert score == 0, (student, name, score)
        elif is_wrong:
            assert 0 <= score < most, (student, name, score)
        else:
            assert score == most, (student, name, score)


if __name__ == "__main__":
    main()
