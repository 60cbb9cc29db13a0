"""Turn one source text into a lecture, an exercise or a solution.

A source is a notebook as text, in jupytext's percent format. What the kit adds:

- `### BEGIN SOLUTION` and `### END SOLUTION` (nbgrader's markers) around the lines a learner writes;
- `# %% exercise="12.1"` at the cell that holds them, `# %% checks="12.1" points=2` at the one that
  checks them;
- `# %% wrong="12.1" caught_by="answers 200 OK" says="..."` at a typical wrong answer, and
  `# %% right="12.1" style="a dictionary of pages"` at a right one in another style. No notebook shows them and
  the tests run them; `answers` puts them in the solution's place;
- the tag `solution` at a cell that only the solution shows;
- the tag `notes` at a cell for the instructor, and `breaks="the header comes too late"` at a code cell in which
  something fails on purpose: no notebook shows them, and `teaching_notes` does;
- the tag `predict` at a cell whose result a learner has to predict: the notebook has no output there;
- `# %% [markdown] minutes=4` at a cell with a heading of a section: the notebook says so under the heading.

Exercise and solution carry nbgrader's cell metadata (its schema 3), so that `solutions/` can be a source
for nbgrader as well.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode

from wirelab.errors import SourceError

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
STUB = 'raise NotImplementedError("your code here")'
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
LANGUAGE_INFO = {  # as the course's kernels tell it: so JupyterLab has nothing to add when it opens a notebook
    "codemirror_mode": {"name": "ipython", "version": 3},
    "file_extension": ".py",
    "mimetype": "text/x-python",
    "name": "python",
    "nbconvert_exporter": "python",
    "pygments_lexer": "ipython3",
    "version": "3",
}
_CELL = re.compile(r'# %%( \[markdown\])?( \w+=("[^"]*"|\[[^\]]*\]|\d+))*')
_MAGIC_LINE = re.compile(r"# %%\w+( [\w./]+)*")  # of a cell, as in %%writefile my_server.py
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SECTION = re.compile(r"^## (.+)$", re.MULTILINE)  # the heading of one
CARD = 'from wirelab import summary\n\nsummary("{}")'
NBGRADER_METADATA = {"grade": False, "locked": False, "schema_version": 3, "solution": False, "task": False}


def lecture(text: str, name: str) -> NotebookNode:
    """The lesson's notebook, without outputs. `name` is the source's, for errors and for cell ids."""
    return make_notebook(shown_cells(text, name), name)


def exercise(text: str, name: str) -> NotebookNode:
    """What the learner opens: stubs where the solution has its code."""
    cells = [cell for cell in shown_cells(text, name) if "solution" not in _tags(cell)]
    for cell in cells:
        cell.source = _without_solution(cell.source)
    return make_notebook(with_card(cells, name), name)


def solution(text: str, name: str) -> NotebookNode:
    """The same with the code and its reasoning, markers included."""
    return make_notebook(with_card(shown_cells(text, name), name), name)


def with_card(cells: list[NotebookNode], name: str) -> list[NotebookNode]:
    """The cells of an exercise or a solution, and one that shows what has passed, before servers are stopped."""
    if not any("checks" in cell.metadata for cell in cells):
        return cells
    card = nbformat.v4.new_code_cell(CARD.format(name.partition("-")[0]), metadata={"card": 1})  # type: ignore[no-untyped-call]
    end = len(cells) - (cells[-1].source == "stop_all()")
    return [*cells[:end], card, *cells[end:]]


def read_source(text: str, name: str) -> NotebookNode:
    """All cells of a source, with their words as metadata. Raises SourceError at what cannot be read."""
    _check_markers(text, name)
    return deepcopy(_parsed(text))


@lru_cache(maxsize=64)
def _parsed(text: str) -> NotebookNode:
    """What jupytext reads, once: it takes a third of a second, and each answer of an exercise asks again."""
    parsed: NotebookNode = jupytext.reads(text, fmt="py:percent")
    return parsed


def shown_cells(text: str, name: str) -> list[NotebookNode]:
    """The cells that stand in a notebook: all but the answers for the tests and the notes for the instructor."""
    return [cell for cell in read_source(text, name).cells if not is_note(cell) and not is_answer(cell)]


def is_note(cell: NotebookNode) -> bool:
    """Whether a cell of a source is for the instructor."""
    return "notes" in _tags(cell)


def is_answer(cell: NotebookNode) -> bool:
    """Whether a cell of a source is a wrong or another right answer, for the tests."""
    return bool({"wrong", "right"} & set(cell.metadata))


def _check_markers(text: str, name: str) -> None:
    """Raise SourceError at the first marker without its counterpart, or with words that cannot be read."""
    opened = 0
    for number, line in enumerate([*text.splitlines(), "# %%"], start=1):
        marker = line.strip()
        if line.startswith("# %%") and not (_CELL.fullmatch(line) or _MAGIC_LINE.fullmatch(line)):
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


def make_notebook(cells: list[NotebookNode], name: str) -> NotebookNode:
    """The cells as a notebook, with the metadata that Jupyter and nbgrader read, and with lasting ids."""
    for cell, number in zip(cells, _ids(cells, name), strict=True):
        metadata: dict[str, Any] = {}
        if slide := _slide(cell):
            metadata["slideshow"] = {"slide_type": slide}
        if tags := _tags(cell):
            metadata["tags"] = tags
        if graded := _graded(cell):
            metadata["nbgrader"] = graded
        if minutes := cell.metadata.get("minutes"):
            cell.source = _with_minutes(cell.source, minutes, name)
        cell.metadata = nbformat.from_dict(metadata)  # type: ignore[no-untyped-call]
        cell.id = number
    about = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE_INFO}
    made: NotebookNode = nbformat.v4.new_notebook(cells=cells, metadata=about)  # type: ignore[no-untyped-call]
    made.nbformat_minor = 5
    return made


def _with_minutes(text: str, minutes: int, name: str) -> str:
    """The text with its section's minutes under the heading. Raises SourceError if it has none, or several."""
    match SECTION.findall(_FENCED.sub("", text)):
        case [_]:
            unit = "minute" if minutes == 1 else "minutes"
            return SECTION.sub(lambda found: f"{found[0]}\n\n*{minutes} {unit}*", text, count=1)
        case headings:
            few = f"minutes={minutes} has to stand at a cell with one heading ##, and this one has {len(headings)}"
            raise SourceError(f"{name}: {few}")


