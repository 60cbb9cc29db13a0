"""A name is found once: a constant stands in one module. And what is public has a docstring."""

import ast
import importlib
import inspect
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.views import MethodView

COURSE = Path(__file__).parents[2]
OF_EACH_SERVER = {"HOST", "PORT", "SCHEME"}  # what each module at the top of servers/ may have
HTTP_METHODS = {"get", "post", "put", "patch", "delete"}  # of a resource, whose class has a docstring
SHOWN = re.findall(  # what a lesson prints and explains: it stays as it is
    r"^show\(([\w.]+)\)$",
    "\n".join(path.read_text(encoding="utf-8") for path in (COURSE / "sources/notebooks").glob("*.py")),
    re.MULTILINE,
)


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((COURSE / folder).rglob("*.py"))]


def constants(path: Path) -> set[str]:
    """The names in upper case that a module assigns outside of functions and classes."""
    found: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            names = target.elts if isinstance(target, ast.Tuple) else [target]
            found |= {name.id for name in names if isinstance(name, ast.Name) and name.id.isupper()}
    return found


def twice(folder: str) -> dict[str, list[str]]:
    """The constants of a folder that stand in another module too, here or in the other folder."""
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules("servers", "wirelab"):
        shared = OF_EACH_SERVER if path.parent == COURSE / "servers" else set()
        for name in constants(path) - shared:
            places[name].append(path.relative_to(COURSE).as_posix())
    doubled = {name: paths for name, paths in places.items() if len(paths) > 1}
    return {name: paths for name, paths in doubled.items() if any(path.startswith(folder) for path in paths)}


def test_a_constant_of_servers_stands_in_one_module() -> None:
    assert twice("servers/") == {}


def test_a_constant_of_the_kit_stands_in_one_module() -> None:
    assert twice("wirelab/") == {}


def public(module: str) -> Iterator[tuple[str, object]]:
    """The functions, classes and methods of a module that are not overridden, each with its name."""
    for name, thing in vars(importlib.import_module(module)).items():
        ours = getattr(thing, "__module__", None) == module
        if ours and (inspect.isclass(thing) or inspect.isroutine(thing)):
            yield name, thing
        if ours and inspect.isclass(thing):
            yield from ((f"{name}.{method}", function) for method, function in methods(thing))


def methods(thing: type) -> Iterator[tuple[str, object]]:
    """The methods and properties of a class, without those that override another."""
    of_http = HTTP_METHODS if issubclass(thing, MethodView) else set()
    for name, value in vars(thing).items():
        function = value.fget if isinstance(value, property) else value
        overrides = any(hasattr(base, name) for base in thing.__mro__[1:])
        ours = inspect.isfunction(function) and function.__module__ == thing.__module__
        if ours and not overrides and name not in of_http:
            yield name, function


def needs_docstring(module: str, name: str) -> bool:
    """Not main(), which the description of its command explains, and not what a lesson prints."""
    short = module.rpartition(".")[2]
    shown = any(f"{short}.{name}".startswith(f"{printed}.") or f"{short}.{name}" == printed for printed in SHOWN)
    last = name.rpartition(".")[2]
    return not (shown or last == "main" or last.startswith(("_", "do_")) or name.startswith("_"))


def has_docstring(thing: object) -> bool:
    """A dataclass or a named tuple without one gets its signature instead."""
    text = getattr(thing, "__doc__", None) or ""
    return bool(text) and not text.startswith(f"{getattr(thing, '__name__', '')}(")


def without_docstring(folder: str) -> list[str]:
    found = []
    for path in modules(folder):
        module = ".".join(path.relative_to(COURSE).with_suffix("").parts).removesuffix(".__init__")
        missing = [name for name, thing in public(module) if not has_docstring(thing)]
        found += [f"{module}.{name}" for name in missing if needs_docstring(module, name)]
    return found


def test_what_is_public_in_servers_has_a_docstring() -> None:
    assert without_docstring("servers") == []


def test_what_is_public_in_checks_has_a_docstring() -> None:
    assert without_docstring("checks") == []


@pytest.mark.parametrize("path", modules("servers"), ids=lambda path: path.relative_to(COURSE).as_posix())
def test_a_module_of_servers_begins_with_one_sentence_and_is_no_longer_than_250_lines(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    first = (ast.get_docstring(ast.parse(text)) or "").splitlines()[0]
    assert first.endswith(".")
    assert text.count("\n") <= 250
