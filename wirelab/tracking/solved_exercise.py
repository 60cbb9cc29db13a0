"""Read from the notebooks in solutions/ how an exercise can be solved."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MARKER = re.compile(r"^ *### (BEGIN|END) SOLUTION\n?", re.MULTILINE)
_OTHER = re.compile(r"\*\*Another right answer:\*\* (?P<style>.+)\.\n\n```python\n(?P<code>.*)\n```", re.DOTALL)


@dataclass(frozen=True)
class SolvedExercise:
    """The code of a solution, why it is as it is, and a second right answer: its code, and how it differs."""

    code: str = ""
    reasoning: str = ""
    other_code: str = ""
    other_style: str = ""


def solved_exercise(notebook: Path, id: str) -> SolvedExercise:
    """What a solved notebook has on an exercise; empty where it cannot be read."""
    cells = _cells(notebook)
    grade_id = id.replace(".", "-")
    place = next((n for n, cell in enumerate(cells) if _grade_id(cell) == grade_id), None)
    if place is None:
        return SolvedExercise()
    before, after = cells[max(place - 1, 0)], cells[place + 1 : place + 2]
    other = _OTHER.search(_source(after[0])) if after else None
    return SolvedExercise(
        code=_MARKER.sub("", _source(cells[place])).rstrip(),
        reasoning=_source(before) if "solution" in before.get("metadata", {}).get("tags", []) else "",
        other_code=other["code"] if other else "",
        other_style=other["style"] if other else "",
    )


def _cells(notebook: Path) -> list[dict[str, Any]]:
    try:
        return list(json.loads(notebook.read_text(encoding="utf-8"))["cells"])
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _grade_id(cell: dict[str, Any]) -> str:
    return str(cell.get("metadata", {}).get("nbgrader", {}).get("grade_id", ""))


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])
