"""README names what there is, links lead somewhere, and pictures can be read aloud."""

import re
from pathlib import Path

import nbformat
import pytest

from wirelab.build import KEPT
from wirelab.cli import parser

COURSE = Path(__file__).parents[2]
NOTEBOOKS = sorted(path for path in COURSE.glob("*/[0-9]*.ipynb") if KEPT not in path.name)
README = (COURSE / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def test_stems_are_the_same_in_sources_exercises_and_solutions() -> None:
    def stems(folder: str, ending: str) -> list[str]:
        found = (COURSE / folder).glob(f"*.{ending}")
        return sorted(path.stem for path in found if KEPT not in path.name)

    assert stems("sources/exercises", "py") == stems("exercises", "ipynb") == stems("solutions", "ipynb")
    assert stems("sources/notebooks", "py") == stems("notebooks", "ipynb")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_readme_links_to_every_notebook(path: Path) -> None:
    assert f"]({path.relative_to(COURSE).as_posix()})" in README


@pytest.mark.parametrize("path", sorted((COURSE / "servers").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_readme_names_every_server(path: Path) -> None:
    assert f"servers/{path.name}" in README


def test_readme_names_every_command() -> None:
    commands = re.findall(r"^    ([a-z]+) ", parser().format_help(), re.MULTILINE)
    assert commands
    for command in set(commands) - {"open"}:
        assert f"python3 start.py {command}" in README


def test_readme_has_the_minutes_that_the_lessons_state() -> None:
    for path in sorted((COURSE / "sources" / "notebooks").glob("*.py")):
        [minutes] = re.findall(r"^# (\d+) minutes\.", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert re.search(rf"notebooks/{path.stem}\.ipynb\).*\| {minutes} \|", README), path.stem


def texts() -> list[tuple[str, Path, str]]:
    """Every text with links: a name, the folder it stands in, the text."""
    pages = [*COURSE.glob("*.md"), *COURSE.glob("docs/*.md")]
    found = [(path.name, path.parent, path.read_text(encoding="utf-8")) for path in pages]
    for path in NOTEBOOKS:
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        found.append((f"{path.parent.name}/{path.stem}", path.parent, "\n".join(cells)))
    return found


@pytest.mark.parametrize(("folder", "text"), [text[1:] for text in texts()], ids=[text[0] for text in texts()])
def test_links_lead_somewhere_and_pictures_have_words(folder: Path, text: str) -> None:
    for picture, words, address in LINK.findall(text):
        assert not picture or len(words) > 20, address
        if "://" not in address and not address.startswith("#"):
            assert (folder / address.split("#")[0]).exists(), address
