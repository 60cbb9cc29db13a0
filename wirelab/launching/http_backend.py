"""Run an HTTP server in a thread of the notebook's own process, and end it within a bounded time."""

import contextlib
import inspect
import socket
import socketserver
import ssl
import sys
import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import CodeType
from typing import Any, cast

from wirelab.launching.backend import ENDED_ITSELF, STOP_TIMEOUT, Backend
from wirelab.launching.departures import is_clients_end
from wirelab.launching.output_capture import own
from wirelab.launching.output_owner import owned_by
from wirelab.launching.ports import ADDRESS, hang_up
from wirelab.launching.request_lines import log_requests
from wirelab.launching.thread_interrupt import ThreadInterrupted, interrupt_thread
from wirelab.launching.wsgi_app import watch_app

POLL_INTERVAL = 0.05  # seconds between two looks at whether the server is to stop
SHUTDOWN_CALLED = "its code called shutdown()"
SERVER_CLOSED = "its code closed its listening socket"
EXCEPTION_LEFT = "an exception left serve_forever()"
SERVING_RETURNED = "its serve_forever() returned"
CLIENT_LEFT = "the client left: {error}"
NO_TLS = "no TLS with the client: {error}"
TLS_ENDS = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
STANDARD_SERVERS = ("socketserver", "http.server", "wsgiref.simple_server", "werkzeug.serving")


