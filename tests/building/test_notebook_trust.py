"""JupyterLab trusts the notebooks that the course brings, and no others."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbformat.sign import NotebookNotary

from wirelab.building.notebook_trust import sign

STEM = "12-web-server"


@pytest.fixture
def copy(tmp_path: Path, course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course of one lesson, on a computer that has no signatures yet."""
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))
    for file in (f"sources/notebooks/{STEM}.py", f"notebooks/{STEM}.ipynb"):
        (tmp_path / file).parent.mkdir(parents=True)
        shutil.copy(course / file, tmp_path / file)
    return tmp_path


def is_trusted(path: Path) -> bool:
    notebook = nbformat.read(path, as_version=4)
    return bool(NotebookNotary().check_signature(notebook))


def test_a_notebook_of_the_course_is_signed_once(copy: Path) -> None:
    lesson = copy / "notebooks" / f"{STEM}.ipynb"
    assert not is_trusted(lesson)
    assert (sign(copy), sign(copy)) == ([lesson], [])
    assert is_trusted(lesson)


def test_a_notebook_without_a_source_is_not_signed(copy: Path) -> None:
    shutil.copy(copy / "notebooks" / f"{STEM}.ipynb", copy / "notebooks" / "a-friends.ipynb")
    (copy / "notebooks" / f"{STEM}.ipynb").write_text("{")
    assert sign(copy) == []
    assert not is_trusted(copy / "notebooks" / "a-friends.ipynb")


def test_where_no_signature_can_be_kept_nothing_is_signed(copy: Path) -> None:
    (copy / "data").write_text("a file where a folder has to be")
    assert sign(copy) == []
