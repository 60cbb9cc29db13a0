"""Remember, for all notebooks of this computer, which of them has a port."""

import contextlib
import json
import os
from pathlib import Path
from typing import Any

from wirelab.launching.ports import in_tests
from wirelab.paths import COURSE


def remember(port: int) -> None:
    """This notebook has the port from now on. Outside of a notebook nothing happens; nothing is raised."""
    notebook = os.environ.get("JPY_SESSION_NAME")
    if notebook and not in_tests():
        with contextlib.suppress(OSError):
            _file(port).write_text(json.dumps({"pid": os.getpid(), "notebook": notebook}), encoding="utf-8")


def forget(port: int) -> None:
    """The port is free again, if it was this notebook's. Raises nothing."""
    if _told(port).get("pid") == os.getpid():
        with contextlib.suppress(OSError):
            _file(port).unlink()


def holder(port: int) -> str:
    """The other notebook that has the port, as in exercises/00-start-here; nothing where that is not known."""
    told = _told(port)
    if told.get("pid") in (None, os.getpid()) or not _is_alive(told["pid"]):
        return ""
    notebook = Path(str(told.get("notebook"))).with_suffix("")
    inside = notebook.is_relative_to(COURSE)
    return notebook.relative_to(COURSE).as_posix() if inside else notebook.name


def _file(port: int) -> Path:
    """Where Jupyter itself says what runs."""
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir()) / f"wirelab-port-{port}.json"


def _told(port: int) -> dict[str, Any]:
    try:
        return dict(json.loads(_file(port).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _is_alive(pid: int) -> bool:
    from jupyter_server.utils import check_pid  # on Windows os.kill would end the process

    return isinstance(pid, int) and bool(check_pid(pid))
