"""Keep what ends a program from ending the kernel without a word, where a learner's server or client calls it.

In a cell, `exit` ends the kernel, and is meant to. In the thread of a server or of a check, nobody would know why
the kernel died: there it raises SystemExit, which is told as a failure like any other.
"""

import contextvars
import os
import sys
from typing import Any

guarded: contextvars.ContextVar[bool] = contextvars.ContextVar("guarded", default=False)
_PROCESS = os.getpid()  # a child that was forked may end as it likes
_exit_at_once = os._exit


def guard_exits() -> None:
    """From here on, `exit`, `quit` and `os._exit` raise SystemExit in a guarded thread. Again does nothing."""
    os._exit = _guarded_exit  # type: ignore[assignment]
    if "ipykernel" in sys.modules:
        from IPython.core.autocall import ExitAutocall, ZMQExitAutocall

        for kind in (ExitAutocall, ZMQExitAutocall):
            if not hasattr(kind.__call__, "wirelab"):
                kind.__call__ = _with_guard(kind.__call__)  # type: ignore[method-assign]


def _guarded_exit(status: int) -> None:
    if guarded.get() and os.getpid() == _PROCESS:
        raise SystemExit(status)
    _exit_at_once(status)


def _with_guard(call: Any) -> Any:
    def guarded_call(self: Any, *arguments: Any, **options: Any) -> Any:
        if guarded.get():
            raise SystemExit(0)
        return call(self, *arguments, **options)

    guarded_call.wirelab = True  # type: ignore[attr-defined]
    return guarded_call
