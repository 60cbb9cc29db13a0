"""What came of a check, as text, as HTML and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wirelab.conversation.conversation import Conversation
from wirelab.conversation.formatting import visible
from wirelab.notebook import markup

MAX_MESSAGES_AS_TEXT = 30  # messages that a result carries as text
MAX_LISTED = 8  # expectations that are listed where all are met; more would fill a screen, and fold
REST = "Beside it:"  # before the other expectations, where one was not met
MIME = "application/vnd.wirelab.check+json"  # docs/check-result.schema.json says what is in it


class Verdict(StrEnum):
    """What came of a check, in the words that a learner reads."""

    NOT_STARTED = "not started yet"
    NOT_RUNNING = "your server is not running"
    CRASHED = "your code crashed"
    WRONG = "not right yet"
    PASSED = "passed"


@dataclass(frozen=True)
class Finding:
    """One expectation and how it went.

    `expected` and `got` are as Python writes them, or words. `hints` are in the order in which they are
    given. `asked` is the request or the call that led here, as a line to paste, `printed` what the code printed
    meanwhile, `wire` its bytes, and `explained` a sentence about the difference, where it has a name.
    """

    what: str
    passed: bool
    expected: str = ""
    got: str = ""
    hints: Sequence[str] = ()
    asked: str = ""
    printed: str = ""
    explained: str = ""
    wire: Conversation | None = field(default=None, compare=False)

    def told(self) -> list[tuple[str, str]]:
        """What there is to say beyond the sentence itself, each with a word before it."""
        way = "try it" if "curl " in self.asked[:99] else "called"
        pairs = [("expected", self.expected), ("got", self.got), (way, self.asked), ("printed", self.printed)]
        return [] if self.passed else [(word, said) for word, said in pairs if said]


@dataclass(frozen=True)
class Result:
    """The verdict on an exercise, each expectation, the hints that are due, and what was learned by passing."""

    id: str
    title: str
    points: int
    verdict: Verdict
    findings: Sequence[Finding] = ()
    said: str = ""
    hints: Sequence[str] = ()
    learned: str = ""

    @property
    def passed(self) -> bool:
        """Whether every expectation was met."""
        return self.verdict is Verdict.PASSED

    @property
    def earned(self) -> float:
        """The share of the points that the met expectations are worth. Nothing for what has not begun or not run.

        What could not be tried, because there was no answer to look at, counts as one expectation not met.
        """
        if self.verdict not in (Verdict.PASSED, Verdict.WRONG, Verdict.CRASHED) or not self.findings:
            return float(self.points if self.passed else 0)
        met = sum(finding.passed for finding in self.findings)
        stopped = self.verdict is Verdict.CRASHED and met == len(self.findings)
        share = met / (len(self.findings) + stopped)
        return round(self.points * share, 2)

    @property
    def wire(self) -> Conversation | None:
        """The bytes behind the first expectation that was not met."""
        return next((finding.wire for finding in self.findings if not finding.passed), None)

    @property
    def first_missed(self) -> Finding | None:
        """The first expectation that was not met; its hint is the one that is given."""
        return next((finding for finding in self.findings if not finding.passed), None)

    @property
    def rest(self) -> Sequence[Finding]:
        """All expectations but the first that was not met."""
        return [finding for finding in self.findings if finding is not self.first_missed]

    def __repr__(self) -> str:
        first = self.first_missed
        lines = [f"Exercise {self.id}, {self.title}: {self.verdict}", *self.said.splitlines()]
        lines += [self.learned] if self.learned else []
        lines += [*(_text_of(first) if first else []), *(f"Hint: {hint}" for hint in self.hints)]
        lines += [REST] * bool(first and self.rest)
        lines += [line for finding in self.rest for line in _text_of(finding)]
        return visible("\n".join(lines))

    def _repr_mimebundle_(self, **_: object) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self._html(), MIME: self.json()}

    def json(self) -> dict[str, Any]:
        """As `docs/check-result.schema.json` has it."""
        return {
            "version": 1,
            "exercise": self.id,
            "title": self.title,
            "verdict": str(self.verdict),
            "points": self.points,
            "earned": self.earned,
            "findings": [_json(finding) for finding in self.findings],
            "said": visible(self.said),
            "hints": list(self.hints),
        }

    def _html(self) -> str:
        tone = markup.GOOD_COLOUR if self.passed else markup.CARE_COLOUR
        head = f"{markup.text(f'Exercise {self.id}, {self.title}:')} {markup.strong(self.verdict)}"
        lines = [markup.code(line) for line in self.said.splitlines()]
        lines += [markup.text(self.learned)] if self.learned else []
        lines += [_html_of(self.first_missed)] if self.first_missed else []
        lines += [f"{markup.strong('Hint:')} {markup.text(hint)}" for hint in self.hints]
        lines += self._html_of_rest()
        lines += [markup.fold("Look at the bytes", self.wire._repr_html_())] if self.wire else []
        return visible(markup.panel(head, lines, tone=tone))

    def _html_of_rest(self) -> list[str]:
        rest = [_html_of(finding) for finding in self.rest]
        if not rest or (not self.first_missed and len(rest) <= MAX_LISTED):
            return rest
        met = sum(finding.passed for finding in self.findings)
        listed = "".join(f"<div>{line}</div>" for line in rest)
        all_met = f"All {met} expectations are met"
        some_met = f"{met} of {len(self.findings)} expectations are met: look at the others"
        return [markup.fold(some_met if self.first_missed else all_met, listed)]


def _mark(finding: Finding) -> str:
    return "✓" if finding.passed else "✗"


def _text_of(finding: Finding) -> list[str]:
    lines = [f"  {_mark(finding)} {finding.what}", *(f"    {word}: {said}" for word, said in finding.told())]
    return [*lines, *([f"    {finding.explained}"] if finding.explained else [])]


def _json(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"what": visible(finding.what), "passed": finding.passed}
    told |= {name: visible(getattr(finding, name)) for name in ("expected", "got", "asked")}
    told |= {name: visible(said) for name in ("printed", "explained") if (said := getattr(finding, name))}
    if not finding.passed and finding.wire:
        told["wire"] = _text(finding.wire)
    return told


def _text(wire: Conversation) -> str:
    """The messages in full; of very many, the first."""
    rest = len(wire) - MAX_MESSAGES_AS_TEXT
    return wire[:MAX_MESSAGES_AS_TEXT].text() + (f"\n… {rest:,} messages more" if rest > 0 else "")


def _html_of(finding: Finding) -> str:
    lines = [f"{markup.text(word)}: {markup.code(said)}" for word, said in finding.told()]
    lines += [markup.text(finding.explained)] if finding.explained else []
    under = "".join(f'<div style="margin-left: 1.5em">{line}</div>' for line in lines)
    return f"{_mark(finding)} {markup.text(finding.what)}{under}"
