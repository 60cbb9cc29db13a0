"""Answer conditional requests (RFC 9110 §13), by the rules of servers.guard.preconditions."""

from collections.abc import Iterable
from hashlib import sha256
from http import HTTPStatus
from typing import cast

from flask import Request, Response
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

from servers.guard.preconditions import Headers, failed_precondition

CONDITIONS = {"HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH"}  # there are no dates here (§13.1)
STALE = "this is not what you have seen: GET it again, then decide again"
UNSEEN = "send If-Match, with the ETag of what you have seen, or * for whatever is there"


def entity_tag(body: bytes) -> str:
    """The ETag of a body, without its quotes. The same bytes have the same tag, and others have another one."""
    return sha256(body).hexdigest()[:16]


def check_precondition(request: Request, tags: Iterable[str], *, exists: bool = True) -> None:
    """Raise 412 if the request has a condition that does not hold.

    `tags` has the entity tag of each format of the resource: a client may have seen any of them. `exists` is
    whether the resource has anything to be seen.
    """
    if not CONDITIONS & request.environ.keys():
        return  # as nearly all
    conditions = cast(Headers, request.headers)
    if failed_precondition(request.method, conditions, tags=tags, exists=exists):
        raise PreconditionFailed(STALE)


def require_precondition(request: Request, tags: Iterable[str]) -> None:
    """Raise 428 if a request has no If-Match (RFC 6585 §3), 412 if the resource has other `tags` by now."""
    if "If-Match" not in request.headers:
        raise PreconditionRequired(UNSEEN)
    check_precondition(request, tags)


def conditional_response(request: Request, response: Response) -> Response:
    """The response to a GET: 304 and no body, if the client has these bytes. Raises 412: see If-Match."""
    if not CONDITIONS & request.environ.keys():
        return response
    tag, _ = response.get_etag()
    failed = failed_precondition(request.method, cast(Headers, request.headers), tags=[tag or ""])
    if failed == HTTPStatus.PRECONDITION_FAILED:
        raise PreconditionFailed(STALE)
    if failed:
        response.status_code = failed
        response.set_data(b"")
        response.headers.remove("Content-Length")
    return response
