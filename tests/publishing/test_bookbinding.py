"""What the command asks before it builds the book, and which pages it writes."""

import subprocess
from pathlib import Path

import pytest

from wirelab.errors import BookFailed
from wirelab.publishing import bookbinding


@pytest.mark.parametrize(
    "address",
    [
        "https://github.com/ada/wirelab",
        "https://github.com/ada/wirelab.git",
        "https://token@github.com/ada/wirelab/",
        "git@github.com:ada/wirelab.git",
        "ssh://git@github.com/ada/wirelab",
    ],
)
def test_a_clone_knows_the_address_it_came_from(address: str, tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", address], check=True)
    assert bookbinding.origin(tmp_path) == "https://github.com/ada/wirelab"


def test_a_course_that_came_from_elsewhere_has_no_address(tmp_path: Path) -> None:
    assert bookbinding.origin(tmp_path) == ""
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    subprocess.run(["git", "-C", str(tmp_path), "remote", "add", "origin", "/srv/wirelab"], check=True)
    assert bookbinding.origin(tmp_path) == ""


def test_without_its_packages_the_book_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookbinding, "PACKAGES", ("no_such_package",))
    with pytest.raises(BookFailed, match=r"python3 start\.py book"):
        bookbinding.make_book(tmp_path / "book")


@pytest.mark.parametrize(
    ("repository", "name", "advice"),
    [("", "", "--out"), ("https://code.example/ada/wirelab", "new", "OWNER/NAME"), ("", "mine.txt", "--out")],
)
def test_what_cannot_be_carried_out_is_told_before_anything_is_written(
    repository: str, name: str, advice: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bookbinding, "PACKAGES", ())
    (tmp_path / "mine.txt").touch()
    with pytest.raises(BookFailed, match=advice):
        bookbinding.make_book(tmp_path / name, repository=repository)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
