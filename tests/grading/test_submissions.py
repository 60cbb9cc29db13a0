"""What comes in the folders and archives of Moodle, Canvas and nbgrader is found, and no name decides a path."""

import zipfile
from pathlib import Path

import pytest

from wirelab.errors import GradingError
from wirelab.grading.notebook_files import MAX_NOTEBOOK
from wirelab.grading.submissions import Learner, collect

NOTEBOOK = b'{"cells": []}'


def write(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(NOTEBOOK)


def write_zip(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, NOTEBOOK)
    return path


def found(place: Path) -> list[tuple[Learner, str]]:
    return [(one.learner, one.name) for one in collect(place)]


ANNA = Learner("anna", "anna")
MOODLE = Learner("4711", "Anna Bell")
CANVAS = Learner("4711", "bellanna")


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("anna/12-web-server.ipynb", ANNA),
        ("anna/deep/er/12-web-server.ipynb", ANNA),
        ("submitted/anna/12-web-server/12-web-server.ipynb", ANNA),
        ("anna-12-web-server.ipynb", ANNA),
        ("anna_12-web-server (1).ipynb", ANNA),
        ("Anna Bell_4711_assignsubmission_file_/12-web-server.ipynb", MOODLE),
        ("bellanna_4711_98765_12-web-server-1.ipynb", CANVAS),
        ("bellanna_LATE_4711_98765_12-web-server.ipynb", CANVAS),
    ],
)
def test_a_file_belongs_to_a_learner(tmp_path: Path, name: str, learner: Learner) -> None:
    write(tmp_path, name)
    assert found(tmp_path) == [(learner, Path(name).name)]


@pytest.mark.parametrize(
    ("name", "learner"),
    [
        ("Anna Bell_4711_assignsubmission_file_/12-web-server.ipynb", MOODLE),
        ("bellanna_4711_98765_12-web-server.ipynb", CANVAS),
        ("../../anna/12-web-server.ipynb", ANNA),
        ("/anna/12-web-server.ipynb", ANNA),
    ],
)
def test_a_member_of_an_archive_belongs_to_a_learner(tmp_path: Path, name: str, learner: Learner) -> None:
    archive = write_zip(tmp_path / "all.zip", name)
    assert [one for one, _ in found(archive)] == [learner]
    assert [path.name for path in tmp_path.iterdir()] == ["all.zip"]


def test_what_nobody_wrote_is_left_out(tmp_path: Path) -> None:
    write(
        tmp_path,
        "anna/a.ipynb",
        "anna/.ipynb_checkpoints/a-checkpoint.ipynb",
        "__MACOSX/anna/._a.ipynb",
        "anna/b.txt",
    )
    assert found(tmp_path) == [(ANNA, "a.ipynb")]


def test_a_broken_archive_and_a_link_are_told(tmp_path: Path) -> None:
    write(tmp_path, "anna/a.ipynb")
    (tmp_path / "bert").mkdir()
    (tmp_path / "bert" / "all.zip").write_bytes(b"PK\x03\x04 no more")
    (tmp_path / "bert" / "b.ipynb").symlink_to(tmp_path / "anna" / "a.ipynb")
    faults = [one.fault for one in collect(tmp_path) if one.learner.id == "bert"]
    assert ["cannot be read" in fault or "is a link" in fault for fault in faults] == [True, True]


def test_of_a_member_that_unpacks_to_very_much_only_the_start_is_read(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("anna/a.ipynb", b" " * (3 * MAX_NOTEBOOK))
    [one] = collect(tmp_path / "all.zip")
    assert len(one.read()) == MAX_NOTEBOOK + 1


def test_an_empty_folder_and_none_at_all_are_refused(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(GradingError):
            collect(place)
