"""Remember, for all programs of one user on this computer, which class boards run here, and where.

The file stands where Jupyter itself says what runs, and nobody else may read it: the instructor's key is in it.
"""

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from wirelab import atomic_write
from wirelab.errors import NotWritten


def remember(code: str, addresses: Mapping[str, str]) -> None:
    """A board of this code runs in this process, at the addresses "learners" and "instructor". Raises nothing."""
    with contextlib.suppress(OSError, NotWritten):
        path = _board_file(code)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.chmod(0o600)
        atomic_write.write(path, json.dumps({"code": code, "pid": os.getpid(), **addresses}))
        path.chmod(0o600)


def forget(code: str) -> None:
    """It does not run any more. Raises nothing."""
    with contextlib.suppress(OSError):
        _board_file(code).unlink()


def learners_address(code: str) -> str:
    """Where the board of this code is, or was; nothing where none of this user's has had it."""
    return str(_read(_board_file(code)).get("learners", ""))


def instructors_address() -> str:
    """The instructor's page of the board that was started last, and runs; nothing where none does."""
    with contextlib.suppress(OSError):
        files = sorted(_runtime_folder().glob("wirelab-board-*.json"), key=lambda path: -path.stat().st_mtime)
        return next((str(told["instructor"]) for told in map(_read, files) if _runs(told)), "")
    return ""


def _runtime_folder() -> Path:
    from jupyter_core.paths import jupyter_runtime_dir

    return Path(jupyter_runtime_dir())


def _board_file(code: str) -> Path:
    return _runtime_folder() / f"wirelab-board-{''.join(filter(str.isalnum, code))}.json"


def _read(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _runs(told: Mapping[str, Any]) -> bool:
    from jupyter_server.utils import check_pid

    return isinstance(told.get("pid"), int) and "instructor" in told and bool(check_pid(told["pid"]))
