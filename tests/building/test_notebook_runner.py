"""execute() gives a notebook the outputs it always has."""

from pathlib import Path

import nbformat
import pytest

from wirelab.building.notebook_runner import execute
from wirelab.errors import KernelFailed


def notebook(*cells: str, tags: tuple[str, ...] = ()) -> nbformat.NotebookNode:
    made = [nbformat.v4.new_code_cell(cell, metadata={"tags": list(tags)}) for cell in cells]
    return nbformat.v4.new_notebook(cells=made)


def test_execute_stores_outputs_and_counts(tmp_path: Path) -> None:
    done = execute(notebook("print('a')\nprint('b')", "6 * 7"), cwd=tmp_path)
    assert [cell.execution_count for cell in done.cells] == [1, 2]
    assert (done.cells[0].outputs[0].text, done.cells[1].outputs[0].data["text/plain"]) == ("a\nb\n", "42")


def test_execute_shows_the_port_that_was_asked_for(tmp_path: Path) -> None:
    cell = "from flask import Flask\nfrom wirelab import launch\nlaunch(Flask('shows'))"
    [output] = execute(notebook(cell), cwd=tmp_path).cells[0].outputs
    assert output.data["text/plain"] == "shows is running at http://127.0.0.1:8003"


def test_execute_fails_where_a_cell_does(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed, match="(?s)code cell 2 failed:.*ZeroDivisionError"):
        execute(notebook("1", "1 / 0", "2"), cwd=tmp_path)


def test_a_cell_that_is_to_fail_shows_its_error_without_paths(tmp_path: Path) -> None:
    done = execute(notebook("1 / 0", tags=("raises-exception",)), cwd=tmp_path)
    assert done.cells[0].outputs[0].traceback == ["\x1b[31mZeroDivisionError\x1b[0m: division by zero"]


def test_a_cell_that_is_to_fail_and_does_not_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed, match="was to fail and did not"):
        execute(notebook("1", tags=("raises-exception",)), cwd=tmp_path)
