"""Take the pictures of presenting.md and board.md in docs again: `.venv/bin/python tests/browser/pictures.py`."""

import shutil
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))  # as pytest has it

from boarded import MISSED, NAMES, have_worked, learners, pages
from boards import running
from lab import COURSE
from playwright.sync_api import Browser, expect, sync_playwright
from presented import presentation, windows

from conftest import OPTIONS

SECTION = 4  # a prediction, something that breaks on purpose, and a wire view
FEWER = 28  # learners in a class


def take(browser: Browser, folder: Path, into: Path) -> None:
    """Lesson 12, as far as the section that breaks."""
    with presentation(folder, "12") as begun, windows(browser, "12", begun.room, begun.page) as both:
        both.jump(SECTION)
        both.page.get_by_role("button", name="Run everything up to this section").first.click()
        both.has_run(7)
        both.has_landed(SECTION)
        both.run_next()
        both.run_next()
        both.has_run(8)
        both.room.locator(".jp-CodeCell").nth(7).evaluate("one => one.scrollIntoView()")
        both.room.screenshot(path=into / "presenting-room.png")
        both.page.screenshot(path=into / "presenting-page.png")


def take_board(browser: Browser, folder: Path, into: Path) -> None:
    """A class at the exercises of lesson 12, both its pages."""
    with (
        running(folder) as board,
        learners(board, (NAMES * 3)[:FEWER]) as found,
        pages(browser, board) as both,
    ):
        have_worked(found)
        expect(both.instructor.locator(".chip")).to_have_count(FEWER)
        expect(both.room.locator("#bars li")).to_have_count(len(MISSED))
        both.instructor.screenshot(path=into / "board-page.png")
        both.room.screenshot(path=into / "board-room.png")


if __name__ == "__main__":
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as name:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        take(browser, Path(name), COURSE / "docs")
        take_board(browser, Path(name), COURSE / "docs")
