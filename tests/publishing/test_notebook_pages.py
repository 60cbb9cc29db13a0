"""A notebook becomes a page of the book."""

from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from wirelab.building.builder import Product
from wirelab.building.notebook_source import exercise, lecture, solution
from wirelab.publishing.notebook_pages import HIDE_OUTPUT, page, without_servers
from wirelab.publishing.page_links import Shelf

LESSON = """# %% [markdown]
# # A lesson
#
# See [the words](../docs/glossary.md).

# %% tags=["predict"]
1 + 1

# %%
2 + 2
"""
EXERCISE = """# %% [markdown]
# # Exercise 12: a station

# %% exercise="12.1"
def answer():
    ### BEGIN SOLUTION
    return 17.5
    ### END SOLUTION

# %% checks="12.1" points=2
check("12.1", answer)
"""
SHELF = Shelf({"docs/glossary.md": "docs/glossary.md"}, lambda path: "")
BINDER = "https://binder.example/v2"


def made(course: Path, folder: str, *, binder: str = "") -> NotebookNode:
    """The page of a notebook that stands in a course of its own."""
    source = course / "12-station.py"
    source.write_text(LESSON if folder == "notebooks" else EXERCISE, encoding="utf-8")
    make = {"notebooks": lecture, "exercises": exercise, "solutions": solution}[folder]
    product = Product(source, course / folder / "12-station.ipynb", make, folder != "exercises")
    return page(product, f"{folder}/12-station.ipynb", SHELF, course=course, binder=binder)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A course with a lesson that was run, the outputs of its prediction apart."""
    notebook = lecture(LESSON, "12-station")
    predicted, shown = [cell for cell in notebook.cells if cell.cell_type == "code"]
    html = {"text/html": "<b>4</b>", "application/vnd.wirelab.check+json": {}}
    shown.outputs = [nbformat.v4.new_output("display_data", html)]
    apart = f'{{"{predicted.id}": [{{"output_type": "stream", "name": "stdout", "text": "2"}}]}}'
    for folder, name, text in [
        ("notebooks", "12-station.ipynb", nbformat.writes(notebook)),
        ("sources/outputs/notebooks", "12-station.json", apart),
    ]:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_what_a_cell_shows_that_asks_to_predict_is_folded(stored: Path) -> None:
    predicted = made(stored, "notebooks").cells[1]
    assert predicted.outputs[0].text == "2"
    assert HIDE_OUTPUT in predicted.metadata.tags


def test_what_other_cells_show_is_not_folded_and_has_nothing_for_programs(stored: Path) -> None:
    shown = made(stored, "notebooks").cells[2]
    assert shown.outputs[0].data == {"text/html": "<b>4</b>"}
    assert HIDE_OUTPUT not in shown.metadata.get("tags", [])


def test_a_cell_that_a_learner_has_changed_is_shown_as_in_the_source(stored: Path) -> None:
    path = stored / "notebooks" / "12-station.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("2 + 2", "my own"), encoding="utf-8")
    shown = made(stored, "notebooks").cells[2]
    assert (shown.source, shown.outputs) == ("2 + 2", [])


def test_a_page_without_binder_leads_to_how_to_install(tmp_path: Path) -> None:
    assert made(tmp_path, "notebooks").cells[0].source.splitlines()[2] == (
        '<p class="beside"><a href="../start.html">Run it on your computer</a></p>'
    )


def test_a_page_with_binder_opens_its_own_notebook(tmp_path: Path) -> None:
    title = made(tmp_path, "notebooks", binder=BINDER).cells[0].source
    assert f'href="{BINDER}?urlpath=lab/tree/notebooks/12-station.ipynb"' in title


def test_an_exercise_has_a_stub_and_leads_to_its_solution_at_its_end(tmp_path: Path) -> None:
    shown = made(tmp_path, "exercises")
    assert "17.5" not in nbformat.writes(shown)
    assert "../solutions/12-station.html" in shown.cells[-1].source
    assert "../solutions/12-station.html" not in "".join(cell.source for cell in shown.cells[:-1])


def test_a_solution_is_called_one_has_no_markers_and_is_not_searched(tmp_path: Path) -> None:
    shown = made(tmp_path, "solutions")
    assert shown.cells[0].source.startswith("# Solution 12: a station\n")
    assert shown.cells[1].source == "def answer():\n    return 17.5"
    assert shown.metadata["nosearch"]


def test_a_frame_becomes_a_sentence_and_a_link_to_a_server_goes() -> None:
    html = (
        '<b>http://127.0.0.1:8001/live</b> · <a href="http://127.0.0.1:8001/live">open it</a>'
        '<iframe src="http://127.0.0.1:8001/live" title="The page"></iframe>'
    )
    said = without_servers(html, SHELF)
    assert "<a" not in said and "<iframe" not in said
    assert "as long as its server runs" in said


def test_a_link_to_a_notebook_leads_to_its_page() -> None:
    link = '<a href="../notebooks/13-pages.ipynb" target="_blank">13</a>'
    known = Shelf({"notebooks/13-pages.ipynb": "notebooks/13-pages.ipynb"}, lambda path: "")
    assert without_servers(link, known) == '<a href="../notebooks/13-pages.html">13</a>'
    assert without_servers(link, SHELF) == "13"
