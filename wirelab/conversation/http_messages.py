"""HTTP requests and responses, what belongs together, and what there is to show of each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import zip_longest

from wirelab.conversation.curl import curl_command
from wirelab.conversation.formatting import (
    content_lines,
    ended_lines,
    hex_lines,
    is_text,
    plural,
    raw_lines,
    visible,
)
from wirelab.conversation.messages import Message
from wirelab.conversation.unpacking import Unpacked, unpack
from wirelab.conversation.viewable import Part
from wirelab.errors import WireError

MAX_UNPACKED = 2**22  # bytes; a small body may unpack to gigabytes

Headers = tuple[tuple[str, str], ...]  # names as they were written, in their order


@dataclass(frozen=True, kw_only=True, repr=False)
class HttpMessage(Message):
    """A request or a response. `body` is what came of the body, `body_size` how long it was.

    `body` has no chunk sizes in it, and is shorter than `body_size` if not all of it was kept. `trailers`
    are the fields behind the last chunk (RFC 9112 §7.1.2).
    """

    version: str
    headers: Headers = ()
    body: bytes = b""
    body_size: int = 0
    trailers: Headers = ()
    complete: bool = True

    def header(self, name: str) -> str:
        """The values of a header, joined by commas (RFC 9110 §5.3), or an empty text."""
        return ", ".join(value for other, value in self.headers if other.lower() == name.lower())

    @property
    def summary(self) -> str:
        size = plural(self.body_size, "byte") if self.body_size else "no body"
        promised = self.header("Content-Length")
        if not self.complete:
            size = f"{self.body_size:,} of {promised} bytes" if promised.isdigit() else f"{size} so far"
        return f"{plural(len(self.headers), 'header')}, {size}"

    def parts(self) -> Sequence[Part]:
        headers, trailers = _lines(self.headers), _lines(self.trailers)
        found = [Part("headers", "headers", headers)] if headers else []
        found += [self._body_part()] if self.body_size else []
        found += [Part("trailers", "trailers, behind the body", trailers)] if trailers else []
        return [*found, Part("raw", "raw bytes", self._raw_lines())]

    def _body_part(self) -> Part:
        kind, unpacked = self.header("Content-Type"), self.unpacked
        title = f"body, {plural(self.body_size, 'byte')}"
        if kind:
            title += f" of {kind.partition(';')[0].strip()}"
        if unpacked.coding:
            title += f", {unpacked.story}"
        if "chunked" in self.header("Transfer-Encoding").lower():
            title += ", sent in chunks"
        readable = kind if unpacked.is_unpacked or not unpacked.coding else ""
        lines = content_lines(unpacked.data, readable, len(unpacked.data) + self.lost)
        return Part("body", visible(title), [*lines, *["… and more, not unpacked"] * unpacked.has_more])

    def _raw_lines(self) -> list[str]:
        """The head is shown as text, also where the body is not text."""
        head, gap, body = self.raw.partition(b"\r\n\r\n")
        if is_text(head) and not is_text(body):
            return [*ended_lines(head + gap, len(head + gap)), *hex_lines(body, len(body) + self.lost)]
        return raw_lines(self.raw, self.size)

    @property
    def content(self) -> bytes:
        """The body, unpacked if `Content-Encoding` says that it is packed, and can be."""
        return self.unpacked.data

    @property
    def unpacked(self) -> Unpacked:
        """What came of the body when it was unpacked, up to MAX_UNPACKED bytes."""
        return unpack(self.body, self.header("Content-Encoding"), MAX_UNPACKED)

    @property
    def gap(self) -> str:
        """What of the message is missing, as the rest of a sentence; nothing if it is whole."""
        missing = self.body_size - len(self.body)
        if missing and self.complete:
            return f"{missing:,} of the {self.body_size:,} bytes of its body were not kept"
        if self.lost:
            return f"{plural(self.lost, 'byte')} of it were not kept"
        return "" if self.complete else f"it is not complete: {self.summary}"


def _tight(line: str) -> str:
    """A line of a head without the blanks around its value."""
    name, colon, value = line.partition(":")
    return name + colon + value.strip(" \t")


def _lines(fields: Headers) -> list[str]:
    return [visible(f"{name}: {value}") for name, value in fields]


@dataclass(frozen=True, kw_only=True, repr=False)
class Request(HttpMessage):
    """A request, its method and target as they were sent; beyond ASCII, a letter of the target is a byte.

    Its version is 0.9 where the first line has none (RFC 1945 §4.1).
    """

    method: str
    target: str

    @property
    def first_line(self) -> str:
        version = "" if self.version == "0.9" else f" HTTP/{self.version}"
        return f"{self.method} {_letters(self.target)}{version}"

    @property
    def url(self) -> str:
        """The whole address (RFC 9110 §7.1)."""
        return self.url_at("127.0.0.1")

    def url_at(self, server: str) -> str:
        """The whole address; `server` ("host:port") is part of it where the request has no `Host`."""
        target = re.sub("[^!-~]", lambda found: f"%{ord(found[0]):02X}", self.target)
        if re.match(r"[a-z][a-z0-9+.-]*://", target, re.IGNORECASE):
            return target
        if self.method == "CONNECT":
            return f"http://{target}"
        return f"http://{self.header('Host') or server}{target if target.startswith('/') else '/'}"

    def _odd_line(self) -> str:
        """The first line of the head that was not read as it was written, or nothing."""
        head = re.split(rb"\r?\n\r?\n", self.raw, maxsplit=1)[0].decode("latin-1")
        first = f"{self.method} {self.target} HTTP/{self.version}"
        read = [first, *(f"{name}: {value}" for name, value in self.headers)]
        lines = zip_longest(re.split("\r?\n", head) if self.raw else read, read, fillvalue="")
        return next((written for written, same in lines if _tight(written) != _tight(same)), "")

    def as_curl(self, server: str = "") -> str:
        """A command for a POSIX shell that sends this request again, to `server` ("host:port") if one is given.

        `curl_command` says what is left to curl. Raises WireError where curl cannot send it, or a part is missing.
        """
        if self.gap:
            said = f"no command can send this request again: {self.gap}"
            raise WireError(f"{said}; let the program that sent it send it once more")
        if self.trailers:
            raise WireError("curl cannot send trailers: the bytes of this request, .raw, can be sent by a socket")
        if odd := self._odd_line():
            said = f"curl cannot send the line {odd!r} as it is"
            raise WireError(f"{said}: the bytes of this request, .raw, can be sent by a socket")
        return curl_command(
            self.method,
            self.target,
            version=self.version,
            headers=self.headers,
            body=self.body,
            server=server or self.header("Host"),
        )


@dataclass(frozen=True, kw_only=True, repr=False)
class Response(HttpMessage):
    """A response. `reason` is what stood behind the status, if anything did."""

    status: int
    reason: str = ""

    @property
    def first_line(self) -> str:
        return f"HTTP/{self.version} {self.status} {self.reason}".rstrip()

    @property
    def meaning(self) -> str:
        """What the status means, by its number; the words on the wire are decoration."""
        try:
            return HTTPStatus(self.status).phrase
        except ValueError:
            return ""

    @property
    def tone(self) -> str:
        if self.trouble or self.status >= 500:
            return "bad"
        return "care" if self.status >= 400 else "good"

    @property
    def is_final(self) -> bool:
        """Whether the request has its answer with this: 1xx announces another, 101 ends HTTP."""
        return self.status >= 200 or self.status == 101


@dataclass(frozen=True)
class Exchange:
    """A request and what came back: 1xx responses, if any, and the final one."""

    request: Request
    responses: Sequence[Response]
    server: str = ""  # its address, if it is known

    @property
    def response(self) -> Response | None:
        """The final response, or None if there is none yet."""
        return next((response for response in self.responses if response.is_final), None)

    def as_curl(self) -> str:
        """A command for a POSIX shell that sends the request again, to the server itself and not to a relay.

        Raises WireError where curl cannot send it.
        """
        return self.request.as_curl(self.server)


def _letters(target: str) -> str:
    """A target with the letters that its bytes are in UTF-8, if they are."""
    try:
        return target.encode("latin-1").decode()
    except UnicodeError:
        return target
