"""Refuse requests that are not meant for the ticket service, whichever server runs it."""

from email.message import Message

from flask import request
from werkzeug.exceptions import HTTPException

from servers.guard.own_hosts import check_addressee, is_own_host
from servers.guard.request_syntax import Refused


def refuse_strangers() -> None:
    """Raise 400, 403 or 421 for a request that is not meant for us, whichever server it came to."""
    if is_own_host(request.environ.get("HTTP_HOST", "")) and "HTTP_ORIGIN" not in request.environ:
        return  # as nearly all are
    headers = Message()
    for name in {"Host", "Origin"} & {*request.headers.keys()}:
        headers[name] = request.headers[name]
    try:
        check_addressee(request.environ["SERVER_PROTOCOL"], "/", headers)
    except Refused as refused:
        error = HTTPException(str(refused))
        error.code = refused.status
        raise error from None
