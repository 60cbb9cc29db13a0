"""What a newcomer meets in the first hour: the end of a notebook of exercises, with a way on."""

from collections.abc import Iterator

import pytest
from lab import COURSE, Desk, Lab
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.proof


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
