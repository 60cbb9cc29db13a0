"""The minutes that are off are corrected in the sources and in README, and all others stay."""

from pathlib import Path

import pytest

from wirelab.building.stated_minutes import lessons, state_minutes
from wirelab.errors import SourceError

SOURCE = """# %% [markdown]
# # Title
#
# 9 minutes. You need nothing.

# %% [markdown]
# ## One

# %%
a = 1
b = 2

# %% [markdown] minutes=40
# ## Two
"""
STATED = SOURCE.replace("9 minutes", "2 minutes").replace("=40", "=1").replace(
    "# %% [markdown]\n# ## One", "# %% [markdown] minutes=1\n# ## One"
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources" / "notebooks").mkdir(parents=True)
    (tmp_path / "sources" / "notebooks" / "01-one.py").write_text(SOURCE, encoding="utf-8")
    (tmp_path / "README.md").write_text("| [One](notebooks/01-one.ipynb) | 9 | |\n", encoding="utf-8")
    return tmp_path


def test_what_is_off_is_corrected(folder: Path) -> None:
    state_minutes(folder)
    assert (folder / "sources" / "notebooks" / "01-one.py").read_text(encoding="utf-8") == STATED
    assert (folder / "README.md").read_text(encoding="utf-8") == "| [One](notebooks/01-one.ipynb) | 2 | |\n"


def test_what_is_honest_stays(folder: Path) -> None:
    state_minutes(folder)
    state_minutes(folder)
    assert (folder / "sources" / "notebooks" / "01-one.py").read_text(encoding="utf-8") == STATED


def test_rehearsed_minutes_are_taken_over_by_their_headings(folder: Path) -> None:
    path = folder / "sources" / "notebooks" / "01-one.py"
    longer = path.read_text(encoding="utf-8").replace("a = 1", "\n".join(["1", *["# %%\n1\n1"] * 5]))
    path.write_text(longer, encoding="utf-8")
    state_minutes(folder, rehearsed=lambda stem: {"One": 5.2, "Three": 9} if stem == "01-one" else {})
    assert [section.stated for section in lessons(folder)[0].sections] == [5, 1]


def test_a_lesson_states_the_sum_of_its_sections(folder: Path) -> None:
    assert [lesson.stated for lesson in lessons(folder)] == [40]


def test_an_unknown_stem_is_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="sources/notebooks has no 99-nothing"):
        lessons(folder, ["99-nothing"])
