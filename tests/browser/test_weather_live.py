"""The page of the project of lesson 41, as its solution makes it, in a browser."""

from typing import TYPE_CHECKING, Any

import pytest
import requests

from wirelab.building.notebook_source import solution

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from lab import COURSE  # noqa: E402
from playwright.sync_api import expect  # noqa: E402

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.proof
SOURCE = COURSE / "sources" / "exercises" / "41-weather-live.py"

MAKES = ("import ", "routes ", "class ", "def ", "async ", "log ", "rooms ", "routes[")  # neither text nor checks


def test_a_page_changes_with_each_reading_and_catches_up_after_a_break(browser: "Browser") -> None:
    cells = [cell.source for cell in solution(SOURCE.read_text(encoding="utf-8"), SOURCE.stem).cells]
    notebook: dict[str, Any] = {}
    for source in cells:
        if source.startswith(MAKES):
            exec(source, notebook)
    [both] = [source for source in cells if source.startswith("rooms = ")]

    def post(degrees: float) -> int:
        address = notebook["service"].url + "/stations/2/readings"
        return requests.post(address, json={"degrees": degrees}, timeout=3).status_code

    with browser.new_page() as page:
        page.goto(notebook["service"].url + "/stations/2/live")
        expect(page.locator("#degrees")).to_have_text("no reading yet")
        assert post(21.5) == 201
        expect(page.locator("#degrees")).to_have_text("21.5 degrees")
        notebook["feed"].stop()
        assert post(3.5) == 201
        exec(both, notebook)  # the launch cell again, as a learner does it
        expect(page.locator("#degrees")).to_have_text("3.5 degrees")
