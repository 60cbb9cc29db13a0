"""A mutant differs from the solution in one thing."""

import ast
from textwrap import dedent, indent

import pytest

from benches.mutation import Mutant, mutants, sample
from benches.operators import OPERATORS


def cell(lines: str) -> str:
    """A cell with these lines of a solution in a function of two parameters."""
    indented = indent(lines, "    ")
    kind = "async def" if "await" in lines or "async" in lines else "def"
    return f"{kind} answer(a, b):\n    ### BEGIN SOLUTION\n{indented}\n    ### END SOLUTION\n"


def made(operator: str, lines: str) -> list[str]:
    """What stands in the place of the changed lines, in each mutant that one operator makes."""
    return [mutant.after for mutant in mutants(cell(lines), OPERATORS) if mutant.operator == operator]


ONE_LINE = [
    ("number", "return 7", ["return 8", "return 6", "return 0"]),
    ("number", "return 404", ["return 400", "return 410"]),
    ("number", "return 2.5", ["return 3.5", "return 1.5", "return 0"]),
    ("text", 'return "ß"', ['return ""', 'return "ßx"']),
    ("text", "return b'a'", ["return b''", "return b'ax'"]),
    ("text", 'return f"{a}"', ['return ""', 'return f"{a}x"']),
    ("field", 'return f"ß{a}, {b.id}"', ['return f"ß, {b.id}"', 'return f"ß{a}, "']),
    ("name", "return a", ["return b"]),
    ("name", 'return f"ß {a}"', ['return f"ß {b}"']),
    ("name", "return a.id", []),
    ("comparison", "return a <= b", ["return a < b"]),
    ("comparison", "return a not in b", ["return a in b"]),
    ("comparison", "return (a) is (None)", ["return (a) is not (None)"]),
    ("comparison", "return 0 < a < 1", ["return 0 <= a < 1", "return 0 < a <= 1", "return 0 < a", "return a < 1"]),
    ("boolean", "return a and b", ["return a or b", "return b", "return a"]),
    ("boolean", "return not a", ["return a"]),
    ("boolean", "return True", ["return False"]),
    ("condition", "return 1 if a else 2", ["return 1 if True else 2", "return 1 if False else 2"]),
    (
        "condition",
        "return [x for x in a if x]",
        ["return [x for x in a if True]", "return [x for x in a if False]"],
    ),
    ("arithmetic", "return a + b", ["return a - b", "return b + a", "return a", "return b"]),
    ("arithmetic", "return a * b", ["return a / b", "return a", "return b"]),
    ("arithmetic", "return a + 1", ["return a - 1", "return a", "return 1"]),
    ("arithmetic", "a += 1", ["a -= 1", "a = 1"]),
    ("statement", "del a[0]", ["pass"]),
    ("await", "return await a", ["return a"]),
    ("result", "raise ValueError(a)", ["return ValueError(a)"]),
    ("element", "return a, b", ["return b", "return a"]),
    ("element", 'return {"a": 1, **a}', ["return {**a}", 'return {"a": 1}']),
    (
        "argument",
        "return a(b, 1, c=2)",
        ["return a(1, c=2)", "return a(b, c=2)", "return a(b, 1)", "return a(1, b, c=2)"],
    ),
    ("argument", "return a(b)", []),
    ("argument", "return get(a, timeout=3)", []),
    ("number", "return get(a, timeout=3)", []),
    ("call", "return a.strip()", ["return a"]),
    ("call", "return str(a)", ["return a"]),
    ("method", "a.discard(b)", ["a.add(b)"]),
    ("method", "a.append(b)", ["a = [b]"]),
    ("method", "return a.get(b, 1)", ["return a.post(b, 1)", "return a[b]"]),
    ("method", "return a.encode()", ['return a.encode("latin-1")']),
    ("method", 'return a.startswith("/")', ['return a.endswith("/")', 'return "/" in a']),
    ("method", "return json.dumps(a)", ["return str(a)"]),
    ("method", "await asyncio.to_thread(a, b)", ["await a(b)", "a(b)"]),
    ("type", "return type(a) not in (int, float)", ["return not isinstance(a, (int, float))"]),
    ("place", "return a[-1]", ["return a[0]"]),
    ("place", "return a[1:]", ["return a"]),
    ("place", "return len(a)", ["return len(a) - 1", "return len(a) + 1"]),
]


@pytest.mark.parametrize(("operator", "line", "after"), ONE_LINE)
def test_an_operator_changes_a_line(operator: str, line: str, after: list[str]) -> None:
    assert made(operator, line) == after


def test_a_text_of_several_lines_lacks_one() -> None:
    assert made("text", 'return """a\nb\n"""')[2] == ""


