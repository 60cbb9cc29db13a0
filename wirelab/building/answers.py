"""Put a short answer in the place of a solution.

An answer is a cell that the tests run and no notebook has: a wrong one, with the expectation that has to catch it,
or a right one, with a few words on how it differs. It names only what differs from the solution, in one of two
forms. As definitions, each replaces the one of the same name; all else in the cell, or in the class, stays:

    # %% right="22.1" style="one expression"
    class Station(Resource):
        def get(self, id):
            return STATIONS.get(id) or abort(404, message=f"there is no station {id}")

As lines, those behind `-` stand in the solution exactly once, and those behind `+` replace them. Their indentation
counts within one change, and begins wherever you like. An empty line separates two changes:

    # %% wrong="22.1" caught_by="says why in a message" says="there is no station {id}"
    - abort(404, message=f"there is no station {id}")
    + abort(404)

With `whole=1` in its first line, an answer replaces the entire cell.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from textwrap import dedent

from nbformat import NotebookNode

from wirelab.building.notebook_source import BEGIN, END, make_notebook, read_source, shown_cells
from wirelab.errors import SourceError

_LINE = re.compile(r"([-+]( .*)?)?")
_CHANGE = re.compile(r"((?:-.*\n)*)((?:\+.*\n)*)\n*")


@dataclass(frozen=True)
class Answer:
    """An answer to an exercise: what differs from the solution, and what the check has to say of it."""

    exercise: str
    code: str
    caught_by: str = ""  # the expectation that a wrong answer does not meet
    says: str = ""  # words that the learner must read then
    style: str = ""  # how a right answer differs
    is_whole: bool = False  # the code stands for the entire cell

    @property
    def is_right(self) -> bool:
        return not self.caught_by

    @property
    def is_lines(self) -> bool:
        return all(map(_LINE.fullmatch, self.code.splitlines()))


@dataclass(frozen=True)
class _Statement:
    """A statement of a cell or a class, with the lines above it that belong to no other."""

    node: ast.stmt
    above: list[str]
    lines: list[str]  # of a class the header alone
    body: list["_Statement"] = field(default_factory=list)  # of a class

    @property
    def names(self) -> set[str]:
        return _names(self.node)

    def text(self) -> list[str]:
        return [*self.above, *self.lines, *_text(self.body)]


def wrong_answers(text: str, name: str) -> list[Answer]:
    """The typical wrong answers. Raises SourceError at one that names no expectation."""
    return list(_answers(text, name, "wrong", "caught_by"))


def right_answers(text: str, name: str) -> list[Answer]:
    """The right answers beside the solution. Raises SourceError at one that does not say how it differs."""
    return list(_answers(text, name, "right", "style"))


def with_answer(text: str, name: str, answer: Answer) -> NotebookNode:
    """The notebook with an answer in the place of one solution. Raises SourceError if it does not fit."""
    cells, _ = _placed(text, name, answer)
    return make_notebook(cells, name)


def code_with(text: str, name: str, answer: Answer) -> str:
    """The cell that an answer makes of the solution. Raises SourceError if it does not fit."""
    return str(_placed(text, name, answer)[1].source)


def _placed(text: str, name: str, answer: Answer) -> tuple[list[NotebookNode], NotebookNode]:
    """The cells with an answer in the place of one solution, and the cell that has it."""
    cells = shown_cells(text, name)
    places = [cell for cell in cells if cell.metadata.get("exercise") == answer.exercise]
    if len(places) != 1:
        raise SourceError(f'{name}: {len(places)} cells are marked exercise="{answer.exercise}", one has to be')
    try:
        places[0].source = _in_place(without_markers(places[0].source), answer)
    except SourceError as error:
        begin = answer.code.partition("\n")[0]
        raise SourceError(f"{name}: the answer to {answer.exercise} that begins with {begin!r}: {error}") from None
    return cells, places[0]


def up_to_check(notebook: NotebookNode, id: str) -> NotebookNode:
    """What a learner runs who checks this exercise alone, and the notebook's end. Changes the notebook."""
    place = next(n for n, cell in enumerate(notebook.cells) if cell.source.startswith(f'check("{id}", '))
    before = [cell for cell in notebook.cells[:place] if not cell.source.startswith("check(")]
    notebook.cells = [*before, notebook.cells[place], notebook.cells[-1]]
    return notebook


def without_markers(source: str) -> str:
    """A solution's code without the lines that say where it begins and ends."""
    return "\n".join(line for line in source.split("\n") if line.strip() not in (BEGIN, END))


def _answers(text: str, name: str, kind: str, needed: str) -> Iterator[Answer]:
    for cell in read_source(text, name).cells:
        if kind in cell.metadata:
            told = cell.metadata
            if needed not in told:
                raise SourceError(f"{name}: the {kind} answer to {told[kind]} has no {needed}=")
            words = {key: told[key] for key in ("caught_by", "says", "style") if key in told}
            yield Answer(told[kind], cell.source, is_whole="whole" in told, **words)


