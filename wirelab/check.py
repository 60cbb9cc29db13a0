"""Check what a learner made, and say what it did, what was expected, and what to try next."""

import importlib
import inspect
import os
import pkgutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from wirelab.errors import UnknownExercise
from wirelab.expect import Expect, Stopped
from wirelab.failures import Failure, failure
from wirelab.guest import Guest
from wirelab.launch import Server
from wirelab.patience import GOODBYE, Deadline
from wirelab.probe import Probe, Reply, path_of, request_in
from wirelab.result import MIME, Finding, Result, Verdict
from wirelab.tracebacks import last_failure
from wirelab.visit import Answer, Caller, Crashed, Visit

__all__ = [
    "MIME",
    "Answer",
    "Caller",
    "Expect",
    "Finding",
    "Guest",
    "Probe",
    "Reply",
    "Result",
    "Verdict",
    "Visit",
    "check",
    "exercise",
    "exercises",
    "path_of",
    "request_in",
]

Kind = Literal["server", "function", "value"]
STUB = "NotImplementedError"  # what an untouched stub raises
NBGRADER = "NBGRADER_EXECUTION"  # nbgrader sets it while it runs a notebook
CALLED = {  # what to hand in instead of a coroutine: a call of an async function that nobody awaited
    "server": "check({!r}, ...) needs the server that runs: hand in what launch() returned.",
    "function": "check({!r}, ...) needs the function itself: write its name, without brackets behind it.",
    "value": "check({!r}, ...) got a call that has not run: write await in front of it.",
}
ADVICE = [  # for an exception that says little to a beginner
    (
        ("ConnectionRefusedError", "ConnectionError", "InvalidURI", "MissingSchema", "InvalidSchema", "gaierror"),
        "It reached no server: does it use the address that it is given?",
    ),
    (("ReadTimeout", "Timeout", "TimeoutError"), "It waited for an answer that did not come: what did it ask?"),
]


@dataclass(frozen=True)
class Exercise:
    """What is checked, and how. `kind` says what the learner hands in."""

    id: str
    title: str
    points: int
    kind: Kind
    try_out: Callable[[Any, Expect], None]
    writes: Sequence[str] = ()

    def result(self, verdict: Verdict, expect: Expect | None = None, said: str = "") -> Result:
        return Result(self.id, self.title, self.points, verdict, expect.findings if expect else (), said)


_EXERCISES: dict[str, Exercise] = {}
_MISSES: Counter[tuple[str, str]] = Counter()  # (exercise, expectation) → how often it was the first not met


def exercise(
    id: str, title: str, *, points: int = 1, of: Kind = "server", writes: Sequence[str] = ()
) -> Callable[[Callable[[Any, Expect], None]], Exercise]:
    """Make a function the check of an exercise. For the modules in checks/.

    The function takes what the learner handed in, and an `Expect`. `of` is a "server" from launch(),
    wrapped in a `Probe`; a "function", a client among them, wrapped in a `Caller`; or a "value".
    `writes` names the functions that are written in this exercise, where others stand on them: a check that comes
    to one of them before it is written says which exercise comes first.
    """

    def register(function: Callable[[Any, Expect], None]) -> Exercise:
        _EXERCISES[id] = Exercise(id, title, points, of, function, writes)
        return _EXERCISES[id]

    return register


