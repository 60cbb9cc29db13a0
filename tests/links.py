"""Symbolic links, as far as a test may make them: Windows asks for a right, which developers switch on."""

from pathlib import Path

import pytest

NOT_ALLOWED = 1314  # Windows' number


def may_link(link: Path, target: Path) -> bool:
    """Make a symbolic link. Returns whether it was allowed."""
    try:
        link.symlink_to(target, target_is_directory=target.is_dir())
    except OSError as error:
        if getattr(error, "winerror", None) != NOT_ALLOWED:
            raise
        return False
    return True


def link_to(link: Path, target: Path) -> None:
    """Make a symbolic link, or skip the test."""
    if not may_link(link, target):
        pytest.skip("symbolic links need a right on Windows: the developer mode gives it")
