"""Settle which messages of a conversation are shown, and what stands between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from wirelab.conversation.formatting import plural
from wirelab.conversation.viewable import Viewable

SHOWN_IN_FULL = 2  # so many messages are shown in full; of more, a line each
SHOWN_FIRST, SHOWN_LAST = 40, 10  # of a long conversation


@dataclass(frozen=True)
class Row:
    """A message, its number as `[3]` or nothing, and the headings before it: of a gap, of a new connection."""

    message: Viewable
    number: str
    headings: Sequence[str]


def places_shown(count: int) -> list[int]:
    """Which of so many messages are shown: all, or the first and the last."""
    if count <= SHOWN_FIRST + SHOWN_LAST:
        return list(range(count))
    return [*range(SHOWN_FIRST), *range(count - SHOWN_LAST, count)]


def rows(messages: Sequence[Viewable], numbers: Sequence[int], *, full: bool = False) -> Iterator[Row]:
    """The rows of a conversation, all of them where it is to be shown in `full`."""
    several = len({message.connection for message in messages}) > 1
    previous, connection = -1, None
    for place in range(len(messages)) if full else places_shown(len(messages)):
        message, headings = messages[place], []
        if place > previous + 1:
            headings.append(f"… {plural(place - previous - 1, 'message')} more")
        if several and message.connection != connection:
            headings.append(f"connection {message.connection + 1}")
        previous, connection = place, message.connection
        yield Row(message, f"[{numbers[place]}]" if numbers else "", headings)


def not_recorded(connections: int) -> str:
    """Of how many connections nothing is here."""
    return f"{plural(connections, 'connection')} more, not recorded"


def heading(messages: Sequence[Viewable], server: str, unrecorded: int = 0) -> str:
    """How much there was, and with whom; of `unrecorded` connections more, nothing is here."""
    connections = len({message.connection for message in messages})
    where = f" to {server}" if server else ""
    more = f" ({not_recorded(unrecorded)})" if unrecorded else ""
    return f"{plural(len(messages), 'message')}, {plural(connections, 'connection')}{more}{where}"
