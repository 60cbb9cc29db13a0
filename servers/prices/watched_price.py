"""Keep a price that changes, and that any thread can wait for."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Quote:
    """What a seat costs, in whole euros. `number` counts the prices: it tells a client how new its price is."""

    number: int
    price: int

    def __str__(self) -> str:
        return json.dumps(asdict(self))


class Price:
    """The price of a seat, in whole euros. Numbers begin at 1 with each start of the program."""

    def __init__(self, price: int = 30) -> None:
        self._quote, self._changed = Quote(1, price), threading.Condition()
        self._watchers: list[Callable[[], object]] = []

    def now(self) -> Quote:
        """The price of this moment."""
        return self._quote

    def change(self, price: int) -> Quote:
        """Set another price, in whole euros. Wakes and calls everyone who waits for it."""
        with self._changed:
            self._quote = Quote(self._quote.number + 1, price)
            self._changed.notify_all()
            for call in self._watchers:
                call()
            return self._quote

    def other_than(self, number: int, seconds: float) -> Quote | None:
        """The price, as soon as it has another number; None if it still has that one after `seconds`."""
        with self._changed:  # wait_for lets go of it while it waits
            is_other = self._changed.wait_for(lambda: self._quote.number != number, seconds)
            return self._quote if is_other else None

    @contextmanager
    def watched(self, call: Callable[[], object]) -> Iterator[None]:
        """Inside of the block, each change calls `call()`, in the thread in which it happens."""
        with self._changed:
            self._watchers.append(call)
        try:
            yield
        finally:
            with self._changed:
                self._watchers.remove(call)
