"""A kernel runs cells as JupyterLab does."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from wirelab.building.kernel_client import Kernel
from wirelab.errors import KernelFailed


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    with Kernel(tmp_path_factory.mktemp("folder")) as running:
        yield running


def notebook(*cells: str, tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    made = [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells]
    return nbformat.v4.new_notebook(cells=made)


def test_a_cell_has_its_status_and_its_outputs(kernel: Kernel) -> None:
    reply = kernel.run("print('printed')\n6 * 7")
    assert (reply.status, reply.text) == ("ok", "printed\n42\n")


def test_an_error_is_a_status(kernel: Kernel) -> None:
    reply = kernel.run("1 / 0")
    assert (reply.status, reply.text) == ("error", "ZeroDivisionError: division by zero\n")


def test_queued_cells_keep_their_order_and_their_outputs(kernel: Kernel) -> None:
    replies = kernel.run_all(notebook("x = 1", "x + 1", "print(x)"))
    assert [reply.text for reply in replies] == ["", "2\n", "1\n"]


def test_after_an_error_the_queued_cells_are_not_run(kernel: Kernel) -> None:
    fails_late = "import time; time.sleep(0.5); 1 / 0"  # when the other one is in the queue
    replies = kernel.run_all(notebook(fails_late, "1"))
    assert [reply.status for reply in replies] == ["error", "aborted"]


def test_an_error_on_purpose_does_not_hold_up_the_queue(kernel: Kernel) -> None:
    replies = kernel.run_all(notebook("1 / 0", "2 / 0", tags=("raises-exception",)))
    assert [reply.status for reply in replies] == ["error", "error"]


def test_a_kernel_that_dies_is_an_error_at_once(tmp_path: Path) -> None:
    with Kernel(tmp_path) as kernel, pytest.raises(KernelFailed, match="the kernel died"):
        kernel.run("import os; os._exit(3)")


def test_a_cell_that_never_ends_is_an_error(tmp_path: Path) -> None:
    with Kernel(tmp_path) as kernel, pytest.raises(KernelFailed, match="1 cells have no answer after 0.5 s"):
        kernel.run("import time; time.sleep(60)", timeout=0.5)
