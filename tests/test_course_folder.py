"""A copy of the course in a folder of the learner's: complete, and never at the cost of what is there."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from wirelab import course_folder
from wirelab.cli import main
from wirelab.course_folder import LIST, course_around, place_course
from wirelab.course_parts import ALWAYS, course_files
from wirelab.errors import NoCourse, NotWritten

EXERCISE = Path("exercises/12-web-server.ipynb")
# What only those need who change the course.
OF_THE_REPOSITORY = {".gitattributes", ".gitignore", ".github", ".pre-commit-config.yaml"}


@pytest.fixture
def older(tmp_path: Path, course: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with the course as it was yesterday, when one exercise was another one."""
    source = tmp_path / "yesterday"
    for name in course_files(course):
        if name.startswith(("exercises/12", "wirelab/cli.py", "pyproject", "start.py")):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes((course / name).read_bytes())
    (source / EXERCISE).write_text("yesterday's")
    monkeypatch.setattr(course_folder, "COURSE", source)
    place_course(tmp_path / "my course")
    monkeypatch.undo()
    return tmp_path / "my course"


def test_the_course_is_all_that_git_knows_of_and_no_more(course: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=course, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no clone")
    known = {name for name in listed.stdout.split("\0") if name and name.split("/")[0] not in OF_THE_REPOSITORY}
    assert known <= set(course_files(course))
    assert set(ALWAYS) <= {name.split("/")[0] for name in known}


def test_a_folder_gets_the_whole_course(tmp_path: Path, course: Path) -> None:
    folder = tmp_path / "my course"
    assert place_course(folder) == []
    for name in course_files(course):
        assert (folder / name).read_bytes() == (course / name).read_bytes()
    assert course_around(folder / "notebooks") == folder
    (folder / "mine.txt").touch()
    assert set(course_files(folder)) == set(course_files(course))  # so a copy can be copied


def test_a_copy_gets_no_newer_than_it_is(tmp_path: Path) -> None:
    place_course(tmp_path / "one")
    (tmp_path / "one" / EXERCISE).write_text("mine")
    (tmp_path / "one" / "notes.txt").write_text("mine too")
    assert place_course(tmp_path / "one") == []
    assert (tmp_path / "one" / EXERCISE).read_text() == "mine"
    assert (tmp_path / "one" / "notes.txt").read_text() == "mine too"


def test_a_newer_course_comes_where_nothing_was_written(older: Path, course: Path) -> None:
    assert (older / EXERCISE).read_text() == "yesterday's"
    assert place_course(older) == []
    assert (older / EXERCISE).read_bytes() == (course / EXERCISE).read_bytes()


def test_what_was_written_is_kept_beside_a_newer_exercise(older: Path, course: Path) -> None:
    (older / EXERCISE).write_text("mine")
    kept = "exercises/12-web-server.old-1.ipynb"
    assert place_course(older) == [(EXERCISE.as_posix(), kept)]
    assert (older / kept).read_text() == "mine"
    assert (older / EXERCISE).read_bytes() == (course / EXERCISE).read_bytes()
    assert place_course(older) == []


def test_a_copy_that_was_interrupted_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(course_folder.shutil, "copymode", interrupted)
        place_course(tmp_path / "half")
    assert json.loads((tmp_path / "half" / LIST).read_text()) == {}
    assert place_course(tmp_path / "half") == []
    assert (tmp_path / "half" / EXERCISE).exists()


def test_a_folder_with_other_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NoCourse, match="has other files: name a folder"):
        place_course(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_course_is_not_copied_into_itself(course: Path) -> None:
    with pytest.raises(NoCourse, match="name another folder"):
        place_course(course / "exercises" / "copy")


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotWritten, match="choose a folder that you may write in"):
        place_course(tmp_path / "file" / "course")


def test_a_clone_stays_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place_course(tmp_path / "clone")
    (tmp_path / "clone" / LIST).unlink()
    (tmp_path / "clone" / EXERCISE).write_text("mine")
    assert place_course(tmp_path / "clone") == []
    assert "it stays as it is" in capsys.readouterr().err
    assert (tmp_path / "clone" / EXERCISE).read_text() == "mine"


def test_the_command_says_where_the_course_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["course", str(tmp_path / "my course"), "--no-open"]) == 0
    assert capsys.readouterr().out == f"The course is in {tmp_path / 'my course'}\n"


def test_the_copys_kit_runs_with_this_python(tmp_path: Path) -> None:
    place_course(tmp_path / "my course")
    code = "from pathlib import Path; from wirelab.course_folder import run_course; "
    code += f"run_course(Path({str(tmp_path / 'my course')!r}), ['reset', '12'])"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert re.match(r"exercises/12-web-server\.ipynb is as it was\n", ran.stdout), ran.stderr
