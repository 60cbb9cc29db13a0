"""Every solution does in JupyterLab, in a real browser, what its stored outputs promise."""

import pytest
from promises import (
    desks,
    test_nothing_is_cut_off,
    test_restart_and_run_all_shows_it_again,
    test_run_all_shows_what_is_stored,
    test_the_kits_views_can_be_read_in_both_themes,
)

__all__ = [
    "test_nothing_is_cut_off",
    "test_restart_and_run_all_shows_it_again",
    "test_run_all_shows_what_is_stored",
    "test_the_kits_views_can_be_read_in_both_themes",
]
pytestmark = pytest.mark.proof
desk = desks("solutions")
