"""Take the pictures of docs/presenting.md again: `.venv/bin/python tests/browser/pictures.py`."""

import shutil
import tempfile
from pathlib import Path

from lab import COURSE
from playwright.sync_api import sync_playwright
from presented import presentation, windows

from conftest import OPTIONS

SECTION = 4  # a prediction, something that breaks on purpose, and a wire view


def take(folder: Path, into: Path) -> None:
    """Lesson 12, as far as the section that breaks."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with sync_playwright() as playwright, presentation(folder, "12") as begun:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        with windows(browser, "12", begun.room, begun.page) as both:
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


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as name:
        take(Path(name), COURSE / "docs")
