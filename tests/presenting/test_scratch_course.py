"""The room's copy of the course: fresh, whole, and without a word for the instructor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from wirelab.building.lesson_minutes import sections
from wirelab.presenting.scratch_course import EXTENSION, Scratch, make

COURSE = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Scratch:
    folder = tmp_path_factory.mktemp("room")
    address, notebook = "http://127.0.0.1:1/key/", "notebooks/12-web-server.ipynb"
    return make(folder, COURSE, theme="dark", server=address, notebook=notebook)


def test_lessons_and_exercises_are_there_without_outputs(scratch: Scratch) -> None:
    for folder in ("notebooks", "exercises"):
        made = sorted((scratch.course / folder).glob("*.ipynb"))
        sources = sorted((COURSE / "sources" / folder).glob("*.py"))
        assert [path.stem for path in made] == [path.stem for path in sources]
        for path in made:
            codes = [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
            assert not any(cell.outputs or cell.execution_count for cell in codes)


def test_no_note_is_anywhere_in_it(scratch: Scratch) -> None:
    readable = (path for path in scratch.course.rglob("*") if path.suffix in (".md", ".ipynb", ".json"))
    texts = [path.read_text("utf-8") for path in readable]
    for source in (COURSE / "sources" / "notebooks").glob("*.py"):
        for section in sections(source.read_text("utf-8"), source.stem, {}):
            first_lines = [note.splitlines()[0] for note in section.notes]
            assert not [line for line in first_lines if any(line in text for text in texts)]


def test_python_in_it_has_the_copys_servers_checks_and_kit(scratch: Scratch) -> None:
    code = "import servers, checks, wirelab\nfor one in (servers, checks, wirelab): print(one.__file__)"
    environment = {**os.environ, **scratch.environment()}
    command = [sys.executable, "-c", code]
    ran = subprocess.run(command, cwd=scratch.folder, env=environment, capture_output=True, text=True)
    assert ran.stdout.count(str(scratch.course)) == 3, ran.stderr


def test_its_settings_are_big_and_dark_and_save_nothing_by_themselves(scratch: Scratch) -> None:
    def setting(name: str) -> dict[str, object]:
        path = scratch.folder / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        return dict(json.loads(path.read_text("utf-8")))

    assert setting("apputils-extension/themes")["theme"] == "JupyterLab Dark"
    assert setting("docmanager-extension/plugin") == {"autosave": False}


def test_the_rooms_script_knows_the_address_and_the_lesson(scratch: Scratch) -> None:
    text = (scratch.extensions / EXTENSION / "static" / "window.js").read_text("utf-8")
    told = {"server": "http://127.0.0.1:1/key/", "notebook": "notebooks/12-web-server.ipynb", "slides": False}
    assert json.dumps(told) in text
