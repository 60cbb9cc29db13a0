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
def test_run_all_twice_and_nothing_is_left(path: Path, tmp_path: Path) -> None:
    """In a folder of its own: a lesson writes files beside itself, and a browser may run it at the same time."""
    notebook = nbformat.read(path, as_version=4)
    for name in ("servers", "exercises", "docs"):  # what lessons read, from where they stand
        (tmp_path / name).symlink_to(COURSE / name)
    folder = tmp_path / path.parent.name
    folder.mkdir()
    with Kernel(folder) as kernel:
        before = kernel.evaluate(LISTENING)  # the debugger's port
        assert failed_cells(notebook, kernel.run_all(notebook)) == []
        assert failed_cells(notebook, kernel.run_all(notebook)) == []
        assert kernel.evaluate(LISTENING) == before
        assert kernel.evaluate(CHILDREN) == "[]"
