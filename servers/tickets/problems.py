"""Answer every error with problem details (RFC 9457)."""

import json

from flask import Flask, Response
from werkzeug.exceptions import HTTPException
from werkzeug.http import HTTP_STATUS_CODES

PROBLEM = "application/problem+json"
PHRASES = {**HTTP_STATUS_CODES, 413: "Content Too Large", 422: "Unprocessable Content"}  # as RFC 9110 has them


def problem(error: HTTPException) -> dict[str, object]:
    """The members of a problem document but `instance`: no single error has a URI here (RFC 9457 §3.1.5)."""
    status = error.code or 500
    said = {"type": "about:blank", "title": PHRASES[status], "status": status, "detail": error.description}
    errors = getattr(error, "errors", None)
    return {**said, **({"errors": errors} if errors else {})}


def answer_problem(error: HTTPException) -> Response:
    """The response to an error: problem details, with the headers that the error asks for."""
    if error.response is not None:  # a redirect, or an answer that is complete
        return error.response  # type: ignore[return-value]
    said = problem(error)
    kept = [(name, value) for name, value in error.get_headers() if name != "Content-Type"]  # Allow, for one
    response = Response(json.dumps(said, ensure_ascii=False) + "\n", headers=kept, mimetype=PROBLEM)
    response.status = f"{said['status']} {said['title']}"
    response.cache_control.no_store = True
    return response


def register_problems(app: Flask) -> None:
    """Let the app answer each error so. An exception of ours becomes 500; its traceback goes to the log alone."""
    app.register_error_handler(HTTPException, answer_problem)
