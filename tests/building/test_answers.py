"""A short answer stands in the place of a solution, and says so where it cannot."""

import ast

import pytest

from wirelab.building.answers import Answer, right_answers, with_answer, without_markers, wrong_answers
from wirelab.errors import SourceError

SOURCE = '''# %% exercise="1.1"
import math
from json import dumps, loads

FACTOR, OFFSET = 2, 0  # both whole


# The word is given.
def word():
    return """
<p id="word">double</p>
"""


class Double(int):
    """A number."""

    shown = "="  # how it is shown

    def value(self):
        ### BEGIN SOLUTION
        if self > 0:
            return FACTOR * self
        return OFFSET
        ### END SOLUTION

    @property
    def text(self):
        if self > 0:
            return self.shown + str(self)
        return ""


# That is all.

# %% checks="1.1" points=1
check("1.1", Double)
'''
SOLUTION = SOURCE.partition("\n")[2].partition("\n\n# %%")[0]


def merged(code: str, *, whole: bool = False) -> str:
    """The cell of the exercise with an answer in it."""
    [cell, _] = with_answer(SOURCE, "x", Answer("1.1", code, caught_by="doubles 2", is_whole=whole)).cells
    return str(cell.source)


def changes(code: str) -> tuple[list[str], list[str]]:
    """The lines that an answer takes away from the solution, and those that it brings."""
    before, after = without_markers(SOLUTION).split("\n"), merged(code).split("\n")
    return [line for line in before if line not in after], [line for line in after if line not in before]


def names(code: str) -> list[str]:
    """What the class of a merged cell defines, in order."""
    [found] = [node for node in ast.parse(merged(code)).body if isinstance(node, ast.ClassDef)]
    return [getattr(node, "name", "") or ast.unparse(getattr(node, "targets", [""])[0]) for node in found.body[1:]]


# What an answer says of itself


def test_a_wrong_answer_names_what_catches_it_and_what_is_said() -> None:
    [answer] = wrong_answers('# %% wrong="1.1" caught_by="doubles 2" says="got: 2"\n0\n', "x")
    assert answer == Answer("1.1", "0", caught_by="doubles 2", says="got: 2")
    assert not answer.is_right


def test_a_right_answer_names_how_it_differs() -> None:
    [answer] = right_answers('# %% right="1.1" style="a sum"\n0\n', "x")
    assert answer == Answer("1.1", "0", style="a sum")
    assert answer.is_right


def test_an_answer_may_stand_for_the_whole_cell() -> None:
    [answer] = right_answers('# %% right="1.1" style="a sum" whole=1\n0\n', "x")
    assert answer.is_whole


def test_wrong_and_right_answers_are_kept_apart() -> None:
    text = '# %% wrong="1.1" caught_by="a"\n0\n# %% right="1.1" style="b"\n1\n'
    assert [answer.code for answer in wrong_answers(text, "x") + right_answers(text, "x")] == ["0", "1"]


def test_a_wrong_answer_has_to_say_what_catches_it() -> None:
    with pytest.raises(SourceError, match="x: the wrong answer to 1.1 has no caught_by="):
        wrong_answers('# %% wrong="1.1"\n0\n', "x")


def test_a_right_answer_has_to_say_how_it_differs() -> None:
    with pytest.raises(SourceError, match="x: the right answer to 1.1 has no style="):
        right_answers('# %% right="1.1"\n0\n', "x")


# Definitions


def test_a_function_replaces_the_one_of_its_name() -> None:
    old, new = changes('def word():\n    return "twice"')
    assert old == ['    return """', '<p id="word">double</p>', '"""']
    assert new == ['    return "twice"']


def test_comments_and_layout_of_what_stays_are_kept() -> None:
    text = merged("class Double(int):\n    def value(self):\n        return 0")
    assert "\n\n\n# The word is given.\ndef word():" in text
    assert '    """A number."""\n\n    shown = "="  # how it is shown\n\n    def value' in text
    assert text.endswith("\n\n\n# That is all.")


def test_a_method_replaces_the_one_of_its_name_and_the_rest_of_the_class_stays() -> None:
    code = "class Double(int):\n    def value(self):\n        return 0"
    assert names(code) == ["shown", "value", "text"]
    assert "        return 0\n\n    @property" in merged(code)


def test_decorators_belong_to_their_method() -> None:
    old, new = changes('class Double(int):\n    def text(self):\n        return "2"')
    assert "    @property" in old
    assert new == ['        return "2"']


def test_an_assignment_in_a_class_replaces_the_one_of_its_name() -> None:
    assert changes('class Double(int):\n    shown: str = "->"') == (
        ['    shown = "="  # how it is shown'],
        ['    shown: str = "->"'],
    )


def test_a_method_may_replace_an_assignment() -> None:
    assert names("class Double(int):\n    def shown(self):\n        return 0") == ["shown", "value", "text"]


def test_what_is_new_in_a_class_stands_before_the_next_that_is_not() -> None:
    assert names("class Double(int):\n    unit = 1\n    def value(self):\n        return 0") == [
        "shown",
        "unit",
        "value",
        "text",
    ]


