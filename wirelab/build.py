"""Build the notebooks from sources/, run them, and tell which of them are stale."""

import itertools
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from wirelab import lesson
from wirelab.course import SANITIZE
from wirelab.errors import SourceError
from wirelab.kernel import execute, rewritten
from wirelab.writing import write

AT_ONCE = 4  # notebooks run side by side; most of them wait more than they work
KEPT = ".old-"  # in the name of a notebook that `reset` has kept: 12-web-server.old-1.ipynb


@dataclass(frozen=True)
class Product:
    """A notebook to build: from which source, by what, to where, and whether it is run."""

    source: Path
    target: Path
    make: Callable[[str, str], NotebookNode]
    is_run: bool

    def notebook(self) -> NotebookNode:
        """As the source has it, without outputs. Raises SourceError."""
        return self.make(self.source.read_text(encoding="utf-8"), self.source.stem)


def products(course: Path, stems: list[str] | None = None) -> list[Product]:
    """All notebooks of the course, or those of some stems. Raises SourceError for an unknown stem."""
    found = list(_products(course))
    unknown = set(stems or []) - {product.source.stem for product in found}
    if unknown:
        raise SourceError(f"sources/ has no {', '.join(sorted(unknown))}: give a stem, as in 12-web-server")
    return [product for product in found if not stems or product.source.stem in stems]


def _products(course: Path) -> Iterator[Product]:
    for source in sorted((course / "sources" / "notebooks").glob("*.py")):
        yield Product(source, course / "notebooks" / f"{source.stem}.ipynb", lesson.lecture, True)
    for source in sorted((course / "sources" / "exercises").glob("*.py")):
        yield Product(source, course / "exercises" / f"{source.stem}.ipynb", lesson.exercise, False)
        yield Product(source, course / "solutions" / f"{source.stem}.ipynb", lesson.solution, True)


def build(course: Path, stems: list[str] | None = None) -> list[Path]:
    """Write the notebooks, run those that are run, and return their paths.

    Raises SourceError, KernelFailed, NotWritten.
    """
    wanted = products(course, stems)
    for product in wanted:
        product.target.parent.mkdir(exist_ok=True)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(partial(_build, sanitizer(course)), wanted))


def _build(settle: "Sanitizer", product: Product) -> Path:
    notebook = product.notebook()
    if product.is_run:
        notebook = settle(execute(notebook, cwd=product.target.parent))
        _keep_what_varies(notebook, product.target)
    write(product.target, nbformat.writes(notebook) + "\n")  # type: ignore[no-untyped-call]
    return product.target


def _keep_what_varies(notebook: NotebookNode, path: Path) -> None:
    """Take what nbval does not compare from the notebook that is there, as long as its cell is the same.

    That is a picture, since one of a measurement differs with every run; and the outputs of a cell with the
    tag nbval-ignore-output, where two things happen at once and either may be seen first.
    """
    for cell, known in _pairs(notebook, path):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            cell.outputs = known.outputs
        for new, old in zip(cell.get("outputs", []), known.get("outputs", []), strict=False):
            if "image/png" in new.get("data", {}) and "image/png" in old.get("data", {}):
                new.data["image/png"] = old.data["image/png"]


def _pairs(notebook: NotebookNode, path: Path) -> Iterator[tuple[NotebookNode, NotebookNode]]:
    """Each cell with the one of the same id in the notebook on disk, where there is one."""
    if path.exists():
        there: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
        known = {cell.id: cell for cell in there.cells}
        yield from ((cell, known[cell.id]) for cell in notebook.cells if cell.id in known)


def reset(course: Path, stem: str) -> tuple[Path, Path | None]:
    """Write an exercise as it was, and keep what is there beside it, unless nothing has been done to it.

    Returns the exercise and what was kept. `stem` may be shortened, as in "12". Raises SourceError, NotWritten.
    """
    exercises = [product for product in _products(course) if not product.is_run]
    found = [product for product in exercises if product.source.stem.startswith(stem)]
    if len(found) != 1:
        known = ", ".join(product.source.stem for product in exercises)
        raise SourceError(f"{'no' if not found else 'more than one'} exercise is called {stem}: there are {known}")
    target, notebook, kept = found[0].target, found[0].notebook(), None
    if target.exists() and not _is_untouched(target, notebook):
        names = (target.with_suffix(f"{KEPT}{number}.ipynb") for number in itertools.count(1))
        kept = next(name for name in names if not name.exists())
    write(target, nbformat.writes(notebook) + "\n", keep_as=kept)  # type: ignore[no-untyped-call]
    return target, kept


def _is_untouched(path: Path, notebook: NotebookNode) -> bool:
    try:
        there: NotebookNode = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception:  # half a file, or none of ours
        return False
    return [cell.source for cell in there.cells] == [cell.source for cell in notebook.cells]


def stale(course: Path) -> list[str]:
    """What is wrong with the notebooks on disk, a sentence each; an empty list when nothing is."""
    expected = products(course)
    found = [said for product in expected for said in _staleness(product, course)]
    known = {product.target for product in expected}
    for folder in ("notebooks", "exercises", "solutions"):
        for path in sorted((course / folder).glob("*.ipynb")):
            if path not in known and KEPT not in path.name:
                found.append(f"{path.relative_to(course).as_posix()} has no source")
    return found


def _staleness(product: Product, course: Path) -> Iterator[str]:
    name = product.target.relative_to(course).as_posix()
    if not product.target.exists():
        yield f"{name} is missing"
        return
    there: NotebookNode = nbformat.read(product.target, as_version=4)  # type: ignore[no-untyped-call]
    if _bare(there) != _bare(product.notebook()):
        yield f"{name} differs from {product.source.relative_to(course).as_posix()}"
    codes = [cell for cell in there.cells if cell.cell_type == "code"]
    if product.is_run and any(cell.execution_count != number for number, cell in enumerate(codes, start=1)):
        yield f"{name} was not run from top to bottom"
    if not product.is_run and any(cell.outputs or cell.execution_count for cell in codes):
        yield f"{name} has outputs, and a learner has to get it without"


def _bare(notebook: NotebookNode) -> Any:
    """What a notebook has from its source: everything but outputs and counts."""
    cells = [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]
    return notebook.metadata, notebook.nbformat_minor, cells


@dataclass(frozen=True)
class Sanitizer:
    """Replaces dates and versions in a notebook's outputs."""

    pairs: list[tuple[re.Pattern[str], str]]

    def __call__(self, notebook: NotebookNode) -> NotebookNode:
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = rewritten(cell.outputs, self._settled)
        return notebook

    def _settled(self, text: str) -> str:
        for regex, new in self.pairs:
            text = regex.sub(new, text)
        return text


def sanitizer(course: Path) -> Sanitizer:
    """What the file says that nbval compares with.

    Its section [ports] is nbval's alone: a built notebook shows the ports the servers asked for.
    """
    text = (course / SANITIZE).read_text(encoding="utf-8")
    sections = re.findall(r"^\[(.+)\]\nregex: (.+)\nreplace: (.*)$", text, re.MULTILINE)
    return Sanitizer([(re.compile(regex), new) for section, regex, new in sections if section != "ports"])
