"""Every notebook runs with all its cells queued at once, as Run All does, and again in the same kernel."""

from contextlib import ExitStack
from pathlib import Path

import nbformat
import pytest

from wirelab.build import KEPT
from wirelab.kernel import Kernel, amiss

FOLDERS = ("notebooks", "exercises", "solutions")
COURSE = Path(__file__).parents[2]
FOUND = [path for folder in FOLDERS for path in sorted((COURSE / folder).glob("*.ipynb"))]
NOTEBOOKS = [path for path in FOUND if KEPT not in path.name]
LISTENING = "[c.laddr.port for c in __import__('psutil').Process().net_connections('tcp') if c.status == 'LISTEN']"
pytestmark = pytest.mark.proof  # each notebook two times more than nbval runs it
CHILDREN = "[child.cmdline() for child in __import__('psutil').Process().children(recursive=True)]"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_run_all_twice_and_nothing_is_left(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    with Kernel(path.parent) as kernel:
        before = kernel.evaluate(LISTENING)  # the debugger's port
        assert amiss(notebook, kernel.run_all(notebook)) == []
        assert amiss(notebook, kernel.run_all(notebook)) == []
        assert kernel.evaluate(LISTENING) == before
        assert kernel.evaluate(CHILDREN) == "[]"


@pytest.mark.parametrize("stem", ["12-web-server", "22-rest-server", "33-websocket-server"])
def test_a_lesson_runs_in_three_kernels_at_once_on_the_real_ports(stem: str) -> None:
    path = COURSE / "notebooks" / f"{stem}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    with ExitStack() as stack:
        kernels = [stack.enter_context(Kernel(path.parent, env={})) for _ in range(3)]
        queued = [kernel.queue(notebook) for kernel in kernels]
        for kernel, requests in zip(kernels, queued, strict=True):
            assert amiss(notebook, kernel.replies(requests)) == []
