"""Know to which server the running thread or task belongs."""

import contextlib
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from wirelab.launching.server_log import Log
from wirelab.notebook.exit_guard import guarded


@dataclass(eq=False)
class Owner:
    """Whose output it is that a thread or task writes, and who is told of the exception that ends it."""

    log: Log
    keep: Callable[[BaseException], None]
    creation: Any = None  # while a function makes the server: the call of it, whose `threads` are those it starts


_owner: ContextVar[Owner | None] = ContextVar("owner", default=None)


def current_owner() -> Owner | None:
    """The owner of the running thread or task; None for a cell of the notebook."""
    return _owner.get()


def belong_to(owner: Owner | None) -> None:
    """From here on, this thread (or asyncio task) belongs to `owner`."""
    _owner.set(owner)
    guarded.set(owner is not None)  # exit() in it does not end the kernel


@contextlib.contextmanager
def owned_by(owner: Owner | None) -> Iterator[None]:
    """Within this block, the running thread belongs to `owner`."""
    before = current_owner()
    belong_to(owner)
    try:
        yield
    finally:
        belong_to(before)
