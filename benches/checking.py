"""How long a learner waits for a check, of a right answer and of a wrong one, beside a cell that does nothing.

    python -m benches.checking
"""

import statistics
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode

from benches.measuring import seconds
from benches.table import Row, show
from wirelab.building.answers import Answer, right_answers, with_answer, wrong_answers
from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_source import solution
from wirelab.paths import COURSE

SOURCES = sorted((COURSE / "sources" / "exercises").glob("*.py"))
BESIDE = "a cell that does nothing"


def code_cells(notebook: NotebookNode, id: str = "") -> list[str]:
    """The cells up to the check of one exercise, without the checks before it; all cells where none is named."""
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    if not id:
        return cells
    end = next(place for place, cell in enumerate(cells) if cell.startswith(f'check("{id}"'))
    return [cell for cell in cells[:end] if not cell.startswith("check(")] + [cells[end], cells[-1]]


def times(kernel: Kernel, cells: list[str]) -> list[float]:
    """How long each check among the cells took."""
    found = []
    kernel.run("%reset -f")
    for cell in cells:
        took = seconds(lambda cell=cell: kernel.run(cell))  # type: ignore[misc]
        found += [took] * cell.startswith("check(")
    return found


def answers(path: Path, kernel: Kernel, given: list[Answer]) -> Iterator[float]:
    text = path.read_text(encoding="utf-8")
    for answer in given:
        yield from times(kernel, code_cells(with_answer(text, path.stem, answer), answer.exercise))


def percentile(values: list[float], share: float) -> float:
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def rows_of(kind: str, values: list[float], nothing: float) -> list[Row]:
    numbers = {"median": statistics.median(values), "p99": percentile(values, 0.99), "longest": max(values)}
    return [
        Row(f"check: {len(values)} {kind} answers, {name}", value * 1000, nothing * 1000, "ms", BESIDE)
        for name, value in numbers.items()
    ]


def rows() -> list[Row]:
    right: list[float] = []
    wrong: list[float] = []
    with Kernel(COURSE / "exercises") as kernel:
        kernel.run("import wirelab")
        nothing = statistics.median(seconds(lambda: kernel.run("pass")) for _ in range(20))
        for path in SOURCES:
            text = path.read_text(encoding="utf-8")
            right += times(kernel, code_cells(solution(text, path.stem)))
            right += answers(path, kernel, right_answers(text, path.stem))
            wrong += answers(path, kernel, wrong_answers(text, path.stem))
    return rows_of("right", right, nothing) + rows_of("wrong", wrong, nothing)


if __name__ == "__main__":
    show(rows)
