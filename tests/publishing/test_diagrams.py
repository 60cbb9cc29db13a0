"""Every diagram of the book is drawn, and no drawing is left over."""

import re
from pathlib import Path

import pytest

from wirelab.errors import SourceError
from wirelab.publishing import diagrams
from wirelab.publishing.diagram_words import words

FETCHES = re.compile(r'(href|src)="(?!#)|url\([\'"]?(?!#)|@import|<(image|script|iframe)\b')


def test_every_diagram_is_drawn_and_no_drawing_is_left_over(course: Path) -> None:
    wanted = {diagrams.name(source) for source in diagrams.all_sources(course)}
    there = {path.stem for path in diagrams.folder(course).glob("*")}
    assert there == wanted, f"run {diagrams.DRAW}"


def test_every_diagram_can_be_said_in_words(course: Path) -> None:
    for source in diagrams.all_sources(course):
        arrows = source.count("->") + source.count("--x") + source.count(': "')
        assert len(words(source)) >= arrows, source


def test_a_drawing_fetches_nothing(course: Path) -> None:
    for path in diagrams.folder(course).glob("*.svg"):
        assert not FETCHES.search(path.read_text(encoding="utf-8")), path.name


def test_a_diagram_becomes_its_drawing_and_the_rest_stays(tmp_path: Path) -> None:
    source = "flowchart LR\n    a --> b\n"
    diagrams.folder(tmp_path).mkdir(parents=True)
    (diagrams.folder(tmp_path) / f"{diagrams.name(source)}.svg").write_text(
        '<svg style="max-width: 9.5px"></svg>\n'
    )
    said = diagrams.with_drawings(f"before\n\n```mermaid\n{source}```\n\nafter", tmp_path)
    assert said.startswith("before\n\n<figure") and said.endswith("</figure>\n\nafter")
    assert 'aria-label="&quot;a&quot; leads to &quot;b&quot;."' in said
    assert "--natural: 9.5px" in said


def test_a_diagram_without_a_drawing_says_how_to_draw_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"tests/browser/diagrams\.py"):
        diagrams.with_drawings("```mermaid\nflowchart LR\n```", tmp_path)
