"""Watch over one submission (Linux): make its namespaces, and fork a judge and a learner's process into them.

Then wait: for the judge's answer, for the deadline, or for too much memory.
"""

import contextlib
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from wirelab.grading import isolation, linux_calls
from wirelab.grading.cell_runner import CellRunner
from wirelab.grading.channel import Line, line_pair
from wirelab.grading.judge import NOTEBOOK_SECONDS, judge_submission
from wirelab.grading.learner_process import LearnerProcess
from wirelab.grading.process_tree import children_of, end_children, memory_below, memory_of
from wirelab.paths import COURSE

MAX_MEMORY = 2**30  # bytes that all processes of a submission have together
MAX_JUDGEMENT = 64 * 2**20  # bytes of a judge's answer
SUPERVISED = NOTEBOOK_SECONDS + 60.0  # seconds for everything
UNTIL_GONE = 10.0  # seconds for processes that are killed to be gone
LOOK_AT_MEMORY = 0.2  # seconds between two looks
TOO_MUCH_REASON = "The processes of the notebook used more than 1 GiB of memory."
TOO_LONG_REASON = "Judging the notebook took longer than {seconds:g} s."


class Supervisor:
    """One submission: its judge, its learner's process, and their end."""

    def __init__(self, job: dict[str, Any], runner: CellRunner, folder: Path) -> None:
        self._job, self._runner = job, runner
        self._scratch, self._root = folder / "scratch", folder / "root"
        self._children: list[int] = []

    def run(self) -> dict[str, Any]:
        """What the judge answers, or why there is no answer."""
        data = self._job["submission"]
        linux_calls.adopt_orphans()
        isolation.enter_own_network(self._scratch)
        shutil.copyfile(data, self._scratch / "submission.ipynb")
        (self._scratch / "submission.ipynb").chmod(0o644)
        ours, theirs = line_pair()
        answers, judge_writes = os.pipe()
        self._fork(lambda: self._be_judge(ours, theirs, judge_writes))
        os.close(judge_writes)
        ours.close()
        self._fork(lambda: self._be_keeper(theirs))
        theirs.close()
        try:
            return self._answer(answers)
        finally:
            end_children(UNTIL_GONE)

    def _fork(self, be: Callable[[], Any]) -> None:
        child = os.fork()
        if not child:
            isolation.end_with_parent()
            run_and_exit(be)
        self._children.append(child)

    def _be_judge(self, ours: Line, theirs: Line, answers: int) -> None:
        theirs.close()
        tempfile.tempdir = str(self._scratch)
        isolation.become_user(isolation.FIRST_UID + self._job["number"] % isolation.UIDS)
        isolation.end_with_parent()
        job = {**self._job, "submission": str(self._scratch / "submission.ipynb")}
        with os.fdopen(answers, "wb") as stream:
            stream.write(judge_submission(ours, job).encode())

    def _be_keeper(self, theirs: Line) -> None:
        """The parent of the first process of the learner's own namespace, which ends when this one ends."""
        isolation.leave_processes()
        self._fork(lambda: self._be_first(theirs))
        theirs.close()
        os.waitpid(self._children[-1], 0)

    def _be_first(self, theirs: Line) -> None:
        """The first process of a namespace: where it ends, the system ends all others there (pid_namespaces(7)).

        It is not the learner's, as that one could ask not to be ended with its parent.
        """
        learner = os.fork()
        if not learner:
            isolation.confine(self._scratch, self._root, number=self._job["number"])
            self._be_learner(theirs)
        theirs.close()
        while os.wait()[0] != learner:  # and not an orphan of the learner's
            continue

    def _be_learner(self, theirs: Line) -> None:
        os.chdir(COURSE / "exercises")
        _only_descriptors(theirs.descriptors)
        tempfile.tempdir = None
        LearnerProcess(theirs, self._runner).serve()

    def _answer(self, answers: int) -> dict[str, Any]:
        data, end = bytearray(), time.monotonic() + SUPERVISED
        while time.monotonic() < end:
            if select.select([answers], [], [], LOOK_AT_MEMORY)[0]:
                part = os.read(answers, 2**20)
                data += part
                if not part or len(data) > MAX_JUDGEMENT:
                    return dict(json.loads(data))
            elif self._uses_too_much():
                return {"reason": TOO_MUCH_REASON, "verdict": "TOO_MUCH"}
        return {"reason": TOO_LONG_REASON.format(seconds=SUPERVISED), "verdict": "NO_END"}

    def _uses_too_much(self) -> bool:
        """Whether the learner's processes do, or the judge, to which they may send much."""
        judge, keeper = self._children
        of_learner = sum(memory_below(first) for first in children_of(keeper))
        return of_learner > MAX_MEMORY or memory_of(judge) > MAX_MEMORY


def _only_descriptors(keep: Sequence[int]) -> None:
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    first = 3
    for number in sorted(keep):
        os.closerange(first, number)
        first = number + 1
    os.closerange(first, 1024)


def run_and_exit(be: Callable[[], Any]) -> None:
    """Do something as the last thing of this process. What goes wrong is told on stderr."""
    try:
        be()
    except BaseException as error:
        with contextlib.suppress(Exception):
            print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    os._exit(0)


def supervise(job: dict[str, Any], runner: CellRunner) -> None:
    """Have a job done, and write what came of it where it says."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    spool = Path(job["spool"])
    folder = spool.with_suffix("")
    for name in ("scratch", "root"):
        (folder / name).mkdir(parents=True)
    try:
        told = _in_child(lambda: Supervisor(job, runner, folder).run())
        spool.with_suffix(".new").write_bytes(told)
        spool.with_suffix(".new").replace(spool)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_child(work: Callable[[], Any]) -> bytes:
    """What the work gives, done in a child: so this process stays in its namespaces, and can tidy up."""
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        isolation.end_with_parent()
        os.close(reads)

        def be() -> None:
            with os.fdopen(writes, "wb") as stream:
                stream.write(json.dumps(work()).encode())

        run_and_exit(be)
    os.close(writes)
    with os.fdopen(reads, "rb") as stream:
        told = stream.read()
    os.waitpid(child, 0)
    return told
