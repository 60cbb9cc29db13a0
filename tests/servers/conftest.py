"""What the servers' tests share: the servers in threads, and clients of another make."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from servers import echo_server, ticket_service, web_server
from servers.tickets import store
from wirelab import Server, launch

# No time limits, and the same examples each time: a test fails for its fact alone.
settings.register_profile("course", deadline=None, derandomize=True)
settings.load_profile("course")


@pytest.fixture
def web() -> Server:
    return launch(web_server.create_server, port=0)


@pytest.fixture
def api() -> Server:
    return launch(ticket_service.create_app(store.Store()), port=0)


@pytest.fixture
def echo() -> Server:
    return launch(echo_server.onconnect, port=0)


@pytest.fixture
def curl() -> Callable[..., str]:
    """Runs curl with some words; returns what it printed."""
    program = shutil.which("curl") or pytest.skip("curl is not installed")
    always = [program, "-q", "--silent", "--show-error", "--noproxy", "*", "--max-time", "20"]

    def run(*words: str) -> str:
        ran = subprocess.run([*always, *words], capture_output=True, timeout=30, check=True)
        return ran.stdout.decode()

    return run


@pytest.fixture
def browser(chromium: str, tmp_path: Path) -> Callable[[str], str]:
    """Opens an address in a real browser; returns the page as it stands once all of it has come."""
    words = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

    def dump(url: str) -> str:
        command = [chromium, *words, f"--user-data-dir={tmp_path}", "--dump-dom", url]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout

    return dump


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns a thousand times as often, so that they meet in the middle of things."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 1000)
    yield
    sys.setswitchinterval(before)
