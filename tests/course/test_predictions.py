"""In a lesson that learners open, no answer stands under its question, and no word is for the instructor."""

import re
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from wirelab.building.kept_outputs import asks_to_predict, kept

LESSONS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))
QUESTION = re.compile(r"Predict,\s+then\s+run")
ANSWER = "<details><summary>Answer</summary>"

pytestmark = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path: Path) -> list[NotebookNode]:
    return list(nbformat.read(path, as_version=4).cells)


def to_predict(path: Path) -> list[list[NotebookNode]]:
    """For each question, the code cells between it and its answer."""
    found, there = [], cells(path)
    for number, cell in enumerate(there):
        if cell.cell_type == "markdown" and QUESTION.search(cell.source):
            end = next(n for n in range(number + 1, len(there)) if ANSWER in there[n].source)
            found.append([cell for cell in there[number:end] if cell.cell_type == "code"])
    return found


def test_every_question_has_a_cell_whose_result_it_asks_for(path: Path) -> None:
    assert len(to_predict(path)) >= 2
    for asked in to_predict(path):
        assert asked
        assert all(map(asks_to_predict, asked)), asked[0].source


def test_no_answer_stands_under_its_question(path: Path) -> None:
    for cell in [*sum(to_predict(path), []), *filter(asks_to_predict, cells(path))]:
        assert (cell.outputs, cell.execution_count) == ([], None), cell.source


def test_every_answer_is_kept(path: Path) -> None:
    assert set(kept(path)) == {cell.id for cell in filter(asks_to_predict, cells(path))}
    assert any(kept(path).values())


def test_no_word_is_meant_for_the_instructor(path: Path) -> None:
    assert not [cell for cell in cells(path) if "instructor" in cell.source or "notes" in str(cell.metadata)]
