"""Run a WebSocket handler in a thread with an event loop of its own, and end it within a bounded time."""

import asyncio
import contextlib
import inspect
import logging
import socket
import threading
from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar
from typing import Any, cast

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Response

from wirelab.launching.backend import ENDED_ITSELF, STOP_TIMEOUT, Backend
from wirelab.launching.departures import failures_of
from wirelab.launching.exception_summary import summary_of
from wirelab.launching.output_capture import LogHandler, own
from wirelab.launching.ports import send_at_once
from wirelab.launching.server_log import Log
from wirelab.launching.thread_interrupt import ThreadInterrupted, interrupt_thread

ENDS_OF_PROGRAMS = (SystemExit, KeyboardInterrupt)
OnConnect = Callable[[ServerConnection], Awaitable[None]]
WRONG_ANSWER = "{name} returned {kind}: it has to return a Response, as connection.respond() makes one, or None"
HANDSHAKE_HOOKS = ("process_request", "process_response")  # of websockets.serve
STUCK_AFTER = 0.5  # seconds in which an event loop has not come to its next callback
CLOSE_TIMEOUT = 0.3  # seconds a WebSocket client gets to answer the closing frame
UNASKED_AFTER = 0.5  # seconds after the failure of a task in which somebody may ask for it
CLOSE_CALLED = "its code closed it"
LOOP_STOPPED = "its code stopped the event loop"
TASK_CANCELLED = "its code cancelled all tasks, the server's own too"
SERVING_ENDED = "its event loop has ended"


