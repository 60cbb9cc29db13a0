"""Reckon how many minutes each section of a lesson takes, beside those that its source states."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbformat import NotebookNode

from wirelab.building.kept_outputs import read_whole
from wirelab.building.kernel_client import text_of
from wirelab.building.notebook_source import SECTION, is_answer, is_note, read_source

WORDS_A_MINUTE = 130  # technical prose in a second language, with the thinking that it asks for
A_CELL = 1.0  # minutes: read the code, run it, look at what it shows
A_GLANCE = 0.5  # minutes: one line that shows a few words or none; the text before it has said what comes
FEW_WORDS = 10
A_PREDICTION = 2.0  # minutes: think, write it down, compare
TOLERANCE = 1 / 3  # of what is reckoned
_QUESTION = re.compile(r"Predict,\s+then\s+run")
_TAG = re.compile(r"<[^>]*>")


@dataclass
class Section:
    """A section of a lesson, with the minutes that its source states (0: none) and those that are reckoned."""

    heading: str
    stated: int = 0
    reckoned: float = 0.0
    notes: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)  # the open text and the answers, cell by cell
    codes: list[NotebookNode] = field(default_factory=list)

    @property
    def is_honest(self) -> bool:
        """Whether what is stated is near what is reckoned; minutes are whole ones, and at least one."""
        return self.stated == self.whole_minutes or abs(self.stated - self.reckoned) <= self.reckoned * TOLERANCE

    @property
    def whole_minutes(self) -> int:
        """What to state."""
        return max(1, round(self.reckoned))

    def honest_near(self, minutes: float) -> int:
        """What to state where the section took `minutes` in a room: as near to that as is honest."""
        known = (replace(self, stated=count) for count in range(1, 2 * self.whole_minutes + 1))
        return min((one.stated for one in known if one.is_honest), key=lambda count: abs(count - minutes))


def sections(text: str, name: str, shown: Mapping[str, str]) -> list[Section]:
    """The sections of a lesson's source, each begun by a heading ##.

    `shown` tells what a code cell shows as text, by the cell's source. What stands before the first heading counts
    with the first section. Raises SourceError at a source that cannot be read.
    """
    found, before = [], Section("")
    for cell in read_source(text, name).cells:
        if is_answer(cell):
            continue
        for heading, piece in _pieces(cell):
            if heading:
                found.append(Section(heading, cell.metadata.get("minutes", 0)))
                found[-1].reckoned, found[-1].notes, before = before.reckoned, before.notes, Section("")
            _add(found[-1] if found else before, cell, piece, shown)
    return found


def what_is_shown(notebook: Path) -> dict[str, str]:
    """What each code cell of a built notebook shows as text, by its source; nothing where it is not built yet."""
    cells = read_whole(notebook).cells if notebook.exists() else []
    codes = (cell for cell in cells if cell.cell_type == "code")
    return {cell.source: "".join(map(text_of, cell.outputs)) for cell in codes}


def _pieces(cell: NotebookNode) -> Iterator[tuple[str, str]]:
    """The cell's text, cut before each heading; the heading with what stands under it."""
    if cell.cell_type == "code" or is_note(cell):
        yield "", cell.source
        return
    first, *others = SECTION.split(cell.source)
    if first.strip():
        yield "", first
    yield from zip(others[::2], others[1::2], strict=True)


def _add(section: Section, cell: NotebookNode, piece: str, shown: Mapping[str, str]) -> None:
    if is_note(cell):
        section.notes.append(piece)
    elif cell.cell_type == "code":
        section.codes.append(cell)
        section.reckoned += _minutes_of_code(piece, shown.get(piece, ""))
    else:
        section.texts.append(piece)
        section.reckoned += words(piece) / WORDS_A_MINUTE + A_PREDICTION * len(_QUESTION.findall(piece))


def _minutes_of_code(code: str, shown: str) -> float:
    if re.search(r"^show\(", code, re.MULTILINE):  # what it shows is a source, to be read
        return A_CELL + len(shown.split()) / WORDS_A_MINUTE
    is_glance = "\n" not in code and len(shown.split()) <= FEW_WORDS
    return A_GLANCE if is_glance else A_CELL


def words(text: str) -> int:
    """How many words a reader of this Markdown reads, those of folded answers, code and diagrams included."""
    return sum(any(map(str.isalnum, word)) for word in _TAG.sub(" ", text).split())
