"""Collect what a check expects and what it got."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from wirelab.checking.mismatch import explain
from wirelab.checking.raised_value import failure_in
from wirelab.checking.result import Finding
from wirelab.conversation.conversation import Conversation
from wirelab.launching.exception_summary import Failure

MAX_VALUE = 160  # characters of a value that is shown
NOT_GIVEN = object()
Hints = str | Sequence[str]  # one, or several in the order in which they are given


class Stopped(Exception):
    """An expectation could not even be tried: there was no answer to look at."""


class Expect:
    """Collects expectations. All are tried: one that is not met does not end the check.

    `asked`, `evidence` and `printed` belong to the expectations to come: a probe sets them with each request or
    call. `evidence` is called only for one that is not met; reading what crossed the wire takes its time.
    `returned` is what a learner's function returned last, and `failure` the first exception that came out of one.
    `is_crash_late` says that another expectation was missed before the first exception, and is None without any.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.asked = ""
        self.evidence: Callable[[], Conversation | None] = lambda: None
        self.printed = ""
        self.returned: object = NOT_GIVEN
        self.failure: Failure | None = None
        self.is_crash_late: bool | None = None

    def __call__(
        self,
        passed: object,
        what: str,
        *,
        expected: object = NOT_GIVEN,
        got: object = NOT_GIVEN,
        hint: Hints = (),
    ) -> bool:
        """Expect `passed` to be true, and return whether it is.

        `what` is a sentence about the learner's work without its subject, as in "answers 200 OK".
        `expected` and `got` are shown as Python writes them. `hint` is one hint, or several in the order
        in which they are to be given: the first when the check fails, the next when it fails again.
        """
        met = _is_true(passed)
        self._note(what, met, expected, got, hint)
        return met

    def equal(self, got: object, expected: object, what: str, *, hint: Hints = ()) -> bool:
        """Expect two values to be the same. True is not 1 here."""
        return self(_same(got, expected), what, expected=expected, got=got, hint=hint)

    def missed(self, what: str, said: str, *, hint: Hints = ()) -> Stopped:
        """Note an expectation that was not met because there was nothing to look at. `raise` what comes back."""
        self._add(Finding(what, False, got=said, hints=all_hints(hint)))
        return Stopped()

    def note_crash(self) -> None:
        """Keep whether anything was missed before the first exception. Later ones change nothing."""
        if self.is_crash_late is None:
            self.is_crash_late = any(not finding.passed for finding in self.findings)

    def _note(self, what: str, passed: bool, expected: object, got: object, hint: Hints) -> None:
        if passed:
            self.findings.append(Finding(what, True))
            return
        if failed := failure_in(got):
            self.note_crash()
            self.failure = self.failure or failed
        sentence = explain(got, expected, returned=got is self.returned, printed=self.printed)
        self._add(Finding(what, False, _shown(expected), _shown(got), all_hints(hint), explained=sentence))

    def _add(self, finding: Finding) -> None:
        """Add what belongs to every expectation that is not met."""
        printed = _shortened(self.printed.strip())
        self.findings.append(replace(finding, asked=self.asked, printed=printed, wire=self.evidence()))


def all_hints(hint: Hints) -> Sequence[str]:
    """One hint, or several, as several."""
    return (hint,) if isinstance(hint, str) else tuple(hint)


def _is_true(value: object) -> bool:
    """Its truth; a value that does not tell is not true."""
    try:
        return bool(value)
    except Exception:
        return False


def _same(got: object, expected: object) -> bool:
    """Whether they are equal; a value that cannot even be compared is not."""
    try:
        return bool(got == expected) and isinstance(got, bool) == isinstance(expected, bool)
    except Exception:
        return False


def _shown(value: object) -> str:
    """As Python writes it. An empty string that came is worth showing; no value at all is not."""
    if value is NOT_GIVEN:
        return ""
    try:
        text = repr(value)
    except Exception as error:
        return f"something of type {type(value).__name__} that cannot be shown ({type(error).__name__})"
    return _shortened(text)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_VALUE else f"{text[:MAX_VALUE]}… ({len(text)} characters)"
