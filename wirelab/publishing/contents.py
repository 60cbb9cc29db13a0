"""Know the pages of the book, the file of the course behind each, and their order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from wirelab.building.builder import Product, products
from wirelab.publishing.page_links import Shelf

LANGUAGES = {  # of what stands in a file of the course, by the end of its name: how it is highlighted
    ".py": "python",
    ".html": "html",
    ".css": "css",
    ".js": "js",
    ".svg": "xml",
    ".conf": "nginx",
    ".json": "json",
    ".yaml": "yaml",
    ".slurm": "bash",
    ".txt": "text",
    "": "text",
}
TO_LOOK_UP = [
    "docs/glossary.md",
    "docs/cheat-sheet-1-http.md",
    "docs/cheat-sheet-2-rest.md",
    "docs/cheat-sheet-3-websockets.md",
    "kit.md",
    "docs/kit.md",
    "docs/other-programs.md",
    "servers/index.md",
    "docs/servers.md",
]
FIRST_PAGES = ["index.md", "start.md", "docs/ways-in.md"]
TEACHING = [
    "instructors.md",
    "docs/presenting.md",
    "docs/board.md",
    "docs/teaching/README.md",
    "docs/teaching/plans.md",
    "docs/grading.md",
]  # and all other pages of docs/
CHANGING = ["change.md", "CONTRIBUTING.md", "CHANGELOG.md"]
NOT_IN_THE_BOOK = "docs/architecture.md"  # for those who have the course's files before them
OTHER_FILES = [  # beside the servers, what pages of the book link to
    "LICENSE",
    "nbgrader_config.py",
    "docs/check-result.schema.json",
    "deploy/grade.slurm",
    "deploy/grade-job.yaml",
]
README_PAGES = {
    "README.md": "index.md",
    "README.md#start": "start.md",
    "README.md#the-course": "index.md#the-course",
    "README.md#the-servers": "servers/index.md",
    "README.md#what-the-notebooks-use": "kit.md",
}
PARTS_OF_LESSONS = {"0": "HTTP", "1": "HTTP", "2": "REST", "3": "WebSockets", "4": "Everything together"}


@dataclass(frozen=True)
class Part:
    """A part of the book: its heading in the list of pages, their paths, and those that the list leaves out."""

    title: str
    pages: list[str]
    below: list[str] = field(default_factory=list)


def notebooks(course: Path) -> dict[str, Product]:
    """What each notebook of the book is made of, by its path below the course's folder."""
    return {product.target.relative_to(course).as_posix(): product for product in products(course)}


def teaching_pages(course: Path) -> list[str]:
    """The pages with the notes on a lesson, in the lessons' order."""
    return _paths(course, (course / "docs" / "teaching").glob("[0-9]*.md"))


def for_instructors(course: Path) -> list[str]:
    """The instructors' pages, and every page of docs/ that has no other place."""
    others = _paths(course, (course / "docs").glob("*.md"))
    elsewhere = {*FIRST_PAGES, *TEACHING, *TO_LOOK_UP, NOT_IN_THE_BOOK}
    return TEACHING + [path for path in others if path not in elsewhere]


def files(course: Path) -> list[str]:
    """The files of the course that have a page which shows them as they are."""
    of_servers = (path for path in (course / "servers").rglob("*") if path.is_file() and path.suffix in LANGUAGES)
    return _paths(course, (path for path in of_servers if path.read_bytes().strip())) + OTHER_FILES


def _paths(course: Path, found: Iterable[Path]) -> list[str]:
    return sorted(path.relative_to(course).as_posix() for path in found)


def parts(course: Path) -> list[Part]:
    """The book's parts, in their order."""
    paths = list(notebooks(course))
    lessons = [path for path in paths if path.startswith("notebooks/")]
    found = [Part("Begin", FIRST_PAGES)]
    for topic in dict.fromkeys(PARTS_OF_LESSONS.values()):
        found.append(
            Part(topic, [path for path in lessons if PARTS_OF_LESSONS[path.partition("/")[2][0]] == topic])
        )
    for folder in ("exercises", "solutions"):
        found.append(Part(folder.capitalize(), [path for path in paths if path.startswith(f"{folder}/")]))
    found.append(Part("To look up", TO_LOOK_UP, [file_page(path) for path in files(course)]))
    found.append(Part("For instructors", for_instructors(course), teaching_pages(course)))
    return [*found, Part("To change the course", CHANGING)]


def file_page(path: str) -> str:
    """The page that shows a file as it is."""
    return f"{path}.md"


def shelf(course: Path, repository: str) -> Shelf:
    """Where each file of the course is to be found: in the book, or else in its repository, if that is known."""
    pages = {path: path for part in parts(course) for path in (*part.pages, *part.below)}
    pages |= {path: file_page(path) for path in files(course)} | README_PAGES
    folders = {path.relative_to(course).as_posix() for path in (course / "servers").rglob("*") if path.is_dir()}
    pages |= dict.fromkeys(["servers", *folders], "servers/index.md")
    return Shelf(pages, lambda path: f"{repository}/blob/HEAD/{path}" if repository else "")
