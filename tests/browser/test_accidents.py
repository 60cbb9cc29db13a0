"""What happens to a learner's work by accident: a browser crashes, a reset, a second start, a file renamed."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from lab import COURSE, PATIENCE, PROJECTOR, Lab, address_told
from playwright.sync_api import Browser, Page, expect
from waiting import wait_until

pytestmark = pytest.mark.proof
LEFT_OUT = shutil.ignore_patterns(".*", "build-artefacts", "tests", "benches", "__pycache__", "*.old-*", "my_*")


@dataclass(frozen=True)
class Copy:
    """A course of one's own, open in JupyterLab as `start.py` opens it, with the course's own settings."""

    folder: Path
    environment: dict[str, str]
    lab: Lab

    @property
    def exercise(self) -> Path:
        return self.folder / "exercises" / "12-web-server.ipynb"

    def command(self, *words: str) -> str:
        """What `wirelab WORDS` prints here."""
        done = subprocess.run(
            [sys.executable, "-m", "wirelab", *words],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        return done.stdout + done.stderr

    def open(self, page: Page) -> None:
        page.set_default_timeout(PATIENCE)
        page.goto(f"{self.lab.url}lab/tree/exercises/{self.exercise.name}?token={self.lab.token}")
        page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()


@pytest.fixture(scope="module")
def copy(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copy]:
    home = tmp_path_factory.mktemp("home")
    folder = home / "a course"
    shutil.copytree(COURSE, folder, ignore=LEFT_OUT)
    jupyter = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR")
    environment = {**os.environ, "PYTHONPATH": str(folder), "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces")}
    environment |= {name: str(home / name.lower()) for name in jupyter}
    environment.pop("WIRELAB_PORTS", None)
    command = [sys.executable, "-m", "wirelab", "--no-browser", "--ServerApp.port=0"]
    pipe = {"stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, cwd=folder, env=environment, **pipe) as process:  # type: ignore[call-overload]
        try:
            yield Copy(folder, environment, address_told(process))
        finally:
            process.terminate()


def write(page: Page, text: str) -> None:
    """At the end of the notebook's first cell of code."""
    page.locator(".jp-CodeCell .cm-content").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(f"\n{text}")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def test_what_was_written_outlives_the_browser(copy: Copy, browser: Browser) -> None:
    with browser.new_context(viewport=PROJECTOR) as crashing:
        page = crashing.new_page()
        copy.open(page)
        write(page, "# mine")
        assert wait_until(lambda: "# mine" in text_of(copy.exercise), seconds=60)
    with browser.new_page(viewport=PROJECTOR) as page:
        copy.open(page)
        expect(page.locator(".jp-CodeCell .cm-content").first).to_contain_text("# mine")


def test_a_reset_keeps_what_was_there_and_says_what_to_do_with_the_open_tab(copy: Copy, browser: Browser) -> None:
    with browser.new_page(viewport=PROJECTOR) as page:
        copy.open(page)
        write(page, "# before the reset")
        page.keyboard.press("Control+s")
        assert wait_until(lambda: "# before the reset" in text_of(copy.exercise), seconds=60)
        said = copy.command("reset", "12")
        assert "Reload" in said
        [kept] = copy.exercise.parent.glob("12-web-server.old-*.ipynb")
        assert "# before the reset" in text_of(kept)
        page.locator(".lm-MenuBar-itemLabel", has_text="File").click()
        page.locator(".lm-Menu-itemLabel", has_text="Reload Notebook from Disk").click()
        expect(page.locator(".jp-CodeCell .cm-content").first).not_to_contain_text("# before the reset")
    assert "# before the reset" not in text_of(copy.exercise)


def test_a_second_start_leads_to_the_first(copy: Copy) -> None:
    assert copy.lab.url in copy.command("--no-browser")


def test_a_renamed_exercise_keeps_its_checks_and_can_be_had_anew(copy: Copy) -> None:
    renamed = copy.exercise.rename(copy.exercise.with_name("my answers.ipynb"))
    mine = text_of(renamed)
    copy.command("reset", "12")
    assert copy.exercise.exists()
    assert text_of(renamed) == mine
