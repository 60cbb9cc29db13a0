"""Have the threads that a server's code starts belong to that server.

A new thread begins with an empty context, so it would belong to nobody: what it prints would land in the cell that
runs, and so would the traceback of its exception. The threads of a pool take up work for whoever submits it.
"""

import _thread
import functools
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from wirelab.launching.output_owner import Owner, belong_to, current_owner, owned_by
from wirelab.launching.thread_interrupt import ThreadInterrupted

_start_thread = threading.Thread.start
_start_new_thread = _thread.start_new_thread
_submit = ThreadPoolExecutor.submit


@functools.cache
def hand_down_owners() -> None:
    """From here on, threads and work for pools belong to the server whose code starts them. Again does nothing."""
    threading.Thread.start = start  # type: ignore[method-assign, assignment]
    _thread.start_new_thread = start_new_thread
    ThreadPoolExecutor.submit = submit  # type: ignore[method-assign, assignment]


def start(thread: threading.Thread) -> None:
    """In the place of `Thread.start`: the thread, or timer, belongs to whom the running one belongs to."""
    owner = current_owner()
    if owner and thread.ident is None:
        run = thread.run

        def owned_run() -> None:
            vars(thread).pop("run", None)  # it would hold the thread that holds it
            _run_owned(owner, run)

        thread.run = owned_run  # type: ignore[method-assign]
        if owner.creation:
            owner.creation.threads.append(thread)
    _start_thread(thread)


def start_new_thread(function: Callable[..., Any], arguments: Any, options: Any = None) -> int:
    """In the place of `_thread.start_new_thread`."""
    owner, given = current_owner(), () if options is None else (options,)
    if not owner:
        return _start_new_thread(function, arguments, *given)
    return _start_new_thread(lambda *a, **o: _run_owned(owner, function, *a, **o), arguments, *given)


def _run_owned(owner: Owner, function: Callable[..., Any], *arguments: Any, **options: Any) -> None:
    """Run a thread's function, and keep the exception that ends it."""
    belong_to(owner)
    try:
        function(*arguments, **options)
    except ThreadInterrupted:
        pass
    except SystemExit as error:
        if error.code is not None:  # sys.exit() ends a thread, as Python has it; a reason is worth a look
            owner.keep(error)
    except BaseException as error:
        owner.keep(error)


def submit(pool: ThreadPoolExecutor, function: Callable[..., Any], /, *arguments: Any, **options: Any) -> Any:
    """In the place of `ThreadPoolExecutor.submit`, which `run_in_executor` and `map` call too."""
    owner = current_owner()
    if owner:
        pool._owned = True  # type: ignore[attr-defined]
    elif not hasattr(pool, "_owned"):  # none of its threads can belong to a server
        return _submit(pool, function, *arguments, **options)

    def owned() -> Any:
        with owned_by(owner):
            return function(*arguments, **options)

    future = _submit(pool, owned)
    if owner:
        future.__class__, future._owner = _WatchedFuture, owner  # type: ignore[attr-defined]
    return future


class _WatchedFuture(Future[Any]):
    """A result of a pool. If it is an exception that nobody has asked for, the owner is told at its end."""

    _owner: Owner
    _asked = False

    def result(self, timeout: float | None = None) -> Any:
        self._asked = True
        return super().result(timeout)

    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._asked = True
        return super().exception(timeout)

    def __del__(self) -> None:
        if not self._asked and self.done() and not self.cancelled() and (error := self.exception()):
            self._owner.keep(error)
