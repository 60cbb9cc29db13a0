"""Read a notebook that somebody handed in, whatever it is, and say what is wrong with it."""

import json
from dataclasses import dataclass
from typing import Any

MAX_NOTEBOOK = 20 * 2**20  # bytes of a notebook that is read
MAX_CELLS = 2000
TOO_LARGE = "it has more than {} MB: clear its outputs (Edit → Clear Outputs of All Cells), and hand it in again"
NOT_JSON = "it is no notebook: it cannot be read as JSON ({})"
NO_CELLS = "it is no notebook: it has no list of cells"


class Unreadable(Exception):
    """A file is no notebook. The message says why."""


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook: its source, its kind, and the names by which the course knows it."""

    source: str
    kind: str = "code"
    key: str = ""  # nbgrader's grade_id, else the cell's id
    is_check: bool = False


def read_cells(data: bytes) -> list[Cell]:
    """The cells of a notebook, in order. Raises Unreadable."""
    if len(data) > MAX_NOTEBOOK:
        raise Unreadable(TOO_LARGE.format(MAX_NOTEBOOK // 2**20))
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unreadable(NOT_JSON.format(type(error).__name__)) from None
    cells = document.get("cells") if isinstance(document, dict) else None
    if not isinstance(cells, list) or len(cells) > MAX_CELLS:
        raise Unreadable(NO_CELLS)
    return [_cell(cell) for cell in cells if isinstance(cell, dict)]


def _cell(cell: dict[str, Any]) -> Cell:
    metadata = _dictionary(cell.get("metadata"))
    nbgrader = _dictionary(metadata.get("nbgrader"))
    key = str(nbgrader.get("grade_id") or cell.get("id") or "")
    return Cell(_text(cell.get("source")), str(cell.get("cell_type")), key, nbgrader.get("grade") is True)


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(source: Any) -> str:
    """A source is a string, or a list of lines."""
    lines = source if isinstance(source, list) else [source]
    return "".join(line for line in lines if isinstance(line, str))
