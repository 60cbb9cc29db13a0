"""Keep what a server prints and logs in its own log, and out of the cells of the notebook."""

import logging
import sys
from collections.abc import Callable
from typing import Any, TextIO

from wirelab.launching.exception_summary import summary_of
from wirelab.launching.output_owner import Owner, belong_to, current_owner
from wirelab.launching.owned_threads import hand_down_owners
from wirelab.launching.server_log import Log


class _Switch:
    """Stands in for sys.stdout or sys.stderr: a server's output goes to its log, all other goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        owner = current_owner()
        return self._stream.write(text) if owner is None else owner.log.feed(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def capture_output(log: Log, keep: Callable[[BaseException], None] | None = None) -> None:
    """From here on, what this thread (or asyncio task) prints goes to `log`, and what its own threads print too.

    `keep` is told of an exception that ends one of these threads; without it, the log has a line of that.

    ipykernel shows a plain thread's output in whatever cell runs at that moment; a server's would
    land anywhere.
    """
    own(Owner(log, keep or (lambda error: log.line(str(summary_of(error))))))


def own(owner: Owner) -> None:
    """The same for an owner that is there already."""
    for name in ("stdout", "stderr"):
        if not isinstance(getattr(sys, name), _Switch):
            setattr(sys, name, _Switch(getattr(sys, name)))
    hand_down_owners()
    belong_to(owner)


class LogHandler(logging.Handler):
    """What a library logs, without its date and without its own traceback."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        message = record.getMessage()
        self._log.feed(f"{message}: {summary_of(error)}\n" if error else f"{message}\n")
