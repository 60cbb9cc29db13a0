"""Grade everything that was handed in and is not graded yet, and enter it in the ledger."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from wirelab.checking.exercises import exercises
from wirelab.grading.course_notebooks import Assignment, assignment_of, assignments, course_hash, stem_in
from wirelab.grading.jobs import Job, Told
from wirelab.grading.judge import NoVerdict, no_grade
from wirelab.grading.ledger import Ledger
from wirelab.grading.notebook_files import Unreadable, read_cells
from wirelab.grading.pools import Pool
from wirelab.grading.progress_bar import ProgressBar
from wirelab.grading.results import Evidence, Grade, Record, ResultStore, key_of
from wirelab.grading.submissions import HandedIn, Learner

NOT_OURS = "it is none of the course's notebooks of exercises: neither its cells nor its name say which"
CANNOT_BE_OPENED = "it cannot be opened ({})"
NO_JUDGEMENT = "The judge ended without an answer, twice: run the notebook yourself."
IN_TIME = re.compile(r"\d s\b|in time|timed? ?out|not returned|did not come", re.IGNORECASE)
AFTER_DEADLINE = "handed in after the deadline"
CHANGED_SINCE = "changed after it was graded"
EARLIER = "the newest of {} files"


@dataclass(frozen=True)
class Work:
    """One submission: whose it is, and the result that it has or will have."""

    learner: Learner
    file: str
    at: float
    submission: str
    key: str
    stem: str = ""
    fault: str = ""
    notes: Sequence[str] = ()


def works_in(found: Sequence[HandedIn], store: ResultStore, deadline: float | None = None) -> list[Work]:
    """The submissions that count: of several files of one learner for a notebook, the newest."""
    works = [_work(one, store) for one in found]
    number = Counter((work.learner, work.stem) for work in works if work.stem)
    newest: dict[tuple[Learner, str], Work] = {}
    for work in works:
        place = (work.learner, work.stem or work.file)
        if place not in newest or newest[place].at <= work.at:
            newest[place] = work
    return [_with_notes(work, number[work.learner, work.stem], deadline) for _, work in sorted(newest.items())]


def _work(one: HandedIn, store: ResultStore) -> Work:
    try:
        data = b"" if one.fault else one.read()
    except Exception as error:  # an archive may be damaged in any way
        return _unreadable(one, store, b"", CANNOT_BE_OPENED.format(error))
    if one.fault:
        return _unreadable(one, store, data, one.fault)
    try:
        assignment = assignment_of(one.name, read_cells(data))
    except Unreadable as error:
        return _unreadable(one, store, b"", str(error))
    if not assignment:
        return _unreadable(one, store, data, NOT_OURS)
    sha = store.keep_submission(data)
    return Work(one.learner, one.name, one.at, sha, key_of(f"{sha} {assignment.stem}"), assignment.stem)


def _unreadable(one: HandedIn, store: ResultStore, data: bytes, fault: str) -> Work:
    sha, stem = store.keep_submission(data), stem_in(one.name)
    return Work(one.learner, one.name, one.at, sha, key_of(f"{sha} {stem} {fault}"), stem, fault)


def _with_notes(work: Work, files: int, deadline: float | None) -> Work:
    notes = [AFTER_DEADLINE] if deadline and work.at > deadline else []
    notes += [EARLIER.format(files)] if files > 1 else []
    return replace(work, notes=notes)


def grade_all(works: Sequence[Work], store: ResultStore, pool: Pool, *, at_once: int) -> int:
    """Grade what has no result yet. Returns how many submissions that were."""
    todo = {work.key: work for work in works if not store.record(work.key)}
    for work in todo.values():
        if work.fault:
            store.write(work.key, _faulty(work), Evidence())
    jobs = [_job(work, store) for work in todo.values() if not work.fault]
    bar = ProgressBar(len(jobs)) if jobs else None
    again = []
    for job, told in pool.judge(jobs, at_once=at_once):
        if _is_about_time(told):
            again.append(job)
        else:
            _write(job, told, todo, store)
            assert bar
            bar.step(job.stem)
    for job, told in _alone(again, pool):  # a busy computer is slow, and no learner may lose a point by that
        _write(job, told, todo, store)
        assert bar
        bar.step(job.stem)
    return len(todo)


def _alone(jobs: Sequence[Job], pool: Pool) -> Iterator[tuple[Job, Told]]:
    yield from pool.judge(jobs, at_once=1)


def _job(work: Work, store: ResultStore) -> Job:
    return Job(work.key, store.submission(work.submission), work.stem)


def _is_about_time(told: Told) -> bool:
    """Whether something was not right that a busy computer can bring about."""
    if not told.get("grades") or told.get("is_slow"):
        return True
    results = told["evidence"]["results"]
    missed = [finding for one in results for finding in one["findings"] if not finding["passed"]]
    said = [str(finding.get("got", "")) + str(finding.get("expected", "")) for finding in missed]
    return any(IN_TIME.search(words) for words in said)


def _write(job: Job, told: Told, todo: Mapping[str, Work], store: ResultStore) -> None:
    work = todo[job.key]
    grades = [Grade(**grade) for grade in told["grades"]] if told.get("grades") else _ungraded(job.stem, told)
    record = Record(work.stem, work.submission, course_hash(), _in_order(job.stem, grades))
    store.write(job.key, record, Evidence(**told["evidence"]) if told.get("evidence") else Evidence())


def _in_order(stem: str, grades: Sequence[Grade]) -> list[Grade]:
    """One grade for each exercise of the course's notebook."""
    found = {grade.exercise: grade for grade in grades}
    return [found[check.exercise] for check in assignments()[stem].checks if check.exercise in found]


def _ungraded(stem: str, told: Told) -> list[Grade]:
    name = str(told.get("verdict", "CANNOT"))
    verdict = NoVerdict[name] if name in NoVerdict.__members__ else NoVerdict.CANNOT
    return _for_each(assignments()[stem], verdict, str(told.get("reason", NO_JUDGEMENT)))


def _for_each(assignment: Assignment, verdict: NoVerdict, reason: str) -> list[Grade]:
    known = exercises()
    return [no_grade(known[check.exercise], verdict, reason) for check in assignment.checks]


def _faulty(work: Work) -> Record:
    """No points, for a file that cannot be read."""
    assignment = assignments().get(work.stem)
    grades = _for_each(assignment, NoVerdict.UNREADABLE, work.fault) if assignment else []
    return Record(work.stem, work.submission, course_hash(), grades, work.fault)


def enter(works: Sequence[Work], store: ResultStore, ledger: Ledger) -> list[tuple[Work, Record]]:
    """Enter every grade in the ledger, in order. Returns them, each with its submission."""
    entered = []
    for work in works:
        record = store.record(work.key)
        if record:
            is_changed = ledger.earlier(work.learner.id, record.notebook, record.submission)
            notes = [*work.notes, *([CHANGED_SINCE] if is_changed else [])]
            ledger.add(work.learner.id, work.file, work.key, record)
            entered.append((replace(work, notes=notes), record))
    return entered


def share(works: Sequence[Work], part: int, parts: int) -> list[Work]:
    """The submissions of one part of several, by what they are made of: so each is in exactly one."""
    return [work for work in works if int(work.key[:12], 16) % parts == part - 1]
