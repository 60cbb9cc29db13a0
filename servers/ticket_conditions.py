"""Send only what the client has not seen yet, and change only what it has seen (RFC 9110 §13)."""

from collections.abc import Iterable
from hashlib import sha256

from flask import Request, Response
from werkzeug.datastructures import ETags
from werkzeug.exceptions import PreconditionFailed, PreconditionRequired

STALE = "this is not what you have seen: GET it again, then decide again"
UNSEEN = "send If-Match, with the ETag of what you have seen, or * for whatever is there"


def entity_tag(body: bytes) -> str:
    """The same bytes have the same tag, and others have another one."""
    return sha256(body).hexdigest()[:16]


def fails(tags: Iterable[str], if_match: ETags, if_none_match: ETags) -> bool:
    """Whether a client has not seen what it should have, or has seen what it should not have.

    `tags` has one for each format in which the resource exists now; the client may have seen any of them.
    """
    tags = tuple(tags) if if_none_match else tags  # else one by one, until one is found
    unseen = bool(if_match) and not any(map(if_match.contains, tags))
    return unseen or any(map(if_none_match.contains_weak, tags))


def check_change(request: Request, tags: Iterable[str]) -> None:
    """Raise 428 if the client does not say what it has seen (RFC 6585 §3), 412 if that has changed since."""
    if not request.if_match:
        raise PreconditionRequired(UNSEEN)
    if fails(tags, request.if_match, request.if_none_match):
        raise PreconditionFailed(STALE)


def condition(request: Request, response: Response) -> Response:
    """The answer to a GET: 304 and no body, if the client has these bytes already."""
    tag, _ = response.get_etag()
    if fails([tag or ""], request.if_match, ETags()):
        raise PreconditionFailed(STALE)
    if request.if_none_match.contains_weak(tag or ""):
        response.status_code = 304
        response.set_data(b"")
        response.headers.remove("Content-Length")
    return response
