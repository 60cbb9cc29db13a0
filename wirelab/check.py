"""Check a learner's live server, and say what it answered, what was expected, and what to try next."""

import contextlib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from http.client import BadStatusLine, RemoteDisconnected
from typing import Any

import requests
from urllib3.exceptions import IncompleteRead
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from wirelab import looks
from wirelab.errors import UnknownExercise
from wirelab.launch import Server

TIMEOUT = 3.0  # seconds for an answer
MIME = "application/vnd.wirelab.check+json"  # {"exercise", "title", "points", "verdict", "findings": [...]}
STUB = "NotImplementedError"  # what an untouched stub raises


class Verdict(StrEnum):
    NOT_STARTED = "not started yet"
    NOT_RUNNING = "your server is not running"
    CRASHED = "your code crashed"
    WRONG = "not right yet"
    PASSED = "passed"


@dataclass(frozen=True)
class Finding:
    """One expectation and how it went. `got` is what the server did, in words or as a repr."""

    what: str
    passed: bool
    got: str = ""
    hint: str = ""


class Stopped(Exception):
    """An expectation could not even be tried: there was no answer to look at."""


class Expect:
    """Collects expectations. All are tried: a failed one does not end the check."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def __call__(self, passed: object, what: str, *, got: object = ..., hint: str = "") -> None:
        """Expect `passed` to be true. `what` is a sentence about the server, as in "answers 200 OK"."""
        shown = "" if got is ... else repr(got)  # an empty text that came is worth showing
        self.findings.append(Finding(what, bool(passed), "" if passed else shown, "" if passed else hint))


@dataclass
class Probe:
    """A client for checks. Every request has a time-out; where no answer comes, the check says so."""

    server: Server
    expect: Expect
    asked: str = ""

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.request("GET", path, **options)

    def post(self, path: str, **options: Any) -> requests.Response:
        return self.request("POST", path, **options)

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        """One HTTP request, redirects not followed."""
        self.asked = f"{method} {path}"
        try:
            return requests.request(
                method, self.server.url + path, timeout=TIMEOUT, allow_redirects=False, **options
            )
        except requests.Timeout:
            raise self._no_answer(f"gave no answer within {TIMEOUT:g} s") from None
        except requests.RequestException as error:
            raise self._broken_answer(root_cause(error)) from None

    def json(self, reply: requests.Response) -> Any:
        """The reply's body read as JSON, or as text where it is none."""
        try:
            return reply.json()
        except requests.JSONDecodeError:
            return reply.text

    def talk(self, *messages: str | bytes) -> list[str | bytes]:
        """Open a WebSocket, send each message and wait for the answer to it. Returns the answers."""
        answers: list[str | bytes] = []
        self.asked = "a WebSocket connection"
        try:
            with connect(self.server.url, open_timeout=TIMEOUT, close_timeout=TIMEOUT) as websocket:
                for message in messages:
                    self.asked = f"the message {message!r}"
                    websocket.send(message)
                    answers.append(websocket.recv(timeout=TIMEOUT))
        except TimeoutError:
            raise self._no_answer(f"gave no answer within {TIMEOUT:g} s") from None
        except (WebSocketException, OSError):
            raise self._no_answer("closed the connection without an answer") from None
        return answers

    def _broken_answer(self, cause: BaseException) -> Stopped:
        """Say what was wrong with bytes that are no HTTP reply."""
        if isinstance(cause, IncompleteRead):
            promised = cause.partial + cause.expected
            hint = "Content-Length is the number of bytes in the body: str(len(body))"
            what = f"it promised {promised} and sent {cause.partial}"
            self.expect.findings.append(Finding("sends as many bytes as it promised", False, what, hint))
        elif isinstance(cause, BadStatusLine) and not isinstance(cause, RemoteDisconnected):
            hint = "send_response(200) comes first, end_headers() before the body"
            self.expect(False, "begins with a status line", got=str(cause).strip(), hint=hint)
        else:
            return self._no_answer("closed the connection without an answer")
        return Stopped()

    def _no_answer(self, what: str) -> Stopped:
        self.expect.findings.append(Finding(f"answers {self.asked}", False, f"it {what}"))
        return Stopped()


def root_cause(error: BaseException) -> BaseException:
    """The error at the bottom of those that a library has wrapped around each other."""
    while error.args and isinstance(error.args[-1], BaseException):
        error = error.args[-1]
    return error


