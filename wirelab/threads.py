"""Run a server in a thread of the notebook's own process, and end it within a bounded time."""

import asyncio
import contextlib
import ctypes
import functools
import inspect
import logging
import socket
import socketserver
import sys
import threading
from collections.abc import Awaitable, Callable, Coroutine
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, cast

from flask import got_request_exception
from flask.logging import default_handler
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from werkzeug.exceptions import HTTPException
from werkzeug.serving import make_server

from wirelab.failures import failure, is_departure
from wirelab.host import PATIENCE, Host
from wirelab.log import Log, own_output
from wirelab.ports import ADDRESS

if TYPE_CHECKING:
    from flask import Flask

OnConnect = Callable[[ServerConnection], Awaitable[None]]
HOOKS = ("process_request", "process_response")  # of websockets.serve
GOODBYE = 0.3  # seconds a WebSocket client gets to answer the closing frame
POLL = 0.05  # seconds between two looks at whether the server is to stop


class HttpHost(Host):
    """A socketserver (http.server's, or werkzeug's with a Flask app in it) and its thread."""

    def __init__(self, server: socketserver.BaseServer) -> None:
        super().__init__()
        self.port = cast(tuple[str, int], server.server_address)[1]
        self._server = _contain(server, self)
        self._thread = threading.Thread(
            target=server.serve_forever, args=(POLL,), name=f"server on port {self.port}", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._server.hang_up()
        stopper = threading.Thread(target=self._server.shutdown, daemon=True)
        stopper.start()  # in a thread: shutdown() waits for a handler, and a handler may never return
        self._thread.join(PATIENCE)
        self._server.hang_up()
        self._server.server_close()
        for thread in self._server.busy_threads():
            if thread is not threading.current_thread():  # a handler may stop its own server
                thread.join(PATIENCE / 10)
                break_off(thread)


class BrokenOff(SystemExit):
    """Raised in a thread that cannot be asked to end; an endless loop would slow all that follows."""


class _Contained(socketserver.BaseServer):
    """Mixed into a socketserver: knows its connections, keeps exceptions, prints nothing."""

    _host: HttpHost
    _busy: dict[threading.Thread, socket.socket]

    def finish_request(self, request: Any, client_address: Any) -> None:
        own_output(self._host.log)
        self._busy[threading.current_thread()] = request
        try:
            super().finish_request(request, client_address)
        except BrokenOff:
            pass
        except SystemExit as error:  # a thread would end without a word
            self._host.failed(error)
        finally:
            self._busy.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is None or is_departure(error):
            self._host.log.line(f"the client left: {error}")
        else:
            self._host.failed(error)

    def hang_up(self) -> None:
        """Close every connection, which wakes each handler that waits for its client."""
        for request in list(self._busy.values()):
            with contextlib.suppress(OSError):
                request.shutdown(socket.SHUT_RDWR)

    def busy_threads(self) -> list[threading.Thread]:
        return [thread for thread in list(self._busy) if thread.is_alive()]


def _contain(server: socketserver.BaseServer, host: HttpHost) -> _Contained:
    kind = type(server)
    server.__class__ = type(kind.__name__, (_Contained, kind), {})
    contained = cast(_Contained, server)
    contained._host, contained._busy = host, {}
    contained.RequestHandlerClass = _logged(server.RequestHandlerClass, host.log)
    return contained


def _logged(handler: Any, log: Log) -> Any:
    """The handler class with http.server's (or werkzeug's) own way to log replaced, a learner's own kept."""
    if isinstance(handler, functools.partial):
        return functools.partial(_logged(handler.func, log), *handler.args, **handler.keywords)

    def log_request(self: Any, code: Any = "-", size: Any = "-") -> None:
        code = code.value if isinstance(code, HTTPStatus) else code
        log.line(f"{self.requestline} → {code}")

    def log_message(self: Any, format: str, *args: Any) -> None:
        if not format.startswith("code %d"):  # send_error's: the request's own line says as much
            log.line(format % args)

    def log_of_werkzeug(self: Any, type: str, message: str, *args: Any) -> None:
        log.line(message % args if args else message)

    ways = {"log_request": log_request, "log_message": log_message, "log": log_of_werkzeug}
    theirs = ("http.server", "werkzeug.serving")
    replaced = {
        name: way
        for name, way in ways.items()
        if getattr(getattr(handler, name, None), "__module__", "http.server") in theirs
    }
    return type(handler.__name__, (handler,), {**replaced, "__module__": handler.__module__})


def break_off(thread: threading.Thread) -> None:
    """Raise BrokenOff in the thread; it arrives when the thread next runs Python code."""
    if thread.is_alive() and thread.ident:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(BrokenOff))


