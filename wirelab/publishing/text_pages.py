"""Make pages of the book from README, the docs and the servers' files."""

import re
from pathlib import Path

from wirelab.errors import SourceError
from wirelab.publishing.contents import LANGUAGES, file_page, files, parts, teaching_pages
from wirelab.publishing.diagrams import with_drawings
from wirelab.publishing.page_links import Shelf, from_page, lead

HOW_TO_READ = """## How to read this book

Here you can read the whole course, on a phone too. Each lesson is a notebook: below a cell of code stands what it
shows when it runs.

- **Predict, then run.** Some cells ask what they will show. Decide first, then open *Show what happens*.
- **The wire view** has two lanes, client and server, and an arrow for each message. Click on the line above an
  arrow to open or close it.
- **To run the code**, and to have your exercises checked, [install the course](start.md): it takes a
  minute.{binder}
"""
ON_BINDER = "\n  [Binder]({}) runs them without an installation, and forgets your work when you leave."
UNSEARCHED = "---\nnosearch: true\n---\n"  # Sphinx's word for a page that its search does not find
DIFFERENT = "What makes it different"
_SECTION = re.compile(r"^## (.+)\n", re.MULTILINE)
_FENCE_LINE = re.compile(r"^`{3,}", re.MULTILINE)


def readme_pages(course: Path) -> dict[str, str]:
    """The pages that README is divided into. Raises SourceError if README has other sections."""
    before, *rest = _SECTION.split((course / "README.md").read_text(encoding="utf-8"))
    found = dict(zip(rest[::2], rest[1::2], strict=True))
    try:
        commands, other, ways = found["All commands"].partition("### Other ways in\n")
        return {
            "index.md": f"{before}## {DIFFERENT}\n{found[DIFFERENT]}{HOW_TO_READ}\n"
            f"## The course\n{_without_servers(found['The course'])}",
            "start.md": f"# Install the course\n{found['Start']}{_raised(other)}{ways}",
            "kit.md": f"# What the notebooks use\n{found['What the notebooks use']}",
            "servers/index.md": f"# The servers\n{found['The servers']}",
            "change.md": f"# Change the course\n{found['Change it']}",
            "instructors.md": f"# Teach with it\n{found['Three ways']}## All commands\n{commands}",
        }
    except KeyError as missing:
        raise SourceError(f"README.md has no section {missing}, which a page of the book is made of") from None


def _without_servers(lessons: str) -> str:
    """The table of the lessons without its last column: with it, the table is too wide for a phone."""
    return re.sub(r"^(\|.*\|)[^|\n]*\|$", r"\1", lessons, flags=re.MULTILINE)


def _raised(text: str) -> str:
    """Text whose smaller headings become one size larger."""
    return re.sub(r"^###", "##", text, flags=re.MULTILINE)


def pages(course: Path, shelf: Shelf, *, binder: str) -> dict[str, str]:
    """All pages that are no notebooks, by their paths. `binder` is its address for the course, or nothing.

    Raises SourceError.
    """
    made = {path: lead(text, shelf, at="README.md", to=path) for path, text in readme_pages(course).items()}
    listed = [path for part in parts(course) for path in part.pages if not path.endswith(".ipynb")]
    for path in [*listed, *teaching_pages(course)]:
        if path not in made:
            text = with_drawings((course / path).read_text(encoding="utf-8"), course)
            made[path] = lead(text, shelf, at=path, to=path)
    made["index.md"] = made["index.md"].replace("{binder}", ON_BINDER.format(binder) if binder else "")
    made["index.md"] += "".join(
        _toctree([_entry(path, "index.md") for path in part.pages if path != "index.md"]) for part in parts(course)
    )
    for path in teaching_pages(course):
        made[path] = UNSEARCHED + made[path]
    made["servers/index.md"] += _toctree([_entry(file_page(path), "servers/index.md") for path in files(course)])
    made["docs/teaching/README.md"] += _toctree(
        [_entry(path, "docs/teaching/README.md") for path in teaching_pages(course)]
    )
    return made | {file_page(path): _listing(course / path, path) for path in files(course)}


def _entry(path: str, to: str) -> str:
    return from_page(path, to).rpartition(".")[0]


def _toctree(entries: list[str]) -> str:
    """What tells Sphinx the order of the pages; readers see `book-contents.html` instead."""
    lines = "\n".join(entries)
    return f"\n```{{toctree}}\n:hidden:\n\n{lines}\n```\n"


def _listing(file: Path, path: str) -> str:
    """A page that shows a file as it is."""
    text = file.read_text(encoding="utf-8")
    fence = "`" * (max(map(len, _FENCE_LINE.findall(text)), default=2) + 1)
    return f"# {path}\n\n{fence}{{code-block}} {LANGUAGES[file.suffix]}\n:linenos:\n\n{text.rstrip()}\n{fence}\n"
