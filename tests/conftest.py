"""What every test has: the course's folder, and no server left over from the test before."""

import os
import shutil
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import wirelab

CHROMIUM = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def course() -> Path:
    """The folder that holds README.md, sources/ and the rest."""
    return Path(__file__).parent.parent


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where it is. Debian's package of Chromium without windows draws the same pages in less time."""
    found = next(filter(None, map(shutil.which, CHROMIUM)), None)
    return found or pytest.skip("no Chromium is installed: apt-get install chromium")


@pytest.fixture(autouse=True)
def no_server_left(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Servers behave as they do for learners, and end with the test."""
    monkeypatch.delenv("WIRELAB_PORTS")
    yield
    wirelab.stop_all()


@pytest.fixture
def write_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Writes a module into a folder that both this process and its children import from, and gives its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def write(source: str) -> str:
        name = f"made_{len(list(tmp_path.iterdir()))}_{os.getpid()}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(source), encoding="utf-8")
        return name

    return write