def http_host(handler: type[BaseHTTPRequestHandler], listener: socket.socket) -> HttpHost:
    """Serve with a request handler class on a bound socket, one thread per connection."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # http.server's 5 loses clients that come at once
        daemon_threads = True
        block_on_close = False

    server = Server(listener.getsockname(), handler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = ADDRESS, listener.getsockname()[1]  # without getfqdn's 10 s
    server.server_activate()
    return HttpHost(server)


class FlaskHost(HttpHost):
    """A Flask app on werkzeug's server, with the exceptions of its views."""

    def __init__(self, app: "Flask", listener: socket.socket) -> None:
        with listener:  # make_server works on a copy of the descriptor
            server = make_server(ADDRESS, listener.getsockname()[1], app, threaded=True, fd=listener.fileno())
        super().__init__(server)
        self._app, self._handler = app, LogHandler(self.log)
        app.logger.removeHandler(default_handler)
        app.logger.addHandler(self._handler)
        got_request_exception.connect(self._keep, app)

    def _keep(self, sender: "Flask", exception: BaseException, **_: Any) -> None:
        if not isinstance(exception, HTTPException):  # Flask-RESTful signals its abort(404) too
            self.keep(failure(exception))

    def stop(self) -> None:
        got_request_exception.disconnect(self._keep, self._app)
        self._app.logger.removeHandler(self._handler)
        super().stop()


class WebSocketHost(Host):
    """A websockets server in a thread with an event loop of its own: plain cells can be its clients."""

    def __init__(self, handler: OnConnect, listener: socket.socket, options: dict[str, Any]) -> None:
        super().__init__()
        self.port = listener.getsockname()[1]
        self._handler, self._listener = handler, listener
        self._options = {name: self._watched(name, option) for name, option in options.items()}
        self._loop = asyncio.new_event_loop()
        self._loop.set_exception_handler(self._stray)
        self._ready, self._end = threading.Event(), asyncio.Event()
        self._idle = threading.Event()
        self._idle.set()
        self._connections: set[ServerConnection] = set()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name=f"server on port {self.port}", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._error:
            listener.close()
            raise self._error

    def stop(self) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(3 * PATIENCE)
        self._listener.close()  # for a handler that never lets its event loop go on
        break_off(self._thread)

    def settle(self, seconds: float) -> None:
        self._idle.wait(seconds)

    def _run(self) -> None:
        own_output(self.log)
        try:
            self._loop.run_until_complete(self._serve())
        except BaseException as error:
            self._error = error
        finally:
            self._ready.set()
            for task in asyncio.all_tasks(self._loop):  # one that would not be cancelled
                with contextlib.suppress(RuntimeError):
                    cast(Coroutine[Any, Any, Any], task.get_coro()).close()
            self._loop.close()

    def _stray(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What asyncio would print: a task that a handler started and nobody looked after."""
        if "exception" in context:
            self.failed(context["exception"])
        else:
            self.log.line(context["message"])

    async def _serve(self) -> None:
        server = await serve(self._guarded, sock=self._listener, logger=_logger(self.log), **self._options)
        self._ready.set()
        await self._end.wait()
        server.close()
        with contextlib.suppress(TimeoutError):  # a handler may ignore its connection, a client our close
            await asyncio.wait_for(server.wait_closed(), GOODBYE)
        for connection in self._connections:
            connection.transport.abort()
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        if rest:
            await asyncio.wait(rest, timeout=PATIENCE)

    def _watched(self, name: str, option: Any) -> Any:
        """A function that looks at handshakes fails in silence: the library logs it and answers 500."""
        if name not in HOOKS or not callable(option):
            return option

        async def watched(*arguments: Any) -> Any:
            try:
                answer = option(*arguments)
                return await answer if inspect.isawaitable(answer) else answer
            except Exception as error:
                self.keep(failure(error))
                raise

        return watched

    async def _guarded(self, websocket: ServerConnection) -> None:
        path = websocket.request.path if websocket.request else "?"
        self.log.line(f"{path} opened")
        self._connections.add(websocket)
        self._idle.clear()
        try:
            await self._handler(websocket)
        except ConnectionClosed:
            pass  # the client left, and the handler did not mind
        except Exception as error:
            self.failed(error)
            await websocket.close(1011, "internal error")
        finally:
            await websocket.close()
            self.log.line(f"{path} closed {websocket.close_code}")
            self._connections.discard(websocket)
            if not self._connections:
                self._idle.set()


def _logger(log: Log) -> logging.Logger:
    logger = logging.Logger("wirelab.websockets", logging.INFO)
    logger.addHandler(LogHandler(log))
    logger.addFilter(lambda record: record.levelno > logging.INFO or "rejected" in record.msg)
    return logger


class LogHandler(logging.Handler):
    """What a library logs, without its date and without its own traceback."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        message = record.getMessage()
        self._log.feed(f"{message}: {failure(error)}\n" if error else f"{message}\n")
