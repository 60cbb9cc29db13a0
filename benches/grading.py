"""How many submissions are graded in a minute, beside nbgrader with the same ones.

    python -m benches.grading

nbgrader has to be in the Python that runs this, or in that which the variable WIRELAB_NBGRADER names; it needs the
course beside it. Both have to find the same points.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import nbformat

from benches.measuring import seconds
from benches.table import Row, show
from wirelab.building.answers import with_answer, wrong_answers
from wirelab.grading.results import record_in
from wirelab.paths import COURSE

STEM = "12-web-server"
SUBMISSIONS = 20
NBGRADER = "WIRELAB_NBGRADER"
POINTS = """
import sys
from nbgrader.api import Gradebook
with Gradebook("sqlite:///gradebook.db") as book:
    found = sorted(book.assignment_submissions(sys.argv[1]), key=lambda one: one.student.id)
    print(*(one.score for one in found))
"""


def rows() -> list[Row]:
    """Submissions a minute. Raises an error where the two do not find the same points."""
    with tempfile.TemporaryDirectory(prefix="wirelab-bench-") as name:
        course = Path(name)
        hand_in(course)
        ours, points = graded_by_us(course)
        python = os.environ.get(NBGRADER, sys.executable)
        theirs, others = graded_by_nbgrader(course, python)
        if points != others:
            raise ValueError(f"we found {points}, and nbgrader {others}")
    return [Row("submissions graded", 60 * SUBMISSIONS / ours, 60 * SUBMISSIONS / theirs, "per min", "nbgrader")]


def hand_in(course: Path) -> None:
    """Solved ones, untouched ones, and some with a wrong answer."""
    text = (COURSE / "sources" / "exercises" / f"{STEM}.py").read_text(encoding="utf-8")
    ready = [COURSE / folder / f"{STEM}.ipynb" for folder in ("solutions", "exercises")]
    kinds = [nbformat.read(path, as_version=4) for path in ready]
    kinds += [with_answer(text, STEM, answer) for answer in wrong_answers(text, STEM)[:6]]
    for number in range(SUBMISSIONS):
        notebook = kinds[number % len(kinds)].copy()
        notebook.metadata["number"] = number  # each is another file
        folder = course / "submitted" / f"{number:02}" / STEM
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{STEM}.ipynb")


def graded_by_us(course: Path) -> tuple[float, list[float]]:
    """The seconds that it takes, and the points of each submission."""
    command = [sys.executable, "-m", "wirelab", "grade", str(course), "--out", str(course.with_suffix(".out"))]
    out = course.with_suffix(".out")
    try:
        took = seconds(lambda: subprocess.run(command, check=True, capture_output=True, cwd=COURSE))
        lines = (out / "gradebook.csv").read_text(encoding="utf-8").splitlines()[1:]
        assert all(record_in(path.read_text(encoding="utf-8")).grades for path in (out / "results").iterdir())
        return took, [float(line.split(",")[2]) for line in lines]
    finally:
        shutil.rmtree(out, ignore_errors=True)


def graded_by_nbgrader(course: Path, python: str) -> tuple[float, list[float]]:
    """The same, by `nbgrader autograde`."""
    source = course / "source" / STEM
    source.mkdir(parents=True)
    shutil.copy(COURSE / "solutions" / f"{STEM}.ipynb", source)
    shutil.copy(COURSE / "nbgrader_config.py", course)
    path = os.pathsep.join([str(Path(python).parent), os.environ["PATH"]])  # nbgrader calls alembic
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(COURSE)}

    def run(*words: str) -> str:
        ran = subprocess.run([python, *words], cwd=course, env=environment, capture_output=True, text=True)
        if ran.returncode:
            raise OSError(f"nbgrader is not here, or it failed: {ran.stderr[-500:]}")
        return ran.stdout

    run("-m", "nbgrader", "generate_assignment", STEM, "--create")
    took = seconds(lambda: run("-m", "nbgrader", "autograde", STEM, "--create"))
    return took, [float(score) for score in run("-c", POINTS, STEM).split()]


if __name__ == "__main__":
    show(rows)
