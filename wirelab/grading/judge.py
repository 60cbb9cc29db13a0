"""Judge a learner's notebook from another process: have its cells run there, and check here what they made."""

import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from wirelab.checking import another_day, left_threads
from wirelab.checking.exercises import Exercise, exercises
from wirelab.checking.result import MIME, Result, Verdict
from wirelab.checking.runner import check
from wirelab.grading.channel import Gone, Line
from wirelab.grading.course_notebooks import Assignment, Check, assignments
from wirelab.grading.notebook_files import Cell, read_cells
from wirelab.grading.remote_notebook import RemoteNotebook, take_for_main
from wirelab.grading.results import Evidence, Grade
from wirelab.launching.exception_summary import summary_of

CELL_SECONDS = 12.0  # for one cell
NOTEBOOK_SECONDS = 120.0  # for a whole notebook
SLOW = 1.0  # seconds that a check takes on no computer that is idle, but where it waits in vain
MORE = 6.0  # seconds beyond a cell's own, for its interrupt and the way of its outputs
MAX_KEPT = 4 * 2**20  # characters of outputs that are kept of a whole notebook
NO_NAME = "The notebook has nothing to check here: {} ({})."
NO_END_REASON = "A cell did not come to an end in {seconds:g} s, nor when it was interrupted: {first}"
LATE_REASON = "The notebook took longer than {seconds:g} s."
GONE_REASON = "The process of the notebook ended by itself, in a cell or in a server: {first}"
CANNOT_REASON = "The check cannot reach what was handed in from another process ({what}): look at it yourself."


class NoVerdict(StrEnum):
    """Why there is no verdict of a check."""

    NO_END = "did not come to an end"
    GONE = "ended by itself"
    TOO_MUCH = "used too much"
    CANNOT = "cannot be judged apart"
    UNREADABLE = "cannot be read"


class _Over(Exception):
    """The notebook cannot go on."""

    def __init__(self, verdict: NoVerdict, reason: str) -> None:
        super().__init__(reason)
        self.verdict, self.reason = verdict, reason


