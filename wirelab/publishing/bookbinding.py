"""Build the book: write its pages where they have changed, and have Sphinx make a website of them."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

from wirelab.atomic_write import write
from wirelab.errors import BookFailed
from wirelab.paths import COURSE
from wirelab.publishing import contents, notebook_pages, text_pages
from wirelab.publishing.sphinx_build import build

PAGES_FOLDER = Path("build-artefacts") / "book-pages"  # below the course's folder: what the website is made of
OUT = Path("build-artefacts") / "book"
GITHUB = "https://github.com/"
BINDER = "https://mybinder.org/v2/gh/{}/HEAD"  # with the owner and the name of a repository on GitHub
PACKAGES = ("myst_nb", "sphinx", "sphinx_book_theme")
MISSING = (
    "the book needs packages that are not installed: run python3 start.py book, which installs them, "
    "or  pip install --require-hashes -r requirements-book.lock"
)
_ON_GITHUB = re.compile(
    r"(?:https://(?:[^@/]+@)?github\.com/|(?:ssh://)?git@github\.com[:/])(?P<name>[\w.-]+/[\w.-]+?)(?:\.git)?/?"
)
_PICTURE = re.compile(r"!\[[^\]]*\]\(([^)\s:]+)\)")


def make_book(out: Path, *, repository: str = "", course: Path = COURSE) -> Path:
    """Build the book into a folder, and return its first page.

    `repository` is an address on GitHub, or nothing. Raises BookFailed, SourceError, NotWritten.
    """
    if not all(map(importlib.util.find_spec, PACKAGES)):
        raise BookFailed(MISSING)
    if repository and not (repository := _on_github(given := repository)):
        raise BookFailed(f"{given} is no repository on GitHub: write --repository {GITHUB}OWNER/NAME")
    out = out.resolve()
    if out.exists() and not (out / ".buildinfo").exists() and (out.is_file() or any(out.iterdir())):
        raise BookFailed(f"{out} has files that are not a book's: choose another folder with --out")
    pages = course / PAGES_FOLDER
    texts = dict(_pages(course, repository))
    _write_pages(pages, texts, course)
    build(pages, out, course / f"{PAGES_FOLDER}-read", parts=_parts(course, texts), repository=repository)
    return out / "index.html"


def _pages(course: Path, repository: str) -> Iterator[tuple[str, str]]:
    """The text of each page, by its path."""
    shelf = contents.shelf(course, repository)
    binder = BINDER.format(repository.removeprefix(GITHUB)) if repository else ""
    yield from text_pages.pages(course, shelf, binder=binder).items()
    for path, product in contents.notebooks(course).items():
        made = notebook_pages.page(product, path, shelf, course=course, binder=binder)
        yield path, nbformat.writes(made) + "\n"  # type: ignore[no-untyped-call]


def _parts(course: Path, texts: dict[str, str]) -> list[dict[str, Any]]:
    """The list of contents, as the template shows it: names of pages, and their titles."""
    return [
        {
            "title": part.title,
            "pages": [(_name(path), _title(path, texts[path])) for path in part.pages],
            "below": [_name(path) for path in (*part.pages, *part.below)],
            "is_open": part.title in contents.PARTS_OF_LESSONS.values(),
        }
        for part in contents.parts(course)
    ]


def _name(path: str) -> str:
    """A page as Sphinx calls it."""
    return path.rpartition(".")[0]


def _title(path: str, text: str) -> str:
    """The first heading of a page, after the number of its lesson."""
    [title] = re.findall(r'^(?: *")?# (.+?)(?:\\n",?)?$', text, re.MULTILINE)[:1]
    return f"{path.partition('/')[2][:2]} {title}" if path.startswith("notebooks/") else title


def _write_pages(folder: Path, pages: dict[str, str], course: Path) -> None:
    """Write what has changed, as Sphinx reads again what is newer, and delete what the book has no more."""
    wanted = {folder / path: text for path, text in pages.items()}
    pictures = {path: course / path.relative_to(folder) for path in _pictures(wanted)}
    for path, text in wanted.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            write(path, text)
    for path, original in pictures.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original, path)
    for path in folder.rglob("*.*"):
        if path.is_file() and path not in wanted and path not in pictures:
            path.unlink()


def _pictures(pages: dict[Path, str]) -> Iterator[Path]:
    """The pictures that pages show, where they have to stand."""
    for page, text in pages.items():
        if page.suffix == ".md" and page.name.count(".") == 1:
            for address in _PICTURE.findall(text):
                yield Path(os.path.normpath(page.parent / address))


def origin(course: Path = COURSE) -> str:
    """The address on GitHub from which the course was cloned, or nothing."""
    command = ["git", "-C", str(course), "remote", "get-url", "origin"]
    try:
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:  # no git
        return ""
    return _on_github(said)


def _on_github(address: str) -> str:
    """The address of a repository on GitHub as browsers have it, or nothing if it is none."""
    found = _ON_GITHUB.fullmatch(address)
    return f"{GITHUB}{found['name']}" if found else ""
