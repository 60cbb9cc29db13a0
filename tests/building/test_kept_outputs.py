"""What a learner has to predict stands beside the sources, not in the notebook."""

import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from wirelab.building.builder import build, stale
from wirelab.building.kept_outputs import kept, place, read_whole

LESSON = """# %%
"seen"

# %% tags=["predict"]
print("hidden")

# %%
"seen too"
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, course: Path) -> Path:
    """A course of one lesson with one prediction, built."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "sources" / "notebooks").mkdir(parents=True)
    (folder / "sources" / "notebooks" / "01-one.py").write_text(LESSON, encoding="utf-8")
    shutil.copy(course / "sources" / "sanitize.cfg", folder / "sources")
    shutil.copy(course / "conftest.py", folder)
    (folder / "pytest.ini").touch()
    build(folder)
    return folder


@pytest.fixture
def notebook(built: Path, tmp_path: Path) -> Path:
    """The lesson's notebook in a copy of the course."""
    return Path(shutil.copytree(built, tmp_path / "copy")) / "notebooks" / "01-one.ipynb"


def nbval(notebook: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "--nbval", "-p", "no:cacheprovider", "notebooks"]
    return subprocess.run(command, cwd=notebook.parents[1], capture_output=True, text=True)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def test_the_notebook_has_no_output_where_it_asks_to_predict(notebook: Path) -> None:
    cells = nbformat.read(notebook, as_version=4).cells
    assert [(cell.execution_count, len(cell.outputs)) for cell in cells] == [(1, 1), (None, 0), (3, 1)]


def test_the_output_is_kept_by_the_id_of_its_cell(notebook: Path) -> None:
    [(id, [output])] = kept(notebook).items()
    assert (id, output.text) == (nbformat.read(notebook, as_version=4).cells[1].id, "hidden\n")


def test_the_whole_notebook_can_be_read(notebook: Path) -> None:
    assert [len(cell.outputs) for cell in read_whole(notebook).cells] == [1, 1, 1]


def test_building_again_changes_nothing(notebook: Path) -> None:
    before = [path.read_bytes() for path in (notebook, place(notebook))]
    build(notebook.parents[1])
    assert [path.read_bytes() for path in (notebook, place(notebook))] == before


def test_a_picture_to_predict_stays_until_its_cell_changes(notebook: Path) -> None:
    drawn = "{'image/png': base64.b64encode(os.urandom(9)).decode()}"
    picture = f'# %% tags=["predict"]\nimport base64, os, IPython.display as d\nd.display({drawn}, raw=True)\n'
    (notebook.parents[1] / "sources" / "notebooks" / "01-one.py").write_text(picture, encoding="utf-8")
    build(notebook.parents[1])
    before = place(notebook).read_bytes()
    build(notebook.parents[1])
    assert place(notebook).read_bytes() == before


def test_a_lesson_that_no_longer_asks_keeps_nothing(notebook: Path) -> None:
    change(notebook.parents[1] / "sources" / "notebooks" / "01-one.py", ' tags=["predict"]', "")
    build(notebook.parents[1])
    assert not place(notebook).exists()
    assert stale(notebook.parents[1]) == []


def test_an_answer_in_the_notebook_makes_it_stale(notebook: Path) -> None:
    there = nbformat.read(notebook, as_version=4)
    there.cells[1].execution_count = 2
    nbformat.write(there, notebook)
    assert stale(notebook.parents[1]) == ["notebooks/01-one.ipynb shows what a learner has to predict"]


def test_outputs_of_another_cell_are_stale(notebook: Path) -> None:
    change(place(notebook), f'"{next(iter(kept(notebook)))}"', '"other"')
    [said] = stale(notebook.parents[1])
    assert said.startswith("sources/outputs/notebooks/01-one.json has not the outputs")


def test_outputs_without_a_notebook_are_stale(notebook: Path) -> None:
    shutil.copy(place(notebook), place(notebook).with_name("02-two.json"))
    assert stale(notebook.parents[1]) == ["sources/outputs/notebooks/02-two.json has no source"]


def test_nbval_compares_what_the_notebook_does_not_show(notebook: Path) -> None:
    ran = nbval(notebook)
    assert ran.returncode == 0, ran.stdout
    change(place(notebook), "hidden", "another")
    ran = nbval(notebook)
    assert ran.returncode == 1, ran.stdout
    assert "1 failed, 2 passed" in ran.stdout


def test_nbval_misses_an_output_that_is_kept_nowhere(notebook: Path) -> None:
    place(notebook).unlink()
    ran = nbval(notebook)
    assert "1 failed, 2 passed" in ran.stdout
