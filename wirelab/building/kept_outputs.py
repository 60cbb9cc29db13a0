"""Keep the outputs of cells that ask to predict out of the notebook, and find them again.

A learner who reads the question must not see the answer under it. So the notebook has no output there, and
`sources/outputs/` has it instead, by the id of its cell; nbval and the tests compare it as strictly as any other.
"""

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from wirelab.atomic_write import write

PREDICT = "predict"  # the tag of a cell whose result a learner has to predict, and of one that would give it away


def asks_to_predict(cell: NotebookNode) -> bool:
    """Whether the notebook must not show the cell's output."""
    return PREDICT in cell.metadata.get("tags", [])


def place(notebook: Path) -> Path:
    """Where the outputs are kept that a notebook does not show."""
    return notebook.parents[1] / "sources" / "outputs" / notebook.parent.name / f"{notebook.stem}.json"


def keep_apart(notebook: NotebookNode, path: Path) -> None:
    """Move what must not be shown from the notebook, which `path` is to hold, to its place. Raises NotWritten."""
    kept = {}
    for cell in filter(asks_to_predict, notebook.cells):
        kept[cell.id] = cell.outputs
        cell.outputs, cell.execution_count = [], None
    if kept:
        place(path).parent.mkdir(parents=True, exist_ok=True)
        write(place(path), json.dumps(kept, ensure_ascii=False, indent=1) + "\n")
    else:
        place(path).unlink(missing_ok=True)


def kept(path: Path) -> dict[str, list[Any]]:
    """The outputs that the notebook at `path` does not show, by the id of their cell; none where none are kept."""
    if not place(path).exists():
        return {}
    found: dict[str, list[Any]] = nbformat.from_dict(json.loads(place(path).read_text(encoding="utf-8")))  # type: ignore[no-untyped-call]
    return found


def put_back(cell: NotebookNode, path: Path, number: int) -> None:
    """Give a code cell of the notebook at `path`, its `number`th, what is kept apart; leave all others alone.

    It gets a count even where nothing is kept: nbval compares no cell without one.
    """
    if asks_to_predict(cell):
        cell.outputs, cell.execution_count = kept(path).get(cell.id, []), number


def read_whole(path: Path) -> NotebookNode:
    """The notebook at `path` with all of its outputs, those too that it does not show."""
    notebook: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    codes = (cell for cell in notebook.cells if cell.cell_type == "code")
    for number, cell in enumerate(codes, start=1):
        put_back(cell, path, number)
    return notebook
