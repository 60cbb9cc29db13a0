"""The course in JupyterLab, started as a learner starts it, and its notebooks as a browser shows them."""

import contextlib
import json
import os
import re
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")

from playwright.sync_api import FrameLocator, Locator, Page, TimeoutError, expect  # noqa: E402

from wirelab.building.kept_outputs import read_whole  # noqa: E402
from wirelab.checking.result import MIME  # noqa: E402

COURSE = Path(__file__).parents[2]
ARTEFACTS = COURSE / "build-artefacts"
PATIENCE = 60_000  # milliseconds; two cores may be shared with much else
expect.set_options(timeout=PATIENCE)
PROJECTOR, NARROW = {"width": 1280, "height": 720}, {"width": 480, "height": 800}

# Notebooks are opened where learners open them. Nothing but what a test wrote itself can be saved there.
SETTINGS = """
def refuse(path, model, contents_manager, **_):
    if not path.lstrip("/").startswith("build-artefacts/"):
        raise PermissionError(f"a test must not save {path}")

c.FileContentsManager.pre_save_hook = refuse
"""
PLUGINS = {
    "docmanager-extension/plugin": '{"autosave": false}',
    "notebook-extension/tracker": '{"windowingMode": "none"}',  # cells out of sight are looked at too
}


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab: its address and its key."""

    url: str
    token: str

    @property
    def address(self) -> str:
        """Where notebooks are shown one at a time, without tabs."""
        return f"{self.url}doc/tree/README.md?token={self.token}&reset"

    def ask(self, path: str, method: str = "GET") -> Any:
        """What its REST interface answers."""
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}api/{path}", method=method, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.loads(answer.read() or b"null")


@contextlib.contextmanager
def running_lab(folder: Path) -> Iterator[Lab]:
    """`python3 start.py`, with settings of its own in `folder`; it ends with its kernels."""
    environment = {**os.environ, **_settings(folder)}
    environment.pop("WIRELAB_PORTS", None)
    command = [sys.executable, str(COURSE / "start.py"), "--no-browser", "--ServerApp.port=0"]
    pipe: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with subprocess.Popen(command, env=environment, **pipe) as process:
        try:
            yield address_told(process)
        finally:
            process.terminate()


def _settings(folder: Path) -> dict[str, str]:
    names = ("CONFIG", "RUNTIME", "DATA")
    found = {f"JUPYTER_{name}_DIR": str(folder / name.lower()) for name in names}
    found |= {f"JUPYTERLAB_{name}_DIR": str(folder / name.lower()) for name in ("SETTINGS", "WORKSPACES")}
    found["WIRELAB_ALONE"] = "0"  # also where CI runs in a container: this browser is on the same computer
    found["WIRELAB_PROGRESS"] = str(folder / "verdicts.jsonl")
    files = {f"settings/@jupyterlab/{name}.jupyterlab-settings": text for name, text in PLUGINS.items()}
    for name, text in {**files, "config/jupyter_server_config.py": SETTINGS}.items():
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text(text, encoding="utf-8")
    return found


def address_told(process: "subprocess.Popen[str]") -> Lab:
    """Read in its messages where it is; later ones are read too, as a full pipe would stop it."""
    assert process.stderr
    said = []
    for line in process.stderr:
        said.append(line)
        found = re.search(r"(http://127\.0\.0\.1:\d+/)\S*token=(\w+)", line)
        if found:
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return Lab(found[1], found[2])
    raise AssertionError("JupyterLab did not start:\n" + "".join(said))


# What a browser shows of each code cell. Cells without code never get a number.
LOOK = r"""() => [...document.querySelectorAll(".jp-Notebook .jp-CodeCell")].map(cell => {
  const kinds = [...cell.querySelectorAll(".jp-OutputArea-output")].map(output => output.dataset.mimeType || "");
  const count = kind => kinds.filter(one => one === "application/vnd.jupyter." + kind).length;
  const wires = [...cell.querySelectorAll(".jp-OutputArea-output .wirelab-wire")]
    .filter(wire => !wire.parentElement.closest("details"));  // those are a check's
  const text = [...cell.querySelectorAll(".jp-OutputArea-output")].map(output => output.innerText).join("\n");
  return {
    number: cell.querySelector(".jp-InputPrompt").textContent.trim(),
    red: count("error") + count("stderr"),  // JupyterLab draws both alike
    wires: wires.length, drawn: wires.filter(wire => wire.getBoundingClientRect().height > 20).length,
    verdicts: text.match(/^Exercise \d+\.\d+, .*: .+$/mg) || [],
  };
})"""
PROMPTS = '[...document.querySelectorAll(".jp-Notebook .jp-CodeCell .jp-InputPrompt")]'
FORGET = f"() => {PROMPTS}.forEach(prompt => {{ prompt.textContent = '' }})"
DONE = rf"() => {PROMPTS}.every(prompt => /^\[\d+\]:$/.test(prompt.textContent.trim()))"
SCROLLER = "document.querySelector('.jp-WindowedPanel-outer')"


class Desk:
    """One notebook, open in a browser's page."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page, self.path = page, path
        self.ran: set[int] = set()  # the cells that were run one by one
        self.choose("File", "Open from Path…")
        page.locator(".jp-Dialog input").fill(path.relative_to(COURSE).as_posix())
        page.keyboard.press("Enter")
        page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        page.locator(".jp-Toolbar-kernelName", has_text="Python 3").wait_for()
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(state="attached")
        if page.locator("#jp-left-stack").is_visible():
            page.keyboard.press("Control+B")  # the file browser, which shows itself

    def close(self) -> None:
        """End the kernel, and save nothing."""
        self.choose("File", "Close and Shut Down Notebook…")
        self.accept()
        self.page.locator(".jp-Notebook").wait_for(state="detached")

    def accept(self) -> None:
        self.page.locator(".jp-Dialog .jp-mod-accept").click()

    def choose(self, menu: str, *items: str) -> None:
        """Choose from a menu, as with the mouse."""
        self.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile(f"^{menu}$")).click()
        for item in items:
            label = self.page.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$"))
            label.click()

    def run_all(self) -> None:
        self.page.evaluate(FORGET)
        self.choose("Run", "Run All Cells")
        self.wait()

    def run(self, number: int) -> None:
        """Run one code cell and wait for it."""
        self.page.evaluate(FORGET)
        self.select(number)
        self.page.keyboard.press("Control+Enter")
        self.wait_for(number)
        self.ran.add(number)

    def run_to(self, words: str) -> FrameLocator:
        """Go on to the cell that contains `words`, one by one. Returns the page under it."""
        last = self.find(words)
        for number in sorted(set(range(last + 1)) - self.ran):
            self.run(number)
        return self.output(last).frame_locator("iframe")

    def find(self, words: str) -> int:
        """The number of the first code cell that contains `words`."""
        found = nbformat.read(self.path, as_version=4).cells  # type: ignore[no-untyped-call]
        codes = [cell.source for cell in found if cell.cell_type == "code"]
        return next(number for number, source in enumerate(codes) if words in source)

    def select(self, number: int) -> None:
        """Make one code cell the one that menus and keys are about."""
        self.page.locator(".jp-CodeCell .jp-InputPrompt").nth(number).click()

    def wait_for(self, number: int) -> None:
        """Until one code cell has run."""
        prompt = self.page.locator(".jp-CodeCell .jp-InputPrompt").nth(number)
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"))

    def output(self, number: int) -> Locator:
        """What stands under one code cell."""
        return self.page.locator(".jp-CodeCell").nth(number).locator(".jp-OutputArea")

    def interrupt(self, way: str) -> None:
        """Stop the running cell: by the "button" or by the "menu"."""
        if way == "menu":
            self.choose("Kernel", "Interrupt Kernel")
        else:
            self.page.locator('.jp-Toolbar [data-jp-item-name="interrupt"]').click()

    def restart_and_run_all(self) -> None:
        self.page.evaluate(FORGET)
        self.choose("Run", "Restart Kernel and Run All Cells…")
        self.accept()
        self.wait()

    def wait(self) -> None:
        """Until every code cell has a new number. Behind a cell that failed none gets one: `look` tells that."""
        with contextlib.suppress(TimeoutError):
            self.page.wait_for_function(DONE, polling=100)  # milliseconds; else with every frame that is drawn

    def themes(self) -> list[str]:
        """Both, and first the one that it has: to change it takes time."""
        is_light = self.page.locator("body").get_attribute("data-jp-theme-light") == "true"
        return ["Light", "Dark"] if is_light else ["Dark", "Light"]

    def use_theme(self, name: str) -> None:
        light = "true" if name == "Light" else "false"
        body = self.page.locator("body")
        if body.get_attribute("data-jp-theme-light") != light:
            self.choose("Settings", "Theme", f"JupyterLab {name}")
        expect(body).to_have_attribute("data-jp-theme-light", light)

    def look(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.page.evaluate(LOOK)
        return found

    def picture(self, name: str) -> None:
        """A picture of the whole notebook; its window grows for it."""
        size = self.page.viewport_size
        assert size
        self.page.evaluate(f"{SCROLLER}.scrollTop = 0")
        high = self.page.wait_for_function(f"{SCROLLER}.scrollHeight").json_value()  # 0 while a theme changes
        self.page.set_viewport_size({"width": size["width"], "height": min(high, 16_000)})
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.jpg", quality=85)  # in half the time of a PNG
        self.page.set_viewport_size(size)


def stored(path: Path) -> list[dict[str, Any]]:
    """What a browser is to show of each code cell that has run, read from the notebook and what is kept apart."""
    cells = [cell for cell in read_whole(path).cells if cell.cell_type == "code"]
    return [_expected(cell, number) for number, cell in enumerate(cells, start=1)]


def _expected(cell: nbformat.NotebookNode, number: int) -> dict[str, Any]:
    data = [output.get("data", {}) for output in cell.outputs]
    results = [one[MIME] for one in data if MIME in one]
    wires = sum("wirelab-wire" in one.get("text/html", "") for one in data if MIME not in one)
    if cell.source.endswith("tap.live()"):  # stored is how it begins, and a browser shows how it ends
        wires = 1
    return {
        "number": f"[{number}]:",
        "red": sum(output.output_type == "error" or output.get("name") == "stderr" for output in cell.outputs),
        "wires": wires,
        "drawn": wires,
        "verdicts": [f"Exercise {one['exercise']}, {one['title']}: {one['verdict']}" for one in results],
    }
