"""A lesson's page for the instructor has its plan, its notes, its predictions and what breaks."""

from pathlib import Path

import pytest

from wirelab.building.builder import stale
from wirelab.building.teaching_notes import folder, pages

SOURCE = """# %% [markdown]
# # A title
#
# 70 minutes. You need nothing.

# %% [markdown] minutes=65
# ## One

# %% [markdown] tags=["notes"]
# **Ask:** what comes
# next? See [lesson 02](02-two.ipynb) and <https://example.org>.
#
# **Short of time:** leave out
# the second half.

# %%
1

# %% [markdown]
# **Predict, then run.** Which
# number?

# %% tags=["predict"]
2

# %% [markdown] minutes=5
# <details><summary>Answer</summary>
#
# Two.
#
# It is [exercise 01](../exercises/01-one.ipynb).
#
# </details>
#
# ## Two

# %% breaks="nothing divides by zero" tags=["raises-exception"]
1 / 0
"""


@pytest.fixture
def course_of_one(tmp_path: Path) -> Path:
    (tmp_path / "sources" / "notebooks").mkdir(parents=True)
    (tmp_path / "sources" / "notebooks" / "01-one.py").write_text(SOURCE, encoding="utf-8")
    return tmp_path


@pytest.fixture
def page(course_of_one: Path) -> str:
    return pages(course_of_one)[folder(course_of_one) / "01-one.md"]


def test_the_page_begins_with_its_lesson(page: str) -> None:
    lesson = "[The lesson](../../notebooks/01-one.ipynb) takes 70 minutes."
    assert page.startswith(f"# Teaching notes: A title\n\n{lesson}")


def test_the_plan_has_each_section_by_the_clock(page: str) -> None:
    assert "| 0:00 | 65 | One | 1 |  |\n| 1:05 | 5 | Two |  | yes |\n" in page


def test_a_note_stands_in_its_section(page: str) -> None:
    assert "## One\n\n*0:00, 65 minutes*\n\n**Ask:** what comes\nnext?" in page


def test_links_lead_on_from_the_page(page: str) -> None:
    assert "[lesson 02](../../notebooks/02-two.ipynb)" in page
    assert "[exercise 01](../../notebooks/../exercises/01-one.ipynb)" in page
    assert "<https://example.org>" in page


def test_what_can_be_left_out_is_collected(page: str) -> None:
    assert "## When you are late\n\n- In *One*: leave out the second half.\n" in page


def test_a_prediction_has_its_answer(page: str) -> None:
    assert "**Predict:** Which\nnumber?\n\n> Two.\n>\n> It is [exercise 01]" in page


def test_what_breaks_is_told_with_the_number_of_its_cell(page: str) -> None:
    assert "**Breaks on purpose:** cell [3], nothing divides by zero (it ends with an error)." in page


def test_the_index_counts(course_of_one: Path) -> None:
    index = pages(course_of_one)[folder(course_of_one) / "README.md"]
    assert index.endswith("| 01 | [A title](01-one.md) | 70 | 2 | 1 | 1 |\n")


def test_a_page_that_differs_is_stale(course_of_one: Path) -> None:
    folder(course_of_one).mkdir(parents=True)
    for path, text in pages(course_of_one).items():
        path.write_text(text, encoding="utf-8")
    (folder(course_of_one) / "02-two.md").touch()
    (folder(course_of_one) / "01-one.md").write_text("mine", encoding="utf-8")
    said = [line for line in stale(course_of_one) if line.startswith("docs/")]
    assert said == ["docs/teaching/01-one.md differs from its source", "docs/teaching/02-two.md has no source"]
