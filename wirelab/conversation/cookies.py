"""Take the cookies of a header apart, as a browser does (RFC 6265 §5.2), for an HTTP Archive."""

from contextlib import suppress
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

FIELDS = {"path": "path", "domain": "domain", "samesite": "sameSite"}  # attributes with a value
FLAGS = {"httponly": "httpOnly", "secure": "secure"}


def sent_cookies(value: str) -> list[dict[str, Any]]:
    """The cookies of a `Cookie` header, in their order. A value is kept as it was sent, with its quotes."""
    return [_named(pair) for pair in value.split(";") if pair.strip()]


def set_cookie(value: str) -> dict[str, Any]:
    """The cookie of a `Set-Cookie` header. What the format has no field for, as `Max-Age`, is its comment."""
    pair, *attributes = value.split(";")
    cookie = _named(pair)
    rest = [attribute.strip() for attribute in attributes if not _is_told(cookie, attribute)]
    said = "; ".join(attribute for attribute in rest if attribute)
    return cookie | ({"comment": said} if said else {})


def _named(pair: str) -> dict[str, Any]:
    name, _, value = pair.partition("=")
    return {"name": name.strip(), "value": value.strip()}


def _is_told(cookie: dict[str, Any], attribute: str) -> bool:
    """Whether the cookie's fields say all of an attribute, once this one is added. The last of a kind counts."""
    name, equals, value = (word.strip() for word in attribute.partition("="))
    kind = name.lower()
    if kind in FIELDS:
        cookie[FIELDS[kind]] = value
    elif kind in FLAGS:
        cookie[FLAGS[kind]] = True
        return not equals
    elif kind == "expires" and (moment := _moment(value)):
        cookie["expires"] = moment
    else:
        return False
    return True


def _moment(date: str) -> str:
    """A date of HTTP as ISO 8601, or nothing where it is none."""
    with suppress(ValueError, TypeError, OverflowError):
        moment = parsedate_to_datetime(date)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).isoformat()
    return ""
