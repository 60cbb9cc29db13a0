"""Keep a learner's seat at a board in a folder of their own, so that it is the same one after a new start.

A card holds the token of the seat. It is made here, at random, and never shown; no other account may read it.
"""

import contextlib
import hashlib
import json
import os
import secrets
import time
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from wirelab import atomic_write
from wirelab.errors import NotWritten

LEFT = {"left": True}  # in the place of the current card
LASTS = 12 * 3600  # seconds after which a notebook that did not join itself does not follow any more


@dataclass(frozen=True)
class SeatCard:
    """A seat at one board. `address` is where the board is, as in http://127.0.0.1:8765/.

    `is_at_hub` says that the Hub's own variables named that address: then the board may see the notebook's token.
    """

    address: str
    code: str
    token: str
    nickname: str = ""
    is_at_hub: bool = False


@cache
def cards_folder() -> Path:
    """The folder with the cards of this user."""
    from jupyter_core.paths import jupyter_data_dir

    return Path(jupyter_data_dir()) / "wirelab-seats"


def seat_card(address: str, code: str, nickname: str) -> SeatCard:
    """The learner's card for this board: the one that is there, or a new one. Raises nothing.

    Where the folder cannot be written, the seat is this notebook's alone.
    """
    fresh = SeatCard(address, code, secrets.token_urlsafe(32), nickname)
    path = cards_folder() / f"{hashlib.sha256(f'{address} {code}'.encode()).hexdigest()[:16]}.token"
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            _write_new(path, fresh.token)
        token = path.read_text(encoding="utf-8").strip()
        return SeatCard(address, code, token, nickname) if len(token) == len(fresh.token) else fresh
    except (OSError, ValueError):
        return fresh


def _write_new(path: Path, token: str) -> None:
    """Write a token where none is. Raises FileExistsError, also where another notebook was faster."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(token)


def set_current(card: SeatCard) -> None:
    """From now on all notebooks of this user tell the board of this card. Raises nothing."""
    with contextlib.suppress(OSError, NotWritten):
        path = cards_folder() / "current.json"
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        atomic_write.write(path, json.dumps({**asdict(card), "time": time.time()}))
        path.chmod(0o600)


def current_card() -> SeatCard | None:
    """The card that was set last; None where none was, or too long ago. Raises nothing."""
    try:
        told = json.loads((cards_folder() / "current.json").read_text(encoding="utf-8"))
        if told.pop("time") < time.time() - LASTS:
            return None
        return SeatCard(**told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def clear_current(card: SeatCard) -> None:
    """No notebook tells this board any more. Raises nothing."""
    if (known := current_card()) and known.token == card.token:
        with contextlib.suppress(OSError, NotWritten):
            atomic_write.write(cards_folder() / "current.json", json.dumps(LEFT))


def is_wanted(card: SeatCard) -> bool:
    """Whether no notebook of this learner has left the board, or joined another one. Raises nothing."""
    known = current_card()
    if known:
        return known.token == card.token
    with contextlib.suppress(OSError, ValueError):
        return bool(json.loads((cards_folder() / "current.json").read_text(encoding="utf-8")) != LEFT)
    return True  # nothing can be kept here: the seat is this notebook's alone