class WebSocketBackend(Backend):
    """A websockets server in a thread with an event loop of its own: plain cells can be its clients."""

    def __init__(self, handler: OnConnect, listener: socket.socket, options: dict[str, Any]) -> None:
        super().__init__()
        self.port = listener.getsockname()[1]
        self.scheme = "wss" if options.get("ssl") else "ws"
        self._handler, self._listener = handler, listener
        self._options = {name: self._watched_hook(name, option) for name, option in options.items()}
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._loop_exception)
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._connections: set[ServerConnection] = set()
        self._told: dict[ServerConnection, list[BaseException]] = {}  # failures of tasks, of each open connection
        self._current: ContextVar[ServerConnection | None] = ContextVar("connection", default=None)
        self._server: Server | None = None
        self._is_stopping = False
        self._loop.set_task_factory(self._task)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"server on port {self.port}", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error:
            listener.close()
            raise self._error

    def stop(self) -> None:
        self._is_stopping = True
        if threading.current_thread() is self._thread:  # a handler of its own, for which the end has to wait
            threading.Thread(target=self.stop, daemon=True).start()
            return
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(3 * STOP_TIMEOUT)
        self._listener.close()  # for a handler that never lets its event loop go on
        interrupt_thread(self._thread)

    def settle(self, seconds: float) -> None:
        self._idle.wait(seconds)

    def is_stuck(self) -> bool:
        answered = threading.Event()
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._loop.call_soon_threadsafe(answered.set)
            return not answered.wait(STUCK_AFTER)
        return False

    def end_reason(self) -> str | None:
        is_open = self._server and self._server.is_serving()
        if not self._is_stopping and self._thread.is_alive() and not is_open:
            self.note_end(CLOSE_CALLED)
        if self._thread.is_alive() and not self._why_ended:
            return None
        return ENDED_ITSELF.format(why=self._why_ended or SERVING_ENDED)

    def _run(self) -> None:
        own(self.owner)
        try:
            self._run_until_complete(self._loop.create_task(self._serve()))
        except BaseException as error:
            self._error = error
            if self._server and not self._is_stopping:
                self.note_end(f"{type(error).__name__} ended its event loop")
        finally:
            self._ready.set()
            self._listener.close()  # nobody would accept any more
            for task in asyncio.all_tasks(self._loop):  # one that would not be cancelled
                with contextlib.suppress(RuntimeError):
                    cast(Coroutine[Any, Any, Any], task.get_coro()).close()
            self._loop.close()

    def _run_until_complete(self, serving: asyncio.Task[None]) -> None:
        """Run the loop to the end of its server.

        SystemExit and KeyboardInterrupt leave the loop itself, whichever task or callback raises them
        (asyncio.Task reraises them): that is a failure of theirs, and the loop goes on.
        """
        while not serving.done():
            try:
                self._loop.run_until_complete(serving)
            except ThreadInterrupted:
                raise
            except ENDS_OF_PROGRAMS as error:
                self.add_exception(error)
            except RuntimeError:  # loop.stop(): it goes on until its connections are closed
                if serving.done() or self._loop.is_closed():
                    raise
                self.note_end(LOOP_STOPPED)
                self._end.set()

    def _task(self, loop: asyncio.AbstractEventLoop, coroutine: Any, **options: Any) -> asyncio.Task[Any]:
        """In the place of asyncio's way to make a task: one that fails is looked at."""
        task = asyncio.Task(coroutine, loop=loop, **options)
        connection = self._current.get()
        task.add_done_callback(lambda done: self._look_at(done, connection))
        return task

    def _look_at(self, task: asyncio.Task[Any], connection: ServerConnection | None) -> None:
        """Tell what a task failed with, if nobody else asks: its handler may keep it, and wait for others."""
        if task.cancelled() or not task._log_traceback or self._loop.is_closed():
            return
        if connection and task._exception and failures_of(task._exception, connection) is None:
            task._log_traceback = False
        else:
            self._loop.call_later(UNASKED_AFTER, self._tell_unasked, task, connection)

    def _tell_unasked(self, task: asyncio.Task[Any], connection: ServerConnection | None) -> None:
        if task._log_traceback and (error := task.exception()):
            self._keep(error, connection)
            if connection and connection in self._told:
                self._told[connection].append(error)

    def _loop_exception(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What asyncio would print: a callback that failed, or what a handler started and nobody looked after."""
        error = context.get("exception")
        if error is None:
            self.log.line(context["message"])
        elif not isinstance(error, ENDS_OF_PROGRAMS):  # which have left the loop, and are known
            self._keep(error, self._current.get())

    def _keep(self, error: BaseException, connection: ServerConnection | None) -> bool:
        """Keep an exception that says more than that its connection is closed. Returns whether it does."""
        failure = failures_of(error, connection) if connection else error
        told = self._told.get(connection, []) if connection else []
        if failure is None or any(failure is one for one in told):
            return False
        self.add_exception(failure)
        return True

    async def _serve(self) -> None:
        server = await serve(self._watched, sock=self._listener, logger=_logger(self.log), **self._options)
        self._server = server
        self._ready.set()
        ends = [asyncio.ensure_future(self._end.wait()), asyncio.ensure_future(server.wait_closed())]
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            if not self._end.is_set():
                self.note_end(CLOSE_CALLED)
        except asyncio.CancelledError:
            self.note_end(TASK_CANCELLED)
        finally:
            for end in ends:
                end.cancel()
            await self._close(server)

    async def _close(self, server: Server) -> None:
        server.close()
        with contextlib.suppress(TimeoutError):  # a handler may ignore its connection, a client our close
            await asyncio.wait_for(server.wait_closed(), CLOSE_TIMEOUT)
        for connection in self._connections:
            connection.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=STOP_TIMEOUT)

    def _watched_hook(self, name: str, option: Any) -> Any:
        """A function that looks at handshakes fails in silence: the library logs it and answers 500."""
        if name not in HANDSHAKE_HOOKS or not callable(option):
            return option

        async def watched(*arguments: Any) -> Any:
            try:
                answer = option(*arguments)
                answer = await answer if inspect.isawaitable(answer) else answer
                if not isinstance(answer, Response | None):  # the library would fail, and not say at what
                    raise TypeError(WRONG_ANSWER.format(name=name, kind=type(answer).__name__))
                return answer
            except Exception as error:
                self.add_failure(summary_of(error))
                raise

        return watched

    async def _watched(self, websocket: ServerConnection) -> None:
        """The learner's handler, with its exceptions kept and its connection closed."""
        path = websocket.request.path if websocket.request else "?"
        self.log.line(f"{path} opened")
        self._current.set(websocket)
        send_at_once(websocket.transport.get_extra_info("socket"))
        self._connections.add(websocket)
        self._told[websocket] = []
        self._idle.clear()
        try:
            await self._handler(websocket)
        except (GeneratorExit, ThreadInterrupted):
            raise
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError) and _is_cancelled():
                raise
            if self._keep(error, websocket):
                await websocket.close(1011, "internal error")
        finally:
            await websocket.close()
            self.log.line(f"{path} closed {websocket.close_code}")
            self._connections.discard(websocket)
            del self._told[websocket]
            if not self._connections:
                self._idle.set()


def _is_cancelled() -> bool:
    """Whether the running task itself is to end, and not one that it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _logger(log: Log) -> logging.Logger:
    logger = logging.Logger("wirelab.websockets", logging.INFO)
    logger.addHandler(LogHandler(log))
    logger.addFilter(lambda record: record.levelno > logging.INFO or "rejected" in record.msg)
    return logger
