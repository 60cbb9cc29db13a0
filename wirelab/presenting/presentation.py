"""Present a lesson: the room's JupyterLab on a fresh copy, and beside it the instructor's own page."""

import json
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from wirelab.errors import PresentationFailed
from wirelab.opening.quiet_lab import run_lab
from wirelab.paths import COURSE
from wirelab.presenting import event_log, rehearsal, scratch_course
from wirelab.presenting.event_log import Event
from wirelab.presenting.lesson_plan import LessonPlan, find_source, plan_of, with_minutes
from wirelab.presenting.scratch_course import Scratch

TWO_WINDOWS = """The room's window: {}
Your own page:     {}
Keep your own page off the projector. What happens in the room's window is gone when you end this."""
NO_SLIDES = """The extension jupyterlab-slideshow is not installed. Install it, or leave --slides out:
{python} -m pip install jupyterlab-slideshow"""
RESTARTS = 20  # of the instructor's server, in one lesson


def present(
    words: str,
    settings: Sequence[str],
    *,
    theme: str = "light",
    port: int | None = None,
    slides: bool = False,
    rehearse: bool = False,
    own_plan: bool = False,
) -> int:
    """Present the lesson that `words` name until the instructor ends it.

    `settings` are JupyterLab's, and `theme` is "light" or "dark". `slides` shows slides, `rehearse` keeps the time
    of each section, and with `own_plan` those times are the plan. Raises SourceError where there is no such
    lesson, and PresentationFailed, also where the extension for slides is not installed.
    """
    if slides and not has_slides():
        raise PresentationFailed(NO_SLIDES.format(python=sys.executable))
    plan = plan_of(find_source(COURSE, words))
    plan = with_minutes(plan, rehearsal.rehearsed_minutes(plan.stem)) if own_plan else plan
    ended, events = _present(plan, settings, theme, port, slides)
    if rehearse:
        print(rehearsal.judge(plan, events, rehearsal.place(COURSE, plan.stem)))
    return ended


def _present(
    plan: LessonPlan, settings: Sequence[str], theme: str, port: int | None, slides: bool
) -> tuple[int, Sequence[Event]]:
    """The status in which JupyterLab ended, and what has happened."""
    with tempfile.TemporaryDirectory(prefix=f"wirelab-{plan.stem[:2]}-", ignore_cleanup_errors=True) as name:
        scratch = Scratch(Path(name).resolve())
        scratch.plan.write_text(json.dumps(plan.as_json()), encoding="utf-8")
        scratch.key.write_text(secrets.token_urlsafe(24), encoding="utf-8")
        with instructor_server(scratch) as page:
            notebook = f"notebooks/{plan.stem}.ipynb"
            scratch_course.make(scratch.folder, COURSE, theme=theme, server=page, notebook=notebook, slides=slides)
            os.environ.update(scratch.environment())
            has_browser = "--no-browser" not in settings
            ended = run_lab(
                [*room_settings(scratch, notebook), *settings],
                port=port,
                when_open=lambda room: _two_windows(room, page, with_browser=has_browser),
            )
        return ended, event_log.read(scratch.events)


def has_slides() -> bool:
    """Whether the extension is installed where JupyterLab looks for it: https://pypi.org/project/jupyterlab-slideshow/."""
    from jupyter_core.paths import jupyter_path

    return any(Path(folder, "jupyterlab-slideshow").is_dir() for folder in jupyter_path("labextensions"))


def room_settings(scratch: Scratch, notebook: str) -> list[str]:
    """What to tell JupyterLab, so that it shows the copy, one document at a time."""
    return [
        f"--ServerApp.root_dir={scratch.course}",
        f"--LabApp.default_url=/doc/tree/{notebook}",
        f"--LabApp.extra_labextensions_path={scratch.extensions}",
        f"--LabApp.workspaces_dir={scratch.folder / 'workspaces'}",
    ]


def _two_windows(room: str, page: str, *, with_browser: bool) -> str:
    if with_browser:
        webbrowser.open(page, new=1)  # in a window of its own, if the browser has any; JupyterLab opens the other
    return TWO_WINDOWS.format(room, page)


@contextmanager
def instructor_server(scratch: Scratch) -> Iterator[str]:
    """The instructor's server while the lesson lasts: gives the page's address. Raises PresentationFailed.

    If it dies, it is started again at the same address.
    """
    process, port = _start(scratch, 0)
    keeper = Keeper(process, scratch, port)
    threading.Thread(target=keeper.keep, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{port}/{scratch.key.read_text(encoding='utf-8')}/"
    finally:
        keeper.end()


class Keeper:
    """Starts the instructor's server again when it has died before its time."""

    def __init__(self, process: "subprocess.Popen[str]", scratch: Scratch, port: int) -> None:
        self._process, self._scratch, self._port = process, scratch, port
        self._is_over = threading.Event()

    def keep(self) -> None:
        """Wait for its death, again and again."""
        for _ in range(RESTARTS):
            self._process.wait()
            _close_pipes(self._process)
            if self._is_over.wait(timeout=0.5):
                return
            self._process, _ = _start(self._scratch, self._port)

    def end(self) -> None:
        """End the server."""
        self._is_over.set()
        self._process.terminate()
        self._process.wait()
        _close_pipes(self._process)


def _close_pipes(process: "subprocess.Popen[str]") -> None:
    for pipe in (process.stdin, process.stdout):
        assert pipe
        pipe.close()


def _start(scratch: Scratch, port: int) -> "tuple[subprocess.Popen[str], int]":
    """Its process and its port, once it listens. It ends with this program, whose end of the pipe closes then."""
    command = [sys.executable, "-m", "wirelab.presenting.instructor_server", str(scratch.folder), str(port)]
    process = subprocess.Popen(
        command, cwd=COURSE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )
    assert process.stdout
    line = process.stdout.readline()
    if not line.strip().isdigit():
        raise PresentationFailed("the page with the notes did not start: run python3 start.py doctor")
    return process, int(line)
