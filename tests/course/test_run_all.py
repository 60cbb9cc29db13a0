"""Lessons and solutions run with all cells queued at once, as Run All does, and again in the same kernel."""

from pathlib import Path

import nbformat
import pytest

from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_runner import failed_cells

COURSE = Path(__file__).parents[2]
NOTEBOOKS = [path for folder in ("notebooks", "solutions") for path in sorted((COURSE / folder).glob("*.ipynb"))]
LISTENING = "[c.laddr.port for c in __import__('psutil').Process().net_connections('tcp') if c.status == 'LISTEN']"
pytestmark = pytest.mark.proof  # each notebook two times more than nbval runs it
CHILDREN = "[child.cmdline() for child in __import__('psutil').Process().children(recursive=True)]"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_run_all_twice_and_nothing_is_left(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    with Kernel(path.parent) as kernel:
        before = kernel.evaluate(LISTENING)  # the debugger's port
        assert failed_cells(notebook, kernel.run_all(notebook)) == []
        assert failed_cells(notebook, kernel.run_all(notebook)) == []
        assert kernel.evaluate(LISTENING) == before
        assert kernel.evaluate(CHILDREN) == "[]"
