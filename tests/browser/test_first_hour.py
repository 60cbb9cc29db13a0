"""What a newcomer meets in the first hour: the end of a notebook of exercises, with a way on."""

from collections.abc import Iterator

import pytest
from lab import ARTEFACTS, COURSE, PATIENCE, PROJECTOR, Desk, Lab
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.proof
PREFIX = """([number, kind]) => {
  const tab = document.querySelectorAll("#jp-main-dock-panel .lm-TabBar-tab")[number];
  return getComputedStyle(tab.querySelector(".lm-TabBar-tabLabel"), "::before").content === kind;
}"""


@pytest.fixture
def desk(page: Page, lab: Lab) -> Iterator[Desk]:
    desk = Desk(page, COURSE / "exercises" / "12-web-server.ipynb")
    yield desk
    desk.close()


def test_run_all_on_an_untouched_exercise_ends_with_a_summary_and_a_way_on(desk: Desk) -> None:
    desk.run_all()
    card = desk.output(-2)
    expect(card).to_contain_text("Exercise 12, a station on the web: 0 of 4 passed")
    expect(card).to_contain_text("12.4 Count the requests: not started yet")
    expect(card).not_to_contain_text("See it live")
    link = card.locator("a", has_text="13, Pages made and pages served")
    assert "notebooks/13-dynamic-and-static.ipynb" in str(link.get_attribute("href"))


@pytest.fixture
def window(browser: Browser, lab: Lab) -> Iterator[Page]:
    """JupyterLab with its tabs, as `start.py` opens it."""
    with browser.new_page(viewport=PROJECTOR) as window:
        window.set_default_timeout(PATIENCE)
        window.goto(f"{lab.url}lab/tree/README.md?token={lab.token}&reset")
        window.locator(".jp-FileEditor").wait_for()
        yield window


def test_tabs_of_a_lesson_its_exercises_and_their_solutions_can_be_told_apart(window: Page) -> None:
    for folder in ("notebooks", "exercises", "solutions"):
        window.locator(".lm-MenuBar-itemLabel", has_text="File").click()
        window.locator(".lm-Menu-itemLabel", has_text="Open from Path…").click()
        window.locator(".jp-Dialog input").fill(f"{folder}/12-web-server.ipynb")
        window.keyboard.press("Enter")
        window.locator(".jp-Dialog").wait_for(state="detached")
    tabs = window.locator("#jp-main-dock-panel .lm-TabBar-tab")
    expect(tabs).to_have_count(4)
    for number, kind in enumerate(["none", '"Lesson "', '"Exercise "', '"Solution "']):
        window.wait_for_function(PREFIX, arg=[number, kind])
    ARTEFACTS.mkdir(exist_ok=True)
    window.screenshot(path=ARTEFACTS / "tabs.png")
    for folder in ("notebooks", "exercises", "solutions"):  # a tab with another title renames its file
        assert (COURSE / folder / "12-web-server.ipynb").exists()
