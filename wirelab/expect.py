"""Collect what a check expects and what it got."""

from collections.abc import Callable, Sequence

from wirelab.result import Finding
from wirelab.wire import Conversation

MOST = 160  # characters of a value that is shown
NOTHING = object()


class Stopped(Exception):
    """An expectation could not even be tried: there was no answer to look at."""


class Expect:
    """Collects expectations. All are tried: one that is not met does not end the check.

    `asked` and `evidence` belong to the expectations to come: a probe sets them with each request. `evidence`
    is called only for one that is not met; reading what crossed the wire takes its time.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.asked = ""
        self.evidence: Callable[[], Conversation | None] = lambda: None

    def __call__(
        self,
        passed: object,
        what: str,
        *,
        expected: object = NOTHING,
        got: object = NOTHING,
        hint: str | Sequence[str] = (),
    ) -> bool:
        """Expect `passed` to be true, and return whether it is.

        `what` is a sentence about the learner's work without its subject, as in "answers 200 OK".
        `expected` and `got` are shown as Python writes them. `hint` is one hint, or several in the order
        in which they are to be given: the first when the check fails, the next when it fails again.
        """
        hints = (hint,) if isinstance(hint, str) else tuple(hint)
        met = _is_true(passed)
        self._note(what, met, _shown(expected), _shown(got), hints)
        return met

    def equal(self, got: object, expected: object, what: str, *, hint: str | Sequence[str] = ()) -> bool:
        """Expect two values to be the same. True is not 1 here."""
        return self(_same(got, expected), what, expected=expected, got=got, hint=hint)

    def missed(self, what: str, said: str, *, hint: str | Sequence[str] = ()) -> Stopped:
        """Note an expectation that was not met because there was nothing to look at. `raise` what comes back."""
        self._note(what, False, "", said, (hint,) if isinstance(hint, str) else tuple(hint))
        return Stopped()

    def _note(self, what: str, passed: bool, expected: str, got: str, hints: Sequence[str]) -> None:
        if passed:
            self.findings.append(Finding(what, True))
        else:
            self.findings.append(Finding(what, False, expected, got, hints, self.asked, self.evidence()))


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
    """As Python writes it. An empty text that came is worth showing; no value at all is not."""
    if value is NOTHING:
        return ""
    try:
        text = repr(value)
    except Exception as error:
        return f"something of type {type(value).__name__} that cannot be shown ({type(error).__name__})"
    return text if len(text) <= MOST else f"{text[:MOST]}… ({len(text)} characters)"
