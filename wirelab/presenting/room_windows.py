"""Bring what is chosen on the instructor's page to the room's windows, to each of them once.

A window that is just being loaded, or whose connection was cut, is told of a command when it listens again. A
browser then says which event it had last.
https://html.spec.whatwg.org/multipage/server-sent-events.html#last-event-id
"""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

WAITS = 10_000  # milliseconds that a command waits for a window; what is older would surprise the room
UNHEARD = 5_000  # milliseconds after which the instructor is told that no window took a command
FIRST_LINES = "retry: 500\n\n"  # milliseconds until a browser connects again


@dataclass(frozen=True)
class Command:
    """What the room's windows are to do: `number` grows, over a new start of the server too."""

    number: int  # when it was said, in milliseconds since 1970, or a little more
    data: str

    def as_event(self) -> str:
        """As a server-sent event."""
        return f"id: {self.number}\ndata: {self.data}\n\n"


class RoomWindows:
    """The room's windows, and what was said to them."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._said: list[Command] = []
        self._taken = 0
        self.count = 0

    def say(self, **command: object) -> None:
        """Give a command to all windows that listen now, or to the next one that does so soon."""
        with self._changed:
            number = max(_now(), self._said[-1].number + 1 if self._said else 0)
            self._said.append(Command(number, json.dumps(command)))
            self._changed.notify_all()

    def took(self, number: int) -> None:
        """Note that a window has this command, and those before it."""
        with self._changed:
            self._taken = max(self._taken, number)

    def is_unheard(self) -> bool:
        """Whether no window took the last command, for some seconds now."""
        with self._changed:
            last = self._said[-1].number if self._said else 0
            return self._taken < last < _now() - UNHEARD

    def listen(self, last: int = 0) -> Iterator[str]:
        """As server-sent events: each command after the number `last`, and a comment each second to find who left.

        A window that has had none, where `last` is 0, is told what no window has taken.
        """
        seen = max(last or self._taken, _now() - WAITS)
        self.count += 1
        try:
            yield FIRST_LINES
            while True:
                yield ": here\n\n"
                for command in self._after(seen):
                    seen = command.number
                    yield command.as_event()
        finally:
            self.count -= 1

    def _after(self, seen: int) -> list[Command]:
        """What was said after that, once there is something, or nothing after a second."""
        with self._changed:
            self._changed.wait_for(lambda: self._said and self._said[-1].number > seen, timeout=1)
            return [command for command in self._said if command.number > seen]


def _now() -> int:
    return int(time.time() * 1000)
