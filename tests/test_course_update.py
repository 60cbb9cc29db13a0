"""An update brings the newer course, and takes nothing away that the learner wrote."""

import os
import subprocess
from pathlib import Path

import pytest

from wirelab.course_update import Update, update
from wirelab.errors import NotUpdated

NAME, CHANGED, KEPT = "exercises/12.ipynb", "exercises/13.ipynb", "exercises/13.old-1.ipynb"
WHO = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, env={**os.environ, **WHO}, check=True, capture_output=True)


def commit(folder: Path, **texts: str) -> None:
    """Write files, with __ for a slash in their names and no ending, and commit all."""
    for name, text in texts.items():
        file = folder / f"{name.replace('__', '/')}.ipynb"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "x")


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet")
    commit(folder, **{"exercises__12": "old", "exercises__13": "old"})
    return folder


@pytest.fixture
def clone(origin: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", str(origin), "clone")
    return tmp_path / "clone"


def test_nothing_newer_is_told(clone: Path) -> None:
    assert update(clone) == Update(is_new=False)


def test_what_the_learner_wrote_stays_and_what_changed_is_kept_twice(origin: Path, clone: Path) -> None:
    commit(origin, **{"exercises__13": "new", "exercises__14": "new"})
    for name in (NAME, CHANGED):
        (clone / name).write_text("mine")
    (clone / "exercises/14.ipynb").write_text("mine too")
    assert update(clone) == Update(
        is_new=True, kept=[(CHANGED, KEPT), ("exercises/14.ipynb", "exercises/14.old-1.ipynb")]
    )
    texts = {path.name: path.read_text() for path in (clone / "exercises").iterdir()}
    assert texts == {
        "12.ipynb": "mine",
        "13.ipynb": "new",
        "13.old-1.ipynb": "mine",
        "14.ipynb": "new",
        "14.old-1.ipynb": "mine too",
    }


def test_an_exercise_that_is_gone_is_kept_if_the_learner_wrote_in_it(origin: Path, clone: Path) -> None:
    (origin / CHANGED).unlink()
    commit(origin)
    (clone / CHANGED).write_text("mine")
    update(clone)
    assert not (clone / CHANGED).exists()
    assert (clone / KEPT).read_text() == "mine"


def test_commits_of_ones_own_are_left_alone(origin: Path, clone: Path) -> None:
    commit(clone, **{"exercises__12": "mine"})
    commit(origin, **{"exercises__13": "new"})
    with pytest.raises(NotUpdated, match="committed changes of your own"):
        update(clone)
    assert (clone / CHANGED).read_text() == "old"


def test_a_folder_that_came_as_a_zip_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotUpdated, match="unpack the newer course beside it"):
        update(tmp_path)


def test_no_connection_is_told_and_changes_nothing(origin: Path, clone: Path) -> None:
    origin.rename(origin.with_name("gone"))
    with pytest.raises(NotUpdated, match="git fetch did not work"):
        update(clone)
