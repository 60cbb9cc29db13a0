"""Show a tap's conversation in a notebook while it goes on."""

import threading
import time
from typing import Any, Protocol

from wirelab.conversation.conversation import Conversation

DRAWING_PERIOD = 0.2  # seconds between two drawings, at least
REST_PER_DRAWING = 4  # parts of the time in which nothing is drawn, to one in which something is


class Growing(Protocol):
    """A conversation that goes on, as of a tap."""

    @property
    def conversation(self) -> Conversation: ...
    def wait(self, seconds: float) -> bool: ...


def show(tap: Growing) -> threading.Thread | None:
    """Show what has crossed the wire. In a notebook, the thread returned goes on until the tap is stopped."""
    from IPython.core.getipython import get_ipython
    from IPython.display import display

    if not hasattr(get_ipython(), "kernel"):
        print(tap.conversation)
        return None
    talk = tap.conversation
    shown = display(_bundle(talk, talk.growing_html()), raw=True, display_id=True)  # type: ignore[no-untyped-call]
    drawing = threading.Thread(target=_grow, args=(tap, talk, shown), name="live view", daemon=True)
    drawing.start()
    return drawing


def _grow(tap: Growing, talk: Conversation, shown: Any) -> None:
    pause = DRAWING_PERIOD
    while not tap.wait(pause):
        began = time.perf_counter()
        before, talk = talk, tap.conversation
        if talk is not before:
            shown.update(_bundle(talk, talk.growing_html()), raw=True)
        pause = max(DRAWING_PERIOD, REST_PER_DRAWING * (time.perf_counter() - began))
    talk = tap.conversation
    shown.update(_bundle(talk, talk._repr_html_()), raw=True)


def _bundle(talk: Conversation, html: str) -> dict[str, str]:
    return {"text/plain": repr(talk), "text/html": html}
