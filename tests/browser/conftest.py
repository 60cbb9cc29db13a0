"""A browser and the course in JupyterLab, for the tests in this folder."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from lab import Lab
    from playwright.sync_api import Browser, Page

pytest.register_assert_rewrite("promises")

# Debian's Chromium, in a container, on a machine without a screen.
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


# Playwright keeps an event loop running in this thread. It ends with the module: other modules' tests need none.
@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """Chromium, without a window. It reaches this computer only."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def lab(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Lab"]:
    """The course, as `python3 start.py` opens it."""
    from lab import running_lab

    with running_lab(tmp_path_factory.mktemp("jupyter")) as lab:
        yield lab


@pytest.fixture(scope="module")
def page(browser: "Browser", lab: "Lab") -> Iterator["Page"]:
    """The course in a window as wide as most projectors."""
    from lab import PATIENCE, PROJECTOR

    with browser.new_page(viewport=PROJECTOR) as page:
        page.set_default_timeout(PATIENCE)
        page.goto(lab.address)
        page.locator(".jp-FileEditor").wait_for()
        yield page
