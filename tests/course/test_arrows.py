"""Who may import whom. Pure modules stay pure, servers know nothing of the kit."""

import ast
from pathlib import Path

import pytest

ARROWS = {
    "amiss": {"asking", "messages", "patience", "recording", "wire"},
    "asking": {"messages", "patience", "ports", "recording", "wire"},
    "build": {"course", "errors", "kernel", "lesson", "writing"},
    "calling": {"log", "patience", "threads"},
    "cells": set(),
    "check": {
        "errors",
        "expect",
        "failures",
        "guest",
        "launch",
        "patience",
        "probe",
        "result",
        "tracebacks",
        "visit",
    },
    "child": set(),
    "cli": {"build", "course", "doctor", "errors", "quick_start"},
    "course": set(),
    "doctor": {"course", "launch", "looks", "ports"},
    "drawing": {"facets", "looks", "messages", "recording", "transcript"},
    "errors": set(),
    "expect": {"result", "wire"},
    "facets": {"messages"},
    "failures": set(),
    "frame_lane": {"messages", "recording"},
    "guest": {"amiss", "asking", "expect", "patience", "ports", "recording", "wire"},
    "har": {"messages", "recording"},
    "host": {"failures", "log"},
    "http_lane": {"messages", "recording"},
    "kernel": {"errors"},
    "launch": {"errors", "failures", "host", "links", "log", "looks", "page", "ports", "processes", "threads"},
    "lesson": {"errors"},
    "links": set(),
    "log": {"errors"},
    "looks": set(),
    "messages": {"drawing", "recording", "transcript"},
    "page": {"links", "looks"},
    "patience": set(),
    "ports": set(),
    "prepare": {"cells"},
    "probe": {"amiss", "asking", "expect", "guest", "launch", "messages", "patience", "recording", "wire"},
    "processes": {"child", "errors", "host"},
    "quick_start": set(),
    "reading": {"frame_lane", "http_lane", "messages", "recording"},
    "recording": set(),
    "relay": {"recording"},
    "result": {"facets", "looks", "wire"},
    "show": {"course", "errors"},
    "tap": {"errors", "messages", "ports", "recording", "relay", "wire", "writing"},
    "threads": {"failures", "host", "log", "ports"},
    "tracebacks": {"failures"},
    "transcript": {"facets", "messages", "recording"},
    "visit": {"calling", "expect", "failures", "launch", "messages", "patience", "recording", "tap", "wire"},
    "wire": {"drawing", "har", "messages", "reading", "recording", "transcript"},
    "writing": {"errors"},
    "__init__": {"check", "doctor", "launch", "prepare", "show", "tap"},
    "__main__": {"cli"},
}
WIRE = ("drawing", "facets", "frame_lane", "har", "http_lane", "messages", "reading", "transcript", "wire")
PURE = ("errors", "lesson", "looks", *WIRE)
IMPURE = {"asyncio", "io", "jupyter_client", "os", "pathlib", "requests", "socket", "subprocess", "threading"}


def imports(path: Path) -> set[str]:
    """The modules that a file imports, as written; `from wirelab import looks` counts as wirelab.looks."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module == "wirelab":
            found |= {f"wirelab.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_every_module_has_its_arrows(course: Path) -> None:
    assert {path.stem for path in (course / "wirelab").glob("*.py")} == set(ARROWS)


@pytest.mark.parametrize("name", ARROWS)
def test_a_module_imports_what_it_may(course: Path, name: str) -> None:
    ours = {module for module in imports(course / "wirelab" / f"{name}.py") if module.startswith("wirelab.")}
    assert ours == {f"wirelab.{other}" for other in ARROWS[name]}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_has_no_socket_no_kernel_and_no_disk(course: Path, name: str) -> None:
    assert imports(course / "wirelab" / f"{name}.py").isdisjoint(IMPURE)


def test_only_the_kernel_module_talks_to_kernels(course: Path) -> None:
    users = [path.stem for path in (course / "wirelab").glob("*.py") if "jupyter_client" in path.read_text()]
    assert users == ["kernel"]


def test_servers_know_nothing_of_the_kit(course: Path) -> None:
    for path in (course / "servers").glob("*.py"):
        assert not {name for name in imports(path) if name.split(".")[0] in ("wirelab", "checks")}


def test_checks_use_the_kits_checking_alone(course: Path) -> None:
    for path in (course / "checks").glob("*.py"):
        assert {name for name in imports(path) if name.startswith("wirelab")} <= {"wirelab.check"}


def test_the_kits_door_lists_what_it_gives(course: Path) -> None:
    import wirelab

    assert sorted(wirelab.__all__) == [
        "Server",
        "Tap",
        "check",
        "doctor",
        "launch",
        "servers",
        "show",
        "stop_all",
        "wire",
    ]
    assert all(hasattr(wirelab, name) for name in wirelab.__all__)
