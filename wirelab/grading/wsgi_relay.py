"""Have a WSGI app of another process answer requests, which cross as strings and bytes (PEP 3333)."""

import base64
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import create_environ, run_wsgi_app

VARIABLES = (  # of the environment, besides those that begin with HTTP_
    "REQUEST_METHOD",
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "CONTENT_TYPE",
    "CONTENT_LENGTH",
    "SERVER_NAME",
    "SERVER_PORT",
    "SERVER_PROTOCOL",
    "wsgi.url_scheme",
)

Answer = dict[str, Any]  # the `status` line, the `headers` as pairs, the `body` in Base64
Ask = Callable[[dict[str, str], str], Answer]  # from variables and a body in Base64 to an answer


def relay_client(name: str, ask: Ask) -> FlaskClient:
    """A test client of Flask's, with cookies and redirects of its own, whose app only passes requests on."""
    app = Flask(name)

    def pass_on(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        answer = ask(_told(environ), base64.b64encode(environ["wsgi.input"].read()).decode("ascii"))
        start_response(answer["status"], [(name, value) for name, value in answer["headers"]])
        return [base64.b64decode(answer["body"])]

    app.wsgi_app = pass_on  # type: ignore[method-assign]
    return app.test_client()


def answer(app: Any, variables: Mapping[str, Any], body: str) -> Answer:
    """What the app of this process answers. Raises ValueError for what is no request."""
    told = {name: value for name, value in variables.items() if _is_told(name) and isinstance(value, str)}
    environ = {**create_environ(), **told, "wsgi.input": io.BytesIO(base64.b64decode(body))}
    parts, status, headers = run_wsgi_app(app, environ, buffered=True)
    return {"status": status, "headers": list(headers), "body": base64.b64encode(b"".join(parts)).decode("ascii")}


def _told(environ: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if _is_told(name) and isinstance(value, str)}


def _is_told(name: str) -> bool:
    return name in VARIABLES or name.startswith("HTTP_")
