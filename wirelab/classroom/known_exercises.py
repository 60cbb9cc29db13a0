"""Know what the course itself says of each exercise: its title, its points, and the hint for each expectation.

The hints stand in the source of checks/, beside the expectations. They are read there, so that no notebook has to
send them: a hint that a check makes from a learner's own names is not among them.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from wirelab.checking.exercises import exercises
from wirelab.classroom.summaries import Known
from wirelab.paths import COURSE

EXPECTATION_AT = {"equal": 2, "missed": 0}  # which argument names the expectation; 1 in a plain expect()


def known_exercises() -> dict[str, Known]:
    """Every exercise by its id, in the order of the course."""
    found = exercises()
    hints: dict[str, str] = {}
    for path in sorted((COURSE / "checks").glob("*.py")):
        hints |= hints_in(path)
    ids = sorted(found, key=lambda id: [int(part) if part.isdigit() else 0 for part in id.split(".")])
    return {id: Known(found[id].title, found[id].points, hints) for id in ids}


def hints_in(path: Path) -> dict[str, str]:
    """The first hint of each expectation that a module of checks names word by word."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    constants = {name: text for node in tree.body for name, text in _constant(node)}
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {what: hint for call in calls for what, hint in _told(call, constants)}


def _constant(node: ast.stmt) -> Iterator[tuple[str, str]]:
    if (
        isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and (text := _first_text(node.value, {}))
    ):
        yield node.targets[0].id, text


def _first_text(node: ast.expr | None, constants: Mapping[str, str]) -> str:
    if isinstance(node, ast.Tuple | ast.List) and node.elts:
        return _first_text(node.elts[0], constants)
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    value: Any = node.value if isinstance(node, ast.Constant) else ""
    return value if isinstance(value, str) else ""


def _told(call: ast.Call, constants: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    hint = next((_first_text(word.value, constants) for word in call.keywords if word.arg == "hint"), "")
    place = EXPECTATION_AT.get(call.func.attr, 1) if isinstance(call.func, ast.Attribute) else 1
    if hint and len(call.args) > place and (what := _first_text(call.args[place], {})):
        yield what, hint
