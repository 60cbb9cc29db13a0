"""Call a function that makes a server, in bounded time, and leave nothing running of one that makes none.

The function runs in a thread of its own: it may serve by itself, and never return. What it does with servers and
sockets is seen there (`watch_creations`), so that it can be told at once, and ended.
"""

import asyncio
import contextlib
import contextvars
import functools
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

from wirelab.errors import NeverReady, NotAServer
from wirelab.launching import process_backend
from wirelab.launching.backend import LOOK_INTERVAL, STOP_TIMEOUT
from wirelab.launching.exception_summary import summary_of
from wirelab.launching.output_capture import own
from wirelab.launching.output_owner import Owner, current_owner
from wirelab.launching.ports import ADDRESS, PORT_TAKEN
from wirelab.launching.thread_interrupt import ThreadInterrupted, interrupt_thread

SERVES_ITSELF = (
    "{name}(host, port) calls {call}, which does not return: leave that line out and return the server; "
    "launch() lets it serve"
)
RUNS_A_LOOP = (
    "{name}(host, port) serves by itself, in an event loop, and does not return: launch its handler, "
    "async def onconnect(websocket), or put it into a module and launch that by its name in quotes"
)
NEVER_RETURNED = (
    "{name}(host, port) has not returned after {seconds:g} s: it has to return a server. If it serves by itself, "
    "put it into a module and launch that by its name in quotes"
)
LOOP_RUNS_FOR = 1.0  # seconds after which an event loop that has a listening socket is taken to serve

_serve_forever = socketserver.BaseServer.serve_forever
_handle_request = socketserver.BaseServer.handle_request
_listen = socket.socket.listen
_accept = socket.socket.accept


class Creation:
    """One call of a function that makes a server."""

    def __init__(self, create: Callable[..., Any], name: str, owner: Owner) -> None:
        self._create, self.name, self._owner = create, name, owner
        self._returned, self._settled = threading.Event(), threading.Event()
        self.threads: list[threading.Thread] = []  # that the function has started
        self._listeners: list[socket.socket] = []
        self._thread: threading.Thread | None = None
        self._error: BaseException | None = None
        self._is_refused = False
        self._result: Any = None

    def server(self, port: int, is_one: Callable[[Any], None]) -> Any:
        """What the function returns for a port, if `is_one` raises nothing about it.

        Raises OSError where the port is taken, NotImplementedError for a stub, NeverReady where the function does
        not return in time, else NotAServer.
        """
        watch_creations()
        run = contextvars.copy_context().run
        self._thread = threading.Thread(target=run, args=(self._run, port), name=self.name, daemon=True)
        try:
            self._thread.start()
            self._wait()
            if self._error:
                raise self._told(self._error, port) from None
            is_one(self._result)
        except BaseException:  # an interrupt among them
            self._refuse()
            raise
        finally:
            self._settled.set()
        self._owner.creation = None
        return self._result

    def _run(self, port: int) -> None:
        own(self._owner)
        self._owner.creation = self
        try:
            self._result = self._create(ADDRESS, port)
        except BaseException as error:
            self._error = self._error or error
        finally:
            self._returned.set()

    def _wait(self) -> None:
        """Wait for the function to return. Raises NeverReady, or NotAServer where it is seen that it will not."""
        end = time.monotonic() + process_backend.READY_TIMEOUT
        looping = 0.0
        while not self._returned.wait(LOOK_INTERVAL):
            looping = looping + LOOK_INTERVAL if self._listeners and self._runs_a_loop() else 0.0
            if looping > LOOP_RUNS_FOR:
                raise NotAServer(RUNS_A_LOOP.format(name=self.name))
            if time.monotonic() > end:
                seconds = process_backend.READY_TIMEOUT
                raise NeverReady(NEVER_RETURNED.format(name=self.name, seconds=seconds))

    def _told(self, error: BaseException, port: int) -> BaseException:
        """The function's exception, as launch() raises it."""
        if isinstance(error, NotAServer | NotImplementedError):  # what was just said; a stub
            return error
        if isinstance(error, OSError) and error.errno in PORT_TAKEN and error.filename is None and port:
            return error  # the next port may do
        return NotAServer(f"{self.name}(host, port) failed with {summary_of(error)}")

    def _refuse(self) -> None:
        """End what the function has begun: its sockets, its event loops, its threads."""
        self._is_refused = True
        for loop in list(self._loops()):
            with contextlib.suppress(RuntimeError):  # it has ended meanwhile
                loop.call_soon_threadsafe(_cancel_all, loop)
                if self._thread:  # which closes its sockets itself
                    self._thread.join(STOP_TIMEOUT)
        self._close_sockets()
        for thread in [self._thread, *self.threads]:
            if thread and thread.is_alive():
                thread.join(STOP_TIMEOUT / 2)
                interrupt_thread(thread)
        self._close_sockets()

    def _close_sockets(self) -> None:
        for listener in self._listeners:
            with contextlib.suppress(OSError):
                socket.socket.shutdown(listener, socket.SHUT_RDWR)  # which wakes whoever waits for a client
            with contextlib.suppress(OSError):
                listener.close()

    def _loops(self) -> Iterator[asyncio.AbstractEventLoop]:
        """The event loops that run in the function's own thread."""
        ident = self._thread.ident if self._thread else None
        frame: FrameType | None = sys._current_frames().get(ident or 0)
        while frame:
            loop = frame.f_locals.get("self")
            if isinstance(loop, asyncio.AbstractEventLoop):
                yield loop
            frame = frame.f_back

    def _runs_a_loop(self) -> bool:
        """Whether the function is in an event loop, and so will not return before that ends."""
        return next(self._loops(), None) is not None

    def is_here(self) -> bool:
        """Whether this is the thread in which the function runs."""
        return threading.current_thread() is self._thread

    def begins_to_listen(self, listener: socket.socket) -> None:
        """Note a socket that is to be closed if there is no server in the end."""
        if self._is_refused:
            listener.close()
            raise ThreadInterrupted
        self._listeners.append(listener)

    def serves(self, call: str, close: Callable[[], None]) -> None:
        """The function serves by itself. Raises NotAServer."""
        close()
        self._error = NotAServer(SERVES_ITSELF.format(name=self.name, call=call))
        raise self._error

    def is_served_by_launch(self, server: socketserver.BaseServer) -> bool:
        """Whether a thread that the function has started need not serve, since it is the server that was made."""
        self._settled.wait(2 * process_backend.READY_TIMEOUT)
        return self._is_refused or self._result is server


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()


