"""Try mutants of the solutions on the checks: one that passes shows what a check does not see.

    python -m benches.mutants 22.3      all mutants of an exercise; 22 takes a notebook, and nothing takes all
    python -m benches mutants           a row for each notebook, of a few mutants of each exercise

`tests/course/mutants.toml` lists those that do what the question asks for, each with the reason. They are not run.
"""

import argparse
import os
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode

from benches.mutation import Mutant, mutants, sample
from benches.operators import OPERATORS
from benches.table import Row
from wirelab.building.answers import up_to_check, without_markers
from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_source import make_notebook, shown_cells
from wirelab.checking import MIME
from wirelab.errors import KernelFailed
from wirelab.paths import COURSE

SOURCES = sorted((COURSE / "sources" / "exercises").glob("*.py"))
LIST = COURSE / "tests" / "course" / "mutants.toml"
FEW, FEWER = 6, 3  # mutants of one exercise, where nobody has set ALL, and of one in SLOW
SLOW = {"14.4", "23.1", "27.3", "31.4", "33.2"}  # exercises whose checks wait a second or more for right answers
ALL = "WIRELAB_ALL_MUTANTS"
SIDE_BY_SIDE = 2  # kernels
CELL_TIMEOUT = 15.0  # seconds without anything new; a check takes five at most
PASSED = "passed"
ANYWHERE = ""  # in place of an exercise
CLEAN = """
%reset -f
__import__("wirelab").stop_all()
__import__("wirelab.checking.runner").checking.runner.hints.reset()
__import__("gc").freeze()  # reset collects garbage, and has less to look through then
"""
THREADS = "{one.ident for one in __import__('threading').enumerate()}"
# Others that do not end. pyzmq starts a thread with the first large message, and keeps it.
LEFT = """[
    one for one in __import__("threading").enumerate()
    if one.ident not in {known} and type(one).__module__ != "zmq.utils.garbage"
    and (one.join({seconds}) or one.is_alive())
]"""
ENDING = 1.5  # seconds for a thread to end: a server of a check may still be about to answer, late

Key = tuple[str, str, str, int]  # of a listed one: the exercise, the lines before and after, which of equal ones


@dataclass(frozen=True)
class Case:
    """A mutant of an exercise."""

    path: Path  # the source
    exercise: str
    mutant: Mutant

    @property
    def reason(self) -> str:
        """Why it does what the question asks for; nothing where it does not stand in the list."""
        reasons = (listed().get((place, *self.mutant.key)) for place in (self.exercise, ANYWHERE))
        return next(filter(None, reasons), "")

    def __str__(self) -> str:
        return f"{self.exercise}, {self.mutant.operator}:\n{self.mutant.diff}"


class Trial:
    """A kernel that tries one mutant after the other, and is replaced where one leaves something behind."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._kernel: Kernel | None = None
        self._threads = ""

    def __enter__(self) -> "Trial":
        return self

    def __exit__(self, *error: object) -> None:
        self._stack.close()

    def survives(self, case: Case) -> bool:
        """Whether the check lets it pass, twice: one that passes by chance is caught the other time."""
        return self.verdict(case) == PASSED and self.verdict(case) == PASSED

    def verdict(self, case: Case) -> str:
        """What a learner reads who hands in the mutant, or why nothing could be read."""
        notebook = _notebook(case)
        try:
            kernel = self._kernel or self._started()
            replies = kernel.run_all(notebook, timeout=CELL_TIMEOUT)
            failed = [reply.text for reply in replies if reply.status != "ok"]
            found = [
                output.data[MIME]
                for reply in replies
                for output in reply.outputs
                if MIME in output.get("data", {})
            ]
            self._clean(kernel)
        except KernelFailed as error:
            self._end()
            return str(error)
        return failed[0] if failed else str(found[0]["verdict"])

    def _started(self) -> Kernel:
        # What jupyter_client awaits runs in a loop that it makes for the thread, and leaves open.
        self._stack.enter_context(closing(ensure_event_loop()))
        folder = self._stack.enter_context(TemporaryDirectory(prefix="wirelab-", ignore_cleanup_errors=True))
        self._kernel = self._stack.enter_context(Kernel(Path(folder)))  # a mutant may write files
        self._kernel.run(CLEAN)
        self._threads = self._kernel.evaluate(THREADS)
        return self._kernel

    def _clean(self, kernel: Kernel) -> None:
        """Take everything out of the kernel, or end it: a mutant that goes on would disturb those that follow."""
        kernel.run(CLEAN, timeout=CELL_TIMEOUT)
        if kernel.evaluate(LEFT.format(known=self._threads, seconds=ENDING)) != "[]":
            self._end()

    def _end(self) -> None:
        self._stack.close()
        self._kernel = None


@cache
def _cells(path: Path) -> list[NotebookNode]:
    """What stands in the notebook of a source, with the source's words as metadata."""
    return shown_cells(path.read_text(encoding="utf-8"), path.stem)


