"""For every test and notebook: ports that do not collide with what runs beside it, and what nbval has to know.

So `pytest --nbval notebooks exercises solutions` needs no further words, and neither does `-n 3` behind it.
"""

import os
from pathlib import Path

import pytest

CELL_TIMEOUT = 30.0  # seconds; nbval's own is 2000, and it waits that long for a kernel that has died
NBVALS_TIMEOUT = 2000.0

os.environ["WIRELAB_PORTS"] = "free"

collect_ignore_glob = ["*/my_*"]  # what learners write in lessons, with tests of their own that fail on purpose


def pytest_configure(config: pytest.Config) -> None:
    option = config.option
    if not (getattr(option, "nbval", False) or getattr(option, "nbval_lax", False)):
        return
    if option.nbval_sanitize_with is None:
        option.nbval_sanitize_with = str(Path(__file__).parent / "sources" / "sanitize.cfg")
    if option.nbval_kernel_name is None:
        option.nbval_current_env = True
    if option.nbval_cell_timeout == NBVALS_TIMEOUT:
        option.nbval_cell_timeout = CELL_TIMEOUT
    if getattr(option, "dist", "no") == "load":  # xdist's way for -n alone: a notebook's cells would be torn apart
        option.dist = "loadfile"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Give nbval what a cell that asks to predict has to show; the notebook itself does not tell it."""
    if type(item).__name__ == "IPyNbCell":
        from wirelab.building.kept_outputs import put_back

        put_back(item.cell, item.path, item.cell_num + 1)  # type: ignore[attr-defined]
