"""The builder writes what the sources say, and tells what is stale."""

import shutil
from pathlib import Path

import nbformat
import pytest

from wirelab.building.builder import build, products, reset, stale
from wirelab.errors import SourceError

LESSON = "# %% [markdown]\n# # Title\n\n# %%\nimport time\ntime.strftime('%a, %d %b %Y %H:%M:%S GMT')\n"
EXERCISE = "# %%\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, course: Path) -> Path:
    """A course of one lesson and one exercise, built."""
    folder = tmp_path_factory.mktemp("ein kurs")
    for kind, text in (("notebooks", LESSON), ("exercises", EXERCISE)):
        (folder / "sources" / kind).mkdir(parents=True)
        (folder / "sources" / kind / "01-one.py").write_text(text, encoding="utf-8")
    shutil.copy(course / "sources" / "sanitize.cfg", folder / "sources")
    build(folder)
    return folder


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "copy"))


def test_three_notebooks_come_of_two_sources(built: Path) -> None:
    found = sorted(path.relative_to(built).as_posix() for path in built.glob("*/*.ipynb"))
    assert found == ["exercises/01-one.ipynb", "notebooks/01-one.ipynb", "solutions/01-one.ipynb"]


def test_what_was_just_built_is_not_stale(built: Path) -> None:
    assert stale(built) == []


def test_building_again_changes_nothing(copy: Path) -> None:
    before = {path: path.read_bytes() for path in copy.glob("*/*.ipynb")}
    build(copy)
    assert {path: path.read_bytes() for path in copy.glob("*/*.ipynb")} == before


def test_dates_are_settled(built: Path) -> None:
    assert "Fri, 05 Mar 2027 19:30:00 GMT" in (built / "notebooks" / "01-one.ipynb").read_text(encoding="utf-8")


def test_a_changed_source_makes_its_notebooks_stale(copy: Path) -> None:
    (copy / "sources" / "exercises" / "01-one.py").write_text(EXERCISE.replace("1", "2"), encoding="utf-8")
    assert stale(copy) == ["solutions/01-one.ipynb differs from sources/exercises/01-one.py"]


def test_a_missing_notebook_is_told(copy: Path) -> None:
    (copy / "notebooks" / "01-one.ipynb").unlink()
    assert stale(copy) == ["notebooks/01-one.ipynb is missing"]


def test_a_notebook_without_a_source_is_told(copy: Path) -> None:
    shutil.copy(copy / "notebooks" / "01-one.ipynb", copy / "notebooks" / "02-two.ipynb")
    assert stale(copy) == ["notebooks/02-two.ipynb has no source"]


def test_a_notebook_that_was_not_run_is_told(copy: Path) -> None:
    path = copy / "notebooks" / "01-one.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"execution_count": 1', '"execution_count": null'))
    assert stale(copy) == ["notebooks/01-one.ipynb was not run from top to bottom"]


def test_an_exercise_with_outputs_is_told(copy: Path) -> None:
    path = copy / "exercises" / "01-one.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].execution_count = 1
    nbformat.write(notebook, path)
    assert stale(copy) == ["exercises/01-one.ipynb has outputs, and a learner has to get it without"]


def test_an_unknown_stem_is_refused(built: Path) -> None:
    with pytest.raises(SourceError, match="sources/ has no 99-nothing"):
        products(built, ["99-nothing"])


def test_an_exercise_is_given_back_and_ones_own_is_kept(copy: Path) -> None:
    path = copy / "exercises" / "01-one.ipynb"
    mine = path.read_text(encoding="utf-8").replace("your code here", "half done")
    path.write_text(mine, encoding="utf-8")
    assert reset(copy, "01-one") == (path, copy / "exercises" / "01-one.old-1.ipynb")
    assert (copy / "exercises" / "01-one.old-1.ipynb").read_text(encoding="utf-8") == mine
    assert stale(copy) == []


def test_every_attempt_is_kept(copy: Path) -> None:
    path = copy / "exercises" / "01-one.ipynb"
    for attempt in ("first", "second"):
        path.write_text(attempt, encoding="utf-8")
        reset(copy, "01")
    kept = sorted((copy / "exercises").glob("*.old-*.ipynb"))
    assert [file.read_text(encoding="utf-8") for file in kept] == ["first", "second"]


def test_of_an_untouched_exercise_nothing_is_kept(copy: Path) -> None:
    assert reset(copy, "01-one") == (copy / "exercises" / "01-one.ipynb", None)


def test_a_deleted_exercise_comes_back(copy: Path) -> None:
    (copy / "exercises" / "01-one.ipynb").unlink()
    reset(copy, "01-one")
    assert stale(copy) == []


def test_resetting_what_is_not_there_names_what_is(copy: Path) -> None:
    with pytest.raises(SourceError, match="no exercise is called 99: there are 01-one"):
        reset(copy, "99")


DRAWN = "{'image/png': base64.b64encode(os.urandom(9)).decode()}"
PICTURE = f"# %%\nimport base64, os, IPython.display as d\nd.display({DRAWN}, raw=True)\n"
IGNORED = '# %% tags=["nbval-ignore-output"]\nimport os\nos.urandom(8)\n'


@pytest.mark.proof
@pytest.mark.parametrize("cell", [PICTURE, IGNORED], ids=["a picture", "what nbval ignores"])
def test_what_varies_stays_until_its_cell_changes(copy: Path, cell: str) -> None:
    source = copy / "sources" / "notebooks" / "01-one.py"
    source.write_text(cell)
    before = build(copy, ["01-one"])[0].read_text(encoding="utf-8")
    assert build(copy, ["01-one"])[0].read_text(encoding="utf-8") == before
    source.write_text(f"{cell}# anew\n")
    assert build(copy, ["01-one"])[0].read_text(encoding="utf-8") != before
