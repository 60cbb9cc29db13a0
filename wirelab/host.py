"""What every running server has: a port, a log, what failed in it, and an end."""

from collections import deque

from wirelab.failures import Failure, failure
from wirelab.log import Log

PATIENCE = 1.0  # seconds a server gets to end by itself


class Host:
    """A running server, whatever runs it."""

    port: int

    def __init__(self) -> None:
        self.log = Log()
        self.failures: deque[Failure] = deque(maxlen=20)
        self.failure_count = 0

    def stop(self) -> None:
        """End the server and free its port, in bounded time."""
        raise NotImplementedError

    def settle(self, seconds: float) -> None:
        """Wait until no handler is at work, at most that long: one may fail after its client has left."""

    def fate(self) -> str | None:
        """Why the server no longer runs, or None while it does."""
        return None

    def failed(self, error: BaseException) -> None:
        """Keep and log what went wrong in a handler, for the next look at the server."""
        self.keep(failure(error))
        self.log.feed(f"{self.failures[-1]}\n")

    def keep(self, failure: Failure) -> None:
        """Keep what went wrong in a handler."""
        self.failures.append(failure)
        self.failure_count += 1
