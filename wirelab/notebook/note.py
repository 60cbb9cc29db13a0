"""Say a headline and some lines in a notebook and in a terminal alike."""

from collections.abc import Sequence
from dataclasses import dataclass

from wirelab.notebook import markup


@dataclass(frozen=True)
class Line:
    """A line, as text and as HTML."""

    text: str
    html: str


@dataclass(frozen=True)
class Note:
    """A headline over lines. `tone` is the colour of the bar beside them."""

    head: str
    lines: Sequence[Line] = ()
    tone: str = markup.NEUTRAL_COLOUR

    def __repr__(self) -> str:
        return "\n".join([self.head, *(line.text for line in self.lines)])

    def _repr_html_(self) -> str:
        return markup.panel(markup.strong(self.head), [line.html for line in self.lines], tone=self.tone)


def words(text: str) -> Line:
    """A line of words."""
    return Line(text, markup.text(text))


def code(text: str) -> Line:
    """Lines of code."""
    return Line(text, markup.code(text))


def place(before: str, path: str, name: str = "") -> Line:
    """A line that ends in a link to a file of the course, from a notebook one folder down."""
    shown = name or path
    text = f"{before} {shown} ({path})" if name else f"{before} {path}"
    return Line(text, f"{markup.text(before)} {markup.link(f'../{path}', shown)}")
