"""What every running server has, whatever runs it: a port, a log, what failed in it, and an end."""

from collections import deque
from typing import Any

from wirelab.launching.exception_summary import Failure, summary_of
from wirelab.launching.output_owner import Owner
from wirelab.launching.server_log import Log

STOP_TIMEOUT = 1.0  # seconds a server gets to end by itself
LOOK_INTERVAL = 0.05  # seconds between two looks at whether a server is ready
KEPT_FAILURES = 20
ENDED_ITSELF = "has stopped: {why}"


class Backend:
    """A running server, whatever runs it."""

    port: int
    scheme = ""  # of its address, where it is known better here than from what was launched

    def __init__(self) -> None:
        self.log = Log()
        self.owner = Owner(self.log, self.add_exception)  # of its threads, and of those that they start
        self._why_ended: str | None = None
        self.failures: deque[Failure] = deque(maxlen=KEPT_FAILURES)
        self.failure_count = 0

    def stop(self) -> None:
        """End the server and free its port, in bounded time; its own handlers may call this, too."""
        raise NotImplementedError

    def settle(self, seconds: float) -> None:
        """Wait until no handler is at work, at most that long: one may fail after its client has left."""

    def connection(self) -> Any:
        """The socket of the client whose handler runs in this thread, where there is one."""
        return None

    def is_stuck(self) -> bool:
        """Whether one handler keeps all others from their turn."""
        return False

    def end_reason(self) -> str | None:
        """Why the server no longer runs, as the rest of a sentence about it, or None while it does."""
        return None

    def note_end(self, why: str) -> None:
        """Note why the server no longer runs; the first reason counts."""
        self._why_ended = self._why_ended or why

    def add_exception(self, error: BaseException) -> None:
        """Keep and log what went wrong in a handler, for the next look at the server."""
        self.add_failure(summary_of(error))
        self.log.feed(f"{self.failures[-1]}\n")

    def add_failure(self, failure: Failure) -> None:
        """Keep what went wrong in a handler."""
        self.failures.append(failure)
        self.failure_count += 1
