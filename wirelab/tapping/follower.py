"""Tell, again and again, which messages of a tap are new."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from wirelab.conversation.messages import Message
from wirelab.tapping.tap import Tap

UNDER_WAY_TIMEOUT = 1.0  # seconds after which a message is told that has begun and does not end
Place = tuple[str, int]  # a message's side, and its number among those of this side of its connection


@dataclass(frozen=True)
class News:
    """A message that was not told before. One that is `under_way` is told again when all of it has come."""

    number: int
    message: Message
    under_way: bool


@dataclass
class _Told:
    """What was told of one connection: the numbers of its messages, and which are whole."""

    numbers: dict[Place, int] = field(default_factory=dict)
    whole: set[Place] = field(default_factory=set)
    begun: dict[Place, float] = field(default_factory=dict)  # when it was first seen, of one that is under way


class Follower:
    """Follows one tap, for as long as it lasts."""

    def __init__(self, tap: Tap, *, keep: bool = True) -> None:
        """With `keep` false, the tap forgets the connections that are over and told, and can go on for ever."""
        self._tap, self._keep = tap, keep
        self._told: dict[int, _Told] = {}
        self._count = 0
        self.start = 0.0  # when the first message began, in the seconds of its `at`

    def news(self) -> Iterator[News]:
        """What is new since the last call, in the order in which it began."""
        talk = self._tap.conversation
        counted: Counter[tuple[int, str]] = Counter()
        for message in talk:
            side, told = str(message.side), self._told.setdefault(message.connection, _Told())
            place = (side, counted[message.connection, side])
            counted[message.connection, side] += 1
            is_whole = not talk.is_under_way(message)
            if place not in told.whole and (is_whole or _is_late(told, place)):
                yield self._tell(message, told, place, is_whole=is_whole)
        if not self._keep:
            self._tap.forget_finished()
            kept = {message.connection for message in self._tap.conversation}
            self._told = {number: told for number, told in self._told.items() if number in kept}

    def _tell(self, message: Message, told: _Told, place: Place, *, is_whole: bool) -> News:
        if not self._count:
            self.start = message.at
        if place not in told.numbers:
            told.numbers[place] = self._count
            self._count += 1
        if is_whole:
            told.whole.add(place)
        return News(told.numbers[place], message, under_way=not is_whole)


def _is_late(told: _Told, place: Place) -> bool:
    """Whether it is a while since an unfinished message was first seen, and it has not been told."""
    now = time.monotonic()
    return place not in told.numbers and now - told.begun.setdefault(place, now) >= UNDER_WAY_TIMEOUT
