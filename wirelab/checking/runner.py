"""Check what a learner made, and say what it did, what was expected, and what to try next."""

import inspect
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from wirelab import progress_file
from wirelab.checking import notebook_state
from wirelab.checking.attempts import attempts
from wirelab.checking.exercises import Exercise, exercises, writer_of
from wirelab.checking.expectations import Expect, Stopped
from wirelab.checking.function_probe import FunctionProbe, NotWritten
from wirelab.checking.hints import HintCounter
from wirelab.checking.probe import Probe
from wirelab.checking.result import Result, Verdict
from wirelab.checking.timeouts import CLOSING, check_deadline
from wirelab.errors import UnknownExercise
from wirelab.launching.exception_summary import Failure, summary_of
from wirelab.launching.server import Server
from wirelab.launching.traceback_parser import parse_last_traceback
from wirelab.progress_file import NBGRADER_VARIABLE

NOT_AWAITED = {  # what to hand in instead of a coroutine: a call of an async function that nobody awaited
    "server": "check({!r}, ...) needs the server that runs: hand in what launch() returned.",
    "function": "check({!r}, ...) needs the function itself: write its name, without brackets behind it.",
    "async function": "check({!r}, ...) needs the function itself: write its name, without brackets behind it.",
    "value": "check({!r}, ...) got a call that has not run: write await in front of it.",
}
NO_SERVER = "check() needs the server that runs: what launch() returned, not what it was made from."
NO_FUNCTION = "That is no function any more: a cell has given its name to something else. Run its own cell again."
ASYNC = "{name} is an async function, and a plain one is asked for: write def, without async in front of it."
NOT_ASYNC = "{name} is a plain function, and an async one is asked for: write async def, and await what waits."
STOPPED = "Run the cell with launch() again, then this one."
ENDED_MEANWHILE = "It ended while it was checked. Run the cell with launch() again, then this one."
STUB_LEFT = "A stub is still there, in {name}: write it next."
LINE_LEFT = "The line that raises NotImplementedError is still there, in {name}, line {number}: take it out."
RUN_YOUR_CELL = "Have you written something? Run the cell in which it stands, then this one."

hints = HintCounter()  # of this kernel


def check(id: str, target: Any) -> Result | float:
    """Try all expectations of an exercise on a server from launch(), a function, or a value.

    Returns a `Result`; where nbgrader runs the notebook, it is shown, and its points are returned, as a
    cell for nbgrader has to end in them. Raises UnknownExercise. Whatever the learner's code does, it
    raises nothing else, and takes at most about five seconds.
    """
    known = exercises()
    if not isinstance(id, str) or id not in known:
        raise UnknownExercise(f"there is no exercise {id!r}: there are {', '.join(sorted(known))}")
    result = notebook_state.told_in(_tried(known[id], target), target)
    result = replace(result, hints=hints.next_hints(result))
    _remember(result, target)
    if NBGRADER_VARIABLE not in os.environ:
        return result
    from IPython.display import display

    display(result)  # type: ignore[no-untyped-call]
    return result.earned


def _remember(result: Result, target: Any) -> None:
    """For the card at the notebook's end, and for the map of the course."""
    attempts.add(result, target)
    if result.verdict is not Verdict.NOT_STARTED:
        progress_file.record(result.id, passed=result.passed)


def _tried(exercise: Exercise, target: Any) -> Result:
    if target is ... or target is None:
        return exercise.result(Verdict.NOT_STARTED, said=RUN_YOUR_CELL)
    if inspect.iscoroutine(target):
        target.close()  # else Python says on stderr that nobody awaited it
        return exercise.result(Verdict.WRONG, said=NOT_AWAITED[exercise.kind].format(exercise.id))
    return WAYS[exercise.kind](exercise, target)


def _try_value(exercise: Exercise, value: Any) -> Result:
    expect = Expect()
    _run(exercise, value, expect)
    return exercise.result(_right_or_wrong(expect), expect)


