"""Call a learner's function, sync or async, in a thread of its own that comes to an end."""

import asyncio
import contextlib
import inspect
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from typing import Any, cast

from wirelab.checking.timeouts import CLOSING
from wirelab.launching.output_capture import capture_output
from wirelab.launching.server_log import Log
from wirelab.launching.thread_interrupt import interrupt_thread


class Late(Exception):
    """A coroutine took longer than it may."""


class Call:
    """One call: what came of it, what it printed, and the seconds it took. `is_late` if it had to be ended."""

    def __init__(self, function: Callable[..., Any], arguments: Sequence[Any], seconds: float) -> None:
        self._function, self._arguments, self._seconds = function, arguments, seconds
        self.log = Log()
        self.value: Any = None
        self.error: BaseException | None = None
        self.is_late = False
        self.seconds = 0.0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, name="check", daemon=True)
        self._thread.start()

    def wait(self, give_up: Callable[[], None]) -> None:
        """Wait for the end, or bring it about; `give_up` is called if it does not come by itself."""
        try:
            if self._done.wait(self._seconds):
                return
            self.is_late = True
            give_up()
        finally:  # also where the cell is interrupted
            self._end()

    def _end(self) -> None:
        """Break the function off. Again and again: it may catch everything that is raised in it."""
        until = time.monotonic() + 2 * CLOSING
        self._done.wait(CLOSING)
        while not self._done.wait(0.01) and time.monotonic() < until:
            interrupt_thread(self._thread)

    def _run(self) -> None:
        capture_output(self.log)
        start = time.perf_counter()
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)  # a patched asyncio.run (nest_asyncio) needs one in its thread
        try:
            value = self._function(*self._arguments)
            self.value = self._awaited(loop, value) if inspect.isawaitable(value) else value
        except Late:
            self.is_late = True
        except BaseException as error:
            self.error = error
        finally:
            self.seconds = time.perf_counter() - start
            _close(loop)
            self.log.finish()
            self._done.set()

    def _awaited(self, loop: asyncio.AbstractEventLoop, awaitable: Awaitable[Any]) -> Any:
        """Not asyncio.run: nest_asyncio may have put its own in that place."""

        async def run() -> Any:
            task = asyncio.ensure_future(awaitable)
            done, _ = await asyncio.wait([task], timeout=self._seconds)
            if not done:
                raise Late
            return task.result()

        loop.set_exception_handler(lambda _, context: self.log.line(context["message"]))
        return loop.run_until_complete(run())


def _close(loop: asyncio.AbstractEventLoop) -> None:
    """End the tasks that the function left behind, and the loop."""
    with contextlib.suppress(Exception):
        loop.run_until_complete(_cancelled(loop))
    for task in asyncio.all_tasks(loop):  # one that would not be cancelled
        with contextlib.suppress(RuntimeError):
            cast(Coroutine[Any, Any, Any], task.get_coro()).close()
    loop.close()


async def _cancelled(loop: asyncio.AbstractEventLoop) -> None:
    rest = asyncio.all_tasks(loop) - {asyncio.current_task(loop)}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=CLOSING)
    await loop.shutdown_asyncgens()
