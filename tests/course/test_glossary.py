"""The glossary explains words that the lessons use, and each link leads to a section that uses its word."""

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import jupytext
import pytest

COURSE = Path(__file__).parents[2]
LESSONS = sorted((COURSE / "sources" / "notebooks").glob("*.py"))
PAGE = (COURSE / "docs" / "glossary.md").read_text(encoding="utf-8")
ENTRY = re.compile(
    r"^- \*\*(?P<term>[^*]+)\*\*(?: \((?P<instead>[^)]+)\))?: (?P<meaning>.+) "
    r"\[(?P<text>Lesson [^\]]+)\]\(\.\./notebooks/(?P<stem>[\w-]+)\.ipynb#heading=(?P<anchor>[^)\s]+)\)$"
)


class Entry(NamedTuple):
    """A line of the glossary: a term, other words for it, what it means, and the link to where it is explained."""

    term: str
    instead: str | None
    meaning: str
    text: str
    stem: str
    anchor: str


LINES = [line for line in PAGE.splitlines() if line.startswith("- ")]
ENTRIES = [Entry(**found.groupdict()) for line in LINES if (found := ENTRY.match(line))]


@cache
def sections(stem: str) -> dict[str, str]:
    """The text and the code of each section of a lesson, by its heading."""
    source = (COURSE / "sources" / "notebooks" / f"{stem}.py").read_text(encoding="utf-8")
    found = {"": ""}  # what stands before the first heading
    for cell in jupytext.reads(source, fmt="py:percent").cells:
        if "notes" in cell.metadata.get("tags", []):
            continue
        for line in cell.source.splitlines():
            if cell.cell_type == "markdown" and line.startswith("## "):
                found[line.removeprefix("## ")] = ""
            found[list(found)[-1]] += line + "\n"
    return found


def uses(text: str, entry: Entry) -> bool:
    """Whether a text has the term, or one of the words that stand in brackets; also in the plural."""
    words = [entry.term, *(entry.instead or "").split(", ")]
    whole = " ".join(text.split())
    return any(re.search(rf"(?<!\w){re.escape(word)}s?(?!\w)", whole, re.IGNORECASE) for word in words if word)


def link(stem: str, heading: str) -> str:
    """The link to a section, for JupyterLab; its text names the heading, for whoever does not land there."""
    anchor = heading.replace(" ", "-")
    return f"[Lesson {stem[:2]}, {heading}](../notebooks/{stem}.ipynb#heading={anchor})"


def possible_links(entry: Entry) -> list[str]:
    """The links to all sections that use the word, in the lessons of the same topic."""
    topic = [path.stem for path in LESSONS if path.stem[0] == entry.stem[0]]
    found = [(stem, heading) for stem in topic for heading, text in sections(stem).items() if uses(text, entry)]
    return [link(stem, heading) for stem, heading in found if heading]


def test_each_line_of_the_list_is_an_entry() -> None:
    assert [line for line in LINES if not ENTRY.match(line)] == []
    assert len(ENTRIES) >= 60


def test_the_entries_are_in_alphabetical_order_and_each_term_stands_once() -> None:
    terms = [entry.term.lower() for entry in ENTRIES]
    assert terms == sorted(set(terms))


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_an_entry_is_short(entry: Entry) -> None:
    assert len(entry.meaning.split()) <= 40
    assert entry.meaning.endswith(".")
    assert len(re.findall(r"[.:?](?= [A-Z`])|\.$", entry.meaning)) <= 2


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.term)
def test_a_link_leads_to_a_section_that_uses_the_word(entry: Entry) -> None:
    links = possible_links(entry)
    if f"[{entry.text}](../notebooks/{entry.stem}.ipynb#heading={entry.anchor})" not in links:
        pytest.fail(f"{entry.term}: link to one of\n" + "\n".join(links), pytrace=False)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_lesson_leads_to_the_glossary_where_it_names_what_comes_next(path: Path) -> None:
    cells = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent").cells
    [last] = [cell.source for cell in cells if "**Now you:**" in cell.source]
    assert "[glossary](../docs/glossary.md)" in last.partition("**Now you:**")[2]