def test_what_is_new_and_last_stands_at_the_end() -> None:
    assert names("class Double(int):\n    def value(self):\n        return 0\n    unit = 1")[-1] == "unit"


def test_a_class_with_other_bases_has_them() -> None:
    old, new = changes("class Double(float):\n    def value(self):\n        return 0")
    assert "class Double(int):" in old
    assert "class Double(float):" in new


def test_a_class_on_one_line_replaces_all_of_it() -> None:
    assert 'class Double(int): "empty"\n\n\n# That' in merged('class Double(int): "empty"')


def test_an_import_replaces_what_imports_the_same_names() -> None:
    assert changes("from simplejson import dumps, loads")[1] == ["from simplejson import dumps, loads"]


def test_a_new_import_stands_before_the_function_that_follows_it() -> None:
    text = merged('import re\n\n\ndef word():\n    return "2"')
    assert text.index("FACTOR, OFFSET") < text.index("import re") < text.index("# The word is given.")


def test_a_tuple_replaces_the_one_of_its_names() -> None:
    assert changes("FACTOR, OFFSET = 3, 1")[0] == ["FACTOR, OFFSET = 2, 0  # both whole"]


def test_two_assignments_replace_a_tuple() -> None:
    assert changes("FACTOR = 3\nOFFSET = 1")[1] == ["FACTOR = 3", "OFFSET = 1"]


def test_a_tuple_replaces_two_definitions() -> None:
    text = merged("word, Double = str, int")
    assert "def word" not in text
    assert "class Double" not in text


# Lines


def test_lines_replace_lines_wherever_they_are_indented() -> None:
    assert changes("- return FACTOR * self\n+ return self") == (
        ["            return FACTOR * self"],
        ["            return self"],
    )


def test_the_indentation_within_a_change_counts() -> None:
    new = changes("-     return FACTOR * self\n- return OFFSET\n+     return 1\n+ return 2")[1]
    assert new == ["            return 1", "        return 2"]


def test_lines_may_be_given_as_they_are_indented_in_the_solution() -> None:
    assert changes("-             return FACTOR * self\n+             return 1")[1] == ["            return 1"]


def test_two_changes_are_parted_by_an_empty_line_or_by_nothing() -> None:
    for between in ("\n\n", "\n"):
        new = changes(f"- return FACTOR * self\n+ return 1{between}- return OFFSET\n+ return 2")[1]
        assert new == ["            return 1", "        return 2"]


def test_lines_with_nothing_to_replace_them_are_taken_away() -> None:
    assert changes('- shown = "="  # how it is shown')[1] == []


def test_a_dash_alone_is_an_empty_line() -> None:
    assert '    """A number."""\n\n    def value' in merged('-\n- shown = "="  # how it is shown')


def test_lines_may_stand_in_a_text() -> None:
    assert '\n<p id="word">twice</p>\n' in merged('- <p id="word">double</p>\n+ <p id="word">twice</p>')


def test_lines_on_both_sides_of_a_marker_are_neighbours() -> None:
    new = changes("- def value(self):\n-     if self > 0:\n+ def value(self):\n+     if self:")[1]
    assert new == ["        if self:"]


# The whole cell


def test_a_whole_answer_replaces_the_cell() -> None:
    assert merged("Double = float", whole=True) == "Double = float"


def test_no_marker_is_left() -> None:
    assert "SOLUTION" not in merged("- return OFFSET\n+ return 1")


# What cannot be


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("- return 7\n+ return 8", "the solution has no lines 'return 7': copy them from there"),
        ("- if self > 0:\n+ if self:", "the solution has 'if self > 0:' 2 times: add a line before or after it"),
        ("+ return 8", "a change has no line with -: name a line of the solution"),
        ("- return OFFSET\n+ if", "with it the cell is no Python; look at the indentation (line "),
        ("- return OFFSET\n- return OFFSET", "the solution has no lines"),
        ("- return OFFSET\n\n- return OFFSET\n+ 1", "two changes take away 'return OFFSET': make one of them"),
        ("def word(:", "it is no Python, and not all of its lines begin with - or + (line 1"),
        ("print(1)", "'print(1)' defines nothing: write lines with - and +, or whole=1"),
        ("FACTOR = 3", "the solution defines OFFSET in the same line: define that as well"),
        ("- return OFFSET\n+ return OFFSET", "it is equal to the solution: say what differs, or leave it out"),
        ("class Double(int):\n    shown = '='", "it is equal to the solution"),
        ("class Double(int):\n  shown = 2", "with it the cell is no Python"),
    ],
)
def test_an_answer_that_does_not_fit_is_an_error_with_its_exercise_and_advice(code: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        merged(code)
    begin = code.partition("\n")[0]
    assert str(caught.value).startswith(f"x: the answer to 1.1 that begins with {begin!r}: {message}")


def test_an_answer_needs_a_cell_to_stand_in() -> None:
    with pytest.raises(SourceError, match='x: 0 cells are marked exercise="7.1", one has to be'):
        with_answer(SOURCE, "x", Answer("7.1", "0"))