@dataclass(frozen=True)
class Exercise:
    id: str
    title: str
    points: int
    try_out: Callable[[Any, Expect], None]


@dataclass(frozen=True)
class Result:
    """What came of a check: the verdict, and each expectation. Shown as text, as HTML and as JSON."""

    exercise: Exercise
    verdict: Verdict
    findings: list[Finding] = field(default_factory=list)
    said: str = ""

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    def __repr__(self) -> str:
        lines = [f"Exercise {self.exercise.id}, {self.exercise.title}: {self.verdict}"]
        lines += [line for finding in self.findings for line in _lines(finding)]
        return "\n".join([*lines, *self.said.splitlines()])

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        about = {"exercise": self.exercise.id, "title": self.exercise.title, "points": self.exercise.points}
        findings = [asdict(finding) for finding in self.findings]
        return {
            "text/plain": repr(self),
            "text/html": self._html(),
            MIME: {**about, "verdict": str(self.verdict), "findings": findings},
        }

    def _html(self) -> str:
        tone = looks.GOOD if self.passed else looks.CARE
        head = f"{looks.text(f'Exercise {self.exercise.id}, {self.exercise.title}:')} {looks.strong(self.verdict)}"
        lines = [line for finding in self.findings for line in _html_lines(finding)]
        return looks.panel(head, [*lines, *map(looks.code, self.said.splitlines())], tone=tone)


def _lines(finding: Finding) -> list[str]:
    mark = "✓" if finding.passed else "✗"
    got = [f"    got: {finding.got}"] if finding.got else []
    hint = [f"    hint: {finding.hint}"] if finding.hint else []
    return [f"  {mark} {finding.what}", *got, *hint]


def _html_lines(finding: Finding) -> list[str]:
    mark = "✓" if finding.passed else "✗"
    got = [f"{looks.text('got:')} {looks.code(finding.got)}"] if finding.got else []
    hint = [f"{looks.text('hint:')} {looks.text(finding.hint)}"] if finding.hint else []
    under = "".join(f'<div style="margin-left: 1.5em">{line}</div>' for line in [*got, *hint])
    return [f"{mark} {looks.text(finding.what)}{under}"]


_EXERCISES: dict[str, Exercise] = {}


def exercise(id: str, title: str, *, points: int = 1) -> Callable[[Callable[[Any, Expect], None]], Exercise]:
    """Make a function `(probe, expect)` the check of an exercise. For the modules in checks/."""

    def register(function: Callable[[Any, Expect], None]) -> Exercise:
        _EXERCISES[id] = Exercise(id, title, points, function)
        return _EXERCISES[id]

    return register


def exercises() -> dict[str, Exercise]:
    """Every exercise in checks/, by its id."""
    package = importlib.import_module("checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"checks.{module.name}")
    return dict(_EXERCISES)


def check(id: str, target: Any) -> Result:
    """Try all expectations of an exercise on what the learner made: a server from launch(), or a value.

    Raises UnknownExercise. Whatever the learner's code does, it raises nothing else.
    """
    known = exercises()
    if id not in known:
        raise UnknownExercise(f"there is no exercise {id!r}: there are {', '.join(sorted(known))}")
    if target is ... or target is None:
        return Result(known[id], Verdict.NOT_STARTED)
    return _check_server(known[id], target) if isinstance(target, Server) else _check_value(known[id], target)


def _check_value(exercise: Exercise, value: Any) -> Result:
    expect = Expect()
    exercise.try_out(value, expect)
    return Result(exercise, _right_or_wrong(expect), expect.findings)


def _check_server(exercise: Exercise, server: Server) -> Result:
    if not server.running:
        return Result(exercise, Verdict.NOT_RUNNING, said="Run the cell with launch() again, then this one.")
    before, expect = server.failure_count, Expect()
    with contextlib.suppress(Stopped):
        exercise.try_out(Probe(server, expect), expect)
    count = server.failure_count - before
    new = server.failures[-count:] if count else []
    if any(failure.kind == STUB for failure in new):
        return Result(exercise, Verdict.NOT_STARTED)
    if new:
        return Result(exercise, Verdict.CRASHED, expect.findings, f"Your code failed with {new[0]}")
    return Result(exercise, _right_or_wrong(expect), expect.findings)


def _right_or_wrong(expect: Expect) -> Verdict:
    return Verdict.PASSED if all(finding.passed for finding in expect.findings) else Verdict.WRONG
