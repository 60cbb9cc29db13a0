"""How long a check waits: for one answer, and for everything together."""

import time

ANSWER = 2.0  # seconds for one answer
ALL = 4.0  # seconds for a whole check; nobody waits longer for what is wrong
GOODBYE = 0.2  # seconds for the other side to end what has come to its end


class Deadline:
    """The end of a check's time. Each wait gets what is left, and no more than its own share."""

    def __init__(self, seconds: float = ALL) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        return time.monotonic() >= self._end

    def left(self, most: float) -> float:
        """Seconds to wait now; above zero even when there is no time left, so that a wait fails by itself."""
        return max(min(most, self._end - time.monotonic()), 0.01)

    def said(self) -> str:
        """The time that was waited in vain, for a sentence that ends with it."""
        return f"{ALL:g} s, the time of a whole check," if self.over else f"{ANSWER:g} s"
