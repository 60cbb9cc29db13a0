"""List the questions that the lessons ask before a cell is run, so that a class can vote on them.

They are found in the text of the sources, without what builds notebooks, so that a board need not wait for them.
"""

import re
from pathlib import Path
from typing import Any

PREDICTION = re.compile(
    r"\*\*Predict,\s+then\s+run\.\*\*\s+(.*?)\s*<details><summary>Answer</summary>\s*(.*?)\s*</details>", re.DOTALL
)
TITLE_LINE = re.compile(r"^# # (.+)$", re.MULTILINE)
_SOURCE_CELL = re.compile(r"^# %%.*(?:\n(?!# %%).*)*", re.MULTILINE)  # a cell, with the line that begins it
_MARKED_LINE = re.compile(r"^# ?", re.MULTILINE)  # as Markdown stands in a source
# What Markdown marks: code, a link with its address, emphasis. Inside code, nothing is marked.
_MARKS = re.compile(r"`([^`]*)`|\[([^\]]*)\]\([^)]*\)|\*+")


def lesson_questions(course: Path) -> list[dict[str, Any]]:
    """For each lesson with questions its `lesson` ("12"), `title` and `questions`, plain text on one line.

    They are in the order of the course. Where the sources are not there, the list is empty.
    """
    found = []
    for source in sorted((course / "sources" / "notebooks").glob("*.py")):
        text = source.read_text(encoding="utf-8")
        asked = [plain_text(question) for question, _ in PREDICTION.findall(_markdown_of(text))]
        number = source.stem[:2]
        found.append({"lesson": number, "title": f"{number} {title_in(text, source)}", "questions": asked})
    return [lesson for lesson in found if lesson["questions"]]


def title_in(text: str, source: Path) -> str:
    """What a lesson's source calls the lesson; the file's stem where it says nothing."""
    found = TITLE_LINE.search(text)
    return found[1] if found else source.stem


def _markdown_of(text: str) -> str:
    """The Markdown of a source, without its notes for the instructor and the lines that begin cells."""
    cells = [cell for cell in _SOURCE_CELL.findall(text) if cell.startswith("# %% [markdown]")]
    shown = [cell.partition("\n")[2] for cell in cells if '"notes"' not in cell.partition("\n")[0]]
    return _MARKED_LINE.sub("", "\n\n".join(shown))


def plain_text(markdown: str) -> str:
    """A paragraph of Markdown without its marks, on one line."""
    return " ".join(_MARKS.sub(lambda mark: mark[1] or mark[2] or "", markdown).split())
