"""Write a conversation down in 80 columns, for terminals, screen readers and comparison."""

import textwrap
from collections.abc import Iterator, Sequence

from wirelab import facets
from wirelab.messages import Message
from wirelab.recording import Side

WIDTH = 80
TIME = 70  # the column where the time begins
ARROWS = {Side.CLIENT: "client → server", Side.SERVER: "client ← server"}
FULL = 2  # so many messages are shown in full; of more, a line each
MORE = 3  # lines of a long first line, beside its first
FIRST, LAST = 40, 10  # of a long conversation


def shown(count: int) -> list[int]:
    """Which of so many messages are shown: all, or the first and the last."""
    if count <= FIRST + LAST:
        return list(range(count))
    return [*range(FIRST), *range(count - LAST, count)]


def heading(messages: Sequence[Message], server: str) -> str:
    """How much there was, and with whom."""
    connections = len({message.connection for message in messages})
    where = f" to {server}" if server else ""
    return f"{facets.plural(len(messages), 'message')}, {facets.plural(connections, 'connection')}{where}"


def conversation(
    messages: Sequence[Message], numbers: Sequence[int], *, server: str, full: bool = False, raw: bool = False
) -> str:
    """All messages, or the first and last of very many. `numbers` stand before them, if there are any."""
    if not messages:
        return f"nothing crossed the wire{f' to {server}' if server else ''}"
    full = full or len(messages) <= FULL
    places = list(range(len(messages))) if full else shown(len(messages))
    lines = [heading(messages, server)] if numbers else []
    before, start = messages[0].connection, messages[0].at
    for place, previous in zip(places, [-1, *places], strict=False):
        if place > previous + 1:
            lines.append(f"… {facets.plural(place - previous - 1, 'message')} more")
        message = messages[place]
        if message.connection != before or (place == 0 and len({one.connection for one in messages}) > 1):
            lines.append(f"connection {message.connection + 1}")
        before = message.connection
        number = f"[{numbers[place]}] " if numbers else ""
        lines += _message(message, number, start, full=full, raw=raw)
    return "\n".join(line.rstrip() for line in lines)


def _message(message: Message, number: str, start: float, *, full: bool, raw: bool) -> Iterator[str]:
    head = f"{number}{ARROWS[message.side]}  "
    first, *more = _wrapped(facets.first_line(message), TIME - len(head) - 1) or [""]
    yield f"{head + first:<{TIME}}{facets.moment(message.at - start)}"
    yield from (" " * len(head) + line for line in more[:MORE])
    if len(more) > MORE:
        yield " " * len(head) + "…"
    if message.trouble:
        yield from textwrap.wrap(f"    ! {facets.visible(message.trouble)}", WIDTH - 2, subsequent_indent=" " * 6)
    if full:
        for part in facets.parts(message):
            if part.name != "raw" or raw:
                yield from _part(part)


def _part(part: facets.Part) -> Iterator[str]:
    if part.name != "headers":
        yield f"    ({part.title})"
    for line in part.lines:
        first, *more = _wrapped(line, WIDTH - 6) or [""]
        yield f"    {first}"
        yield from (f"      {rest}" for rest in more)


def _wrapped(line: str, width: int) -> list[str]:
    """The line cut to a width, every character kept."""
    return [line[start : start + width] for start in range(0, len(line), width)]
