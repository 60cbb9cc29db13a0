"""Know what was open in JupyterLab when the course was left.

JupyterLab keeps that in a workspace. The course has one of its own, in its own folder: it opens as it was left,
and no notebooks of another course come with it.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path

from wirelab import progress_file
from wirelab.paths import COURSE
from wirelab.tracking.course_map import next_exercise
from wirelab.tracking.lessons import lessons

OWN_PLACE = "JUPYTERLAB_WORKSPACES_DIR"  # a variable of JupyterLab's with another place
DOCUMENTS = ("notebook:", "editor:", "jupytext-notebook:")  # how a workspace names what is open


def workspaces() -> Path:
    """The folder in which JupyterLab keeps the course's workspace."""
    return Path(os.environ.get(OWN_PLACE, COURSE / ".progress" / "workspaces"))


def settings() -> list[str]:
    """What to tell JupyterLab, so that it uses that folder; nothing where it cannot be written."""
    try:
        workspaces().mkdir(parents=True, exist_ok=True)
    except OSError:
        return []
    return [f"--LabApp.workspaces_dir={workspaces()}"] if os.access(workspaces(), os.W_OK) else []


def landing_page() -> str:
    """The path to open: what was open last, as it was; else the notebook that comes next."""
    kept = sorted(workspaces().glob("*.jupyterlab-workspace")) if workspaces().is_dir() else []
    return "/lab" if has_documents(kept) else f"/lab/tree/{next_notebook()}"


def has_documents(files: Iterable[Path]) -> bool:
    """Whether one of these workspaces has a notebook or another document open. Raises nothing."""
    return any(name.startswith(DOCUMENTS) for file in files for name in _names_in(file))


def _names_in(file: Path) -> list[str]:
    try:
        return list(json.loads(file.read_text(encoding="utf-8"))["data"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def next_notebook() -> str:
    """The lesson that is next; or its exercises, once one of them is begun."""
    known, states = lessons(), progress_file.states()
    found = next_exercise(known, states)
    if not found:
        return known[0].notebook
    lesson, exercise = found
    is_begun = any(one.id in states for one in lesson.exercises)
    return lesson.place_of(exercise) if is_begun else lesson.notebook
