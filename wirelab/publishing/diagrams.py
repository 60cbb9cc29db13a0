"""Put drawings in the place of Mermaid's text, each with the same in words.

A drawing is kept in `sources/diagrams/`, under a name made from the text. `tests/browser/diagrams.py` draws it.
"""

import hashlib
import html
import re
from pathlib import Path

from wirelab.building.builder import products
from wirelab.errors import SourceError
from wirelab.publishing.contents import parts
from wirelab.publishing.diagram_words import words

DRAW = ".venv/bin/python tests/browser/diagrams.py"
_MERMAID = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WIDTH = re.compile(r"max-width: ([\d.]+px)")


def sources(text: str) -> list[str]:
    """The texts of the diagrams in Markdown."""
    return _MERMAID.findall(text)


def folder(course: Path) -> Path:
    """Where the drawings are kept."""
    return course / "sources" / "diagrams"


def name(source: str) -> str:
    """What the drawing of a diagram is called, without its suffix. Another text has another name."""
    return hashlib.sha256(source.encode()).hexdigest()[:12]


def with_drawings(text: str, course: Path) -> str:
    """Markdown with drawings in place of Mermaid's text. Raises SourceError where one is missing."""
    return _MERMAID.sub(lambda found: _figure(found[1], course), text)


def _figure(source: str, course: Path) -> str:
    path = folder(course) / f"{name(source)}.svg"
    if not path.exists():
        raise SourceError(f"sources/diagrams has no drawing of a diagram ({source[:60]!r} ...): run {DRAW}")
    drawing = path.read_text(encoding="utf-8").strip()
    said = html.escape(" ".join(words(source)))
    width = _WIDTH.search(drawing)
    style = f' style="--natural: {width[1]}"' if width else ""
    return (
        f'<figure class="diagram" tabindex="0" aria-label="Diagram"{style}>'
        f'<div role="img" aria-label="{said}">{drawing}</div></figure>'
    )


def all_sources(course: Path) -> list[str]:
    """The texts of all diagrams that the book has, in its notebooks and docs."""
    pages = [path for part in parts(course) for path in part.pages if path.startswith("docs/")]
    texts = [(course / path).read_text(encoding="utf-8") for path in pages]
    for product in products(course):
        texts += [cell.source for cell in product.notebook().cells if cell.cell_type == "markdown"]
    return [source for text in texts for source in sources(text)]