def _in_place(solution: str, answer: Answer) -> str:
    if answer.is_whole:
        merged = answer.code
    else:
        merged = (_with_lines if answer.is_lines else _with_definitions)(solution, answer.code)
    made = _parsed(merged, "with it the cell is no Python; look at the indentation")
    if ast.dump(made) == ast.dump(ast.parse(solution)):
        raise SourceError("it is equal to the solution: say what differs, or leave it out")
    return merged


def _parsed(code: str, advice: str) -> ast.Module:
    try:
        return ast.parse(code)
    except SyntaxError as error:
        raise SourceError(f"{advice} (line {error.lineno}: {error.msg})") from None


def _with_lines(solution: str, code: str) -> str:
    lines, untouched = solution.split("\n"), len(solution)
    for start, old, new in sorted(((_place(lines, old), old, new) for old, new in _changes(code)), reverse=True):
        end = start + len(old)
        if end > untouched:
            raise SourceError(f"two changes take away {old[untouched - start].strip()!r}: make one of them")
        pairs = zip(lines[start:end], old, strict=True)
        by = next((_indent(there) - _indent(line) for there, line in pairs if line), 0)
        lines[start:end] = [" " * (_indent(line) + by) + line.lstrip() if line else "" for line in new]
        untouched = start
    return "\n".join(lines)


def _changes(code: str) -> list[tuple[list[str], list[str]]]:
    """The lines behind - and those behind + of each change."""
    found = [pair for pair in _CHANGE.findall(code + "\n") if any(pair)]
    return [(_bare(old), _bare(new)) for old, new in found]


def _bare(marked: str) -> list[str]:
    return [line[2:] for line in marked.splitlines()]


def _place(lines: list[str], old: list[str]) -> int:
    """Where these lines stand, whatever the indentation that they have in common."""
    if not old:
        raise SourceError("a change has no line with -: name a line of the solution, and repeat it behind +")
    wanted, size = dedent("\n".join(old)), len(old)
    found = [n for n in range(len(lines) - size + 1) if dedent("\n".join(lines[n : n + size])) == wanted]
    if not found:
        raise SourceError(f"the solution has no lines {wanted!r}: copy them from there")
    if len(found) > 1:
        raise SourceError(f"the solution has {wanted!r} {len(found)} times: add a line before or after it")
    return found[0]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _with_definitions(solution: str, code: str) -> str:
    new = _parsed(code, "it is no Python, and not all of its lines begin with - or +")
    lines, old = solution.split("\n"), ast.parse(solution)
    merged = _merged(_statements(lines, old.body, 0), _statements(code.split("\n"), new.body, 0))
    return "\n".join([*_text(merged), *lines[old.body[-1].end_lineno :]])


def _statements(lines: list[str], nodes: list[ast.stmt], begin: int) -> list[_Statement]:
    """The statements with their lines. Before line `begin`, counted from 0, are those of others."""
    found = []
    for node in nodes:
        first, end, body = _first(node), node.end_lineno or 0, []
        if isinstance(node, ast.ClassDef) and _first(node.body[0]) >= node.lineno:
            body = _statements(lines, node.body, _first(node.body[0]))
            end = _first(node.body[0])
        found.append(_Statement(node, lines[begin:first], lines[first:end], body))
        begin = node.end_lineno or 0
    return found


def _first(node: ast.stmt) -> int:
    """The line on which a statement begins, decorators included, counted from 0."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)]) - 1


def _text(statements: list[_Statement]) -> list[str]:
    return [line for statement in statements for line in statement.text()]


def _merged(old: list[_Statement], new: list[_Statement]) -> list[_Statement]:
    """The old statements, each replaced by the one of its name. What is new stands before the next of these."""
    merged, place = list(old), len(old)
    for statement in reversed(new):
        replaced = [one for one in merged if one in old and one.names & statement.names]
        _check_names(statement, replaced, new)
        if replaced:
            place = merged.index(replaced[0])
            merged[place] = _instead(replaced[0], statement)
            merged = [one for one in merged if one not in replaced]
        else:
            merged.insert(place, statement)
    return merged


def _instead(old: _Statement, new: _Statement) -> _Statement:
    return replace(new, above=old.above, body=_merged(old.body, new.body) if old.body and new.body else new.body)


def _check_names(statement: _Statement, replaced: list[_Statement], new: list[_Statement]) -> None:
    """Raise SourceError at a statement that can stand in no place, or that would take away more than it gives."""
    if not statement.names:
        raise SourceError(f"{statement.lines[0].strip()!r} defines nothing: write lines with - and +, or whole=1")
    lost = {name for one in replaced for name in one.names} - {name for one in new for name in one.names}
    if lost:
        raise SourceError(f"the solution defines {', '.join(sorted(lost))} in the same line: define that as well")


def _names(node: ast.stmt) -> set[str]:
    """What a statement defines."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names}
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign | ast.AnnAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    parts = [part for target in targets for part in ast.walk(target) if isinstance(part, ast.Name)]
    return {part.id for part in parts if isinstance(part.ctx, ast.Store)}
