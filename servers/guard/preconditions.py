"""Decide on conditional requests, in their order of precedence (RFC 9110 §13.2.2).

    failed_precondition("GET", {"If-None-Match": '"7"'}, tags=["7"])  # 304
"""

import re
from collections.abc import Iterable, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from http import HTTPStatus

ENTITY_TAG_SYNTAX = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')  # RFC 9110 §8.8.3
SAFE = ("GET", "HEAD")
Headers = Mapping[str, str] | Message


def failed_precondition(
    method: str,
    headers: Headers,
    *,
    tags: Iterable[str] = (),
    modified: float | None = None,
    exists: bool = True,
) -> HTTPStatus | None:
    """304 or 412 if a method is not to be carried out, None if it is.

    `tags` are the entity tags of what the resource has now, one for each format, without quotes. `modified` is
    when it was changed, in seconds since 1970; None if it has no such date. `exists` is False for a resource that
    has nothing yet. Call it for a request that would else be answered with 2xx (§13.2.1).
    """
    tags = tuple(tags) if "If-Match" in headers and "If-None-Match" in headers else tags
    not_modified = HTTPStatus.NOT_MODIFIED if method in SAFE else HTTPStatus.PRECONDITION_FAILED
    if "If-Match" in headers:
        if not (exists and names_one(headers["If-Match"], tags, weak=False)):
            return HTTPStatus.PRECONDITION_FAILED
    elif modified is not None and is_later(modified, headers.get("If-Unmodified-Since", "")):
        return HTTPStatus.PRECONDITION_FAILED
    if "If-None-Match" in headers:
        return not_modified if exists and names_one(headers["If-None-Match"], tags, weak=True) else None
    since = headers.get("If-Modified-Since", "") if method in SAFE else ""
    return not_modified if is_unchanged(modified, since) else None


def names_one(listed: str, tags: Iterable[str], *, weak: bool) -> bool:
    """Whether the value of If-Match or If-None-Match names one of the tags. `*` names whatever is there.

    `weak` is the comparison in which W/"7" is "7" (§8.8.3.2). The tags are looked at one by one.
    """
    if listed.strip() == "*":
        return True
    named = {tag for is_weak, tag in ENTITY_TAG_SYNTAX.findall(listed) if weak or not is_weak}
    return bool(named) and any(tag in named for tag in tags)


def parse_date(text: str) -> float | None:
    """Seconds since 1970 of a date in a header (§5.6.7); None if it is none, and then it is no condition."""
    if not text:
        return None
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError, OSError):
        return None


def is_unchanged(modified: float | None, text: str) -> bool:
    """Whether something was last changed at the date in a header, or before it."""
    date = parse_date(text)
    return modified is not None and date is not None and int(modified) <= date


def is_later(modified: float, text: str) -> bool:
    """Whether something was changed after the date in a header."""
    date = parse_date(text)
    return date is not None and int(modified) > date
