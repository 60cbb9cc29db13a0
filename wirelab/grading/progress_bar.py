"""Say how many submissions are graded, and how long the rest will take."""

import sys
import time
from typing import TextIO

BAR_WIDTH = 30  # characters of the bar
LINES = 10  # that a log gets in all, where nobody can look at a bar


class ProgressBar:
    """A bar in a terminal, or a few lines in a log."""

    def __init__(self, total: int, stream: TextIO = sys.stderr) -> None:
        self._total, self._stream, self._done, self._told = total, stream, 0, 0
        self._start = time.monotonic()
        self._is_terminal = stream.isatty()

    def step(self, name: str) -> None:
        """One more is graded."""
        self._done += 1
        if self._is_terminal:
            filled = BAR_WIDTH * self._done // self._total
            bar = "#" * filled + "." * (BAR_WIDTH - filled)
            self._stream.write(f"\r[{bar}] {self._said()}, last: {name[:30]:30}")
            self._stream.write("\n" if self._done == self._total else "")
        elif self._done * LINES // self._total > self._told:
            self._told = self._done * LINES // self._total
            self._stream.write(f"{self._said()}\n")
        self._stream.flush()

    def _said(self) -> str:
        left = (time.monotonic() - self._start) / self._done * (self._total - self._done)
        minutes, seconds = divmod(round(left), 60)
        return f"{self._done} of {self._total} graded, {minutes}:{seconds:02} left"
