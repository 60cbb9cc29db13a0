"""Say what a judge gets, and what it answers."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Job:
    """A submission to judge: the path of the file, and the stem of the course's notebook that it is."""

    key: str
    submission: Path
    stem: str


Told = dict[str, Any]  # what a judge answers: grades and evidence, or a reason; empty where it gave no answer


def told_in(text: str) -> Told:
    """What a judge answered; empty for what is no answer."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}
