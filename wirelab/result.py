"""What came of a check, as text, as HTML and as JSON."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from wirelab import looks
from wirelab.facets import visible
from wirelab.wire import Conversation

MOST = 30  # messages that a result carries as text
MIME = "application/vnd.wirelab.check+json"  # docs/check-result.schema.json says what is in it


class Verdict(StrEnum):
    NOT_STARTED = "not started yet"
    NOT_RUNNING = "your server is not running"
    CRASHED = "your code crashed"
    WRONG = "not right yet"
    PASSED = "passed"


@dataclass(frozen=True)
class Finding:
    """One expectation and how it went.

    `expected` and `got` are as Python writes them, or words. `hints` are in the order in which they are
    given. `asked` is the request that led here, as a line for a terminal, and `wire` its bytes.
    """

    what: str
    passed: bool
    expected: str = ""
    got: str = ""
    hints: Sequence[str] = ()
    asked: str = ""
    wire: Conversation | None = field(default=None, compare=False)

    def told(self) -> list[tuple[str, str]]:
        """What there is to say beyond the sentence itself, each with a word before it."""
        pairs = [("expected", self.expected), ("got", self.got), ("try it", self.asked)]
        return [] if self.passed else [(word, said) for word, said in pairs if said]


@dataclass(frozen=True)
class Result:
    """The verdict on an exercise, each expectation, and the hints that are due."""

    id: str
    title: str
    points: int
    verdict: Verdict
    findings: Sequence[Finding] = ()
    said: str = ""
    hints: Sequence[str] = ()

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    @property
    def earned(self) -> float:
        """The share of the points that the met expectations are worth. Nothing for what has not begun or not run.

        What could not be tried, because there was no answer to look at, counts as one expectation not met.
        """
        if self.verdict not in (Verdict.PASSED, Verdict.WRONG, Verdict.CRASHED) or not self.findings:
            return float(self.points if self.passed else 0)
        met = sum(finding.passed for finding in self.findings)
        share = met / (len(self.findings) + (self.verdict is Verdict.CRASHED))
        return round(self.points * share, 2)

    @property
    def wire(self) -> Conversation | None:
        """The bytes behind the first expectation that was not met."""
        return next((finding.wire for finding in self.findings if not finding.passed), None)

    def __repr__(self) -> str:
        lines = [f"Exercise {self.id}, {self.title}: {self.verdict}"]
        for finding in self.findings:
            lines.append(f"  {_mark(finding)} {finding.what}")
            lines += [f"    {word}: {said}" for word, said in finding.told()]
        return visible("\n".join([*lines, *self.said.splitlines(), *(f"Hint: {hint}" for hint in self.hints)]))

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
        tone = looks.GOOD if self.passed else looks.CARE
        head = f"{looks.text(f'Exercise {self.id}, {self.title}:')} {looks.strong(self.verdict)}"
        lines = [_html_of(finding) for finding in self.findings]
        lines += [looks.code(line) for line in self.said.splitlines()]
        lines += [f"{looks.strong('Hint:')} {looks.text(hint)}" for hint in self.hints]
        drawn = looks.fold("Look at the bytes", self.wire._repr_html_()) if self.wire else ""
        return visible(looks.panel(head, [*lines, *([drawn] if drawn else [])], tone=tone))


def _mark(finding: Finding) -> str:
    return "✓" if finding.passed else "✗"


def _json(finding: Finding) -> dict[str, Any]:
    told: dict[str, Any] = {"what": visible(finding.what), "passed": finding.passed}
    told |= {name: visible(getattr(finding, name)) for name in ("expected", "got", "asked")}
    if not finding.passed and finding.wire:
        told["wire"] = _text(finding.wire)
    return told


def _text(wire: Conversation) -> str:
    """The messages in full; of very many, the first."""
    rest = len(wire) - MOST
    return wire[:MOST].text() + (f"\n… {rest:,} messages more" if rest > 0 else "")


def _html_of(finding: Finding) -> str:
    lines = [f"{looks.text(word)}: {looks.code(said)}" for word, said in finding.told()]
    under = "".join(f'<div style="margin-left: 1.5em">{line}</div>' for line in lines)
    return f"{_mark(finding)} {looks.text(finding.what)}{under}"
