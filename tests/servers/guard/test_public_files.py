"""Files are found below their folder, and nowhere else, also when links and folders change meanwhile."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from links import link_to

from servers.guard.public_files import content_type, file_below, find_file
from servers.web_server import PUBLIC

SECRET = "the secret"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a page and an index, and a secret beside it."""
    root = tmp_path.resolve() / "public"
    (root / "with").mkdir(parents=True)
    (root / "page.txt").write_text("a page", encoding="utf-8")
    (root / "with" / "index.html").write_text("an index", encoding="utf-8")
    (root.parent / "secret.txt").write_text(SECRET, encoding="utf-8")
    return root


def text(root: Path, path: str) -> str | None:
    found = find_file(root, path)
    return found.path.read_text(encoding="utf-8") if found else None


def test_a_file_is_found_with_its_type_and_its_time(root: Path) -> None:
    os.utime(root / "page.txt", (5, 5))
    assert find_file(root, "/page.txt") == (root / "page.txt", "text/plain; charset=utf-8", 5)


@pytest.mark.parametrize("path", ["/with", "/with/", "/with/index.html", "with", "//with//"])
def test_a_folder_is_its_index(root: Path, path: str) -> None:
    assert text(root, path) == "an index"


@pytest.mark.parametrize("path", ["/", "/missing", "/page.txt/", "/\0", "/page.txt\0", "/" + "x" * 999, "/\ud800"])
def test_what_is_not_there_is_none(root: Path, path: str) -> None:
    assert find_file(root, path) is None


@pytest.mark.parametrize("path", ["/../secret.txt", "/with/../../secret.txt", "/..", "/\\..\\secret.txt"])
def test_no_path_leads_out(root: Path, path: str) -> None:
    assert find_file(root, path) is None
    assert file_below(root, path) is None


def test_an_index_that_leads_in_a_circle_is_none(root: Path) -> None:
    link_to(root / "index.html", root)
    assert find_file(root, "/") is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with names are POSIX's")
def test_what_is_no_file_is_not_found(root: Path) -> None:
    os.mkfifo(root / "pipe")
    assert file_below(root, "/pipe") is None
    assert find_file(root, "/pipe") is None


@given(st.text())
def test_whatever_the_path_what_is_found_lies_inside(path: str) -> None:
    assert (file_below(PUBLIC, path) or PUBLIC).is_relative_to(PUBLIC)
    assert (found := find_file(PUBLIC, path)) is None or found.path.is_relative_to(PUBLIC)


@pytest.mark.parametrize(("name", "kind"), [("a.png", "image/png"), ("a.css", "text/css; charset=utf-8")])
def test_a_type_is_told_by_the_name(name: str, kind: str) -> None:
    assert content_type(name) == kind


# What was found a moment ago ----------------------------------------------------------------------------


def test_a_file_that_becomes_a_link_to_the_secret_is_found_no_more(root: Path) -> None:
    assert text(root, "/page.txt") == "a page"
    (root / "page.txt").unlink()
    link_to(root / "page.txt", root.parent / "secret.txt")
    assert find_file(root, "/page.txt") is None


def test_an_index_that_becomes_a_link_to_the_secret_is_found_no_more(root: Path) -> None:
    assert text(root, "/with/") == "an index"
    (root / "with" / "index.html").unlink()
    link_to(root / "with" / "index.html", root.parent / "secret.txt")
    assert find_file(root, "/with/") is None


def test_a_folder_that_becomes_a_link_to_secrets_is_found_no_more(root: Path) -> None:
    assert text(root, "/with/index.html") == "an index"
    (root.parent / "other").mkdir()
    (root.parent / "other" / "index.html").write_text(SECRET, encoding="utf-8")
    (root / "with").rename(root.parent / "gone")
    link_to(root / "with", root.parent / "other")
    assert find_file(root, "/with/index.html") is None


def in_a_second(so: Callable[[], bool]) -> bool:
    """Whether it comes true before long: what was found is believed for a second, no longer."""
    end = time.monotonic() + 5
    while not so() and time.monotonic() < end:
        time.sleep(0.02)
    return so()


@pytest.mark.parametrize("moved", ["page.txt", "with"])
def test_what_is_moved_out_and_linked_to_is_found_no_more(root: Path, moved: str) -> None:
    assert find_file(root, moved)
    (root / moved).rename(root.parent / moved)
    link_to(root / moved, root.parent / moved)
    assert in_a_second(lambda: find_file(root, moved) is None)


def test_a_file_that_is_written_again_is_read_again(root: Path) -> None:
    for words in ("one", "two", "three"):
        (root / "page.txt").write_text(words, encoding="utf-8")
        assert text(root, "/page.txt") == words


def test_a_secret_that_is_moved_in_is_a_page_from_then_on(root: Path) -> None:
    link_to(root / "link.txt", root.parent / "secret.txt")
    assert find_file(root, "/link.txt") is None
    (root.parent / "secret.txt").rename(root / "link.txt")
    assert in_a_second(lambda: text(root, "/link.txt") == SECRET)