def test_two_statements_change_places() -> None:
    assert made("order", "one(a)\ntwo(a)") == ["two(a)\none(a)"]


def test_two_statements_that_have_nothing_in_common_keep_their_places() -> None:
    assert made("order", "one(a)\ntwo(b)") == []


def test_two_calls_of_the_same_keep_their_places() -> None:
    assert made("order", "one(1)\none(2)") == []


def test_the_last_statement_of_a_block_leaves_it() -> None:
    assert made("indentation", "with a:\n    one()\n    two()") == ["two()"]


def test_the_statement_behind_a_loop_gets_into_it() -> None:
    assert made("indentation", "for one in a:\n    one()\nreturn 1") == ["    return 1"]


def test_a_loop_ends_early_or_leaves_one_out() -> None:
    assert made("loop", "for one in a:\n    one()") == [
        "one()\nbreak",
        "for one in list(a)[:1]:",
        "for one in list(a)[1:]:",
        "for one in list(a)[:-1]:",
    ]


def test_a_try_loses_its_except() -> None:
    lines = "try:\n    one()\nexcept OSError:\n    two()\nelse:\n    three()"
    assert made("try", lines) == ["if True:\n    one()\nif True:", "pass"]


def test_a_finally_is_reached_only_if_all_goes_well() -> None:
    assert made("try", "try:\n    one()\nfinally:\n    two()") == ["pass", "if True:\n    one()\nif True:"]


def test_nobody_holds_the_lock() -> None:
    assert made("with", "with a.lock:\n    one()") == ["if True:"]
    assert made("with", "with closing(a) as db, db:\n    one()") == ["with closing(a) as db:"]


def test_a_return_in_between_returns_nothing() -> None:
    assert made("result", "if a:\n    return 1\nreturn 2") == ["return"]


def test_none_is_returned_all_the_same() -> None:
    assert made("statement", "if a:\n    return None\nreturn None") == ["pass"]
    assert made("result", "if a:\n    return None\nreturn 1") == []


def test_a_functions_own_list_becomes_everybodys() -> None:
    [after] = made("shared", "found = []\nreturn found")
    assert after.startswith("found = []\n\n\ndef answer(a, b):")


def test_everybodys_set_becomes_a_functions_own() -> None:
    source = "clients = set()\n" + cell("clients.add(a)")
    [mutant] = [one for one in mutants(source, OPERATORS) if one.operator == "own"]
    assert mutant.after == "def answer(a, b):\n    clients = set()"


def test_what_a_class_counts_becomes_what_an_object_counts() -> None:
    source = "class Counter:\n    count = 0\n\n" + indent(cell("Counter.count += 1"), "    ")
    [mutant] = [one for one in mutants(source, OPERATORS) if one.operator == "shared"]
    assert mutant.after == "self.count += 1"


SOURCE = dedent('''
    LIMIT = 5


    def small(number):
        """Given, with the number 5."""
        ### BEGIN SOLUTION
        limit = LIMIT + 1
        # one more
        return number < limit
        ### END SOLUTION
''').strip()
FOUND = mutants(SOURCE, OPERATORS)


def test_only_the_solutions_lines_change() -> None:
    assert all("LIMIT = 5\n" in one.source and "number 5" in one.source for one in FOUND)


def test_a_mutant_has_the_solutions_other_lines_and_no_markers() -> None:
    assert FOUND[0].source.startswith('LIMIT = 5\n\n\ndef small(number):\n    """Given')
    assert all("# one more" in one.source and "###" not in one.source for one in FOUND)


def test_every_mutant_is_python_and_no_two_are_equal() -> None:
    trees = [ast.dump(ast.parse(one.source)) for one in FOUND]
    assert len(set(trees)) == len(trees) > 10
    assert ast.dump(ast.parse(SOURCE)) not in trees


def test_equal_changes_are_numbered() -> None:
    found = [one.key for one in mutants(cell("one()\none()"), OPERATORS)]
    assert found == [("one()", "pass", 1), ("one()", "pass", 2)]


def test_a_diff_can_be_pasted_as_a_wrong_answer() -> None:
    assert Mutant("order", "one()\ntwo()", "two()\none()", "").diff == "- one()\n- two()\n+ two()\n+ one()"


def test_a_sample_takes_each_operator_before_it_takes_one_twice() -> None:
    operators = {one.operator for one in FOUND}
    assert {one.operator for one in sample(FOUND, len(operators))} == operators


def test_a_sample_is_the_same_in_any_order() -> None:
    assert sample(FOUND, 5) == sample(FOUND[::-1], 5)
    assert sample(FOUND, 5) == sample(FOUND, 7)[:5]


def test_a_sample_of_few_is_all_of_them() -> None:
    assert sorted(sample(FOUND, 100), key=FOUND.index) == FOUND
