"""Remember what the checks of this kernel found last."""

import contextlib
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from wirelab.checking.result import Result
from wirelab.launching.server import Server


@dataclass(frozen=True)
class Attempt:
    """The last result of an exercise, and the server that was checked, as long as it is there."""

    result: Result
    _server: "weakref.ref[Server] | None" = None

    @property
    def running_server(self) -> Server | None:
        """The server that was checked, if it still runs."""
        server = self._server() if self._server else None
        return server if server and server.running else None


class Attempts:
    """The last attempt at each exercise."""

    def __init__(self) -> None:
        self._last: dict[str, Attempt] = {}
        self.listeners: list[Callable[[Result], object]] = []  # called with each result; no check fails with them

    def add(self, result: Result, target: Any) -> None:
        """Enter what came of a check of `target`, and tell the listeners."""
        self._last[result.id] = Attempt(result, weakref.ref(target) if isinstance(target, Server) else None)
        for listener in self.listeners:
            with contextlib.suppress(Exception):
                listener(result)

    def last(self, exercise: str) -> Attempt | None:
        """What came of the last check of an exercise, or None where none has run in this kernel."""
        return self._last.get(exercise)


attempts = Attempts()  # of this kernel
