"""A section's minutes are reckoned from its words, its cells and its predictions."""

import pytest

from wirelab.building.lesson_minutes import Section, sections, words

TEXT = """# %% [markdown]
# # Title

# %% [markdown] minutes=3
# ## One

# %%
{code}

# %% [markdown]
# {text}
#
# ## Two

# %% [markdown] tags=["notes"]
# Ask the room.
"""
LONG = "word " * 129


def reckoned(*, code: str = "a = 1\nb = 2", text: str = "", shown: str = "") -> float:
    """The minutes of section One, beside its title and heading."""
    found = sections(TEXT.format(code=code, text=text), "x", {code: shown})
    return round(found[0].reckoned, 1)


def test_130_words_take_a_minute() -> None:
    assert reckoned(text=LONG) - reckoned() == pytest.approx(1)


def test_words_of_a_folded_answer_count() -> None:
    folded = f"<details><summary>Answer</summary> {LONG} </details>"
    assert reckoned(text=folded) - reckoned() == pytest.approx(1)


def test_a_cell_takes_a_minute() -> None:
    assert reckoned() == 1


def test_a_line_that_shows_a_word_takes_half_a_minute() -> None:
    assert reckoned(code="web.url", shown="http://127.0.0.1:8001") == 0.5


def test_a_line_that_shows_much_takes_a_minute() -> None:
    assert reckoned(code="tap", shown=LONG) == 1


def test_a_source_that_is_shown_is_read() -> None:
    assert reckoned(code="show(f)", shown=LONG + "word") == 2


@pytest.mark.parametrize("question", ["**Predict, then run.**", "**Predict,\n# then run.**"])
def test_a_prediction_takes_two_minutes_more(question: str) -> None:
    assert reckoned(text=question) - reckoned() == pytest.approx(2)


def test_the_text_before_a_heading_counts_with_the_section_before_it() -> None:
    _, two = sections(TEXT.format(code="1", text=LONG), "x", {})
    assert two.reckoned < 0.1


def test_a_section_has_its_stated_minutes_and_its_notes() -> None:
    one, two = sections(TEXT.format(code="1", text=""), "x", {})
    assert (one.stated, two.stated, two.notes) == (3, 0, ["Ask the room."])
    assert one.heading == "One"


@pytest.mark.parametrize(
    ("stated", "is_honest"), [(5, False), (6, True), (9, True), (12, True), (13, False)]
)
def test_a_third_more_or_less_is_honest(stated: int, is_honest: bool) -> None:
    assert Section("One", stated=stated, reckoned=9.0).is_honest == is_honest


@pytest.mark.parametrize(("took", "stated"), [(2.0, 6), (7.4, 7), (11.6, 12), (30.0, 12)])
def test_minutes_that_were_rehearsed_are_taken_over_as_far_as_they_are_honest(took: float, stated: int) -> None:
    assert Section("One", reckoned=9.0).honest_near(took) == stated


@pytest.mark.parametrize("reckoned", [0.2, 0.7, 1.5, 4.4, 26.0])
@pytest.mark.parametrize("took", [0.1, 3.0, 90.0])
def test_what_is_taken_over_is_always_honest(reckoned: float, took: float) -> None:
    section = Section("One", reckoned=reckoned)
    section.stated = section.honest_near(took)
    assert section.is_honest


def test_what_takes_seconds_is_stated_as_a_minute() -> None:
    assert Section("One", stated=1, reckoned=0.2).is_honest


def test_markup_is_no_word() -> None:
    assert words("| a | b |\n|---|---|\n\n- one **two**\n<br>") == 4
