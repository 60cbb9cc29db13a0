"""What every notebook does in JupyterLab, in a real browser: what its stored outputs promise."""

from collections.abc import Callable, Iterator

import pytest
from lab import COURSE, Desk, Lab
from playwright.sync_api import Page
from shown import cut_off, differences, unreadable

__all__ = [
    "desks",
    "test_nothing_is_cut_off",
    "test_restart_and_run_all_shows_it_again",
    "test_run_all_shows_what_is_stored",
    "test_the_kits_views_can_be_read_in_both_themes",
]


def desks(folder: str) -> Callable[..., Iterator[Desk]]:
    """A fixture: each notebook of the folder, run in JupyterLab."""
    notebooks = sorted((COURSE / folder).glob("*.ipynb"))

    @pytest.fixture(scope="module", params=notebooks, ids=lambda path: path.stem)
    def desk(request: pytest.FixtureRequest, page: Page, lab: Lab) -> Iterator[Desk]:
        desk = Desk(page, request.param)
        desk.run_all()
        yield desk
        desk.close()
        assert lab.ask("kernels") == []

    return desk


def test_run_all_shows_what_is_stored(desk: Desk) -> None:
    assert differences(desk, desk.path) == []


def test_nothing_is_cut_off(desk: Desk) -> None:
    assert cut_off(desk) == []


def test_the_kits_views_can_be_read_in_both_themes(desk: Desk) -> None:
    now, other = desk.themes()
    desk.picture(f"{desk.path.parent.name}-{desk.path.stem}-{now.lower()}")
    assert unreadable(desk) == [], now
    desk.use_theme(other)
    desk.picture(f"{desk.path.parent.name}-{desk.path.stem}-{other.lower()}")
    if desk.path.parent.name == "notebooks":  # solutions draw nothing else, and take turns with the themes
        assert unreadable(desk, "color-contrast") == [], other  # the one rule that depends on the theme


def test_restart_and_run_all_shows_it_again(desk: Desk) -> None:
    desk.restart_and_run_all()
    assert differences(desk, desk.path) == []
