"""Show the source of a function, class or module in a notebook, as it is tested."""

import ast
import inspect
import linecache
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wirelab.errors import WirelabError
from wirelab.paths import COURSE


class Source:
    """A piece of source code. Highlighted in a notebook, plain in a terminal."""

    def __init__(self, code: str, place: str) -> None:
        self.code, self.place = code, place

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        before = f"{self.place}\n\n" if self.place else ""
        return f"{before}```python\n{self.code}\n```"


def show(thing: Any) -> Source:
    """The source of a function, class or module, also of a cell. Raises WirelabError where Python has none."""
    if isinstance(thing, type) and thing.__module__ == "__main__":
        code = _class_of_a_cell(thing)
        if code:
            return Source(code, "")
    try:
        code, file = inspect.getsource(thing), inspect.getsourcefile(thing)
    except (TypeError, OSError):
        raise WirelabError(f"{thing!r} has no source to show: give a function, a class or a module") from None
    return Source(textwrap.dedent(code).rstrip(), _place(Path(file or "")))


def _class_of_a_cell(kind: type) -> str:
    """The lines of a class that a cell defines. Python itself looks for a class in a module's file alone."""
    for text in _cells_that_may_hold(kind):
        lines = text.splitlines()
        found = [node for node in _parsed(text) if isinstance(node, ast.ClassDef) and node.name == kind.__name__]
        for node in found[-1:]:
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            return textwrap.dedent("\n".join(lines[first - 1 : node.end_lineno]))
    return ""


def _cells_that_may_hold(kind: type) -> Iterator[str]:
    """The cell in which one of its functions stands, then all cells that were run, the last one first."""
    files = {value.__code__.co_filename for value in vars(kind).values() if hasattr(value, "__code__")}
    yield from ("".join(linecache.getlines(file)) for file in files)
    yield from reversed(getattr(sys.modules["__main__"], "In", []))


def _parsed(text: str) -> list[ast.AST]:
    try:
        return list(ast.walk(ast.parse(text)))
    except SyntaxError:
        return []


def _place(file: Path) -> str:
    """A link to a file of the course, from a notebook one folder down."""
    if not file.is_relative_to(COURSE):
        return f"`{file.name}`" if file.suffix == ".py" and file.exists() else ""
    path = file.relative_to(COURSE).as_posix()
    return f"[{path}](../{path})"
