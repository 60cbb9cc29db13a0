"""List the ways in which one thing in a solution can be wrong.

Each operator is handed a node of the syntax tree, and gives for each change the edits that make it. It may give
what is no Python: `mutation` leaves that out.
"""

import ast
import re
from collections.abc import Iterator, Sequence

from benches.mutation import FUNCTIONS, Cell, Edit, Operator

Changes = Iterator[list[Edit]]

STATUSES: dict[float, tuple[int, ...]] = {
    200: (201, 204),
    201: (200,),
    204: (200,),
    400: (404, 422),
    404: (400, 410),
    422: (400,),
}
COMPARISONS: dict[type[ast.cmpop], tuple[str, ...]] = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, str]] = {
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "//"),
    ast.Mod: ("%", "//"),
    ast.BitAnd: ("&", "|"),
    ast.BitXor: ("^", "|"),
}
COMMUTATIVE = (ast.Mult, ast.BitAnd, ast.BitXor)
METHODS = {  # each with those that it is mistaken for
    "add": ("discard",),
    "discard": ("add",),
    "startswith": ("endswith",),
    "endswith": ("startswith",),
    "partition": ("rpartition",),
    "rpartition": ("partition",),
    "removeprefix": ("removesuffix", "lstrip"),
    "lstrip": ("strip",),
    "isdigit": ("isnumeric",),
    "digest": ("hexdigest",),
    "values": ("keys",),
    "get": ("post",),
    "post": ("put", "get"),
}
FUNCTIONS_FOR = {
    "json.dumps": "str",
    "ThreadingHTTPServer": "HTTPServer",
    "session.get": "requests.get",
    "session.post": "requests.post",
    "session.mount": "requests.Session().mount",
}
SIMPLE = (ast.Assign, ast.AugAssign, ast.Expr, ast.Return, ast.Raise, ast.Delete, ast.Assert)
LOOPS = (ast.For, ast.AsyncFor, ast.While)
BLOCKS = (*LOOPS, ast.With, ast.AsyncWith)


def numbers(cell: Cell, node: ast.AST) -> Changes:
    """One more, one less and none; for a status those that are mistaken for it."""
    value = node.value if isinstance(node, ast.Constant) and not _is_time_out(cell.parents[node]) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        others = STATUSES.get(value) or (value + 1, value - 1, 0)
        yield from (cell.instead(node, str(other)) for other in others if other != value)


def texts(cell: Cell, node: ast.AST) -> Changes:
    """Nothing, and one character more; of many lines, one less."""
    is_text = isinstance(node, ast.JoinedStr) or (
        isinstance(node, ast.Constant) and type(node.value) in (str, bytes)
    )
    if not is_text or isinstance(cell.parents.get(node), ast.JoinedStr | ast.FormattedValue):
        return
    begin, end = cell.span(node)
    written = cell.text(node)
    quote = '"""' if written.endswith('"""') else written[-1]
    yield cell.instead(node, "b" * (written[0] == "b") + 2 * quote[0])
    yield [(end - len(quote), end, f"x{quote}")]
    for line in re.finditer(r"(?<=\n).*\n", written):
        first = begin + len(written[: line.start()].encode())
        yield [(first, first + len(line[0].encode()), "")]


def fields(cell: Cell, node: ast.AST) -> Changes:
    """A field of an f-string is not written."""
    if isinstance(node, ast.JoinedStr):
        for value in node.values:
            begin, end = cell.span(value)
            if (cell.between(begin - 1, begin), cell.between(end, end + 1)) == ("{", "}"):
                yield [(begin - 1, end + 1, "")]


def comparisons(cell: Cell, node: ast.AST) -> Changes:
    if not isinstance(node, ast.Compare):
        return
    parts = [node.left, *node.comparators]
    for op, left, right in zip(node.ops, parts, parts[1:], strict=False):
        old, new = COMPARISONS[type(op)]
        yield _between(cell, left, right, old, new)
    if len(parts) > 2:
        yield cell.instead(node, cell.between(cell.span(parts[0])[0], cell.span(parts[-2])[1]))
        yield cell.instead(node, cell.between(cell.span(parts[1])[0], cell.span(parts[-1])[1]))


