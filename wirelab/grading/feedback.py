"""Write a page for each learner: verdicts, evidence and hints, and nothing of anybody else."""

import hashlib
import html
import re
from pathlib import Path

from wirelab import atomic_write
from wirelab.grading.gradebooks import NOTHING_IN, Student
from wirelab.grading.grading_run import Work
from wirelab.grading.page_parts import page, table
from wirelab.grading.results import Record, ResultStore
from wirelab.grading.submissions import Learner

NO_POINTS = "This file could not be graded: {}"
FAILED_CELLS = "These cells ended with an error when the notebook was run from top to bottom:"


def page_name(learner: Learner) -> str:
    """The name of a learner's page. Only small letters and digits of the name come into it, and a hash."""
    words = re.sub(r"[^a-z0-9]+", "-", (learner.name or learner.id).casefold()).strip("-")[:40]
    mark = hashlib.sha256(f"{learner.id}\0{learner.name}".encode()).hexdigest()[:10]
    return f"{words or 'learner'}-{mark}.html"


def write_feedback(folder: Path, student: Student, store: ResultStore) -> Path:
    """The page of one learner."""
    parts = [f"<p>{html.escape(note)}</p>" for note in student.notes if note == NOTHING_IN]
    parts += [_summary(student)] if student.records else []
    parts += [_notebook(work, record, store) for work, record in student.works]
    path = folder / "feedback" / page_name(student.learner)
    path.parent.mkdir(exist_ok=True)
    atomic_write.write(path, page(f"Feedback for {student.name}", parts))
    return path


def _summary(student: Student) -> str:
    rows = [
        [html.escape(stem), f"{record.earned:g}", f"{record.points:g}"]
        for stem, record in sorted(student.records.items())
    ]
    total = ["All", f"{student.earned:g}", f"{sum(record.points for record in student.records.values()):g}"]
    return table(["Notebook", "Points", "of"], [*rows, total], numbers=(1, 2))


def _notebook(work: Work, record: Record, store: ResultStore) -> str:
    evidence = store.evidence(work.key)
    name = record.notebook or work.file
    lines = [f"<h2>{html.escape(name)}: {record.earned:g} of {record.points:g} points</h2>"]
    lines += [f"<p>{html.escape(note)}</p>" for note in work.notes]
    lines += [f"<p>{html.escape(NO_POINTS.format(record.fault))}</p>"] if record.fault else []
    shown = {str(one.get("exercise")): str(one.get("html")) for one in evidence.results}
    for grade in record.grades:
        if not record.fault:
            points = f"{grade.exercise}: {grade.verdict}, {grade.earned:g} of {grade.points} points"
            said = shown.get(grade.exercise) or html.escape(grade.reason)
            lines.append(f'<div class="exercise"><h3>{html.escape(points)}</h3>{said}</div>')
    if evidence.failed_cells:
        told = "".join(f"<li><code>{html.escape(one)}</code></li>" for one in evidence.failed_cells)
        lines.append(f"<p>{FAILED_CELLS}</p><ul>{told}</ul>")
    return "<section>" + "\n".join(lines) + "</section>"
