"""README, the docs and the servers become pages of the book."""

from pathlib import Path

import pytest

from wirelab.errors import SourceError
from wirelab.publishing import contents, text_pages


@pytest.fixture(scope="module")
def pages(course: Path) -> dict[str, str]:
    return text_pages.pages(course, contents.shelf(course, ""), binder="https://binder.example/v2")


def test_each_page_begins_with_a_title(pages: dict[str, str]) -> None:
    for path, text in pages.items():
        assert text.removeprefix(text_pages.UNSEARCHED).startswith("# "), path


def test_all_of_readme_is_in_the_book(course: Path) -> None:
    made = "\n".join(text_pages.readme_pages(course).values())
    lines = (course / "README.md").read_text(encoding="utf-8").splitlines()
    rest = [line for line in lines if not line.startswith(("#", "|"))]
    assert [line for line in rest if line not in made] == []


def test_the_first_page_leads_to_binder(pages: dict[str, str]) -> None:
    assert "[Binder](https://binder.example/v2)" in pages["index.md"]


def test_the_table_of_lessons_has_five_columns(pages: dict[str, str]) -> None:
    [row] = [line for line in pages["index.md"].splitlines() if line.startswith("| 12 |")]
    assert row.count("|") == 6


def test_teaching_notes_are_not_searched(pages: dict[str, str]) -> None:
    assert pages["docs/teaching/12-web-server.md"].startswith(text_pages.UNSEARCHED)
    assert not pages["docs/glossary.md"].startswith(text_pages.UNSEARCHED)


def test_a_servers_page_has_its_whole_text(course: Path, pages: dict[str, str]) -> None:
    text = (course / "servers" / "web_server.py").read_text(encoding="utf-8")
    assert text.rstrip() in pages["servers/web_server.py.md"]


def test_a_readme_without_a_section_says_which(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("# Wirelab\n\n## Start\n", encoding="utf-8")
    with pytest.raises(SourceError, match="All commands"):
        text_pages.readme_pages(tmp_path)