def booleans(cell: Cell, node: ast.AST) -> Changes:
    """`and` for `or`, one side alone, no `not`, and the other constant."""
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in zip(node.values, node.values[1:], strict=False):
            yield _between(cell, left, right, old, new)
        yield from _one_less(cell, node.values)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield cell.instead(node, cell.text(node.operand))
    elif isinstance(node, ast.Constant) and type(node.value) is bool:
        yield cell.instead(node, str(not node.value))


def conditions(cell: Cell, node: ast.AST) -> Changes:
    """Always, and never."""
    tests = [node.test] if isinstance(node, ast.If | ast.IfExp) else []
    tests += node.ifs if isinstance(node, ast.comprehension) else []
    for test in tests:
        yield cell.instead(test, "True")
        yield cell.instead(test, "False")
    if isinstance(node, ast.While):
        yield cell.instead(node.test, "False")


def arithmetic(cell: Cell, node: ast.AST) -> Changes:
    """Another operator, the sides exchanged where that matters, and one side alone."""
    if isinstance(node, ast.BinOp) and type(node.op) in ARITHMETIC:
        yield _between(cell, node.left, node.right, *ARITHMETIC[type(node.op)])
        is_sum_of_numbers = isinstance(node.right, ast.Constant) and isinstance(node.right.value, int)
        if not is_sum_of_numbers and not isinstance(node.op, COMMUTATIVE):
            yield _exchanged(cell, node.left, node.right)
        yield cell.instead(node, cell.text(node.left))
        yield cell.instead(node, cell.text(node.right))
    elif isinstance(node, ast.AugAssign) and type(node.op) in ARITHMETIC:
        old, new = ARITHMETIC[type(node.op)]
        yield _between(cell, node.target, node.value, f"{old}=", f"{new}=")
        yield _between(cell, node.target, node.value, f"{old}=", "=")


def statements(cell: Cell, node: ast.AST) -> Changes:
    """One less."""
    if isinstance(node, SIMPLE) and not _is_none_at_the_end(cell, node):
        yield cell.instead(node, "pass")


def orders(cell: Cell, node: ast.AST) -> Changes:
    """A statement and the one behind it, unless both call the same, or have nothing in common."""
    following = _sibling(cell, node, 1)
    if isinstance(node, SIMPLE) and isinstance(following, SIMPLE) and _names(node) & _names(following):
        one, other = (re.match(r"[\w.]+\(", cell.text(each)) for each in (node, following))
        if not (one and other and one[0] == other[0]):
            yield _exchanged(cell, node, following)


def indentations(cell: Cell, node: ast.AST) -> Changes:
    """A block's last statement behind it, and the statement behind a block as its last."""
    if not isinstance(node, BLOCKS) or getattr(node, "orelse", None):
        return
    last, following = node.body[-1], _sibling(cell, node, 1)
    if len(node.body) > 1:
        begin, end = cell.span(node.body[-2])[1], cell.span(last)[1]
        yield [(begin, end, "\n" + _moved(cell, last, cell.indent(node)))]
    if isinstance(following, SIMPLE):
        begin, end = cell.span(node)[1], cell.span(following)[1]
        yield [(begin, end, "\n" + _moved(cell, following, cell.indent(last)))]


def loops(cell: Cell, node: ast.AST) -> Changes:
    """The first time alone, the first or the last one left out."""
    if isinstance(node, LOOPS):
        end = cell.span(node.body[-1])[1]
        yield [(end, end, f"\n{cell.indent(node.body[-1])}break")]
    elements = node.iter if isinstance(node, ast.For | ast.comprehension) else None
    if elements:
        for part in ("[:1]", "[1:]", "[:-1]"):
            yield cell.instead(elements, f"list({cell.text(elements)}){part}")


