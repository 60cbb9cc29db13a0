"""Write the messages of the seat feed in JSON, and read the commands of its clients."""

import json
from collections.abc import Sequence

from servers.seats.journal import Change, SeatError


class Members(tuple[tuple[str, object], ...]):
    """The members of an object in JSON, also those whose name is there twice."""


def seats_message(show: int, life: str, number: int, seats: int, taken: Sequence[int]) -> str:
    """All seats of a show: `seats` of them, of which `taken`, after the change with this number."""
    message = {"type": "seats", "show": show, "number": number, "seats": seats, "taken": list(taken), "life": life}
    return json.dumps(message)


def change_message(change: Change) -> str:
    """One seat that was taken or became free."""
    message = {"type": "change", "number": change.number, "show": change.show, "seat": change.seat}
    return json.dumps({**message, "taken": change.taken})


def error_message(message: str) -> str:
    """Why a command was not carried out."""
    return json.dumps({"type": "error", "message": message})


def pong_message(number: int) -> str:
    """The answer to a client's {"ping": number}. A script in a page cannot send a ping frame, so it sends this."""
    return json.dumps({"type": "pong", "ping": number})


def parse_command(message: str | bytes) -> tuple[str, int]:
    """What a client wants: ("take", 5), ("free", 5) or ("ping", 1). Raises SeatError for any other message."""
    try:
        members = json.loads(message, object_pairs_hook=Members)
        [(verb, seat)] = members if isinstance(members, Members) else []
    except (ValueError, RecursionError):  # no JSON, no object, or not just one member
        verb, seat = "", None
    if verb not in ("take", "free", "ping") or type(seat) is not int:  # True is an int too
        raise SeatError('send {"take": 5} or {"free": 5}')
    return verb, seat
