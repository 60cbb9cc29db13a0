"""Keep what came of each exercise in one small file of the course's folder.

It stands in the course's own folder because it is about the notebooks that stand there: it moves with them, an
update leaves it alone, and a second copy of the course has its own. A line is added where something has changed,
and none is ever rewritten. So two kernels cannot take each other's lines away, and damage costs the lines it hit.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path

from wirelab.paths import COURSE

PLACE = "WIRELAB_PROGRESS"  # a variable with another place for the file
NBGRADER_VARIABLE = "NBGRADER_EXECUTION"  # nbgrader sets it while it runs a notebook
NO_LEARNER = ("CI", NBGRADER_VARIABLE, "PYTEST_VERSION", "WIRELAB_PORTS")  # set where a program runs the cells


class State(StrEnum):
    """How far an exercise is, in the words that a learner reads."""

    NEW = "not begun"
    BEGUN = "begun"
    DONE = "done"


def path() -> Path:
    """Where the file is, or would be."""
    chosen = os.environ.get(PLACE)
    return Path(chosen) if chosen else COURSE / ".progress" / "verdicts.jsonl"


def is_kept() -> bool:
    """Whether what comes of exercises is kept. nbval, nbgrader, CI and scripts leave no trace."""
    return bool(os.environ.get(PLACE)) or is_learner()


def is_learner() -> bool:
    """Whether a learner runs this kernel, in JupyterLab or an editor: not nbval, nbgrader, CI or a script."""
    opened = "JPY_SESSION_NAME" in os.environ or hasattr(sys.modules["__main__"], "__vsc_ipynb_file__")
    return opened and not any(name in os.environ for name in NO_LEARNER)


def _is_program() -> bool:
    return not os.environ.get(PLACE) and any(name in os.environ for name in NO_LEARNER)


def record(exercise: str, *, passed: bool) -> None:
    """Write down an attempt, where that says something new. Raises nothing, as no check may fail because of it."""
    with contextlib.suppress(OSError, ValueError):
        if is_kept() and _is_news(states().get(exercise, State.NEW), passed=passed):
            _append(path(), json.dumps({"exercise": exercise, "state": State.DONE if passed else State.BEGUN}))


def states() -> dict[str, State]:
    """How far each exercise is that was ever begun. Nothing where a program runs the cells. Raises nothing."""
    try:
        text = "" if _is_program() else path().read_bytes().decode("utf-8", "replace")
    except (OSError, ValueError):
        return {}
    return states_in(text.splitlines())


def states_in(lines: Iterable[str]) -> dict[str, State]:
    """What the lines of the file say. Those that cannot be read say nothing; what is done once stays done."""
    found: dict[str, State] = {}
    for exercise, state in filter(None, map(_read, lines)):
        is_done = State.DONE in (state, found.get(exercise))
        found[exercise] = State.DONE if is_done else State.BEGUN
    return found


def _is_news(before: State, *, passed: bool) -> bool:
    return before is State.NEW or (passed and before is State.BEGUN)


def _read(line: str) -> tuple[str, str] | None:
    try:
        told = json.loads(line)
        return str(told["exercise"]), str(told["state"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _append(file: Path, line: str) -> None:
    """In one write, and behind a line end of its own: what was cut short before it stays a line of its own."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("ab", buffering=0) as stream:
        stream.write(f"\n{line}".encode())


def is_writable() -> bool:
    """Whether the file can be written, or made where it is to be."""
    place = next(folder for folder in (path(), *path().parents) if folder.exists())
    return os.access(place, os.W_OK)