def tries(cell: Cell, node: ast.AST) -> Changes:
    """Without its except, with an except that does nothing, and with a finally that is none."""
    if not isinstance(node, ast.Try):
        return
    begin, behind = cell.span(node)[0], cell.span(node.body[-1])[1]
    as_block = [(begin, begin + 3, "if True")]
    if node.handlers:
        end = cell.span(node.handlers[-1])[1]
        alone = [] if node.finalbody else as_block
        yield [*alone, (behind, end, ""), *_keyword(cell, "else", end, node.orelse)]
    for handler in node.handlers:
        yield [(cell.span(handler.body[0])[0], cell.span(handler.body[-1])[1], "pass")]
    if node.finalbody:
        yield [(cell.span(node.finalbody[0])[0], cell.span(node.finalbody[-1])[1], "pass")]
        if not node.handlers:
            yield [*as_block, *_keyword(cell, "finally", behind, node.finalbody)]


def blocks(cell: Cell, node: ast.AST) -> Changes:
    """A `with` that is none, where nothing depends on its name."""
    if not isinstance(node, ast.With | ast.AsyncWith):
        return
    if len(node.items) == 1 and not node.items[0].optional_vars:
        yield [(cell.span(node)[0], cell.span(node.items[0].context_expr)[1], "if True")]
    for one, other in zip(node.items, node.items[1:], strict=False):
        if not other.optional_vars:
            yield [(cell.span(one.optional_vars or one.context_expr)[1], cell.span(other.context_expr)[1], "")]


def awaits(cell: Cell, node: ast.AST) -> Changes:
    if isinstance(node, ast.Await):
        yield cell.instead(node, cell.text(node.value))


def results(cell: Cell, node: ast.AST) -> Changes:
    """An exception that is returned, and a return that returns nothing."""
    if isinstance(node, ast.Raise) and node.exc:
        yield cell.instead(node, f"return {cell.text(node.exc)}")
    function = cell.above(node, *FUNCTIONS)
    is_last = isinstance(function, FUNCTIONS) and function.body[-1] is node
    if isinstance(node, ast.Return) and node.value and not (is_last or _is_none(node.value)):
        yield cell.instead(node, "return")


def names(cell: Cell, node: ast.AST) -> Changes:
    """Another parameter or variable of the same function: at most two, those that follow in the alphabet.

    Not before a point or brackets, where another one fails at once.
    """
    function = cell.above(node, *FUNCTIONS)
    parent = cell.parents.get(node)
    is_read = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    if not is_read or not function or isinstance(parent, ast.Attribute):
        return
    if isinstance(parent, ast.Call) and parent.func is node:
        return
    others = sorted(_locals(function))
    if node.id in others:  # type: ignore[attr-defined]
        place = others.index(node.id)  # type: ignore[attr-defined]
        for other in (others[place + 1 :] + others[:place])[:2]:
            yield cell.instead(node, other)