def _notebook(case: Case) -> NotebookNode:
    """What a learner runs who hands in the mutant."""
    cells = deepcopy(_cells(case.path))
    for cell in cells:
        cell.source = without_markers(cell.source)
        if cell.metadata.get("exercise") == case.exercise:
            cell.source = case.mutant.source
    return up_to_check(make_notebook(cells, case.path.stem), case.exercise)


@cache
def cases(path: Path) -> list[Case]:
    """All mutants in a source, listed ones too."""
    solved = [(cell.metadata["exercise"], cell.source) for cell in _cells(path) if "exercise" in cell.metadata]
    return [Case(path, id, mutant) for id, source in solved for mutant in mutants(source, OPERATORS)]


@cache
def listed() -> dict[Key, str]:
    """The reasons of those that do what the question asks for."""
    return {
        (one.get("exercise", ANYWHERE), one["before"], after, one.get("nth", 1)): one["reason"]
        for one in tomllib.loads(LIST.read_text(encoding="utf-8"))["mutant"]
        for after in one["after"]
    }


@cache
def chosen(path: Path) -> list[Case]:
    """A few of each exercise, evenly over operators and lines, and always the same. With ALL set, all of them."""
    if os.environ.get(ALL) == "1":
        return cases(path)
    by_exercise: dict[str, list[Case]] = {}
    for case in cases(path):
        by_exercise.setdefault(case.exercise, []).append(case)
    found = []
    for id, of_one in by_exercise.items():
        most = FEWER if id in SLOW else FEW
        few = {mutant.key for mutant in sample([case.mutant for case in of_one], most)}
        found += [case for case in of_one if case.mutant.key in few]
    return found


def survivors(tried: Sequence[Case]) -> list[Case]:
    """Those that the checks let pass, in the order given. Listed ones are not tried."""
    unlisted = [case for case in tried if not case.reason]

    def of(share: Sequence[Case]) -> list[Case]:
        with Trial() as trial:
            return [case for case in share if trial.survives(case)]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        found = [
            case
            for share in pool.map(of, (unlisted[n::SIDE_BY_SIDE] for n in range(SIDE_BY_SIDE)))
            for case in share
        ]
    return sorted(found, key=unlisted.index)


def rows() -> list[Row]:
    tried = [case for path in SOURCES for case in chosen(path)]
    left = Counter(case.path.stem for case in survivors(tried))
    return [_row(path, chosen(path), left[path.stem]) for path in SOURCES]


def _row(path: Path, tried: Sequence[Case], left: int) -> Row:
    passed_over = sum(bool(case.reason) for case in tried)
    run = len(tried) - passed_over
    return Row(f"mutants: {path.stem}", run - left, run, "caught", f"made, without {passed_over} listed")


def _wanted(words: Sequence[str]) -> Iterator[Case]:
    for path in SOURCES:
        for case in cases(path):
            if not words or case.exercise in words or case.exercise.partition(".")[0] in words:
                yield case


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benches.mutants", description="What a check does not see.")
    parser.add_argument("ids", nargs="*", metavar="ID", help="an exercise, as 22.3, or a notebook, as 22")
    tried = list(_wanted(parser.parse_args().ids))
    found = survivors(tried)
    print("\n\n".join(map(str, found)), end="\n\n")
    passed_over = sum(bool(case.reason) for case in tried)
    caught = len(tried) - passed_over - len(found)
    print(f"{len(tried)} mutants: {caught} caught, {passed_over} listed, {len(found)} left")


if __name__ == "__main__":
    main()
