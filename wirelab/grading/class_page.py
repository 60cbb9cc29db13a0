"""Write the instructor's page: who has which points, what the class missed most, and with which answers."""

import html
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from wirelab import atomic_write
from wirelab.checking.result import Verdict
from wirelab.grading.feedback import page_name
from wirelab.grading.gradebooks import Student, notebooks_in
from wirelab.grading.page_parts import page, table
from wirelab.grading.results import ResultStore

MOST = 25  # expectations that are shown
MAX_ANSWER_SHOWN = 200  # characters
BAR = 120  # pixels of a bar that stands for everybody
NO_GOT = "(no value: see the page of a learner)"


@dataclass
class Missed:
    """An expectation that was the first one missed by some: their answers, and whose they are."""

    title: str
    answers: dict[str, list[Student]] = field(default_factory=lambda: defaultdict(list))

    @property
    def count(self) -> int:
        """How many missed it."""
        return sum(len(students) for students in self.answers.values())


def write_class_page(folder: Path, students: Sequence[Student], store: ResultStore, head: str) -> Path:
    """index.html. `head` is the hash of the ledger's last line."""
    stems = notebooks_in(students)
    parts = [
        f"<p>{len(students)} learners, {len(stems)} notebooks. The ledger ends with <code>{head}</code>: keep it, "
        "and compare it before you use the grades again.</p>",
        "<h2>Points</h2>",
        _points(students, stems),
        "<h2>Exercises</h2>",
        _exercises(students),
        "<h2>What was missed most</h2>",
        *(_missed(place, one) for place, one in _most_missed(students, store)),
    ]
    path = folder / "index.html"
    atomic_write.write(path, page("What the class handed in", parts))
    return path


def _points(students: Sequence[Student], stems: Sequence[str]) -> str:
    rows = []
    for one in students:
        link = f'<a href="feedback/{page_name(one.learner)}">{html.escape(one.name)}</a>'
        points = [f"{one.records[stem].earned:g}" if stem in one.records else "–" for stem in stems]
        notes = "<br>".join(html.escape(note) for note in one.notes)
        rows.append([link, *points, f"{one.earned:g}", notes])
    head = ["Learner", *(html.escape(stem.partition("-")[0]) for stem in stems), "All", "To look at"]
    return table(head, rows, numbers=range(1, len(stems) + 2))


def _exercises(students: Sequence[Student]) -> str:
    counts: Mapping[str, Counter[str]] = defaultdict(Counter)
    for one in students:
        for record in one.records.values():
            for grade in record.grades:
                counts[grade.exercise][grade.verdict] += 1
    rows = [[html.escape(exercise), _bar(count), _others(count)] for exercise, count in sorted(counts.items())]
    return table(["Exercise", "Passed", "Other verdicts"], rows)


def _bar(count: Counter[str]) -> str:
    passed, total = count[str(Verdict.PASSED)], sum(count.values())
    return f'<span class="bar" style="width: {BAR * passed // total}px"></span> {passed} of {total}'


def _others(count: Counter[str]) -> str:
    rest = [(verdict, number) for verdict, number in count.most_common() if verdict != str(Verdict.PASSED)]
    return html.escape(", ".join(f"{verdict} {number}" for verdict, number in rest))


def _most_missed(students: Sequence[Student], store: ResultStore) -> list[tuple[tuple[str, str], Missed]]:
    """The expectations that were missed first, by how many, each with the answers."""
    found: dict[tuple[str, str], Missed] = {}
    for student in students:
        for work, _ in student.works:
            for result in store.evidence(work.key).results:
                first = next((one for one in result["findings"] if not one["passed"]), None)
                if first:
                    place = (str(result["exercise"]), str(first["what"]))
                    missed = found.setdefault(place, Missed(str(result["title"])))
                    missed.answers[str(first.get("got") or NO_GOT)[:MAX_ANSWER_SHOWN]].append(student)
    return sorted(found.items(), key=lambda item: (-item[1].count, item[0]))[:MOST]


def _missed(place: tuple[str, str], missed: Missed) -> str:
    exercise, what = place
    answers = sorted(missed.answers.items(), key=lambda item: -len(item[1]))
    rows = [
        [str(len(students)), f"<code>{html.escape(answer)}</code>", _names(students)]
        for answer, students in answers
    ]
    title = html.escape(f"{exercise}, {missed.title}: {what}")
    return f"<h3>{missed.count} × {title}</h3>" + table(["Learners", "Got", "Who"], rows, numbers=(0,))


def _names(students: Sequence[Student]) -> str:
    names = [f'<a href="feedback/{page_name(one.learner)}">{html.escape(one.name)}</a>' for one in students]
    shown = ", ".join(names[:3])
    rest = f"<details><summary>{len(names) - 3} more</summary>{', '.join(names[3:])}</details>"
    return shown + (rest if len(names) > 3 else "")
