"""A check says the same each time: for the solution, and for a typical wrong answer to each exercise."""

from pathlib import Path

import pytest
from exercise_runs import SOURCES, WRONG, kernel, text
from nbformat import NotebookNode

from wirelab.building.answers import Answer, up_to_check, with_answer
from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_source import solution

__all__ = ["kernel"]
pytestmark = pytest.mark.proof
TIMES = 20
SECONDS = 0.3  # for one check: one that waits in vain is tried less often
REPEAT = """
import random, re, sys, time
checking = sys.modules["wirelab.checking.runner"]
def repeated(id, target):
    end = time.monotonic() + {seconds}
    for number in range({times}):
        if number >= 3 and time.monotonic() > end:
            return
        checking.hints.reset()
        random.seed(1)
        said = re.sub(r"session=[\\w-]+", "session=ID", repr(checking.check(id, target)))
        yield re.sub(r"(127\\.0\\.0\\.1:|port )\\d+", r"\\1PORT", said)
"""


def first_wrong() -> list[tuple[Path, Answer]]:
    """One wrong answer to each exercise."""
    found: dict[str, tuple[Path, Answer]] = {}
    for path, answers in WRONG.items():
        for answer in answers:
            found.setdefault(answer.exercise, (path, answer))
    return list(found.values())


def said(kernel: Kernel, notebook: NotebookNode) -> dict[str, str]:
    """The different texts that each check of the notebook gives, as a set."""
    kernel.run("%reset -f")
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    checks = [cell for cell in cells if cell.startswith("check(")]
    made = [cell for cell in cells if not cell.startswith(("check(", "stop_all()"))]
    replies = [kernel.run(cell) for cell in [*made, REPEAT.format(times=TIMES, seconds=SECONDS)]]
    assert [reply.text for reply in replies if reply.status != "ok"] == []
    found = {cell: kernel.run(f"set(repeated{cell.removeprefix('check')})").text for cell in checks}
    kernel.run("__import__('wirelab').stop_all()")
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_a_solution_is_told_the_same_each_time(kernel: Kernel, path: Path) -> None:
    for cell, texts in said(kernel, solution(*text(path))).items():
        assert texts.count("Exercise ") == 1, cell
        assert ": passed" in texts, cell


@pytest.mark.parametrize(("path", "answer"), first_wrong(), ids=lambda value: getattr(value, "exercise", ""))
def test_a_wrong_answer_is_told_the_same_each_time(kernel: Kernel, path: Path, answer: Answer) -> None:
    notebook = up_to_check(with_answer(*text(path), answer), answer.exercise)
    [texts] = said(kernel, notebook).values()
    assert texts.count("Exercise ") == 1, texts
    assert ": passed" not in texts
