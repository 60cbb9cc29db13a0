"""Carry out `python3 start.py grade`: collect, grade, record, and write what comes of it."""

import argparse
import re
import signal
import sys
from collections.abc import Sequence
from datetime import datetime

from wirelab.errors import GradingError
from wirelab.grading import grading_run
from wirelab.grading.class_page import write_class_page
from wirelab.grading.feedback import write_feedback
from wirelab.grading.gradebooks import (
    Student,
    students_in,
    write_canvas,
    write_moodle,
    write_nbgrader,
    write_plain,
)
from wirelab.grading.ledger import Ledger
from wirelab.grading.pools import ForkPool, FreshPool, Pool
from wirelab.grading.results import ResultStore
from wirelab.grading.roster import Roster, read_roster
from wirelab.grading.submissions import collect

NO_SHARD = "--shard {} makes no sense: say which part of how many, as in --shard 2/8"
NO_DEADLINE = "--deadline {} is no time: write it as in 2026-11-30T23:59, in the time of this computer"
NO_FOLDER = "Name the folder with what was handed in, or add --verify to look at grades that are there."
INSIDE = "{} is inside of the folder with the submissions: choose another place for the grades."
NOT_ALONE = "NOT APART: each submission runs in a fresh process that may do whatever you may do on this computer."
DASK_IS_APART = "--dask and --trust do not go together: the workers of Dask keep submissions apart."
SHARD_DONE = "Part {} of {}: {} submissions, {} of them graded now. When all parts are done, run without --shard."
GOES_ON = "Stopped. What is graded stays graded: run the same command again, and it goes on."
LEDGER_ENDS = "The ledger ends with {}: keep this line. `--verify` prints it again."


def grade(words: argparse.Namespace) -> int:
    """Grade what is in a folder. Returns the exit code."""
    store = ResultStore(words.out)
    if words.verify:
        return _verify(store)
    if not words.folder:
        raise GradingError(NO_FOLDER)
    if words.out.resolve().is_relative_to(words.folder.resolve()):
        raise GradingError(INSIDE.format(words.out))
    if words.dask and words.trust:
        raise GradingError(DASK_IS_APART)
    deadline, part = _time(words.deadline), _part(words.shard)
    roster = read_roster(words.roster) if words.roster else Roster()
    works = grading_run.works_in(collect(words.folder), store, deadline)
    share = grading_run.share(works, *part) if part else works
    try:
        number = _grade(share, store, words)
    except KeyboardInterrupt:
        print(f"\n{GOES_ON}", file=sys.stderr)
        return 130
    if part:
        print(SHARD_DONE.format(*part, len(share), number))
        return 0
    ledger = Ledger(words.out)
    students = students_in(grading_run.enter(works, store, ledger), roster)
    return _write(students, store, ledger, words)


def _grade(works: Sequence[grading_run.Work], store: ResultStore, words: argparse.Namespace) -> int:
    if all(store.record(work.key) for work in works):
        return 0
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)  # as a batch system ends a job: as Ctrl+C
    pool = _pool(words)
    try:
        return grading_run.grade_all(works, store, pool, at_once=words.jobs or pool.at_once)
    finally:
        pool.close()
        signal.signal(signal.SIGTERM, before)


def _pool(words: argparse.Namespace) -> Pool:
    if words.dask:
        from wirelab.grading.dask_pool import DaskPool

        return DaskPool(words.dask, words.out)
    if not words.trust:
        return ForkPool()
    print(NOT_ALONE, file=sys.stderr)
    return FreshPool()


def _write(students: Sequence[Student], store: ResultStore, ledger: Ledger, words: argparse.Namespace) -> int:
    write_plain(words.out, students)
    write_moodle(words.out, students)
    strangers = write_canvas(words.out, words.canvas, students) if words.canvas else []
    if words.nbgrader:
        write_nbgrader(words.nbgrader, students)
    for student in students:
        write_feedback(words.out, student, store)
    index = write_class_page(words.out, students, store, ledger.head)
    print(f"{len(students)} learners, {sum(len(one.works) for one in students)} submissions: {index}")
    for learner in strangers:
        print(f"Not in {words.canvas.name}: {learner.name or learner.id}")
    print(LEDGER_ENDS.format(ledger.head))
    return 0


def _verify(store: ResultStore) -> int:
    """Compare the ledger with itself, with the results, and with what was handed in."""
    ledger = Ledger(store.folder)
    found = list(ledger.faults(store))
    for said in found:
        print(said)
    if not found:
        print(f"{len(ledger.entries)} grades are as they were written.")
    print(LEDGER_ENDS.format(ledger.head))
    return 1 if found else 0


def _part(text: str | None) -> tuple[int, int] | None:
    if not text:
        return None
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise GradingError(NO_SHARD.format(text))
    return int(found[1]), int(found[2])


def _time(text: str | None) -> float | None:
    try:
        return datetime.fromisoformat(text).timestamp() if text else None
    except ValueError:
        raise GradingError(NO_DEADLINE.format(text)) from None