def _current_creation() -> Creation | None:
    owner = current_owner()
    creation = owner.creation if owner else None
    return creation if isinstance(creation, Creation) else None


@functools.cache
def watch_creations() -> None:
    """From here on, see what functions that make servers do with them. Nothing else is changed, nor again."""
    socketserver.BaseServer.serve_forever = serve_forever  # type: ignore[method-assign, assignment]
    socketserver.BaseServer.handle_request = handle_request  # type: ignore[method-assign, assignment]
    socket.socket.listen = listen  # type: ignore[method-assign, assignment]
    socket.socket.accept = accept  # type: ignore[method-assign, assignment]


@functools.wraps(_serve_forever)
def serve_forever(server: socketserver.BaseServer, *arguments: Any, **options: Any) -> None:
    """In the place of socketserver's: launch() lets a server serve, not what makes it."""
    creation = _current_creation()
    if creation and creation.is_here():
        creation.serves("serve_forever()", server.server_close)
    elif creation and creation.is_served_by_launch(server):
        return
    _serve_forever(server, *arguments, **options)


@functools.wraps(_handle_request)
def handle_request(server: socketserver.BaseServer) -> None:
    """In the place of socketserver's, likewise."""
    creation = _current_creation()
    if creation and creation.is_here():
        creation.serves("handle_request()", server.server_close)
    _handle_request(server)


def listen(listener: socket.socket, *backlog: Any) -> None:
    """In the place of a socket's own: one that listens is noted."""
    if creation := _current_creation():
        creation.begins_to_listen(listener)
    _listen(listener, *backlog)


@functools.wraps(_accept)
def accept(listener: socket.socket) -> Any:
    """In the place of a socket's own: what waits for clients serves."""
    creation = _current_creation()
    if creation and creation.is_here() and listener.gettimeout() != 0:
        creation.serves("accept()", listener.close)
    return _accept(listener)
