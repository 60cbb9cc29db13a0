"""Build the notebooks from sources/, run them, and tell which of them are stale."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from wirelab.atomic_write import write
from wirelab.building import notebook_source, second_answers, teaching_notes
from wirelab.building.kept_outputs import asks_to_predict, keep_apart, kept, place, read_whole
from wirelab.building.notebook_runner import execute
from wirelab.building.stored_outputs import Sanitizer, sanitizer
from wirelab.errors import SourceError
from wirelab.paths import KEPT_SUFFIX, aside

MAX_KERNELS = 4  # notebooks run side by side; most of them wait more than they work


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
        yield Product(source, course / "notebooks" / f"{source.stem}.ipynb", notebook_source.lecture, True)
    for source in sorted((course / "sources" / "exercises").glob("*.py")):
        yield Product(source, course / "exercises" / f"{source.stem}.ipynb", notebook_source.exercise, False)
        yield Product(source, course / "solutions" / f"{source.stem}.ipynb", second_answers.solution, True)


def build(course: Path, stems: list[str] | None = None) -> list[Path]:
    """Write the notebooks, run those that are run, write the teaching notes, and return the notebooks' paths.

    Raises SourceError, KernelFailed, NotWritten.
    """
    wanted = products(course, stems)
    for product in wanted:
        product.target.parent.mkdir(exist_ok=True)
    with ThreadPoolExecutor(MAX_KERNELS) as pool:
        built = list(pool.map(partial(_build, sanitizer(course)), wanted))
    teaching_notes.folder(course).mkdir(parents=True, exist_ok=True)
    for path, text in teaching_notes.pages(course).items():
        write(path, text)
    return built


def _build(sanitize: Sanitizer, product: Product) -> Path:
    notebook = product.notebook()
    if product.is_run:
        notebook = sanitize(execute(notebook, cwd=product.target.parent))
        _keep_what_varies(notebook, product.target)
        keep_apart(notebook, product.target)
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
        known = {cell.id: cell for cell in read_whole(path).cells}
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
        kept = aside(target)
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
    pages = teaching_notes.pages(course)
    stale_pages = [path for path, text in pages.items() if not path.exists() or path.read_text("utf-8") != text]
    known = {path for product in expected for path in (product.target, place(product.target))} | set(pages)
    found += [f"{path.relative_to(course).as_posix()} differs from its source" for path in stale_pages]
    without = [path for path in _made(course) if path not in known]
    return found + [f"{path.relative_to(course).as_posix()} has no source" for path in without]


def _made(course: Path) -> Iterator[Path]:
    """All that is on disk of what is built, but for what `reset` has kept."""
    folders = ("notebooks/*.ipynb", "exercises/*.ipynb", "solutions/*.ipynb")
    for pattern in (*folders, "sources/outputs/*/*.json", "docs/teaching/*.md"):
        yield from (path for path in sorted(course.glob(pattern)) if KEPT_SUFFIX not in path.name)


def _staleness(product: Product, course: Path) -> Iterator[str]:
    name = product.target.relative_to(course).as_posix()
    if not product.target.exists():
        yield f"{name} is missing"
        return
    there: NotebookNode = nbformat.read(product.target, as_version=4)  # type: ignore[no-untyped-call]
    if _bare(there) != _bare(product.notebook()):
        yield f"{name} differs from {product.source.relative_to(course).as_posix()}"
    codes = [cell for cell in there.cells if cell.cell_type == "code"]
    hidden = [cell for cell in codes if asks_to_predict(cell)]
    if any(cell.outputs or cell.execution_count for cell in hidden):
        yield f"{name} shows what a learner has to predict"
    if set(kept(product.target)) != {cell.id for cell in hidden}:
        yield f"{place(product.target).relative_to(course).as_posix()} has not the outputs that {name} leaves out"
    numbered = [(cell.execution_count, number) for number, cell in enumerate(codes, start=1) if cell not in hidden]
    if product.is_run and any(count != number for count, number in numbered):
        yield f"{name} was not run from top to bottom"
    if not product.is_run and any(cell.outputs or cell.execution_count for cell in codes):
        yield f"{name} has outputs, and a learner has to get it without"


def _bare(notebook: NotebookNode) -> Any:
    """What a notebook has from its source: everything but outputs and counts."""
    cells = [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]
    return notebook.metadata, notebook.nbformat_minor, cells
