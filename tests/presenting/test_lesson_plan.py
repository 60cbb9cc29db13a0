"""The plan has each section's notes, minutes and first cell, and is the lesson's own."""

from pathlib import Path

import nbformat
import pytest

from wirelab.building.stated_minutes import lessons
from wirelab.errors import SourceError
from wirelab.presenting.lesson_plan import find_source, plan_of, with_minutes

COURSE = Path(__file__).parents[2]
SOURCES = sorted((COURSE / "sources" / "notebooks").glob("*.py"))
LESSON = """# %% [markdown]
# # A lesson
#
# 7 minutes.

# %% [markdown] minutes=4
# ## One
#
# It listens on http://127.0.0.1:8011.

# %% [markdown] tags=["notes"]
# **Ask:** Which <b>status</b>? See [lesson 11](11-http-messages.ipynb).
#
# **Short of time:** Leave out the table.

# %% breaks="the header comes too late"
1

# %% [markdown] minutes=3
# ## Two
#
# **Predict, then run.** What comes?
#
# <details><summary>Answer</summary>
#
# Two.
#
# </details>

# %% tags=["predict"]
2
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "12-lesson.py"
    path.write_text(LESSON, encoding="utf-8")
    return path


def test_a_section_has_its_notes_as_html_without_links_that_lead_nowhere(source: Path) -> None:
    one, two = plan_of(source).sections
    [note] = one.notes
    assert "<strong>Ask:</strong> Which &lt;b&gt;status&lt;/b&gt;? See lesson 11." in note
    assert two.notes == []


def test_a_section_has_what_can_be_left_out_what_breaks_and_its_ports(source: Path) -> None:
    one, two = plan_of(source).sections
    assert one.skips == ["<p>Leave out the table.</p>\n"]
    assert one.breaks == ["<p>the header comes too late</p>\n"]
    assert (one.ports, two.ports) == ([8011], [])


def test_a_section_has_its_predictions_with_their_answers(source: Path) -> None:
    _, two = plan_of(source).sections
    assert two.predictions == [("<p>What comes?</p>\n", "<p>Two.</p>\n")]


def test_other_minutes_go_by_the_heading(source: Path) -> None:
    plan = with_minutes(plan_of(source), {"Two": 5.5, "Three": 9})
    assert [section.minutes for section in plan.sections] == [4, 5.5]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_has_its_section(path: Path) -> None:
    plan = plan_of(path)
    cells = nbformat.read(COURSE / "notebooks" / f"{path.stem}.ipynb", as_version=4).cells
    assert list(plan.places) == [cell.id for cell in cells]
    assert [plan.places[section.cell] for section in plan.sections] == list(range(len(plan.sections)))
    headings = {cell.id: cell.source for cell in cells}
    assert all(section.heading in headings[section.cell] for section in plan.sections[1:])


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_the_plan_adds_up_to_the_lesson(path: Path) -> None:
    [lesson] = lessons(COURSE, [path.stem])
    assert sum(section.minutes for section in plan_of(path).sections) == lesson.stated


@pytest.mark.parametrize("words", ["12", "12-web-server"])
def test_a_lesson_is_found_by_its_number(words: str) -> None:
    assert find_source(COURSE, words).stem == "12-web-server"


@pytest.mark.parametrize(("words", "said"), [("99", "no lesson"), ("", "no lesson"), ("1", "more than one")])
def test_what_is_no_lesson_is_said_with_those_that_are(words: str, said: str) -> None:
    with pytest.raises(SourceError, match=f"{said}.*12-web-server"):
        find_source(COURSE, words)
