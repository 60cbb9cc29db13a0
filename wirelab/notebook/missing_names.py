"""Find the cell of a notebook that makes a name."""

import ast
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
MISSING_NAME_ADVICE = "{name} is made by another cell. Run that one first; it begins with\n    {line}"
RUN_ALL_ABOVE_ADVICE = "To run all that comes before this cell, choose Run → Run All Above Selected Cell."


def advice(name: str, cells: Sequence[str], current: str) -> str:
    """Which of a notebook's code cells to run, if one of them makes the name that `current` lacks; or nothing.

    The nearest one above is meant, as in a notebook that is read from top to bottom; else the first below.
    """
    bare = [cell.strip() for cell in cells]
    place = bare.index(current.strip()) if current.strip() in bare else len(bare)
    above = [cell for cell in bare[:place] if name in names_made(cell)]
    below = [cell for cell in bare[place + 1 :] if name in names_made(cell)]
    if not above and not below:
        return ""
    line = (above[-1] if above else below[0]).splitlines()[0]
    said = MISSING_NAME_ADVICE.format(name=name, line=line)
    return f"{said}\n{RUN_ALL_ABOVE_ADVICE}" if above else said


def names_made(cell: str) -> set[str]:
    """The names that a cell gives a value. None for a cell that is not plain Python, as with %magic."""
    try:
        return set(_made(ast.parse(cell)))
    except (SyntaxError, ValueError):
        return set()


def _made(node: ast.AST) -> Iterator[str]:
    """The names made by a node, not those that are local to a function or a class within it."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.split(".")[0]
    elif isinstance(node, _SCOPES):
        yield getattr(node, "name", "")
        return
    for child in ast.iter_child_nodes(node):
        yield from _made(child)


def code_cells(notebook: Path) -> list[str]:
    """The sources of a notebook's code cells, as they were last saved; none where it cannot be read."""
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, KeyError, TypeError):
        return []
