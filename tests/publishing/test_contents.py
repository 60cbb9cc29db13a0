"""The book has every page of the course, each in one place."""

from pathlib import Path

import pytest

from wirelab.publishing import contents


@pytest.fixture(scope="module")
def parts(course: Path) -> list[contents.Part]:
    return contents.parts(course)


def test_every_notebook_is_a_page(course: Path, parts: list[contents.Part]) -> None:
    there = {path.relative_to(course).as_posix() for path in course.glob("sources/*/[0-9]*.py")}
    listed = {page.replace(".ipynb", ".py") for part in parts for page in part.pages}
    assert {path for path in there if path.removeprefix("sources/") not in listed} == set()


def test_every_page_of_the_docs_is_in_the_book_but_one(course: Path, parts: list[contents.Part]) -> None:
    listed = {page for part in parts for page in (*part.pages, *part.below)}
    docs = {path.relative_to(course).as_posix() for path in course.glob("docs/**/*.md")}
    assert docs - listed == {contents.NOT_IN_THE_BOOK}


def test_no_page_is_in_two_places(parts: list[contents.Part]) -> None:
    listed = [page for part in parts for page in (*part.pages, *part.below)]
    assert len(listed) == len(set(listed))


def test_solutions_stand_after_the_exercises_and_teaching_notes_apart(parts: list[contents.Part]) -> None:
    titles = [part.title for part in parts]
    assert titles.index("Exercises") < titles.index("Solutions")
    [teaching] = [part for part in parts if any("teaching" in page for page in part.pages)]
    assert teaching.title == "For instructors"


def test_every_server_has_a_page_that_shows_it(course: Path) -> None:
    shown = contents.files(course)
    servers = {path.relative_to(course).as_posix() for path in (course / "servers").glob("[a-z]*.py")}
    assert servers <= set(shown)
