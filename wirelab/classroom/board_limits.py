"""Limit what a stranger can try at a board, and how much a notebook can say."""

from collections import defaultdict, deque

WRONG_CODES = 10  # of one address in a minute; with more, it is not listened to
WRONG_IN_ALL = 100  # in a minute; with more, nobody who had a wrong one is listened to
CODE_WINDOW = 60  # seconds
SAID_AT_ONCE, SAID_PER_SECOND = 60, 3  # messages of one seat; with more, its connection is closed with 1008


class WrongCodes:
    """Who has tried a wrong code lately. Times are in seconds, of any clock that does not go back."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = defaultdict(deque)

    def note(self, address: str, now: float) -> None:
        """A wrong code came from there."""
        self._times[address].append(now)

    def is_too_many(self, address: str, now: float) -> bool:
        """Whether this address has to wait."""
        self._trim(now)
        mine = len(self._times[address]) if address in self._times else 0
        return mine >= WRONG_CODES or (mine > 0 and sum(map(len, self._times.values())) >= WRONG_IN_ALL)

    def _trim(self, now: float) -> None:
        for address, times in list(self._times.items()):
            while times and times[0] <= now - CODE_WINDOW:
                times.popleft()
            if not times:
                del self._times[address]


class Allowance:
    """How much one may still say: so much at once, and so much more each second (a token bucket)."""

    def __init__(self, now: float, at_once: float = SAID_AT_ONCE, per_second: float = SAID_PER_SECOND) -> None:
        self.at_once, self.per_second = at_once, per_second
        self._left, self._time = at_once, now

    def take(self, now: float, cost: float = 1) -> bool:
        """Take a message from it. False: it is used up."""
        self._left = min(self.at_once, self._left + (now - self._time) * self.per_second)
        self._time = now
        if self._left < cost:
            return False
        self._left -= cost
        return True

    def wait(self, cost: float = 1) -> float:
        """Seconds until so much can be taken, from the last take() on."""
        return max(0.0, (cost - self._left) / self.per_second)
