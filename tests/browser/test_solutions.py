"""Every solution does in JupyterLab, in a real browser, what its stored outputs promise."""

from collections.abc import Iterator

import pytest
from lab import COURSE, Desk, Lab
from playwright.sync_api import Page
from shown import cut_off, differences, unreadable

pytestmark = pytest.mark.proof
SOLUTIONS = sorted((COURSE / "solutions").glob("*.ipynb"))


@pytest.fixture(scope="module", params=SOLUTIONS, ids=lambda path: path.stem)
def desk(request: pytest.FixtureRequest, page: Page, lab: Lab) -> Iterator[Desk]:
    desk = Desk(page, request.param)
    desk.run_all()
    yield desk
    desk.close()
    assert lab.ask("kernels") == []


def test_run_all_shows_what_is_stored(desk: Desk) -> None:
    assert differences(desk, desk.path) == []


def test_nothing_is_cut_off(desk: Desk) -> None:
    assert cut_off(desk) == []


def test_the_kits_views_can_be_read_in_both_themes(desk: Desk) -> None:
    for theme in desk.themes():
        desk.use_theme(theme)
        desk.picture(f"solution-{desk.path.stem}-{theme.lower()}")
        assert unreadable(desk) == [], theme


def test_restart_and_run_all_shows_it_again(desk: Desk) -> None:
    desk.restart_and_run_all()
    assert differences(desk, desk.path) == []
