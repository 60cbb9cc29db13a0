"""Keep the lines a server writes, in order and within bounds."""

from collections import deque
from collections.abc import Iterator
from threading import Condition, RLock
from typing import overload

from wirelab.errors import LogTimeout

MAX_LOG_LINES = 2000  # kept; older lines are counted and dropped
MAX_LOG_LINE_LENGTH = 2000  # characters of a line; a longer one is cut and says so

# An escape code in a logged request must not colour, or rewrite, a learner's terminal (CWE-150).
_CONTROL = {code: f"\\x{code:02x}" for code in [*range(32), 127, *range(0x80, 0xA0)] if code != 9}


class Log:
    """The lines of one server, oldest first.

    At most `MAX_LOG_LINES` lines are kept. Shown in a notebook, a log is its lines and nothing else.
    """

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=MAX_LOG_LINES)
        self._total = 0
        self._unfinished, self._length = "", 0  # a line may come in pieces, and be longer than is kept
        # A thread may be interrupted anywhere (see thread_interrupt). `with self._changed` has Python code between
        # the moment when the lock is taken and the block that gives it back; the lock itself has none.
        self._lock = RLock()
        self._changed = Condition(self._lock)

    def feed(self, text: str) -> int:
        """Add text as a file would, where a line may come in pieces. Returns the number of characters."""
        with self._lock:
            *ends, rest = text.split("\n")
            for piece in ends:
                self._continue(piece)
                self._end_line()
            self._continue(rest)
            self._changed.notify_all()
        return len(text)

    def line(self, text: str) -> None:
        """Add one whole line."""
        self.feed(text + "\n")

    def _continue(self, piece: str) -> None:
        self._length += len(piece)
        self._unfinished += piece[: MAX_LOG_LINE_LENGTH - len(self._unfinished)]

    def _end_line(self) -> None:
        cut = f"… ({self._length} characters)" if self._length > MAX_LOG_LINE_LENGTH else ""
        self._lines.append(self._unfinished.rstrip("\r").translate(_CONTROL) + cut)
        self._total += 1
        self._unfinished, self._length = "", 0

    def finish(self) -> None:
        """Count a last line that has no line end."""
        if self._unfinished:
            self.feed("\n")

    def wait(self, count: int, *, timeout: float = 5.0) -> "Log":
        """The first `count` lines, as soon as there are so many.

        A server may write its line after the client has its answer; whoever shows the log waits for it.
        Raises LogTimeout after `timeout` seconds.
        """
        with self._lock:
            if not self._changed.wait_for(lambda: self._total >= count, timeout):
                raise LogTimeout(
                    f"the log has {self._total} of {count} lines after {timeout:g} s: "
                    "look at it with print(server.log), and send the request that is missing"
                )
            return self._first(count)

    def _first(self, count: int) -> "Log":
        part, dropped = Log(), self._total - len(self._lines)
        part._lines.extend(list(self._lines)[: max(count - dropped, 0)])
        part._total = len(part._lines)
        return part

    @property
    def total(self) -> int:
        """How many lines there have been, dropped ones included."""
        return self._total

    def __iter__(self) -> Iterator[str]:
        with self._lock:
            return iter(list(self._lines))

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        with self._lock:
            return list(self._lines)[index]

    def __len__(self) -> int:
        return len(self._lines)

    def __str__(self) -> str:
        return "\n".join(self)

    __repr__ = __str__
