"""Give the hints of an exercise one at a time."""

from collections import Counter
from collections.abc import Sequence

from wirelab.checking.result import Result, Verdict

HINTED = (Verdict.WRONG, Verdict.CRASHED)


class HintCounter:
    """Counts how often an expectation was the first that was not met, and gives as many hints."""

    def __init__(self) -> None:
        self._misses: Counter[tuple[str, str]] = Counter()

    def next_hints(self, result: Result) -> Sequence[str]:
        """The hints that are due for this result, which counts: one, and each time one more."""
        missed = next((finding for finding in result.findings if not finding.passed), None)
        if missed is None or result.verdict not in HINTED:
            return ()
        key = result.id, missed.what
        self._misses[key] += 1
        return list(missed.hints[: self._misses[key]])

    def one_more(self, result: Result) -> str:
        """The next hint for this result, which counts; nothing where there is none, or all have been given."""
        missed = result.first_missed
        before = self._misses[result.id, missed.what] if missed else 0
        given = self.next_hints(result)
        return given[-1] if len(given) > before else ""

    def reset(self) -> None:
        """Begin with the first hint again, everywhere."""
        self._misses.clear()
