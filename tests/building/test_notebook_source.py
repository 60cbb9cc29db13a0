"""One source text makes a lecture, an exercise and a solution."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirelab.building.notebook_source import exercise, lecture, solution
from wirelab.errors import SourceError

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

# %% right="1.1" style="a sum"
def double(number):
    return number + number

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


def test_no_notebook_has_the_answers_for_the_tests() -> None:
    for make in (lecture, exercise, solution):
        assert not [text for text in sources(make(SOURCE, "x")) if "return number" in text]


def slides(notebook: object) -> list[str | None]:
    """The kind of slide that each cell begins; None where it has no such key."""
    return [cell.metadata.get("slideshow", {}).get("slide_type") for cell in notebook.cells]  # type: ignore[attr-defined]


def test_only_a_cell_that_begins_a_slide_says_so() -> None:
    assert slides(lecture(SOURCE, "x")) == ["slide", None, None, None]
    assert "slideshow" not in lecture(SOURCE, "x").cells[1].metadata


@pytest.mark.parametrize(
    ("text", "slide"),
    [
        ("## One", "slide"),
        ("### One", "subslide"),
        ("An answer.\n#\n# ## Next", "slide"),
        ("```\n# # no\n# ```", None),
    ],
)
def test_a_heading_begins_a_slide_wherever_it_stands_in_the_cell(text: str, slide: str | None) -> None:
    assert slides(lecture(f"# %% [markdown]\n# {text}\n", "x")) == [slide]


def test_no_notebook_has_the_instructors_notes() -> None:
    for make in (lecture, exercise, solution):
        assert "Ask the room." not in "".join(sources(make(SOURCE, "x")))


def test_tags_stay() -> None:
    tags = [cell.metadata.get("tags") for cell in solution(SOURCE, "x").cells]
    assert tags == [None, ["solution"], None, ["raises-exception"]]


@pytest.mark.parametrize(("minutes", "shown"), [(4, "*4 minutes*"), (1, "*1 minute*")])
def test_a_sections_minutes_stand_under_its_heading(minutes: int, shown: str) -> None:
    text = f"# %% [markdown] minutes={minutes}\n# An answer.\n#\n# ## One\n#\n# Text.\n"
    assert sources(lecture(text, "x")) == [f"An answer.\n\n## One\n\n{shown}\n\nText."]


def test_a_cell_keeps_its_id_when_its_minutes_change() -> None:
    text = "# %% [markdown] minutes=4\n# ## One\n"
    ids = [lecture(text.replace("4", minutes), "x").cells[0].id for minutes in "45"]
    assert ids[0] == ids[1]


@pytest.mark.parametrize("headings", ["Text.", "### One", "## One\n#\n# ## Two"])
def test_minutes_belong_to_one_heading(headings: str) -> None:
    with pytest.raises(SourceError, match="minutes=4 has to stand at a cell with one heading ##"):
        lecture(f"# %% [markdown] minutes=4\n# {headings}\n", "x")


def test_nbgrader_finds_the_cell_to_solve_and_the_cell_to_grade() -> None:
    text = SOURCE + '\n# %% checks="1.1" points=2\ncheck("1.1", double)\n'
    found = [cell.metadata.nbgrader for cell in solution(text, "x").cells if "nbgrader" in cell.metadata]
    common = {"schema_version": 3, "task": False}
    assert found == [
        {"grade_id": "1-1", "grade": False, "solution": True, "locked": False, **common},
        {"grade_id": "check-1-1", "grade": True, "solution": False, "locked": True, "points": 2, **common},
        {"grade_id": "card", "grade": False, "solution": False, "locked": True, **common},
    ]


def test_a_notebook_names_its_kernel_and_its_language_and_nothing_else() -> None:
    assert list(lecture(SOURCE, "x").metadata) == ["kernelspec", "language_info"]


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


@given(st.lists(st.sampled_from(["# %%", "x = 1", "    ### BEGIN SOLUTION", "    ### END SOLUTION"]), max_size=12))
def test_any_order_of_markers_is_built_or_refused_and_no_solution_leaks(lines: list[str]) -> None:
    try:
        made = exercise("\n".join(["# %%", *lines]), "x")
    except SourceError:
        return
    assert not [text for text in sources(made) if "SOLUTION" in text]


def test_a_magic_line_belongs_to_its_cell() -> None:
    [cell] = lecture("# %%\n# %%writefile a.py\nprint(1)\n", "x").cells
    assert cell.source == "%%writefile a.py\nprint(1)"


@pytest.mark.parametrize(
    "line", ['# %% wrong="1.1" says="a \\" b"', "# %% a title", "# %% wrong=1.1x", '# %%wrong="1.1"']
)
def test_a_cell_whose_words_cannot_be_read_is_an_error_with_its_line(line: str) -> None:
    with pytest.raises(SourceError, match="a.py, line 4: write key="):
        lecture(f"# %%\n1\n\n{line}\n2\n", "a.py")
