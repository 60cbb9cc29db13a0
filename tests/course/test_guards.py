"""What nbval lets pass, and what catches it here."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from wirelab import cli
from wirelab.errors import KernelFailed
from wirelab.kernel import Kernel, amiss, execute


def notebook(*codes: str, tags: list[str] | None = None) -> NotebookNode:
    cells = [nbformat.v4.new_code_cell(code, metadata={"tags": tags or []}) for code in codes]
    return nbformat.v4.new_notebook(cells=cells)


def test_a_cell_that_fails_without_an_output_is_seen(tmp_path: Path) -> None:
    silent = notebook("%notmagic\nx = 0\nraise TypeError")
    with Kernel(tmp_path) as kernel:
        [(source, _)] = amiss(silent, kernel.run_all(silent))
    assert source == silent.cells[0].source


def test_a_cell_that_was_to_fail_and_did_not_is_seen(tmp_path: Path) -> None:
    tame = notebook("1 + 1", tags=["raises-exception"])
    with Kernel(tmp_path) as kernel:
        assert amiss(tame, kernel.run_all(tame))
    with pytest.raises(KernelFailed, match="was to fail and did not"):
        execute(tame, cwd=tmp_path)


def test_a_kernel_that_dies_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(KernelFailed, match="the kernel died"):
        execute(notebook("import os; os._exit(3)"), cwd=tmp_path)


def test_a_notebook_goes_to_one_worker_and_its_cells_have_little_time(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr("subprocess.call", lambda command, **_: ran.append(command) or 0)
    cli.test(type("Words", (), {"rest": []})())  # type: ignore[arg-type]
    assert {"--dist", "loadfile", f"--nbval-cell-timeout={cli.CELL_TIMEOUT}"} <= set(ran[0])
    assert cli.CELL_TIMEOUT <= 30
