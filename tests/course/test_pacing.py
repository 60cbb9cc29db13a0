"""A lesson is short steps: little text before something runs, little code in a cell."""

import re
from pathlib import Path

import jupytext
import pytest
from nbformat import NotebookNode

LESSONS = sorted((Path(__file__).parents[2] / "sources" / "notebooks").glob("*.py"))
FOLDED = re.compile(r"<details>.*?</details>|```.*?```", re.DOTALL)

pytestmark = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path: Path) -> list[NotebookNode]:
    """The lesson's cells but for the instructor's."""
    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    return [cell for cell in notebook.cells if "notes" not in cell.metadata.get("tags", [])]


def words_between_runs(path: Path) -> list[int]:
    """How many words stand open before each code cell, and after the last."""
    counts = [0]
    for cell in cells(path):
        if cell.cell_type == "code":
            counts.append(0)
        else:
            counts[-1] += len(FOLDED.sub("", cell.source).split())
    return counts


def test_the_first_cell_to_run_comes_soon(path: Path) -> None:
    assert words_between_runs(path)[0] <= 90


def test_there_is_always_something_to_run_before_long(path: Path) -> None:
    assert max(words_between_runs(path)) <= 175


def test_a_code_cell_is_short(path: Path) -> None:
    for cell in cells(path):
        if cell.cell_type == "code":
            lines = [line for line in cell.source.splitlines() if line and not line.startswith("%%")]
            is_whole = "class " in cell.source or cell.source.startswith("%%writefile ")
            assert len(lines) <= (20 if is_whole else 12), cell.source


def test_a_lesson_has_a_title_its_minutes_and_what_it_needs(path: Path) -> None:
    first = cells(path)[0].source
    assert re.match(r"# .+\n\n\d+ minutes\. You need ", first)
    assert len(re.findall(r"^- ", first, re.MULTILINE)) == 3


def test_a_lesson_has_its_parts(path: Path) -> None:
    text = "\n".join(cell.source for cell in cells(path))
    for part in ("## Break it", "## Recap", "**Check yourself**", "**Now you:**", "```mermaid"):
        assert part in text, part
    assert text.count("**Predict, then run.**") >= 2
    assert cells(path)[-1].source == "stop_all()"


def test_a_lesson_is_long_enough_and_not_too_long(path: Path) -> None:
    assert 20 <= len(cells(path)) <= 45


def test_headings_skip_no_level(path: Path) -> None:
    text = "\n".join(FOLDED.sub("", cell.source) for cell in cells(path) if cell.cell_type == "markdown")
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:], strict=False))
