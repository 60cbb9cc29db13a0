"""Write one line for each request into the log of the server that answers it.

http.server and werkzeug write to standard error, with dates. Their own ways to log are replaced here, for what
belongs to a server of this notebook; a handler's own `log_message` is left as it is.
"""

import functools
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from typing import Any

from werkzeug.serving import WSGIRequestHandler

from wirelab.launching.departures import is_clients_silence
from wirelab.launching.output_owner import Owner, current_owner

Way = Callable[..., None]


def log_request(owner: Owner, handler: Any, code: Any = "-", size: Any = "-") -> None:
    """The line of a request and its answer."""
    code = code.value if isinstance(code, HTTPStatus) else code
    owner.log.line(f"{handler.requestline} → {code}")


def log_message(owner: Owner, handler: Any, format: str, *args: Any) -> None:
    """Any other line, without what is said by the request's own."""
    if not format.startswith("code %d"):  # send_error's
        owner.log.line(format % args)


def log_error(owner: Owner, handler: Any, format: str, *args: Any) -> None:
    """What goes wrong. http.server takes each TimeoutError for its client's, that of an upstream server too."""
    error = sys.exception()
    if isinstance(error, TimeoutError) and not is_clients_silence(error, handler.connection):
        owner.keep(error)
    else:
        handler.log_message(format, *args)


def log_of_werkzeug(owner: Owner, handler: Any, type: str, message: str, *args: Any) -> None:
    """What werkzeug's handler logs besides."""
    owner.log.line(message % args if args else message)


LOG_METHODS: list[tuple[type, str, Way]] = [
    (BaseHTTPRequestHandler, "log_request", log_request),
    (BaseHTTPRequestHandler, "log_message", log_message),
    (BaseHTTPRequestHandler, "log_error", log_error),
    (WSGIRequestHandler, "log_request", log_request),
    (WSGIRequestHandler, "log", log_of_werkzeug),
]


@functools.cache
def log_requests() -> None:
    """From here on, requests to servers of this notebook are logged like this. Again does nothing."""
    for kind, name, way in LOG_METHODS:
        setattr(kind, name, _for_servers(way, getattr(kind, name)))


def _for_servers(way: Way, usual: Way) -> Way:
    @functools.wraps(usual)
    def log(handler: Any, *arguments: Any, **options: Any) -> None:
        owner = current_owner()
        if owner:
            way(owner, handler, *arguments, **options)
        else:
            usual(handler, *arguments, **options)

    return log
