"""See whether the threads that the code of the notebook has started come to an end."""

import threading
import time
from collections.abc import Callable, Hashable, Iterable

elsewhere: list[Callable[[], Iterable[Hashable]]] = []  # the threads of other processes, where the code runs there
OF_THE_KIT = ("check", "channel", "channel call")  # names of its threads
PAUSE_BETWEEN = 0.02  # seconds between two looks


def own_threads() -> list[threading.Thread]:
    """The threads of this process, without those that run a learner's function."""
    return [thread for thread in threading.enumerate() if thread.name not in OF_THE_KIT]


class ThreadWatch:
    """Remembers which threads there are when it is made."""

    def __init__(self) -> None:
        self._before = _alive()

    def all_ended(self, seconds: float) -> bool:
        """Whether those that were started since then have ended; they get so many seconds for it."""
        until = time.monotonic() + seconds
        while _alive() - self._before:
            if time.monotonic() > until:
                return False
            time.sleep(PAUSE_BETWEEN)
        return True


def _alive() -> set[Hashable]:
    return {thread for threads in elsewhere or [own_threads] for thread in threads()}