def _graded(cell: NotebookNode) -> dict[str, Any]:
    """What nbgrader has to know of a cell; nothing for most."""
    if id := cell.metadata.get("exercise"):
        return {**NBGRADER_METADATA, "grade_id": id.replace(".", "-"), "solution": True}
    if id := cell.metadata.get("checks"):
        about = {"grade_id": f"check-{id.replace('.', '-')}", "points": cell.metadata["points"]}
        return {**NBGRADER_METADATA, **about, "grade": True, "locked": True}
    if "card" in cell.metadata:
        return {**NBGRADER_METADATA, "grade_id": "card", "locked": True}
    return {}


def _slide(cell: NotebookNode) -> str:
    """Which kind of slide a cell begins with its heading; none where it goes on with the one before.

    There the key is left out. "-" would say the same, but jupyterlab-slideshow and jupyterlab-deck hide the cell.
    """
    headings = _HEADING.findall(_FENCED.sub("", cell.source)) if cell.cell_type == "markdown" else []
    if not headings:
        return ""
    return "slide" if min(map(len, headings)) <= 2 else "subslide"


def _ids(cells: list[NotebookNode], name: str) -> Iterator[str]:
    """Ids that stay the same while a cell's text does, wherever the cell moves."""
    seen: Counter[str] = Counter()
    for cell in cells:
        text = f"{name} {cell.cell_type} {cell.source}"
        seen[text] += 1
        yield hashlib.sha256(f"{text} {seen[text]}".encode()).hexdigest()[:12]