def _run(exercise: Exercise, subject: Any, expect: Expect) -> None:
    """Try the expectations. Raises NotWritten, and nothing else, whatever an answer is made of."""
    try:
        exercise.try_out(subject, expect)
    except Stopped:
        pass
    except NotWritten:
        raise
    except (Exception, SystemExit) as error:
        expect.missed("is something that can be checked", summary_of(error).what)


def _try_function(exercise: Exercise, function: Any) -> Result:
    expect, name = Expect(), notebook_state.name_of(function) or "That"
    if not callable(function):
        return exercise.result(Verdict.WRONG, said=NO_FUNCTION)
    is_async = notebook_state.is_async(function)
    if is_async and exercise.kind == "function" and not notebook_state.is_stub(function):
        return exercise.result(Verdict.WRONG, said=ASYNC.format(name=name))
    if not is_async and exercise.kind == "async function" and not notebook_state.is_stub(function):
        return exercise.result(Verdict.WRONG, said=NOT_ASYNC.format(name=name))
    try:
        _run(exercise, FunctionProbe(function, expect, check_deadline()), expect)
    except NotWritten as error:
        return _not_written(exercise, expect, error.failed)
    return _crashed(exercise, expect, expect.failure) if expect.failure else _settled(exercise, expect)


def _try_server(exercise: Exercise, server: Any) -> Result:
    if not isinstance(server, Server):
        return exercise.result(Verdict.NOT_RUNNING, said=NO_SERVER)
    if not server.running:
        return exercise.result(Verdict.NOT_RUNNING, said=STOPPED)
    expect, before, lines = Expect(), server.failure_count, server.log.total
    probe = Probe(server, expect, check_deadline())
    _run(exercise, probe, expect)
    server.settle(CLOSING)
    for one, known in [(server, before), *probe.others]:
        if count := one.failure_count - known:
            return _crashed(exercise, expect, one.failures[-count:][0])
    if not server.running:
        return exercise.result(Verdict.NOT_RUNNING, expect, ENDED_MEANWHILE)
    result = _settled(exercise, expect)
    if result.verdict is Verdict.WRONG and (failed := _told_in_log(server, lines)):
        return _crashed(exercise, expect, failed)
    return result


WAYS: dict[str, Callable[[Exercise, Any], Result]] = {
    "server": _try_server,
    "function": _try_function,
    "async function": _try_function,
    "value": _try_value,
}


def _told_in_log(server: Server, before: int) -> Failure | None:
    """What a module in its own process wrote about its failure: there is no other way to know of it."""
    new = server.log.total - before
    return parse_last_traceback(list(server.log)[-new:]) if new else None


def _settled(exercise: Exercise, expect: Expect) -> Result:
    return exercise.result(_right_or_wrong(expect), expect)


def _right_or_wrong(expect: Expect) -> Verdict:
    return Verdict.PASSED if all(finding.passed for finding in expect.findings) else Verdict.WRONG


def _crashed(exercise: Exercise, expect: Expect, failed: Failure) -> Result:
    """An untouched stub raises too, and that is no crash."""
    if notebook_state.is_stub_failure(failed):
        return _not_written(exercise, expect, failed)
    when = "Later in this check, your" if expect.is_crash_late else "Your"
    said = [f"{when} code failed with {failed}", *notebook_state.advice_on(failed)]
    return exercise.result(Verdict.CRASHED, expect, "\n".join(said))


def _not_written(exercise: Exercise, expect: Expect, failed: Failure) -> Result:
    """Not started; but where some parts of the exercise are written, or only a line is left over, it is."""
    other = writer_of(failed.function, beside=exercise)
    if other:
        said = f"Exercise {other.id}, {other.title}, comes first: {failed.function} is not written yet."
        return exercise.result(Verdict.NOT_STARTED, said=said)
    if notebook_state.has_more_than_a_stub(failed) and failed.function not in exercise.given:
        said = LINE_LEFT.format(name=failed.function, number=failed.number)
        return exercise.result(Verdict.WRONG, expect, said)
    if any(not notebook_state.is_stub_named(name) for name in exercise.writes):
        return exercise.result(Verdict.WRONG, expect, STUB_LEFT.format(name=failed.function))
    return exercise.result(Verdict.NOT_STARTED, said=RUN_YOUR_CELL)
