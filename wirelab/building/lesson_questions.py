"""List the questions that the lessons ask before a cell is run, so that a class can vote on them."""

import re
from pathlib import Path
from typing import Any

from wirelab.building.lesson_minutes import sections
from wirelab.building.teaching_notes import predictions, title_in

# What Markdown marks: code, a link with its address, emphasis. Inside code, nothing is marked.
_MARKS = re.compile(r"`([^`]*)`|\[([^\]]*)\]\([^)]*\)|\*+")


def lesson_questions(course: Path) -> list[dict[str, Any]]:
    """For each lesson with questions its `lesson` ("12"), `title` and `questions`, plain text on one line.

    They are in the order of the course. Where the sources are not there, the list is empty. Raises SourceError.
    """
    found = []
    for source in sorted((course / "sources" / "notebooks").glob("*.py")):
        text = source.read_text(encoding="utf-8")
        asked = [
            plain_text(question)
            for section in sections(text, source.stem, {})
            for question, _ in predictions(section)
        ]
        number = source.stem[:2]
        found.append({"lesson": number, "title": f"{number} {title_in(text, source)}", "questions": asked})
    return [lesson for lesson in found if lesson["questions"]]


def plain_text(markdown: str) -> str:
    """A paragraph of Markdown without its marks, on one line."""
    return " ".join(_MARKS.sub(lambda mark: mark[1] or mark[2] or "", markdown).split())
