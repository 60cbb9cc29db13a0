"""Say in JSON what happens to seats, and understand what clients want."""

import json
from collections.abc import Sequence

from servers.seat_journal import Change, SeatError


def seats_message(show: int, life: str, number: int, seats: int, taken: Sequence[int]) -> str:
    told = {"type": "seats", "show": show, "number": number, "seats": seats, "taken": list(taken), "life": life}
    return json.dumps(told)


def change_message(change: Change) -> str:
    told = {"type": "change", "number": change.number, "show": change.show, "seat": change.seat}
    return json.dumps({**told, "taken": change.taken})


def error_message(words: str) -> str:
    return json.dumps({"type": "error", "message": words})


def wish(message: str | bytes) -> tuple[str, int]:
    """What a client wants: ("take", 5) or ("free", 5). Raises SeatError."""
    try:
        [(verb, seat)] = json.loads(message).items()
    except (ValueError, AttributeError, RecursionError):  # no JSON, no object, or not just one member
        verb, seat = "", None
    if verb not in ("take", "free") or type(seat) is not int:  # True is an int too
        raise SeatError('send {"take": 5} or {"free": 5}')
    return verb, seat
