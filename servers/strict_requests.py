"""Say of the bytes that a client sent whether they are a proper HTTP request (RFC 9112).

Nothing here touches a socket. What is no proper request raises Refused, with the status to answer.
"""

import re
from collections.abc import Sequence
from email.message import Message
from email.utils import formatdate, parsedate_to_datetime
from functools import lru_cache
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rf"({TOKEN}) ([!-~]+) HTTP/([0-9])\.([0-9])")  # one blank between, no other characters
FIELD = re.compile(rf"{TOKEN}:[^\0-\x08\n-\x1f\x7f]*")  # of control characters the tabulator alone
HOST = re.compile(r"([0-9A-Za-z._-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{0,5})?")


class Refused(Exception):
    """The request is answered with `status`, and the words say what the client can do about it."""

    def __init__(self, status: HTTPStatus, words: str) -> None:
        super().__init__(words)
        self.status = status


def request_line(line: str) -> tuple[str, str, str]:
    """Method, target and version of `GET /hello.txt HTTP/1.1`."""
    found = REQUEST_LINE.fullmatch(line)
    if not found:
        raise Refused(HTTPStatus.BAD_REQUEST, "A request begins with a line like GET /hello.txt HTTP/1.1")
    method, target, major, minor = found.groups()
    if major != "1":
        raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1 and HTTP/1.0.")
    target = "/" + target.lstrip("/") if target.startswith("//") else target  # "//x" would name a host (gh-87389)
    return method, target, "HTTP/1.0" if minor == "0" else "HTTP/1.1"


def path_of(target: str) -> str | None:
    """The path in a request line's target, decoded once, after it was split; None if there is none."""
    try:
        parts = urlsplit(target)
    except ValueError:
        return None
    path = parts.path or ("/" if parts.netloc else "")
    return unquote(path) if path.startswith("/") and parts.scheme in ("", "http") else None


def header_field(line: str) -> tuple[str, str]:
    """Name and value of `Host: 127.0.0.1`. A folded line, or a blank before the colon, is refused (§5)."""
    if not FIELD.fullmatch(line):
        raise Refused(HTTPStatus.BAD_REQUEST, "A header is a line like Host: 127.0.0.1")
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


@lru_cache  # most replies have the same headers
def is_field(name: str, value: str) -> bool:
    """Whether the two make one header."""
    return bool(FIELD.fullmatch(f"{name}: {value}"))


def check_host(version: str, hosts: Sequence[str]) -> None:
    """HTTP/1.1 asks for one Host, a name or an address, perhaps with a port (§3.2)."""
    needed = version == "HTTP/1.1"
    if len(hosts) > 1 or needed > len(hosts) or not all(map(HOST.fullmatch, hosts)):
        raise Refused(HTTPStatus.BAD_REQUEST, "Say in one Host header which server is meant.")


def body_length(headers: Message) -> int | None:
    """How many bytes follow the headers; None if the client does not say (§6.3)."""
    lengths = headers.get_all("Content-Length", [])
    if "Transfer-Encoding" in headers:
        if lengths:  # §6.1: two lengths, and a proxy may have believed the other one
            raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length and Transfer-Encoding exclude each other.")
        raise Refused(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the body is.")
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch("[0-9]+", lengths[0]):
        raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length is one number, 0 or more.")
    digits = lengths[0].lstrip("0")
    return int(digits or 0) if len(digits) < 19 else 10**18  # Python takes long to read a very long number


def closes(version: str, options: Sequence[str]) -> bool:
    """Whether the connection ends with the reply; `options` are the client's Connection headers (§9.3)."""
    return version == "HTTP/1.0" or "close" in map(str.strip, ",".join(options).lower().split(","))


@lru_cache  # a second has many requests
def http_date(seconds: int) -> str:
    """The time as headers have it (RFC 9110 §5.6.7)."""
    return formatdate(seconds, usegmt=True)


def is_unchanged(changed: float, since: str) -> bool:
    """Whether what changed at `changed` is still what a client got at the date `since` (RFC 9110 §13.1.3)."""
    try:
        return int(changed) <= parsedate_to_datetime(since).timestamp()
    except (ValueError, OverflowError, OSError):  # no date, so no condition
        return False
