"""Grade a whole class, kill the grader twice, and compare every verdict with what it has to be.

    python -m benches.whole_class FOLDER 146

That is 146 learners and all notebooks: 3,212 submissions, an hour of a processor. They are solved, untouched,
or have other answers of the sources in some places. FOLDER keeps everything, so the same command goes on where it
was stopped. It needs Linux, and exits with 1 where a verdict is another one.
"""

import csv
import ctypes
import json
import os
import random
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import psutil

from wirelab.building.answers import Answer, code_with, right_answers, wrong_answers
from wirelab.paths import COURSE

CHILD_SUBREAPER = 36  # prctl(2): what a killed grader leaves becomes our child, so that its time is counted
KINDS = {"solved": 3, "untouched": 1, "wrong": 3, "right": 1, "mixed": 2}
ALL, NONE, LESS = "all points", "no points", "not all points"
Expected = dict[str, str]  # by exercise
MIB = 2**20


class Notebooks:
    """The submissions for one notebook of the course."""

    def __init__(self, stem: str) -> None:
        self.stem = stem
        self._text = (COURSE / "sources" / "exercises" / f"{stem}.py").read_text(encoding="utf-8")
        self._solved, self._untouched = (
            nbformat.read(COURSE / kind / f"{stem}.ipynb", as_version=4) for kind in ("solutions", "exercises")
        )
        self._wrong, self._right = wrong_answers(self._text, stem), right_answers(self._text, stem)
        ids = {answer.exercise for answer in self._wrong}
        self.exercises = sorted(ids, key=lambda id: [int(part) for part in id.split(".")])

    def make(self, chance: random.Random) -> tuple[nbformat.NotebookNode, Expected]:
        """A notebook, and what its exercises have to get; those that depend on others are left out."""
        [kind] = chance.choices(list(KINDS), list(KINDS.values()))
        if kind in ("solved", "untouched"):
            told = dict.fromkeys(self.exercises, ALL if kind == "solved" else NONE)
            return (self._solved if kind == "solved" else self._untouched).copy(), told
        if kind in ("wrong", "right"):
            answer = chance.choice(self._right if kind == "right" and self._right else self._wrong)
            return self._with({answer.exercise: self._code(answer)}), {
                answer.exercise: LESS if answer.caught_by else ALL
            }
        codes, told = {}, {}
        for id in self.exercises:
            choice = chance.choice(["solved", "untouched", "wrong"])
            if choice == "untouched":
                codes[id], told[id] = self._stub(id), NONE
            elif choice == "wrong":
                codes[id] = self._code(chance.choice([one for one in self._wrong if one.exercise == id]))
                told[id] = LESS
        return self._with(codes), told

    def _code(self, answer: Answer) -> str:
        return code_with(self._text, self.stem, answer)

    def _stub(self, id: str) -> str:
        return next(str(cell.source) for cell in self._untouched.cells if _exercise_of(cell) == id)

    def _with(self, codes: dict[str, str]) -> nbformat.NotebookNode:
        made = nbformat.from_dict(json.loads(nbformat.writes(self._solved)))
        for cell in made.cells:
            cell.source = codes.get(_exercise_of(cell), cell.source)
        return made


def _exercise_of(cell: nbformat.NotebookNode) -> str:
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", "")).replace("-", ".")


def hand_in(folder: Path, learners: int) -> dict[str, Expected]:
    """Write the submissions of a class. Gives what each has to get, by learner and notebook."""
    stems = sorted(path.stem for path in (COURSE / "sources" / "exercises").glob("[0-9]*.py"))
    expected: dict[str, Expected] = {}
    for notebooks in map(Notebooks, stems):
        for number in range(learners):
            name = f"{number:04} {notebooks.stem}"
            notebook, expected[name] = notebooks.make(random.Random(name))
            notebook.metadata["number"] = number  # each is another file
            path = folder / f"{number:04}" / f"{notebooks.stem}.ipynb"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(nbformat.writes(notebook), encoding="utf-8")
    return expected


def grade(place: Path, out: Path, *, until: int) -> bool:
    """Grade, and kill the grader when there are so many results. Whether it came to its end."""
    command = [sys.executable, "-m", "wirelab", "grade", str(place), "--out", str(out)]
    with subprocess.Popen(command, cwd=COURSE, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None:
            if _graded(out) >= until:
                process.kill()
            time.sleep(0.5)
    while True:  # what it left
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            return process.returncode == 0


def _graded(out: Path) -> int:
    return sum(1 for _ in (out / "results").glob("*.json"))


def unlike(out: Path, expected: dict[str, Expected]) -> Iterator[str]:
    """The exercises that got something else."""
    with (out / "grades.csv").open(encoding="utf-8", newline="") as stream:
        found = {(f"{row['learner']} {row['notebook']}", row["exercise"]): row for row in csv.DictReader(stream)}
    for name, told in expected.items():
        for id, wanted in told.items():
            row = found[name, id]
            earned, points = float(row["earned"]), float(row["points"])
            is_right = {ALL: earned == points, NONE: earned == 0, LESS: earned < points}[wanted]
            if not is_right:
                yield f"{name}, {id}: {earned:g} of {points:g} ({row['verdict']}), and it has to get {wanted}"


class Peak(threading.Thread):
    """The most memory that all children have at once; what they share counts once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.most = 0

    def run(self) -> None:
        while True:
            children = psutil.Process().children(recursive=True)
            self.most = max(self.most, sum(_proportional(child.pid) for child in children))
            time.sleep(5)


def _proportional(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    except (OSError, StopIteration):
        return 0


def main(folder: str, learners: str) -> int:
    ctypes.CDLL(None).prctl(CHILD_SUBREAPER, 1, 0, 0, 0)
    place, out = Path(folder).resolve() / "submissions", Path(folder).resolve() / "grades"
    expected = hand_in(place, int(learners))
    print(f"{len(expected)} submissions are written", flush=True)
    peak, began = Peak(), time.monotonic()
    peak.start()
    for part in (1, 2, 3):
        until = len(expected) * part // 3 if part < 3 else sys.maxsize
        is_whole = grade(place, out, until=until)
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor, took = used.ru_utime + used.ru_stime, time.monotonic() - began
        how = "at its end" if is_whole else "killed"
        numbers = f"{took:.0f} s, {processor:.0f} s of processor, at most {peak.most / MIB:.0f} MiB"
        print(f"{how}: {_graded(out)} graded, {numbers}", flush=True)
    verify = subprocess.run([sys.executable, "-m", "wirelab", "grade", "--verify", "--out", str(out)], cwd=COURSE)
    wrong = list(unlike(out, expected))
    print(*wrong, f"{len(wrong)} verdicts are not as they have to be", sep="\n")
    return 1 if wrong or verify.returncode else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
