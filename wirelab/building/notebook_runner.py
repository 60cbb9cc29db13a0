"""Run a whole notebook, and keep what its cells show."""

import ast
import contextlib
from collections.abc import Sequence
from pathlib import Path

import nbformat
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode

from wirelab.building.kernel_client import CellResult, Kernel, is_to_fail
from wirelab.building.stored_outputs import joined, settled
from wirelab.errors import KernelFailed

# Of a kernel whose cells have not imported the kit there is none.
_SHOWN_PORTS = (
    "(lambda module: module.registry.shown_ports if module else {})"
    "(__import__('sys').modules.get('wirelab.launching.registry'))"
)


def failed_cells(notebook: NotebookNode, results: Sequence[CellResult]) -> list[tuple[str, str]]:
    """The cells that did not end as they are to, and what they said; none if all is well.

    The kernel's reply decides, not the outputs: a cell may fail without showing an error, and one that
    is to fail may not.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        (cell.source, result.text)
        for cell, result in zip(cells, results, strict=True)
        if result.status != ("error" if is_to_fail(cell) else "ok")
    ]


def execute(notebook: NotebookNode, *, cwd: Path) -> NotebookNode:
    """A copy of the notebook with the outputs that its cells have in a fresh kernel.

    Servers take any free ports while it runs; in the outputs stand the ports they would have had if
    nothing else ran, so that the same source always gives the same notebook. A cell tagged
    `raises-exception` has to fail, all others must not: else KernelFailed.
    """
    done: NotebookNode = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    cells = [cell for cell in done.cells if cell.cell_type == "code"]
    # What jupyter_client awaits runs in a loop that it makes for the thread, and leaves open.
    with contextlib.closing(ensure_event_loop()), Kernel(cwd) as kernel:
        results = []
        for number, cell in enumerate(cells, start=1):
            results.append(kernel.run(cell.source))
            if (results[-1].status != "ok") != is_to_fail(cell):
                what = "was to fail and did not" if is_to_fail(cell) else "failed"
                raise KernelFailed(f"code cell {number} {what}:\n{cell.source}\n{results[-1].text}")
        moved = ast.literal_eval(kernel.evaluate(_SHOWN_PORTS))
    for number, (cell, result) in enumerate(zip(cells, results, strict=True), start=1):
        cell.execution_count = number
        cell.outputs = [settled(output, number, moved) for output in joined(result.outputs)]
    return done
