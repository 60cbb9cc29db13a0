"""What nbval lets pass, and what catches it here."""

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_runner import execute, failed_cells
from wirelab.errors import KernelFailed


def notebook(*codes: str, tags: list[str] | None = None) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(code, metadata={"tags": tags or []}) for code in codes]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_cell_that_fails_without_an_output_is_seen(tmp_path: Path) -> None:
    silent = notebook("%notmagic\nx = 0\nraise TypeError")
    with Kernel(tmp_path) as kernel:
        [(source, _)] = failed_cells(silent, kernel.run_all(silent))
    assert source == silent.cells[0].source


def test_a_cell_that_was_to_fail_and_did_not_is_seen(tmp_path: Path) -> None:
    tame = notebook("1 + 1", tags=["raises-exception"])
    with Kernel(tmp_path) as kernel:
        assert failed_cells(tame, kernel.run_all(tame))
    with pytest.raises(KernelFailed, match="was to fail and did not"):
        execute(tame, cwd=tmp_path)


def test_a_kernel_that_dies_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed, match="the kernel died"):
        execute(notebook("import os; os._exit(3)"), cwd=tmp_path)


def test_nbval_needs_no_further_words(course: Path) -> None:
    notebooks = [f"{folder}/12-web-server.ipynb" for folder in ("notebooks", "exercises", "solutions")]
    command = [sys.executable, "-m", "pytest", "--nbval", *notebooks]
    ran = subprocess.run(command, cwd=course, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout


def test_a_cell_that_hangs_is_given_up_soon(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.option.nbval_cell_timeout <= 30 or not pytestconfig.option.nbval
