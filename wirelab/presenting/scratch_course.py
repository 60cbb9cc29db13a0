"""Make a fresh copy of the course for a room, with settings of its own.

The checkout and the learner's settings stay as they are. The kit and the servers are copied too: what is edited in
class is edited in the copy. The sources and the teaching notes are not, so that the room finds no note.
"""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDERS = ("checks", "docs", "servers", "solutions", "wirelab")
LEFT_OUT = shutil.ignore_patterns("teaching", ".ipynb_checkpoints", "*.old-*")
BIG = "max(22px, 3vh)"  # as big on every projector: a line of text is a thirtieth of its height
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
EXTENSION = "wirelab-room"
_WINDOW = Path(__file__).parent / "room" / "window.js"
_REPORTER = Path(__file__).parent / "cell_reporter.py"
# As the first thing in each kernel of the room, and without a name left behind in it.
_STARTUP = '__import__("runpy").run_path({!r})["report_cells"](get_ipython(), {!r})\n'


@dataclass(frozen=True)
class Scratch:
    """Where everything of one presentation stands, below one temporary folder."""

    folder: Path

    @property
    def course(self) -> Path:
        """What the room sees."""
        return self.folder / "course"

    @property
    def plan(self) -> Path:
        """The plan with its notes, for the instructor's server."""
        return self.folder / "plan.json"

    @property
    def key(self) -> Path:
        """What the address of the instructor's page ends with, in a folder that nobody else can read."""
        return self.folder / "key"

    @property
    def events(self) -> Path:
        """What has happened; see `event_log`."""
        return self.folder / "events.jsonl"

    @property
    def extensions(self) -> Path:
        """What JupyterLab loads into the room's window."""
        return self.folder / "labextensions"

    def environment(self) -> dict[str, str]:
        """What to add to the environment of JupyterLab, its kernels and terminals."""
        paths = [str(self.course), *filter(None, [os.environ.get("PYTHONPATH")])]
        return {
            "PYTHONPATH": os.pathsep.join(paths),
            "IPYTHONDIR": str(self.folder / "ipython"),
            "JUPYTERLAB_SETTINGS_DIR": str(self.folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(self.folder / "workspaces"),
            "WIRELAB_PROGRESS": str(self.folder / "verdicts.jsonl"),
        }


def make(folder: Path, course: Path, *, theme: str, server: str, notebook: str, slides: bool = False) -> Scratch:
    """Fill the empty `folder`. `server` is the address of the instructor's, `notebook` the lesson's path.

    With `slides`, the room's window shows slides from the beginning.
    """
    scratch = Scratch(folder)
    copy_course(course, scratch.course)
    for path, text in _settings(scratch, theme):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    add_extension(scratch, server=server, notebook=notebook, slides=slides)
    return scratch


def copy_course(course: Path, target: Path) -> None:
    """The course's folders; lessons and exercises fresh from their sources, without outputs and answers."""
    import nbformat  # takes a second with the builder, and the instructor's server needs neither

    from wirelab.building.builder import products

    for name in FOLDERS:
        shutil.copytree(course / name, target / name, ignore=LEFT_OUT)
    for page in course.glob("*.md"):
        shutil.copy2(page, target)
    for product in products(course):
        path = target / product.target.relative_to(course)
        if path.parent.name != "solutions":
            path.parent.mkdir(exist_ok=True)
            nbformat.write(product.notebook(), path)  # type: ignore[no-untyped-call]


def _settings(scratch: Scratch, theme: str) -> Iterator[tuple[Path, str]]:
    """JupyterLab's settings and IPython's, by the path of their file."""
    for plugin, chosen in _plugins(theme).items():
        yield scratch.folder / "settings" / "@jupyterlab" / f"{plugin}.jupyterlab-settings", json.dumps(chosen)
    startup = scratch.folder / "ipython" / "profile_default" / "startup" / "00-report-cells.py"
    yield startup, _STARTUP.format(str(_REPORTER), str(scratch.events))


def _plugins(theme: str) -> dict[str, object]:
    big = {"code-font-size": BIG, "content-font-size1": BIG}
    return {
        "apputils-extension/themes": {"theme": THEMES[theme], "adaptive-theme": False, "overrides": big},
        "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
        "docmanager-extension/plugin": {"autosave": False},
        # All cells are in the page from the start, so that a jump lands where it is to.
        "notebook-extension/tracker": {
            "windowingMode": "none",
            "scrollPastEnd": True,
            "codeCellConfig": {"lineNumbers": False, "lineWrap": True},
        },
        "statusbar-extension/plugin": {"visible": False},
    }


def add_extension(scratch: Scratch, *, server: str, notebook: str, slides: bool = False) -> None:
    """JupyterLab's own way to load a script into its page: a prebuilt extension, which here is one file.

    https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html#prebuilt-extensions
    """
    build = {"load": "static/window.js", "extension": "./extension"}
    about = {"name": EXTENSION, "version": "1.0.0", "jupyterlab": {"extension": True, "_build": build}}
    folder = scratch.extensions / EXTENSION
    (folder / "static").mkdir(parents=True, exist_ok=True)
    (folder / "package.json").write_text(json.dumps(about), encoding="utf-8")
    told = json.dumps({"server": server, "notebook": notebook, "slides": slides})
    text = _WINDOW.read_text(encoding="utf-8").replace('"TOLD"', told)
    (folder / "static" / "window.js").write_text(text, encoding="utf-8")
