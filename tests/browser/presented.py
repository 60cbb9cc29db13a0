"""A lesson that is being presented: the room's window, the instructor's page, and what each shows."""

import contextlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from lab import COURSE, PATIENCE, PROJECTOR
from playwright.sync_api import Browser, BrowserContext, Page, expect

from wirelab.presenting.lesson_plan import LessonPlan, find_source, plan_of
from wirelab.presenting.presentation import instructor_server
from wirelab.presenting.scratch_course import Scratch, add_extension

# How far the section's first cell is from the top of the notebook, in pixels. JupyterLab adds cell after cell.
FROM_TOP = """cell => {
  const cells = [...document.querySelectorAll(".jp-Notebook .jp-Cell")];
  const top = document.querySelector(".jp-WindowedPanel-outer").getBoundingClientRect().top;
  return cell in cells ? cells[cell].getBoundingClientRect().top - top : NaN;
}"""
ACTIVE = "[...document.querySelectorAll('.jp-Notebook .jp-Cell')].findIndex(one => one.matches('.jp-mod-active'))"

# A cell of text, or one of code with a number.
DONE_WITH = r"""cell => {
  const prompt = document.querySelectorAll(".jp-Notebook .jp-Cell")[cell].querySelector(".jp-InputPrompt");
  return !prompt || !prompt.textContent.trim() || /\[\d+\]/.test(prompt.textContent);
}"""


@dataclass(frozen=True)
class Presented:
    """The two windows of a presentation."""

    plan: LessonPlan
    room: Page
    page: Page

    @property
    def cells(self) -> list[str]:
        """The ids of the lesson's cells, in their order."""
        return list(self.plan.places)

    def jump(self, section: int) -> None:
        """Choose a section on the instructor's page, and wait until its notes are there."""
        self.page.locator("#jumps button").nth(section).click()
        self.is_at(section)

    def is_at(self, section: int) -> None:
        """Wait until the instructor's page shows this section."""
        expect(self.page.locator("#heading")).to_have_text(self.plan.sections[section].heading)

    def has_landed(self, section: int) -> None:
        """Wait until the section's first cell is at the top of the room's window."""
        cell = self.cells.index(self.plan.sections[section].cell)
        self.room.wait_for_function(f"cell => Math.abs(({FROM_TOP})(cell)) < 100", arg=cell)

    def is_below_the_top(self, section: int, *, pixels: int) -> None:
        """Wait until the room's window is scrolled back from the section by that much."""
        cell = self.cells.index(self.plan.sections[section].cell)
        self.room.wait_for_function(f"([cell, pixels]) => ({FROM_TOP})(cell) > pixels", arg=[cell, pixels])

    def run_next(self) -> None:
        """Run the cell that is active in the room's window, from the instructor's page."""
        before = self.room.evaluate(ACTIVE)
        self.page.get_by_role("button", name="Run the next cell").click()
        self.room.wait_for_function(f"before => {ACTIVE} !== before", arg=before)
        self.room.wait_for_function(DONE_WITH, arg=before)
        self.is_at(self.plan.places[self.cells[before]])

    def has_run(self, count: int) -> None:
        """Wait until the first `count` code cells have a number."""
        prompt = self.room.locator(".jp-CodeCell .jp-InputPrompt").nth(count - 1)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))

    def notes_in_the_room(self) -> list[str]:
        """The sentences of the notes that stand in the room's window; there must be none."""
        shown = " ".join(self.room.evaluate("document.body.textContent").split())
        return [words for section in self.plan.sections for words in sentences(section.notes) if words in shown]


def sentences(notes: list[str]) -> list[str]:
    """The notes as they are read, a paragraph each, without the word that begins it."""
    paragraphs = [block for note in notes for block in re.findall(r"<p>(.*?)</p>", note, re.DOTALL)]
    plain = (" ".join(re.sub(r"<strong>.*?</strong>|<[^>]+>", "", block).split()) for block in paragraphs)
    return [words for words in plain if words and "&" not in words]


@dataclass(frozen=True)
class Presentation:
    """`python3 start.py present`, running: its process, its folder and its two addresses."""

    process: "subprocess.Popen[str]"
    scratch: Scratch
    room: str
    page: str

    def of_page(self) -> psutil.Process:
        """The process that serves the instructor's page."""
        children = psutil.Process(self.process.pid).children()
        [found] = [one for one in children if "wirelab.presenting.instructor_server" in one.cmdline()]
        return found


@contextlib.contextmanager
def presentation(folder: Path, *words: str) -> Iterator[Presentation]:
    """Begin it as an instructor does; it ends with its kernels. `folder` is for its temporary files."""
    environment = {**os.environ, "TMPDIR": str(folder), "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    environment["JUPYTER_CONFIG_DIR"] = str(folder / "config")
    environment.pop("WIRELAB_PORTS", None)
    command = [sys.executable, "start.py", "present", *words, "--no-browser", "--ServerApp.port=0"]
    pipe: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=COURSE, env=environment, **pipe) as process:
        try:
            room, page = _address(process, "room's window"), _address(process, "own page")
            [scratch] = folder.glob("wirelab-*")
            yield Presentation(process, Scratch(scratch), room, page)
        finally:
            process.terminate()


def _address(process: "subprocess.Popen[str]", words: str) -> str:
    assert process.stderr
    found = next((line for line in process.stderr if words in line), "")
    return re.findall(r"http\S+", found)[0]


@contextlib.contextmanager
def windows(browser: Browser, stem: str, room: str, page: str, **options: Any) -> Iterator[Presented]:
    """The two windows of a lesson, both as wide as most projectors, and what they ask of the network."""
    with browser.new_context(viewport=PROJECTOR, **options) as context:
        asked = _requests(context)
        both = Presented(plan_of(find_source(COURSE, stem)), context.new_page(), context.new_page())
        context.set_default_timeout(PATIENCE)
        both.room.goto(room)
        both.room.locator(".jp-Notebook .jp-Cell.jp-mod-active").wait_for()
        both.page.goto(page)
        expect(both.page.locator("#trouble")).to_be_hidden()
        yield both
        assert [one for one in asked if not re.match(r"(http|ws)://127\.0\.0\.1:|data:|blob:", one)] == []


def _requests(context: BrowserContext) -> list[str]:
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    return asked


@contextlib.contextmanager
def lesson_of(presentation: Presentation, stem: str) -> Iterator[tuple[str, str]]:
    """Another lesson in the JupyterLab that runs: the addresses of its room's window and of its page.

    A JupyterLab for each lesson would take the test three times as long; all else is as if it had been begun so.
    """
    scratch = presentation.scratch
    scratch.plan.write_text(json.dumps(plan_of(find_source(COURSE, stem)).as_json()), encoding="utf-8")
    scratch.events.unlink(missing_ok=True)
    with instructor_server(scratch) as page:
        notebook = f"notebooks/{stem}.ipynb"
        add_extension(scratch, server=page, notebook=notebook)
        yield re.sub(r"notebooks/.*\.ipynb", notebook, presentation.room), page
