"""Turn one source text into a lecture, an exercise or a solution.

A source is a notebook as text, in jupytext's percent format. What the kit adds:

- `### BEGIN SOLUTION` and `### END SOLUTION` (nbgrader's markers) around the lines a learner writes;
- `# %% exercise="12.1"` at the cell that holds them, `# %% checks="12.1" points=2` at the one that
  checks them;
- `# %% wrong="12.1" caught_by="answers 200 OK" says="..."` at a typical wrong answer, which no notebook
  shows and the tests run: the expectation that must catch it, and words that the learner must read;
- the tag `solution` at a cell only the solution shows, `notes` at one for the instructor.

Exercise and solution carry nbgrader's cell metadata (its schema 3), so that `solutions/` can be a source
for nbgrader as well.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from wirelab.errors import SourceError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("your code here")'
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
_CELL = re.compile(r'# %%( \[markdown\])?( \w+=("[^"]*"|\[[^\]]*\]|\d+))*')
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
NBGRADER = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}


@dataclass(frozen=True)
class WrongAnswer:
    """A typical wrong answer: the code in place of the solution, and the expectation that has to catch it."""

    exercise: str
    code: str
    caught_by: str
    says: str = ""  # words that the learner must read


def lecture(text: str, name: str) -> NotebookNode:
    """The lesson's notebook, without outputs. `name` is the source's, for errors and for cell ids."""
    return _notebook(_cells(text, name), name)


def exercise(text: str, name: str) -> NotebookNode:
    """What the learner opens: stubs where the solution has its code."""
    cells = [cell for cell in _cells(text, name) if "solution" not in _tags(cell)]
    for cell in cells:
        cell.source = _without_solution(cell.source)
    return _notebook(cells, name)


def solution(text: str, name: str) -> NotebookNode:
    """The same with the code and its reasoning, markers included."""
    return _notebook(_cells(text, name), name)


def wrong_answers(text: str, name: str) -> list[WrongAnswer]:
    """The typical wrong answers. Raises SourceError at one that names no expectation."""
    found = []
    for cell in _parsed(text, name).cells:
        if "wrong" in cell.metadata:
            if "caught_by" not in cell.metadata:
                raise SourceError(f"{name}: the wrong answer to {cell.metadata.wrong} has no caught_by=")
            told = cell.metadata
            found.append(WrongAnswer(told.wrong, cell.source, told.caught_by, told.get("says", "")))
    return found


def with_answer(text: str, name: str, answer: WrongAnswer) -> NotebookNode:
    """The solution's notebook with one answer exchanged for a wrong one."""
    cells = _cells(text, name)
    places = [cell for cell in cells if cell.metadata.get("exercise") == answer.exercise]
    if len(places) != 1:
        raise SourceError(f'{name}: {len(places)} cells are marked exercise="{answer.exercise}", one has to be')
    places[0].source = answer.code
    return _notebook(cells, name)


def _parsed(text: str, name: str) -> NotebookNode:
    _check_markers(text, name)
    parsed: NotebookNode = jupytext.reads(text, fmt="py:percent")
    return parsed


def _cells(text: str, name: str) -> list[NotebookNode]:
    return [cell for cell in _parsed(text, name).cells if "wrong" not in cell.metadata]


def _check_markers(text: str, name: str) -> None:
    """Raise SourceError at the first marker without its counterpart, or with words that cannot be read."""
    opened = 0
    for number, line in enumerate([*text.splitlines(), "# %%"], start=1):
        marker = line.strip()
        if line.startswith("# %%") and not _CELL.fullmatch(line):
            raise SourceError(f'{name}, line {number}: write key="text" behind # %%, without quotes in the text')
        if line == BEGIN:
            raise SourceError(f"{name}, line {number}: {BEGIN} has to stand inside a function; else no stub runs")
        if (marker == BEGIN or line.startswith("# %%")) and opened:
            raise SourceError(f"{name}, line {opened}: {BEGIN} has no {END} in its cell")
        if marker == END and not opened:
            raise SourceError(f"{name}, line {number}: {END} has no {BEGIN} in its cell")
        opened = number if marker == BEGIN else 0 if marker == END else opened


def _without_solution(source: str) -> str:
    region = re.compile(rf"^( *){re.escape(BEGIN)}\n.*?^ *{re.escape(END)}$", re.MULTILINE | re.DOTALL)
    return region.sub(rf"\1{STUB}", source)


def _tags(cell: NotebookNode) -> list[str]:
    return list(cell.metadata.get("tags", []))


def _notebook(cells: list[NotebookNode], name: str) -> NotebookNode:
    for cell, number in zip(cells, _ids(cells, name), strict=True):
        metadata: dict[str, Any] = {"slideshow": {"slide_type": _slide(cell)}}
        if tags := [tag for tag in _tags(cell) if tag != "notes"]:
            metadata["tags"] = tags
        if graded := _graded(cell):
            metadata["nbgrader"] = graded
        if "notes" in _tags(cell):
            cell.source = f"<details><summary>For the instructor</summary>\n\n{cell.source}\n\n</details>"
        cell.metadata = nbformat.from_dict(metadata)  # type: ignore[no-untyped-call]
        cell.id = number
    made: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": KERNELSPEC})  # type: ignore[no-untyped-call]
    made.nbformat_minor = 5
    return made


def _graded(cell: NotebookNode) -> dict[str, Any]:
    """What nbgrader has to know of a cell; nothing for most."""
    if id := cell.metadata.get("exercise"):
        return {**NBGRADER, "grade_id": id.replace(".", "-"), "solution": True}
    if id := cell.metadata.get("checks"):
        about = {"grade_id": f"check-{id.replace('.', '-')}", "points": cell.metadata["points"]}
        return {**NBGRADER, **about, "grade": True, "locked": True}
    return {}


def _slide(cell: NotebookNode) -> str:
    """Which kind of slide a cell begins: a heading a new one, all others go on with the one before."""
    if "notes" in _tags(cell):
        return "notes"
    headings = _HEADING.findall(_FENCED.sub("", cell.source)) if cell.cell_type == "markdown" else []
    if not headings:
        return "-"
    return "slide" if min(map(len, headings)) <= 2 else "subslide"


def _ids(cells: list[NotebookNode], name: str) -> Iterator[str]:
    """Ids that stay the same while a cell's text does, wherever the cell moves."""
    seen: Counter[str] = Counter()
    for cell in cells:
        text = f"{name} {cell.cell_type} {cell.source}"
        seen[text] += 1
        yield hashlib.sha256(f"{text} {seen[text]}".encode()).hexdigest()[:12]