def exercises() -> dict[str, Exercise]:
    """Every exercise in checks/, by its id."""
    package = importlib.import_module("checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"checks.{module.name}")
    return dict(_EXERCISES)


def check(id: str, target: Any) -> Any:
    """Try all expectations of an exercise on a server from launch(), a function, or a value.

    Returns a `Result`; where nbgrader runs the notebook, it is shown, and its points are returned, as a
    cell for nbgrader has to end in them. Raises UnknownExercise. Whatever the learner's code does, it
    raises nothing else, and takes at most about five seconds.
    """
    known = exercises()
    if not isinstance(id, str) or id not in known:
        raise UnknownExercise(f"there is no exercise {id!r}: there are {', '.join(sorted(known))}")
    result = _with_hints(_tried(known[id], target))
    if NBGRADER not in os.environ:
        return result
    from IPython.display import display

    display(result)  # type: ignore[no-untyped-call]
    return result.earned


def _tried(exercise: Exercise, target: Any) -> Result:
    if target is ... or target is None:
        return exercise.result(Verdict.NOT_STARTED)
    if inspect.iscoroutine(target):
        target.close()  # else Python says on stderr that nobody awaited it
        return exercise.result(Verdict.WRONG, said=CALLED[exercise.kind].format(exercise.id))
    try_out = {"server": _try_server, "function": _try_function, "value": _try_value}[exercise.kind]
    return try_out(exercise, target)


def _try_value(exercise: Exercise, value: Any) -> Result:
    expect = Expect()
    _run(exercise, value, expect)
    return exercise.result(_right_or_wrong(expect), expect)


def _run(exercise: Exercise, subject: Any, expect: Expect) -> None:
    """Try the expectations. Raises Crashed, and nothing else, whatever an answer is made of."""
    try:
        exercise.try_out(subject, expect)
    except Stopped:
        pass
    except Crashed:
        raise
    except (Exception, SystemExit) as error:
        expect.missed("is something that can be checked", failure(error).what)


def _try_function(exercise: Exercise, function: Any) -> Result:
    expect = Expect()
    if not callable(function):
        return exercise.result(Verdict.WRONG, said=CALLED["function"].format(exercise.id))
    try:
        _run(exercise, Caller(function, expect, Deadline()), expect)
    except Crashed as crash:
        return _crashed(exercise, expect, crash.failed)
    return exercise.result(_right_or_wrong(expect), expect)


def _try_server(exercise: Exercise, server: Any) -> Result:
    if not isinstance(server, Server):
        said = "check() needs the server that runs: what launch() returned, not what it was made from."
        return exercise.result(Verdict.NOT_RUNNING, said=said)
    if not server.running:
        return exercise.result(Verdict.NOT_RUNNING, said="Run the cell with launch() again, then this one.")
    expect, before, lines = Expect(), server.failure_count, server.log.total
    probe = Probe(server, expect, Deadline())
    _run(exercise, probe, expect)
    server.settle(GOODBYE)
    for one, known in [(server, before), *probe.others]:
        if count := one.failure_count - known:
            return _crashed(exercise, expect, one.failures[-count:][0])
    verdict = _right_or_wrong(expect)
    if server.running and verdict is Verdict.WRONG and (failed := _told_in_log(server, lines)):
        return _crashed(exercise, expect, failed)
    if not server.running:
        said = "It ended while it was checked. Run the cell with launch() again, then this one."
        return exercise.result(Verdict.NOT_RUNNING, expect, said)
    return exercise.result(verdict, expect)


def _told_in_log(server: Server, before: int) -> Failure | None:
    """What a module in its own process wrote about its failure: there is no other way to know of it."""
    new = server.log.total - before
    return last_failure(list(server.log)[-new:]) if new else None


def _crashed(exercise: Exercise, expect: Expect, failed: Failure) -> Result:
    """An untouched stub raises too, and that is no crash."""
    if _is_stub(failed):
        return exercise.result(Verdict.NOT_STARTED, said=_comes_first(exercise, failed.function))
    advice = [f"\n{said}" for kinds, said in ADVICE if failed.kind in kinds]
    return exercise.result(Verdict.CRASHED, expect, f"Your code failed with {failed}{''.join(advice)}")


def _comes_first(exercise: Exercise, name: str) -> str:
    """Which other exercise of the same notebook writes the function that is missing, if one does."""
    if name in exercise.writes:
        return ""
    lesson = exercise.id.partition(".")[0]
    for other in _EXERCISES.values():
        if name in other.writes and other.id.partition(".")[0] == lesson:
            return f"Exercise {other.id}, {other.title}, comes first: {name} is not written yet."
    return ""


def _is_stub(failed: Failure) -> bool:
    """Whether the learner's line raises it, and not a library that cannot do something."""
    return failed.kind == STUB and (not failed.source or "raise " in failed.source)


def _right_or_wrong(expect: Expect) -> Verdict:
    return Verdict.PASSED if all(finding.passed for finding in expect.findings) else Verdict.WRONG


def _with_hints(result: Result) -> Result:
    """Add the hints that are due for the first expectation that was not met: one, and each time one more."""
    missed = next((finding for finding in result.findings if not finding.passed), None)
    if missed is None or result.verdict is not Verdict.WRONG:
        return result
    _MISSES[result.id, missed.what] += 1
    return replace(result, hints=list(missed.hints[: _MISSES[result.id, missed.what]]))