@dataclass
class Judgement:
    """What came of a notebook."""

    grades: list[Grade] = field(default_factory=list)
    results: list[dict[str, Any]] = field(default_factory=list)
    failed_cells: list[str] = field(default_factory=list)
    cells: list[dict[str, Any]] = field(default_factory=list)
    is_slow: bool = False  # something was missed in a check that took long: a busy computer may be why

    def evidence(self) -> Evidence:
        """What is shown beside the grades."""
        kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
        notebook = {"cells": self.cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
        return Evidence(self.results, self.failed_cells, notebook)


class Judge:
    """Runs the steps of one submission."""

    def __init__(self, line: Line, assignment: Assignment, steps: Sequence[Cell | Check]) -> None:
        self._notebook = RemoteNotebook(line)
        self._assignment, self._steps, self._kept = assignment, steps, 0
        self._end = time.monotonic() + NOTEBOOK_SECONDS
        self._known = exercises()
        self.judgement = Judgement()

    def judge(self) -> Judgement:
        """The grades of all exercises of the notebook, whatever the learner's process does."""
        self._notebook.channel.start()
        take_for_main(self._notebook)
        another_day.elsewhere.append(self._notebook.today_is)
        left_threads.elsewhere.append(self._notebook.threads)
        try:
            for step in self._steps:
                self._step(step)
        except _Over as over:
            self._grade_rest(over)
        finally:
            self._notebook.channel.close()
        return self.judgement

    def _step(self, step: Cell | Check) -> None:
        if time.monotonic() > self._end:
            raise _Over(NoVerdict.NO_END, LATE_REASON.format(seconds=NOTEBOOK_SECONDS))
        try:
            self._check(step) if isinstance(step, Check) else self._run(step)
        except Gone:
            first = step.source if isinstance(step, Cell) else step.exercise
            raise _Over(NoVerdict.GONE, GONE_REASON.format(first=_first_line(first))) from None

    def _run(self, cell: Cell) -> None:
        seconds = min(CELL_SECONDS, max(1.0, self._end - time.monotonic()))
        try:
            told = self._notebook.ask("run", cell.source, seconds, timeout=seconds + MORE)
        except TimeoutError:
            told = {"no_end": True}
        except Gone:
            raise
        except BaseException as error:  # the learner's process may say that anything was raised
            raise _Over(
                NoVerdict.GONE, f"{GONE_REASON.format(first=_first_line(cell.source))} ({error})"
            ) from None
        outputs = _outputs(told)
        self._keep(cell.source, outputs)
        self.judgement.failed_cells += [_error_of(one) for one in outputs if one["output_type"] == "error"][:20]
        if not isinstance(told, dict) or "no_end" in told:
            said = NO_END_REASON.format(seconds=seconds, first=_first_line(cell.source))
            raise _Over(NoVerdict.NO_END, said)

    def _keep(self, source: str, outputs: list[dict[str, Any]]) -> None:
        self._kept += len(repr(outputs))
        shown = outputs if self._kept < MAX_KEPT else []
        number = len(self.judgement.cells) + 1
        cell = {"cell_type": "code", "id": f"cell-{number}", "metadata": {}, "execution_count": number}
        self.judgement.cells.append({**cell, "source": source, "outputs": shown})

    def _check(self, step: Check) -> None:
        began = time.monotonic()
        try:
            result = self._result(step)
        except Gone:
            raise
        except BaseException as error:  # the same
            self._add_untold(self._known[step.exercise], summary_of(error).what)
            return
        if self._notebook.channel.ended.is_set():
            raise Gone
        self.judgement.is_slow |= not result.passed and time.monotonic() - began > SLOW
        grade = Grade(result.id, str(result.verdict), result.earned, result.points, _reason(result))
        self._add(grade, result, f'check("{step.exercise}", {step.target})')

    def _add(self, grade: Grade, result: Result, source: str = "") -> None:
        bundle = result._repr_mimebundle_()
        self.judgement.grades.append(grade)
        self.judgement.results.append({**bundle[MIME], "html": bundle["text/html"], "verdict": grade.verdict})
        if source:
            output = {"output_type": "display_data", "data": bundle, "metadata": {}}
            self._keep(source, [output])

    def _result(self, step: Check) -> Result:
        exercise = self._known[step.exercise]
        try:
            target = self._notebook.value("evaluate", step.target)
            self._notebook.enter_servers()
        except Gone:
            raise
        except BaseException as error:  # whatever the name stands for, or nothing
            said = NO_NAME.format(step.target, summary_of(error).what)
            return exercise.result(Verdict.NOT_STARTED if self._is_blank() else Verdict.CRASHED, said=said)
        result = check(step.exercise, target)
        assert isinstance(result, Result)
        return result

    def _add_untold(self, exercise: Exercise, what: str) -> None:
        reason = CANNOT_REASON.format(what=what)
        self._add(no_grade(exercise, NoVerdict.CANNOT, reason), _untried(exercise, reason))

    def _is_blank(self) -> bool:
        return not self.judgement.failed_cells

    def _grade_rest(self, over: _Over) -> None:
        """The exercises that no check was made of."""
        done = {grade.exercise for grade in self.judgement.grades}
        for one in self._assignment.checks:
            if one.exercise not in done:
                exercise = self._known[one.exercise]
                self._add(no_grade(exercise, over.verdict, over.reason), _untried(exercise, over.reason))


def no_grade(exercise: Exercise, verdict: NoVerdict, reason: str) -> Grade:
    """No points, and why."""
    return Grade(exercise.id, str(verdict), 0.0, exercise.points, reason)


def _untried(exercise: Exercise, reason: str) -> Result:
    return exercise.result(Verdict.NOT_RUNNING, said=reason)


def _reason(result: Result) -> str:
    return result.said.partition("\n")[0] if not result.findings else ""


def _outputs(told: Any) -> list[dict[str, Any]]:
    """The outputs of a cell that look like outputs; the learner's process may send anything."""
    listed = told.get("outputs") if isinstance(told, dict) else None
    kinds = ("stream", "error", "display_data", "execute_result")
    found = [one for one in listed or [] if isinstance(one, dict) and one.get("output_type") in kinds]
    return found if isinstance(listed, list) else []


def _error_of(output: dict[str, Any]) -> str:
    return f"{output.get('ename')}: {str(output.get('evalue'))[:300]}"


def _first_line(source: str) -> str:
    line = next((line.strip() for line in source.splitlines() if line.strip()), "")
    return line if len(line) < 80 else f"{line[:79]}…"


def judge_submission(line: Line, job: dict[str, Any]) -> str:
    """Judge the notebook whose process is at the other end: grades and evidence, as JSON.

    `job` has the path of the `submission`, and the `stem` of the course's notebook that it is.
    """
    assignment = assignments()[job["stem"]]
    cells = read_cells(Path(job["submission"]).read_bytes())
    return _text_of(Judge(line, assignment, assignment.plan(cells)).judge())


def _text_of(judgement: Judgement) -> str:
    evidence = asdict(judgement.evidence())
    grades = [asdict(grade) for grade in judgement.grades]
    return json.dumps({"grades": grades, "evidence": evidence, "is_slow": judgement.is_slow})
