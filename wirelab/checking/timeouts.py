"""How long a check waits: for one answer, and for everything together."""

import time

ANSWER = 2.0  # seconds for one answer
WHOLE_CHECK = 4.0  # seconds for a whole check; nobody waits longer for what is wrong
CLOSING = 0.2  # seconds for the other side to close what has come to its end


class Deadline:
    """The end of some time. Each wait gets what is left of it, and no more than its own share."""

    def __init__(self, seconds: float, *, name: str = "") -> None:
        """`seconds` from now; `name` says in a sentence what that time is."""
        self._seconds, self._name = seconds, name
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self._end

    def left(self, most: float) -> float:
        """Seconds to wait now, at most `most`. Above zero even when no time is left: so a wait fails by itself."""
        return max(min(most, self._end - time.monotonic()), 0.01)

    def waited(self) -> str:
        """How long was waited in vain, in words: all of this time once it is over, else one answer's share."""
        if not self.over:
            return f"{min(ANSWER, self._seconds):g} s"
        return f"{self._seconds:g} s" + (f", {self._name}" if self._name else "")

    def after(self, words: str) -> str:
        """A sentence that begins with what was waited, as in `after 2 s the answer had not come`."""
        waited = self.waited()
        return f"after {waited}{',' if self._name and self.over else ''} {words}"


def check_deadline() -> Deadline:
    """The deadline of a check that begins now."""
    return Deadline(WHOLE_CHECK, name="the time of a whole check")
