"""Write a conversation in 80 columns, for terminals, screen readers and comparison."""

import textwrap
from collections.abc import Iterator, Sequence

from wirelab.conversation.formatting import moment, visible
from wirelab.conversation.recording import Side
from wirelab.conversation.shown_messages import SHOWN_IN_FULL, heading, rows
from wirelab.conversation.viewable import Part, Viewable

WIDTH = 80
TIME_COLUMN = 70  # where the time begins
DIRECTIONS = {Side.CLIENT: "client → server", Side.SERVER: "client ← server"}
TROUBLE = "    ! "  # before the sentence on what is wrong
MAX_MORE_LINES = 3  # lines of a long first line, beside its first


def conversation(
    messages: Sequence[Viewable],
    numbers: Sequence[int],
    *,
    server: str,
    unrecorded: int = 0,
    full: bool = False,
    raw: bool = False,
) -> str:
    """All messages, or the first and last of very many. `numbers` stand before them, if there are any."""
    if not messages:
        return f"nothing crossed the wire{f' to {server}' if server else ''}"
    full = full or len(messages) <= SHOWN_IN_FULL
    lines = [heading(messages, server, unrecorded)] if numbers else []
    for row in rows(messages, numbers, full=full):
        number = f"{row.number} " if row.number else ""
        lines += [*row.headings, *_message(row.message, number, messages[0].at, full=full, raw=raw)]
    return "\n".join(line.rstrip() for line in lines)


def message_lines(message: Viewable, number: int, start: float, *, raw: bool = False) -> list[str]:
    """One message in full, as it stands in a conversation that began at `start`."""
    return [line.rstrip() for line in _message(message, f"[{number}] ", start, full=True, raw=raw)]


def _message(message: Viewable, number: str, start: float, *, full: bool, raw: bool) -> Iterator[str]:
    head = f"{number}{DIRECTIONS[message.side]}  "
    first, *more = _wrapped(visible(message.first_line), TIME_COLUMN - len(head) - 1) or [""]
    yield f"{head + first:<{TIME_COLUMN}}{moment(message.at - start)}"
    yield from (" " * len(head) + line for line in more[:MAX_MORE_LINES])
    if len(more) > MAX_MORE_LINES:
        yield " " * len(head) + "…"
    if message.trouble:
        yield from textwrap.wrap(f"{TROUBLE}{visible(message.trouble)}", WIDTH - 2, subsequent_indent=" " * 6)
    if full:
        for part in message.parts():
            if part.name != "raw" or raw:
                yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    if part.name != "headers":
        yield f"    ({part.title})"
    for line in part.lines:
        first, *more = _wrapped(line, WIDTH - 6) or [""]
        yield f"    {first}"
        yield from (f"      {rest}" for rest in more)


def _wrapped(line: str, width: int) -> list[str]:
    """The line cut to a width, every character kept."""
    return [line[start : start + width] for start in range(0, len(line), width)]
