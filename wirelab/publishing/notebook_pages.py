"""Make pages of the book from notebooks: predictions folded, no frame of a server, links that lead to pages."""

import re
from functools import partial
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from wirelab.building.builder import Product
from wirelab.building.kept_outputs import asks_to_predict, read_whole
from wirelab.building.notebook_source import BEGIN, END
from wirelab.checking.result import MIME
from wirelab.publishing.diagrams import with_drawings
from wirelab.publishing.page_links import Shelf, lead

HIDE_OUTPUT = "hide-output"  # myst-nb's tag for a cell whose output is folded away
IN_PLACE_OF_A_FRAME = "<em>In the notebook the page is shown here, as long as its server runs.</em>"
_FRAME = re.compile(r"<iframe\b.*?</iframe>", re.DOTALL)
_ANCHOR = re.compile(r'(?: · )?<a href="(?P<to>[^"]*)"[^>]*>(?P<words>.*?)</a>', re.DOTALL)
_OF_THIS_COMPUTER = re.compile(r"\w+://(127\.0\.0\.1|localhost)\b")
_MARKER_LINE = re.compile(rf"^ *(?:{re.escape(BEGIN)}|{re.escape(END)})\n?", re.MULTILINE)
_FIRST_HEADING = re.compile(r"^# (.+)$", re.MULTILINE)


def whole(product: Product) -> NotebookNode:
    """The notebook as its source has it, with the stored output of each cell that is the same on disk.

    What learners have written into a notebook is not in it. Raises SourceError.
    """
    notebook = product.notebook()
    if product.is_run and product.target.exists():
        stored = {(cell.id, cell.source): cell for cell in read_whole(product.target).cells}
        for cell in notebook.cells:
            if cell.cell_type == "code" and (same := stored.get((cell.id, cell.source))):
                cell.outputs, cell.execution_count = same.outputs, same.execution_count
    return notebook


def page(product: Product, path: str, shelf: Shelf, *, course: Path, binder: str) -> NotebookNode:
    """What the book shows of a notebook, whose path below the course's folder is given.

    `binder` is the address of Binder that opens the course there, or nothing. Raises SourceError.
    """
    notebook = whole(product)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            _prepare_code(cell, path, shelf)
        else:
            cell.source = lead(with_drawings(cell.source, course), shelf, at=path, to=path)
    title, name = notebook.cells[0], path.partition("/")[2].replace(".ipynb", ".html")
    links = [f'<a href="{binder}?urlpath=lab/tree/{path}">Run it on Binder</a>'] if binder else []
    links.append('<a href="../start.html">Run it on your computer</a>')
    if path.startswith("solutions/"):
        title.source = title.source.replace("# Exercise ", "# Solution ", 1)
        notebook.metadata["nosearch"] = True  # who looks for a word looks for a lesson
        links.append(f'<a href="../exercises/{name}">The exercise without its solution</a>')
    if path.startswith("exercises/"):
        solved = _beside([f'<a href="../solutions/{name}">When you have tried: the solution</a>'])
        notebook.cells.append(nbformat.v4.new_markdown_cell(solved))  # type: ignore[no-untyped-call]
    title.source = _FIRST_HEADING.sub(lambda found: f"{found[0]}\n\n{_beside(links)}", title.source, count=1)
    return notebook


def _beside(links: list[str]) -> str:
    """Links that are drawn as buttons: where a notebook can be run, and what belongs to it."""
    return f'<p class="beside">{" ".join(links)}</p>'


def _prepare_code(cell: NotebookNode, path: str, shelf: Shelf) -> None:
    cell.source = _MARKER_LINE.sub("", cell.source).rstrip("\n")
    if asks_to_predict(cell):
        cell.metadata.tags = [*cell.metadata.tags, HIDE_OUTPUT]
    for shown in (output.data for output in cell.outputs if "data" in output):
        shown.pop(MIME, None)  # what a check leaves for programs
        if "text/html" in shown:
            shown["text/html"] = without_servers(shown["text/html"], shelf)
        if "text/markdown" in shown:
            shown["text/markdown"] = lead(shown["text/markdown"], shelf, at=path, to=path)


def without_servers(html: str, shelf: Shelf) -> str:
    """An output's HTML, with a sentence for each frame, and without links to this computer and to lost pages."""
    return _ANCHOR.sub(partial(_anchor, shelf), _FRAME.sub(IN_PLACE_OF_A_FRAME, html))


def _anchor(shelf: Shelf, found: re.Match[str]) -> str:
    if _OF_THIS_COMPUTER.match(found["to"]):
        return "" if found["words"] == "open it" else found["words"]
    if found["to"].endswith(".ipynb") and found["to"].removeprefix("../") not in shelf.pages:
        return found["words"]  # as in a map of the course that was drawn before a lesson got another name
    return f'<a href="{found["to"].replace(".ipynb", ".html")}">{found["words"]}</a>'