def elements(cell: Cell, node: ast.AST) -> Changes:
    """A tuple, a list, a set or a dictionary with one less."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set) and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        yield from _one_less(cell, node.elts)
    if isinstance(node, ast.Dict):
        spans = [
            (cell.span(key)[0] if key else cell.span(value)[0] - 2, cell.span(value)[1])
            for key, value in zip(node.keys, node.values, strict=True)
        ]
        yield from _without(spans)


def arguments(cell: Cell, node: ast.AST) -> Changes:
    """A call with one less, where that may go, and with its first two exchanged."""
    if not isinstance(node, ast.Call):
        return
    spans = [cell.span(argument) for argument in [*node.args, *node.keywords]]
    may_go = [len(node.args) > 1] * len(node.args) + [not _is_time_out(keyword) for keyword in node.keywords]
    yield from (edits for edits, may in zip(_without(spans), may_go, strict=True) if may)
    if len(node.args) > 1:
        yield _exchanged(cell, node.args[0], node.args[1])


def calls(cell: Cell, node: ast.AST) -> Changes:
    """What is called is left out: `text` for `text.lower()`, and for `str(text)`."""
    if not isinstance(node, ast.Call) or node.keywords or isinstance(cell.parents.get(node), ast.Expr):
        return
    if isinstance(node.func, ast.Attribute) and not node.args:
        yield cell.instead(node, cell.text(node.func.value))
    if len(node.args) == 1 and not isinstance(node.args[0], ast.Starred | ast.GeneratorExp):
        yield cell.instead(node, cell.text(node.args[0]))


def methods(cell: Cell, node: ast.AST) -> Changes:
    """Another function or method that looks as if it would do."""
    if not isinstance(node, ast.Call):
        return
    called = cell.text(node.func)
    if called in FUNCTIONS_FOR:
        yield cell.instead(node.func, FUNCTIONS_FOR[called])
    if called == "asyncio.to_thread":
        yield cell.instead(node, f"{cell.text(node.args[0])}({cell.text(node.args[1])})")
        if isinstance(above := cell.parents[node], ast.Await):
            yield cell.instead(above, f"{cell.text(node.args[0])}({cell.text(node.args[1])})")
    if called == "urljoin":
        yield cell.instead(node, " + ".join(map(cell.text, node.args)))
    if isinstance(node.func, ast.Attribute):
        yield from _methods(cell, node, node.func)


def _methods(cell: Cell, node: ast.Call, func: ast.Attribute) -> Changes:
    subject, written = cell.text(func.value), [cell.text(one) for one in node.args]
    end = cell.span(func)[1]
    for other in METHODS.get(func.attr, ()):
        yield [(end - len(func.attr), end, other)]
    if func.attr == "append":
        yield cell.instead(node, f"{subject} = [{written[0]}]")
    if func.attr in ("get", "setdefault") and written:
        yield cell.instead(node, f"{subject}[{written[0]}]")
    if func.attr in ("startswith", "endswith"):
        yield cell.instead(node, f"{written[0]} in {subject}")
    if func.attr in ("encode", "decode") and not written:
        yield cell.instead(node, f'{subject}.{func.attr}("latin-1")')


def types(cell: Cell, node: ast.AST) -> Changes:
    """`isinstance` for `type`, which takes True for a number."""
    if not isinstance(node, ast.Compare) or not cell.text(node.left).startswith("type("):
        return
    wanted = cell.text(node.comparators[0])
    test = f"isinstance({cell.text(node.left)[5:-1]}, {wanted})"
    yield cell.instead(node, f"not {test}" if isinstance(node.ops[0], ast.NotIn | ast.IsNot) else test)


def places(cell: Cell, node: ast.AST) -> Changes:
    """The first for the last, the whole for a part, and a length that is one off."""
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        yield cell.instead(node, cell.text(node.value))
    elif isinstance(node, ast.Subscript):
        for old, new in (("-1", "0"), ("0", "-1")):
            if cell.text(node.slice) == old:
                yield cell.instead(node.slice, new)
    if isinstance(node, ast.Call) and cell.text(node.func) == "len":
        yield cell.instead(node, f"{cell.text(node)} - 1")
        yield cell.instead(node, f"{cell.text(node)} + 1")


def shared(cell: Cell, node: ast.AST) -> Changes:
    """A function's own collection that all calls share, and a class's attribute that each object has."""
    owner = cell.above(node, ast.ClassDef)
    if isinstance(node, ast.Name) and isinstance(owner, ast.ClassDef) and node.id == owner.name:
        yield cell.instead(node, "self")
    if not (
        isinstance(node, ast.Assign) and _is_fresh(cell, node.value) and isinstance(node.targets[0], ast.Name)
    ):
        return
    top = next(one for one in cell.tree.body if one in _ancestors(cell, node))
    begin = cell.span(top)[0]
    yield [(begin, begin, f"{cell.text(node)}\n\n\n"), *cell.instead(node, "pass")]


def own(cell: Cell, node: ast.AST) -> Changes:
    """A collection that each call has for itself, in the place of the one that all share."""
    function = cell.above(node, *FUNCTIONS)
    if (
        not isinstance(node, ast.stmt)
        or not isinstance(function, FUNCTIONS)
        or _sibling(cell, node, -1) in cell.nodes
    ):
        return
    if cell.parents[node] is not function:
        return
    used = {one.id for one in ast.walk(function) if isinstance(one, ast.Name)}
    for statement in cell.tree.body:
        names = [one.id for one in getattr(statement, "targets", []) if isinstance(one, ast.Name)]
        if isinstance(statement, ast.Assign) and used.intersection(names) and _is_fresh(cell, statement.value):
            begin = cell.span(node)[0]
            yield [(begin, begin, f"{cell.text(statement)}\n{cell.indent(node)}")]


OPERATORS: list[tuple[str, Operator]] = [
    ("number", numbers),
    ("text", texts),
    ("field", fields),
    ("comparison", comparisons),
    ("boolean", booleans),
    ("condition", conditions),
    ("arithmetic", arithmetic),
    ("statement", statements),
    ("order", orders),
    ("indentation", indentations),
    ("loop", loops),
    ("try", tries),
    ("with", blocks),
    ("await", awaits),
    ("result", results),
    ("name", names),
    ("element", elements),
    ("argument", arguments),
    ("call", calls),
    ("method", methods),
    ("type", types),
    ("place", places),
    ("shared", shared),
    ("own", own),
]


def _between(cell: Cell, left: ast.AST, right: ast.AST, old: str, new: str) -> list[Edit]:
    """What stands between two nodes, with one word exchanged."""
    begin, end = cell.span(left)[1], cell.span(right)[0]
    return [(begin, end, cell.between(begin, end).replace(old, new, 1))]


def _exchanged(cell: Cell, one: ast.AST, other: ast.AST) -> list[Edit]:
    return [*cell.instead(one, cell.text(other)), *cell.instead(other, cell.text(one))]


def _one_less(cell: Cell, nodes: Sequence[ast.AST]) -> Changes:
    return _without([cell.span(node) for node in nodes])


def _without(spans: Sequence[tuple[int, int]]) -> Changes:
    """A sequence without each of its parts, and without the comma or the word that goes with it."""
    for number, (begin, end) in enumerate(spans):
        if number:
            yield [(spans[number - 1][1], end, "")]
        else:
            yield [(begin, spans[1][0] if len(spans) > 1 else end, "")]


def _sibling(cell: Cell, node: ast.AST, by: int) -> ast.stmt | None:
    """The statement that stands so many places behind it in the same block."""
    above = cell.parents.get(node)
    for name in ("body", "orelse", "finalbody"):
        block: list[ast.stmt] = getattr(above, name, [])
        if isinstance(block, list) and isinstance(node, ast.stmt) and node in block:
            place = block.index(node) + by
            return block[place] if 0 <= place < len(block) else None
    return None


def _moved(cell: Cell, statement: ast.stmt, indent: str) -> str:
    """The lines of a statement with another indentation."""
    lines = (cell.indent(statement) + cell.text(statement)).split("\n")
    return "\n".join(indent + line[statement.col_offset :] for line in lines)


def _keyword(cell: Cell, word: str, begin: int, block: Sequence[ast.stmt]) -> list[Edit]:
    """An `else:` or `finally:` before a block that becomes one without condition."""
    if not block:
        return []
    at = begin + cell.between(begin, cell.span(block[0])[0]).index(word)
    return [(at, at + len(word), "if True")]


def _names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def _is_none(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _is_none_at_the_end(cell: Cell, node: ast.stmt) -> bool:
    """Whether it returns the None that a function returns by itself."""
    is_last = getattr(cell.parents[node], "body", [None])[-1] is node and isinstance(cell.parents[node], FUNCTIONS)
    return is_last and isinstance(node, ast.Return) and _is_none(node.value)


def _is_time_out(node: ast.AST) -> bool:
    """Whether it is an argument that says how many seconds a request may take: no check waits that long."""
    return isinstance(node, ast.keyword) and node.arg == "timeout" and isinstance(node.value, ast.Constant)


def _locals(function: ast.AST) -> set[str]:
    given = {one.arg for one in ast.walk(function) if isinstance(one, ast.arg)}
    made = {one.id for one in ast.walk(function) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}
    return (given | made) - {"self", "_"}


def _is_fresh(cell: Cell, value: ast.AST) -> bool:
    """Whether it is an empty collection, new each time."""
    empty = isinstance(value, ast.List) and not value.elts or isinstance(value, ast.Dict) and not value.keys
    return empty or cell.text(value) in ("set()", "dict()", "list()")


def _ancestors(cell: Cell, node: ast.AST) -> set[ast.AST]:
    found = set()
    while (above := cell.parents.get(node)) is not None:
        found.add(above)
        node = above
    return found
