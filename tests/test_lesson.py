"""One source text makes a lecture, an exercise and a solution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirelab.errors import SourceError
from wirelab.lesson import exercise, lecture, solution, with_answer, wrong_answers

SOURCE = """# %% [markdown]
# # Title

# %% [markdown] tags=["solution"]
# The reasoning.

# %% exercise="1.1"
def double(number):
    ### BEGIN SOLUTION
    result = 2 * number
    return result
    ### END SOLUTION


print("done")

# %% wrong="1.1" caught_by="doubles 2"
def double(number):
    return number

# %% [markdown] tags=["notes"]
# Ask the room.

# %% tags=["raises-exception"]
1 / 0
"""


def sources(notebook: object) -> list[str]:
    return [cell.source for cell in notebook.cells]  # type: ignore[attr-defined]


def test_the_exercise_has_a_stub_in_place_of_the_solution() -> None:
    assert sources(exercise(SOURCE, "x"))[1] == (
        'def double(number):\n    raise NotImplementedError("your code here")\n\n\nprint("done")'
    )


def test_the_stub_can_be_run() -> None:
    exec(sources(exercise(SOURCE, "x"))[1], {})


def test_the_exercise_does_not_have_the_reasoning() -> None:
    assert "The reasoning." not in sources(exercise(SOURCE, "x"))


def test_the_solution_has_the_code_its_markers_and_the_reasoning() -> None:
    assert sources(solution(SOURCE, "x"))[1] == "The reasoning."
    assert sources(solution(SOURCE, "x"))[2].count("SOLUTION") == 2


def test_no_notebook_has_the_wrong_answers() -> None:
    for make in (lecture, exercise, solution):
        assert not [text for text in sources(make(SOURCE, "x")) if "return number" in text]


def test_wrong_answers_are_for_the_tests() -> None:
    [answer] = wrong_answers(SOURCE, "x")
    assert (answer.exercise, answer.caught_by) == ("1.1", "doubles 2")
    assert "return number" in sources(with_answer(SOURCE, "x", answer))[2]


def test_every_cell_has_its_slide() -> None:
    slides = [cell.metadata.slideshow.slide_type for cell in lecture(SOURCE, "x").cells]
    assert slides == ["slide", "-", "-", "notes", "-"]


@pytest.mark.parametrize(
    ("text", "slide"),
    [
        ("## One", "slide"),
        ("### One", "subslide"),
        ("An answer.\n#\n# ## Next", "slide"),
        ("```\n# # no\n# ```", "-"),
    ],
)
def test_a_heading_begins_a_slide_wherever_it_stands_in_the_cell(text: str, slide: str) -> None:
    [cell] = lecture(f"# %% [markdown]\n# {text}\n", "x").cells
    assert cell.metadata.slideshow.slide_type == slide


def test_notes_are_folded() -> None:
    assert sources(lecture(SOURCE, "x"))[3].startswith("<details><summary>For the instructor</summary>\n\nAsk")


def test_tags_stay_but_for_the_instructors() -> None:
    tags = [cell.metadata.get("tags") for cell in solution(SOURCE, "x").cells]
    assert tags == [None, ["solution"], None, None, ["raises-exception"]]


def test_nbgrader_finds_the_cell_to_solve_and_the_cell_to_grade() -> None:
    text = SOURCE + '\n# %% checks="1.1" points=2\ncheck("1.1", double)\n'
    found = [cell.metadata.nbgrader for cell in solution(text, "x").cells if "nbgrader" in cell.metadata]
    common = {"schema_version": 3, "task": False}
    assert found == [
        {"grade_id": "1-1", "grade": False, "solution": True, "locked": False, **common},
        {"grade_id": "check-1-1", "grade": True, "solution": False, "locked": True, "points": 2, **common},
    ]


def test_a_wrong_answer_names_what_catches_it_and_what_is_said() -> None:
    [answer] = wrong_answers(SOURCE.replace('"doubles 2"', '"doubles 2" says="got: 2"'), "x")
    assert (answer.exercise, answer.caught_by, answer.says) == ("1.1", "doubles 2", "got: 2")


def test_a_notebook_names_its_kernel_and_nothing_else() -> None:
    assert list(lecture(SOURCE, "x").metadata) == ["kernelspec"]


def test_a_cell_keeps_its_id_when_another_is_put_before_it() -> None:
    before = {cell.source: cell.id for cell in lecture(SOURCE, "x").cells}
    after = {cell.source: cell.id for cell in lecture("# %%\n0\n" + SOURCE, "x").cells}
    assert before.items() <= after.items()


def test_two_cells_with_the_same_text_have_two_ids() -> None:
    ids = [cell.id for cell in lecture("# %%\n1\n\n# %%\n1\n", "x").cells]
    assert len(set(ids)) == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# %%\ndef f():\n    ### BEGIN SOLUTION\n    pass\n", r"x, line 3: ### BEGIN SOLUTION has no ### END"),
        ("# %%\n    ### BEGIN SOLUTION\n    ### BEGIN SOLUTION\n", r"x, line 2: .* has no ### END SOLUTION"),
        ("# %%\n    ### BEGIN SOLUTION\n# %%\n    ### END SOLUTION\n", "x, line 2"),
        ("# %%\n    ### END SOLUTION\n", r"x, line 2: ### END SOLUTION has no ### BEGIN"),
        ("# %%\n### BEGIN SOLUTION\n### END SOLUTION\n", "x, line 2: .* inside a function"),
    ],
)
def test_a_marker_without_its_counterpart_is_an_error_with_its_line(text: str, message: str) -> None:
    with pytest.raises(SourceError, match=message):
        exercise(text, "x")


def test_a_wrong_answer_has_to_say_what_catches_it() -> None:
    with pytest.raises(SourceError, match="1.1 has no caught_by="):
        wrong_answers('# %% wrong="1.1"\n0\n', "x")


def test_a_wrong_answer_needs_a_cell_to_stand_in() -> None:
    text = '# %% wrong="1.1" caught_by="something"\n0\n'
    with pytest.raises(SourceError, match="0 cells are marked"):
        with_answer(text, "x", wrong_answers(text, "x")[0])


@given(st.lists(st.sampled_from(["# %%", "x = 1", "    ### BEGIN SOLUTION", "    ### END SOLUTION"]), max_size=12))
def test_any_order_of_markers_is_built_or_refused_and_no_solution_leaks(lines: list[str]) -> None:
    try:
        made = exercise("\n".join(["# %%", *lines]), "x")
    except SourceError:
        return
    assert not [text for text in sources(made) if "SOLUTION" in text]


@pytest.mark.parametrize(
    "line", ['# %% wrong="1.1" says="a \\" b"', "# %% a title", "# %% wrong=1.1x", '# %%wrong="1.1"']
)
def test_a_cell_whose_words_cannot_be_read_is_an_error_with_its_line(line: str) -> None:
    with pytest.raises(SourceError, match="a.py, line 4: write key="):
        lecture(f"# %%\n1\n\n{line}\n2\n", "a.py")
