"""Collect what a check expects and what it got."""

from collections.abc import Sequence

from wirelab.result import Finding
from wirelab.wire import Conversation

MOST = 300  # characters of a value that is shown
NOTHING = object()


class Stopped(Exception):
    """An expectation could not even be tried: there was no answer to look at."""


class Expect:
    """Collects expectations. All are tried: one that is not met does not end the check.

    `asked` and `wire` are the evidence for the expectations to come: a probe sets them with each request.
    """

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.asked = ""
        self.wire: Conversation | None = None

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
        self._note(what, bool(passed), _shown(expected), _shown(got), hints)
        return bool(passed)

    def equal(self, got: object, expected: object, what: str, *, hint: str | Sequence[str] = ()) -> bool:
        """Expect two values to be the same, and of the same kind."""
        same = got == expected and isinstance(got, bool) == isinstance(expected, bool)
        return self(same, what, expected=expected, got=got, hint=hint)

    def missed(self, what: str, said: str, *, hint: str | Sequence[str] = ()) -> Stopped:
        """Note an expectation that was not met because there was nothing to look at. `raise` what comes back."""
        self._note(what, False, "", said, (hint,) if isinstance(hint, str) else tuple(hint))
        return Stopped()

    def _note(self, what: str, passed: bool, expected: str, got: str, hints: Sequence[str]) -> None:
        if passed:
            self.findings.append(Finding(what, True))
        else:
            self.findings.append(Finding(what, False, expected, got, hints, self.asked, self.wire))


def _shown(value: object) -> str:
    """As Python writes it. An empty text that came is worth showing; no value at all is not."""
    if value is NOTHING:
        return ""
    try:
        text = repr(value)
    except Exception as error:
        return f"a {type(value).__name__} whose repr fails with {type(error).__name__}"
    return text if len(text) <= MOST else f"{text[:MOST]}… ({len(text)} characters)"
