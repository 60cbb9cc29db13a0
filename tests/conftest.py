"""What every test has: the course's folder, and no server left over from the test before."""

from collections.abc import Iterator
from pathlib import Path

import pytest

import wirelab


@pytest.fixture(scope="session")
def course() -> Path:
    """The folder that holds README.md, sources/ and the rest."""
    return Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_server_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Servers behave as they do for learners, and end with the test."""
    monkeypatch.delenv("WIRELAB_PORTS")
    yield
    wirelab.stop_all()
