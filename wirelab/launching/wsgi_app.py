"""Keep what goes wrong in a WSGI app, whichever server runs it: in its call, its body, or at the end of that.

Flask answers 500 for the exception of a view, and only its signal tells of it. A body that is made while it is
sent fails outside of Flask, in the server, which prints it or takes it for a client that has left.
"""

import socketserver
from collections.abc import Callable, Iterator
from typing import Any
from wsgiref.simple_server import WSGIServer

from flask import got_request_exception, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer

from wirelab.launching.backend import Backend
from wirelab.launching.departures import is_clients_end
from wirelab.launching.output_owner import current_owner

TOLD = "wirelab.told"  # in the environment of a request: the exceptions that have been kept

Environment = dict[str, Any]


def watch_app(server: socketserver.BaseServer, backend: Backend) -> Callable[[], None]:
    """Have `backend` keep what goes wrong in a server's app, if it has one. Returns what ends that."""
    if isinstance(server, BaseWSGIServer):
        server.app = _watched(server.app, backend)
    elif isinstance(server, WSGIServer) and server.get_app():
        server.set_app(_watched(server.get_app(), backend))
    else:
        return lambda: None

    def keep(sender: Any, exception: BaseException, **_: Any) -> None:
        is_answer = isinstance(exception, HTTPException)  # as Flask-RESTful's abort(404), which it signals too
        if current_owner() is backend.owner and not is_answer:
            _keep(backend, exception, request.environ)

    got_request_exception.connect(keep, weak=False)
    return lambda: got_request_exception.disconnect(keep)


def _watched(app: Any, backend: Backend) -> Any:
    def watched_app(environment: Environment, start_response: Any) -> Any:
        try:
            body = app(environment, start_response)
        except Exception as error:
            _keep(backend, error, environment)
            raise
        is_made = isinstance(body, (list, tuple, environment.get("wsgi.file_wrapper", ())))
        return body if is_made else _WatchedBody(body, backend, environment)

    return watched_app


class _WatchedBody:
    """The parts of an answer, one after another, as the app makes them."""

    def __init__(self, body: Any, backend: Backend, environment: Environment) -> None:
        self._body, self._backend, self._environment = body, backend, environment

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._body
        except Exception as error:
            _keep(self._backend, error, self._environment)
            raise

    def close(self) -> None:
        try:
            if hasattr(self._body, "close"):
                self._body.close()
        except Exception as error:
            _keep(self._backend, error, self._environment)
            raise


def _keep(backend: Backend, error: BaseException, environment: Environment) -> None:
    """Keep an exception, once for each request, of those that a client who left does not explain."""
    told = environment.setdefault(TOLD, [])
    if any(error is one for one in told):
        return
    told.append(error)
    if is_clients_end(error, backend.connection()):
        backend.log.line(f"the client left: {error}")
        return
    backend.add_exception(error)
