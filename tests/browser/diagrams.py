"""Draw the diagrams of the lessons and docs for the book: `.venv/bin/python tests/browser/diagrams.py`.

JupyterLab brings Mermaid, so they are drawn as in the lessons. What is drawn already stays as it is, and what no
page has any more is deleted.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from conftest import OPTIONS
from wirelab.paths import COURSE
from wirelab.publishing import diagrams

TOKEN = "drawing"
STARTED = "window.jupyterapp?.started"
# Labels are text of SVG, as HTML in it has colours of its own. The book's style colours lines and letters.
DRAW = """async ([name, source]) => {
  await window.jupyterapp.started;
  const plugins = window.jupyterapp.pluginRegistry._plugins;
  const mermaid = await plugins.get("@jupyterlab/mermaid-extension:core").service.getMermaid();
  mermaid.initialize({theme: "neutral", startOnLoad: false, securityLevel: "strict", htmlLabels: false,
    fontFamily: "sans-serif", flowchart: {htmlLabels: false}});
  return (await mermaid.render(`diagram-${name}`, source)).svg;
}"""


@contextmanager
def jupyterlab(folder: Path) -> Iterator[str]:
    """JupyterLab, with settings of its own in `folder`: its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "RUNTIME", "DATA")}
    words = ["--no-browser", "--allow-root", f"--ServerApp.port={port}", f"--IdentityProvider.token={TOKEN}"]
    words += ["--LabApp.expose_app_in_browser=True", f"--ServerApp.root_dir={folder}"]
    command = [sys.executable, "-m", "jupyterlab", *words]
    with subprocess.Popen(command, env={**os.environ, **own}, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            next(line for line in process.stderr if f":{port}/" in line)
            yield f"http://127.0.0.1:{port}/lab?token={TOKEN}"
        finally:
            process.kill()


def tidy(drawing: str) -> str:
    """Without what nothing uses, in one line, which Markdown takes for one piece of HTML."""
    for surplus in (
        r"<defs><symbol .*?</symbol></defs>",
        r' data-points="[^"]*"',
        r"@keyframes [\w-]+\{\w+\{.*?\}\}",
        r' role="graphics-document document" aria-roledescription="[^"]*"',  # the page has a role around it
    ):
        drawing = re.sub(surplus, "", drawing, flags=re.DOTALL)
    drawing = re.sub(r"(\d\.\d)\d+", r"\1", drawing)  # a tenth of a pixel is enough
    return re.sub(r"\s*\n\s*", " ", drawing).strip() + "\n"


def draw(missing: Mapping[str, str]) -> None:
    """Draw what is missing, by its names."""
    chromium = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder)) as address,
        sync_playwright() as playwright,
    ):
        page = playwright.chromium.launch(executable_path=chromium, args=OPTIONS).new_page()
        page.goto(address)
        page.wait_for_function(STARTED)
        for name, source in missing.items():
            path = diagrams.folder(COURSE) / f"{name}.svg"
            path.write_text(tidy(page.evaluate(DRAW, [name, source])), encoding="utf-8", newline="\n")
            print(f"drew {path.relative_to(COURSE).as_posix()}")


def main() -> None:
    """Bring sources/diagrams/ up to date."""
    folder = diagrams.folder(COURSE)
    folder.mkdir(exist_ok=True)
    wanted = {diagrams.name(source): source for source in diagrams.all_sources(COURSE)}
    if missing := {name: source for name, source in wanted.items() if not (folder / f"{name}.svg").exists()}:
        draw(missing)
    for path in folder.glob("*.svg"):
        if path.stem not in wanted:
            path.unlink()
            print(f"deleted {path.relative_to(COURSE).as_posix()}")


if __name__ == "__main__":
    main()
