"""Change one thing in a solution, in each of the ways in which a learner may get it wrong.

A mutant is the cell of an exercise with one change between the markers of its solution: a number is one too large,
a statement is gone, a `finally` is no longer one. `operators` says which changes there are. Nothing runs here.
"""

import ast
import hashlib
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from textwrap import dedent

from wirelab.building.answers import without_markers
from wirelab.building.notebook_source import BEGIN, END

Edit = tuple[int, int, str]  # from this byte of the cell to that one, the text that stands there instead
Operator = Callable[["Cell", ast.AST], Iterator[list[Edit]]]

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_FIELD = re.compile(r"\{\{|\}\}|\{([^{}]+)\}")  # of an f-string


@dataclass(frozen=True)
class Mutant:
    """A solution with one change. The lines that differ, without their common indentation, tell it from others."""

    operator: str
    before: str
    after: str
    source: str  # the whole cell, without markers
    nth: int = 1  # of those with the same lines before and after

    @property
    def key(self) -> tuple[str, str, int]:
        return self.before, self.after, self.nth

    @property
    def diff(self) -> str:
        """The change, as an answer for the tests may be written."""
        lines = [("-", line) for line in self.before.splitlines()] + [
            ("+", line) for line in self.after.splitlines()
        ]
        return "\n".join(f"{sign} {line}".rstrip() for sign, line in lines)


class Cell:
    """The source of a cell, its syntax tree, and which of its lines a learner writes."""

    def __init__(self, source: str) -> None:
        self.bytes = source.encode()
        lines = source.split("\n")
        self._starts = [0]  # of each line, the first byte
        for line in lines:
            self._starts.append(self._starts[-1] + len(line.encode()) + 1)
        marks = [number for number, line in enumerate(lines, start=1) if line.strip() in (BEGIN, END)]
        self.regions = list(zip(marks[::2], marks[1::2], strict=True)) or [(0, len(lines) + 1)]
        self.tree = ast.parse(source)
        for node in list(ast.walk(self.tree)):
            if isinstance(node, ast.JoinedStr):
                self._place_fields(node)
            if isinstance(node, ast.comprehension):
                vars(node).update({name: getattr(node.iter, name) for name in ast.expr._attributes})  # it has none

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """What a learner writes, in the order of the lines."""
        found = [node for node in ast.walk(self.tree) if hasattr(node, "lineno") and self._is_inside(node)]
        return sorted(found, key=self.span)

    def span(self, node: ast.AST) -> tuple[int, int]:
        """The bytes of a node: the first one, and the one behind the last."""
        begin = self._starts[node.lineno - 1] + node.col_offset  # type: ignore[attr-defined]
        return begin, self._starts[node.end_lineno - 1] + node.end_col_offset  # type: ignore[attr-defined]

    def text(self, node: ast.AST) -> str:
        return self.between(*self.span(node))

    def between(self, begin: int, end: int) -> str:
        return self.bytes[begin:end].decode()

    def instead(self, node: ast.AST, text: str) -> list[Edit]:
        return [(*self.span(node), text)]

    def indent(self, node: ast.stmt) -> str:
        return " " * node.col_offset

    def above(self, node: ast.AST, *kinds: type[ast.AST]) -> ast.AST | None:
        """The nearest node of these kinds that holds it."""
        while (node := self.parents.get(node)) is not None:  # type: ignore[assignment]
            if isinstance(node, kinds):
                return node
        return None

    def edited(self, edits: Sequence[Edit]) -> str:
        made = self.bytes
        for begin, end, text in sorted(edits, reverse=True):
            made = made[:begin] + text.encode() + made[end:]
        return made.decode()

    def _is_inside(self, node: ast.AST) -> bool:
        return any(
            begin < node.lineno and node.end_lineno < end  # type: ignore[attr-defined]
            for begin, end in self.regions
        )

    def _place_fields(self, joined: ast.JoinedStr) -> None:
        """Say where the fields of an f-string stand, which Python knows from 3.12 on."""
        begin, text = self.span(joined)[0], self.text(joined)
        spans = [match.span(1) for match in _FIELD.finditer(text) if match[1]]
        values = [value for value in joined.values if isinstance(value, ast.FormattedValue)]
        joined.values = []
        for value, (first, last) in zip(values, spans, strict=False):
            try:
                inner = ast.parse(text[first:last], mode="eval").body
            except SyntaxError:
                continue  # a conversion or a format stands behind it
            at = begin + len(text[:first].encode())
            line = next(n for n, start in enumerate(self._starts) if start > at)
            for node in ast.walk(inner):
                if isinstance(node, ast.expr):
                    node.lineno = node.end_lineno = line
                    node.col_offset += at - self._starts[line - 1]
                    node.end_col_offset = (node.end_col_offset or 0) + at - self._starts[line - 1]
            value.value = inner
            joined.values.append(inner)


def mutants(source: str, operators: Sequence[tuple[str, Operator]]) -> list[Mutant]:
    """All mutants of an exercise's cell that are Python and differ from each other and from the solution."""
    cell = Cell(source)
    seen, count = {ast.dump(ast.parse(source))}, Counter[tuple[str, str]]()
    found = []
    for node in cell.nodes:
        for name, operator in operators:
            for edits in operator(cell, node):
                made = cell.edited(edits)
                if (tree := _dump(made)) is None or tree in seen:
                    continue
                seen.add(tree)
                lines = _changed(without_markers(source), without_markers(made))
                count[lines] += 1
                found.append(Mutant(name, *lines, without_markers(made), count[lines]))
    return found


def sample(found: Sequence[Mutant], most: int) -> list[Mutant]:
    """At most so many, evenly over operators and lines, and the same each time."""
    left, chosen = list(found), list[Mutant]()
    operators, lines = Counter[str](), Counter[str]()
    while left and len(chosen) < most:
        best = min(left, key=lambda one: (operators[one.operator], lines[one.before], _drawn(one)))
        left.remove(best)
        chosen.append(best)
        operators[best.operator] += 1
        lines[best.before] += 1
    return chosen


def _drawn(mutant: Mutant) -> str:
    """A place in the order that depends on nothing but the mutant."""
    return hashlib.sha256(repr(mutant.key).encode()).hexdigest()


def _dump(source: str) -> str | None:
    """The syntax tree as text; None for what is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(source, "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
            return ast.dump(ast.parse(source))
        except (SyntaxError, ValueError):
            return None


def _changed(before: str, after: str) -> tuple[str, str]:
    """The lines that differ: what is between the equal ones at the beginning and at the end."""
    old, new = before.split("\n"), after.split("\n")
    shorter = min(len(old), len(new))
    same = next((n for n in range(shorter) if old[n] != new[n]), shorter)
    tail = next((n for n in range(shorter - same) if old[-1 - n] != new[-1 - n]), shorter - same)
    if same + tail == len(old):  # lines are added alone: name the one beside them
        same, tail = (same - 1, tail) if same else (same, tail - 1)
    return _dedent(old[same : len(old) - tail], new[same : len(new) - tail])


def _dedent(old: list[str], new: list[str]) -> tuple[str, str]:
    """Both without the indentation that they have in common."""
    lines = dedent("\n".join([*old, *new])).split("\n")
    return "\n".join(lines[: len(old)]), "\n".join(lines[len(old) :])
