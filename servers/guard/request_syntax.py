"""Parse the request line and the header fields of an HTTP request (RFC 9112).

Nothing here touches a socket. A malformed request raises Refused, with the status to answer.
"""

import re
from collections.abc import Sequence
from email.message import Message
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote

TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
REQUEST_LINE = re.compile(rf"({TOKEN}) ([!-~]+) HTTP/([0-9])\.([0-9])")  # one blank between, no other characters
FIELD = re.compile(rf"{TOKEN}:[^\0-\x08\n-\x1f\x7f]*")  # of control characters the tabulator alone
TARGET = re.compile(r"(?:[Hh][Tt][Tt][Pp]://([^/?#]+))?(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?")
LABEL = r"[0-9A-Za-z_]([0-9A-Za-z_-]{0,61}[0-9A-Za-z_])?"  # of a name (RFC 1123 §2.1)
HOST_HEADER = re.compile(rf"({LABEL}(\.{LABEL})*\.?|\[[0-9A-Fa-f.]*:[0-9A-Fa-f:.]+\])(:(?P<port>[0-9]{{0,5}}))?")
MAX_PORT = 65_535


class Refused(Exception):
    """A request is answered with the error `status`; `message` tells the client what it can do about it."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


def parse_request_line(line: str) -> tuple[str, str, str]:
    """Method, target, version of `GET /hello.txt HTTP/1.1` (§3). Raises Refused: 400, or 505 for its version."""
    found = REQUEST_LINE.fullmatch(line)
    if not found:
        raise Refused(HTTPStatus.BAD_REQUEST, "A request begins with a line like GET /hello.txt HTTP/1.1")
    method, target, major, minor = found.groups()
    if major != "1":
        raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1 and HTTP/1.0.")
    return method, target, "HTTP/1.0" if minor == "0" else "HTTP/1.1"


class Target(NamedTuple):
    """A request target, taken apart (§3.2). `path` is not decoded; `host` is "" unless the client has named it."""

    path: str
    query: str
    host: str


@lru_cache
def parse_target(target: str) -> Target:
    """The parts of `/hello.txt?x=1` or of `http://127.0.0.1/hello.txt` (§3.2.1, §3.2.2). Raises Refused (400).

    A path that begins with two slashes is a path, and names no host.
    """
    found = TARGET.fullmatch(target)
    host, path, query = found.groups("") if found else ("", "", "")
    if not host and not path:
        raise Refused(HTTPStatus.BAD_REQUEST, "This is no address.")
    return Target(path or "/", query, host)


def path_of(target: str) -> str | None:
    """The path in a request target, percent-decoded once, after it was split; None if there is none."""
    try:
        return unquote(parse_target(target).path)
    except Refused:
        return None


def host_of(target: str) -> str:
    """The host in a request target, as in `http://127.0.0.1/hello.txt`; "" if there is none."""
    if target.startswith("/"):  # as nearly all do
        return ""
    try:
        return parse_target(target).host
    except Refused:
        return ""


def parse_header_field(line: str) -> tuple[str, str]:
    """Name and value of `Host: 127.0.0.1` (§5). A folded line, or a blank before the colon, is refused too."""
    if not FIELD.fullmatch(line):
        raise Refused(HTTPStatus.BAD_REQUEST, "A header is a line like Host: 127.0.0.1")
    name, _, value = line.partition(":")
    return name, value.strip(" \t")


@lru_cache  # most replies have the same headers
def is_header_field(name: str, value: str) -> bool:
    """Whether the two make one header field, without a line end in it (§5)."""
    return bool(FIELD.fullmatch(f"{name}: {value}"))


def check_host(version: str, hosts: Sequence[str]) -> None:
    """Raise Refused unless there is one Host header, a name or an address, perhaps with a port (§3.2).

    HTTP/1.0 may do without. `hosts` are the values of all Host headers.
    """
    needed = version == "HTTP/1.1"
    if len(hosts) > 1 or needed > len(hosts) or not all(map(is_host, hosts)):
        raise Refused(HTTPStatus.BAD_REQUEST, "Say in one Host header which server is meant.")


@lru_cache  # nearly all clients say the same
def is_host(value: str) -> bool:
    """Whether this can be a Host: a name or an address, perhaps with a port (RFC 9110 §7.2)."""
    found = HOST_HEADER.fullmatch(value)
    return found is not None and int(found["port"] or 0) <= MAX_PORT


def check_codings(version: str, headers: Message) -> bool:
    """Whether the body comes in chunks (§6.1, §6.3). Raises Refused where nobody could tell how long it is."""
    if "Transfer-Encoding" not in headers:
        return False
    listed = ",".join(headers.get_all("Transfer-Encoding", []))
    codings = [coding.strip(" \t").lower() for coding in listed.split(",")]
    if "Content-Length" in headers:  # two lengths, and a proxy may have believed the other one
        raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length and Transfer-Encoding exclude each other.")
    if version == "HTTP/1.0" or codings[-1] != "chunked" or codings.count("chunked") > 1:
        raise Refused(HTTPStatus.BAD_REQUEST, "The last Transfer-Encoding is chunked, in HTTP/1.1.")
    if len(codings) > 1:
        raise Refused(HTTPStatus.NOT_IMPLEMENTED, "No other Transfer-Encoding than chunked is known here.")
    return True


def content_length(headers: Message) -> int | None:
    """How many bytes follow the headers; None if the client does not say (§6.3). Raises Refused (400)."""
    lengths = headers.get_all("Content-Length", [])
    if not lengths:
        return None
    if len(lengths) > 1 or not re.fullmatch("[0-9]+", lengths[0]):
        raise Refused(HTTPStatus.BAD_REQUEST, "Content-Length is one number, 0 or more.")
    digits = lengths[0].lstrip("0")
    return int(digits or 0) if len(digits) < 19 else 10**18  # Python takes long to read a very long number


def closes_connection(version: str, options: Sequence[str]) -> bool:
    """Whether the connection ends with the reply; `options` are the client's Connection headers (§9.3)."""
    return version == "HTTP/1.0" or "close" in map(str.strip, ",".join(options).lower().split(","))


@lru_cache  # a second has many requests
def http_date(seconds: int) -> str:
    """The date of a header, from seconds since 1970: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7)."""
    return formatdate(seconds, usegmt=True)
