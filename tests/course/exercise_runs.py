"""Run the exercises of a notebook, with the solution, a right answer or a wrong one in their places."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode

from wirelab.building.answers import right_answers, wrong_answers
from wirelab.building.kernel_client import Kernel
from wirelab.checking import MIME

SOURCES = sorted((Path(__file__).parents[2] / "sources" / "exercises").glob("*.py"))
WRONG = {path: wrong_answers(path.read_text(encoding="utf-8"), path.stem) for path in SOURCES}
RIGHT = {path: right_answers(path.read_text(encoding="utf-8"), path.stem) for path in SOURCES}


@pytest.fixture(scope="module")
def kernel(course: Path) -> Iterator[Kernel]:
    with Kernel(course / "exercises") as running:
        yield running


def shown(kernel: Kernel, notebook: NotebookNode) -> list[dict[str, Any]]:
    """What each check of the notebook shows, by MIME type, run from a clean start and without earlier attempts."""
    kernel.run("%reset -f")
    kernel.run("from wirelab.checking.runner import hints; hints.reset()")
    replies = kernel.run_all(notebook)
    assert [reply.text for reply in replies if reply.status != "ok"] == []
    return [output.data for reply in replies for output in reply.outputs if MIME in output.get("data", {})]


def results(kernel: Kernel, notebook: NotebookNode) -> list[dict[str, Any]]:
    """What each check of the notebook found."""
    return [data[MIME] for data in shown(kernel, notebook)]


def text(path: Path) -> tuple[str, str]:
    return path.read_text(encoding="utf-8"), path.stem
