"""Every notebook runs with all its cells queued at once, as Run All does, and again in the same kernel."""

from pathlib import Path

import nbformat
import pytest

from wirelab.kernel import Kernel, is_to_fail

FOLDERS = ("notebooks", "exercises", "solutions")
COURSE = Path(__file__).parents[2]
NOTEBOOKS = sorted(path for path in COURSE.glob("*/*.ipynb") if path.parent.name in FOLDERS)
LISTENING = "[c.laddr.port for c in __import__('psutil').Process().net_connections('tcp') if c.status == 'LISTEN']"
CHILDREN = "[child.cmdline() for child in __import__('psutil').Process().children(recursive=True)]"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_run_all_twice_and_nothing_is_left(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    expected = ["error" if is_to_fail(cell) else "ok" for cell in notebook.cells if cell.cell_type == "code"]
    with Kernel(path.parent) as kernel:
        before = kernel.evaluate(LISTENING)  # the debugger's port
        for _ in range(2):
            assert [reply.status for reply in kernel.run_all(notebook)] == expected
        assert kernel.evaluate(LISTENING) == before
        assert kernel.evaluate(CHILDREN) == "[]"
