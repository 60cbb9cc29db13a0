"""Run `start.py grade`, and read what comes out."""

import csv
import shutil
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from wirelab.cli import main
from wirelab.grading.ledger import Ledger
from wirelab.grading.results import ResultStore
from wirelab.paths import COURSE


def fault() -> str:
    """Why no process can be put apart here."""
    if sys.platform != "linux":
        return f"this is {sys.platform}"
    from wirelab.grading import isolation

    return isolation.fault()


apart = pytest.mark.skipif(bool(fault()), reason="no process can be put apart here")


def grade(*words: object) -> int:
    return main(["grade", *map(str, words)])


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def hand_in(folder: Path, learner: str, *notebooks: str) -> Path:
    """A learner's folder with notebooks, as in `solutions/12-web-server`."""
    (folder / learner).mkdir(parents=True, exist_ok=True)
    for name in notebooks:
        shutil.copy(COURSE / f"{name}.ipynb", folder / learner)
    return folder


def results(out: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """What the checks found, by learner and exercise."""
    store, found = ResultStore(out), {}
    for entry in Ledger(out).entries:
        for result in store.evidence(entry["result"]).results:
            found[entry["learner"], str(result["exercise"])] = dict(result)
    return found


def left_processes() -> list[str]:
    """The fork servers of this Python, their judges and what they judge; not those that only wait to be read."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if words[:1] == [sys.executable] and "wirelab.grading.fork_server" in words:
                found.append(f"{process.pid} ({process.status()})")
        except psutil.Error:
            continue
    return found