class HttpBackend(Backend):
    """A socketserver (http.server's, or werkzeug's with a Flask app in it) and its thread."""

    _server: "_WatchedServer"
    _thread: threading.Thread

    def __init__(self) -> None:
        super().__init__()
        self.is_stopping = False

    def serve(self, server: socketserver.BaseServer) -> None:
        """Run the server, which listens already, in a thread."""
        self.port = cast(tuple[str, int], server.server_address)[1]
        log_requests()
        self._unwatch = watch_app(server, self)
        self._server = _watched_server(server, self)
        if speaks_tls(server):
            self.scheme = "https"
        self._thread = threading.Thread(target=self._serve, name=f"server on port {self.port}", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        own(self.owner)
        poll = (POLL_INTERVAL,) if _takes_interval(self._server.serve_forever) else ()
        try:
            self._server.serve_forever(*poll)
            if not self.is_stopping:
                self.note_end(SERVING_RETURNED)
        except ThreadInterrupted:
            pass
        except BaseException as error:  # as where a verify_request() of its own fails
            if not (self.is_stopping and isinstance(error, OSError)):  # Windows, of a listener we closed
                self.add_exception(error)
                self._why_ended = EXCEPTION_LEFT
        finally:
            self._server.close_listener()  # its code may have ended it, and nobody would accept any more

    def connection(self) -> Any:
        return self._server._busy.get(threading.current_thread())

    def end_reason(self) -> str | None:
        if not self._why_ended and self._thread.is_alive():
            return None
        return ENDED_ITSELF.format(why=self._why_ended or SERVING_RETURNED)

    def in_a_thread(self, function: Callable[[], None]) -> threading.Thread:
        """Call what may wait for a handler, or may be the server's own way to do it, without waiting for that."""
        thread = threading.Thread(target=function, daemon=True)
        with owned_by(self.owner):
            thread.start()
        return thread

    def stop(self) -> None:
        self.is_stopping = True
        self._unwatch()
        self._server.hang_up()
        self.in_a_thread(self._server.shutdown)
        self._server.wake_up()
        if threading.current_thread() is not self._thread:  # an unthreaded server's handler runs in it
            self._thread.join(STOP_TIMEOUT)
        self._server.hang_up()
        self._server.close_listener()
        self.in_a_thread(self._server.server_close).join(STOP_TIMEOUT)
        for thread in [self._thread, *self._server.busy_threads()]:
            if thread is not threading.current_thread():  # a handler may stop its own server
                thread.join(STOP_TIMEOUT / 10)
                interrupt_thread(thread)


def _takes_interval(serve_forever: Any) -> bool:
    """Whether a server's own serve_forever() may be told how often to look whether it is to stop."""
    try:
        inspect.signature(serve_forever).bind(POLL_INTERVAL)
    except TypeError:
        return False
    return True


class _WatchedServer(socketserver.BaseServer):
    """Mixed into a socketserver: knows its connections, keeps exceptions, prints nothing."""

    _backend: HttpBackend
    _busy: dict[threading.Thread, socket.socket]

    def verify_request(self, request: Any, client_address: Any) -> bool:
        try:
            return super().verify_request(request, client_address)
        except BaseException:  # which ends the server, and its client would wait
            self.shutdown_request(request)
            raise

    def finish_request(self, request: Any, client_address: Any) -> None:
        own(self._backend.owner)
        self._busy[threading.current_thread()] = request
        if isinstance(request, ssl.SSLSocket):
            self._backend.scheme = "https"
        try:
            super().finish_request(request, client_address)
        except ThreadInterrupted:
            pass
        except Exception:
            raise
        except BaseException as error:  # SystemExit, KeyboardInterrupt: its thread would end without a word
            self._backend.add_exception(error)
        finally:
            self._busy.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exception()
        if error is None or is_clients_end(error, request):
            said = NO_TLS if isinstance(error, ssl.SSLError) and not isinstance(error, TLS_ENDS) else CLIENT_LEFT
            self._backend.log.line(said.format(error=error))
            return
        self._backend.add_exception(error)
        if _defining_module(type(self), "handle_error", behind=_WatchedServer) not in STANDARD_SERVERS:
            super().handle_error(request, client_address)

    def shutdown(self) -> None:
        if self._backend.is_stopping:
            super().shutdown()
            return
        self._backend.note_end(SHUTDOWN_CALLED)
        stopper = self._backend.in_a_thread(super().shutdown)
        if threading.current_thread() is not self._backend._thread:  # else it would wait for itself
            stopper.join()

    def service_actions(self) -> None:
        super().service_actions()
        if not self._backend.is_stopping and not is_listening(cast(socketserver.TCPServer, self).socket):
            self._backend.note_end(SERVER_CLOSED)
            self._backend.in_a_thread(super().shutdown)

    def hang_up(self) -> None:
        """Close every connection, which wakes each handler that waits for its client."""
        for request in list(self._busy.values()):
            hang_up(request)

    def wake_up(self) -> None:
        """Let the server see now, and not at its next look, that it is to stop; where the system has a way."""
        with contextlib.suppress(OSError):
            cast(socketserver.TCPServer, self).socket.shutdown(socket.SHUT_RDWR)

    def close_listener(self) -> None:
        """Free the port, without waiting for any handler."""
        with contextlib.suppress(OSError):
            cast(socketserver.TCPServer, self).socket.close()

    def busy_threads(self) -> list[threading.Thread]:
        """The threads whose handlers are at work."""
        return [thread for thread in list(self._busy) if thread.is_alive()]


def is_listening(listener: socket.socket) -> bool:
    """Whether clients still come in at a socket, as far as the system can tell."""
    if listener.fileno() == -1:
        return False
    option = getattr(socket, "SO_ACCEPTCONN", None)
    with contextlib.suppress(OSError):
        return option is None or listener.getsockopt(socket.SOL_SOCKET, option) != 0
    return True


def _watched_server(server: socketserver.BaseServer, backend: HttpBackend) -> _WatchedServer:
    """The same server, watched.

    It exists already, and socketserver calls its hooks on itself: so they have to come into its own class. The
    new class stands in front of the old one, whose methods all remain.
    """
    kind = type(server)
    server.__class__ = type(kind.__name__, (_WatchedServer, kind), {})
    watched = cast(_WatchedServer, server)
    watched._backend, watched._busy = backend, {}
    if isinstance(server, socketserver.ThreadingMixIn):  # its server_close() would wait for each handler's end
        server.daemon_threads, server.block_on_close = True, False
    listener = cast(socketserver.TCPServer, server).socket
    if isinstance(listener, ssl.SSLSocket):  # else a client that says nothing would keep all others waiting
        listener.do_handshake_on_connect = False  # type: ignore[attr-defined]
    return watched


def speaks_tls(server: socketserver.BaseServer) -> bool:
    """Whether a server's clients have to speak TLS: its socket does, or its code wraps each connection."""
    if isinstance(cast(socketserver.TCPServer, server).socket, ssl.SSLSocket):
        return True
    kinds = [kind for kind in (type(server), server.RequestHandlerClass) if isinstance(kind, type)]
    classes = [one for kind in kinds for one in kind.__mro__ if one.__module__ not in STANDARD_SERVERS]
    codes = [value.__code__ for one in classes for value in vars(one).values() if inspect.isfunction(value)]
    return any("wrap_socket" in code.co_names and "server_hostname" not in _keywords(code) for code in codes)


def _keywords(code: CodeType) -> set[object]:
    """The names of the keyword arguments with which a function's code calls others."""
    return {name for names in code.co_consts if isinstance(names, tuple) for name in names}


def _defining_module(kind: type, name: str, *, behind: type) -> str:
    """The module of the class that gives a class this attribute, of those that come after `behind`."""
    classes = kind.__mro__[kind.__mro__.index(behind) + 1 :]
    return next((one.__module__ for one in classes if name in vars(one)), "")


def handler_backend(handler: Callable[..., Any], listener: socket.socket) -> HttpBackend:
    """Serve on a bound socket, one thread per connection, with a handler class, or with what makes a handler."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # http.server's 5 loses clients that come at once
        daemon_threads = True
        block_on_close = False

    server = Server(listener.getsockname(), cast(Any, handler), bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = ADDRESS, listener.getsockname()[1]  # without getfqdn's 10 s
    server.server_activate()
    backend = HttpBackend()
    backend.serve(server)
    return backend
