"""What crosses a wire, as things with names: requests, responses, frames, and bytes that are none of these."""

import re
import shlex
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from websockets.frames import CLOSE_CODE_EXPLANATIONS, Opcode

from wirelab.recording import Side

MOST_UNPACKED = 2**22  # bytes; a small body may unpack to gigabytes
UNASKED = {"host", "user-agent", "accept-encoding", "content-length"}  # curl has its own
CURL_SENDS = {("accept", "*/*"), ("connection", "keep-alive")}  # or means the same without a word
FORM = ("content-type", "application/x-www-form-urlencoded")  # curl sends it with a body
PLAIN_TARGET = re.compile(r"(?!.*/\.)/[\w.~!$&'()*+,;=:@%/?-]*", re.ASCII)  # curl sends it as it stands
MOST_IN_A_WORD = 100_000  # bytes; Linux takes 128 KiB
OPCODES = {Opcode.CONT: "continuation"} | {code: code.name.lower() for code in Opcode if code}

Headers = tuple[tuple[str, str], ...]  # names as they were written, in their order


@dataclass(frozen=True, kw_only=True, repr=False)
class Message:
    """What one side sent in one go.

    `at` and `until` are the seconds, from the first byte that was recorded, at which its first and last
    byte came. `raw` are its bytes as they crossed the wire; `lost` more of them were not kept.
    `trouble` is a sentence about what is wrong with it, or empty.
    """

    connection: int
    side: Side
    at: float
    until: float
    raw: bytes
    lost: int = 0
    trouble: str = ""

    @property
    def size(self) -> int:
        """How many bytes it took on the wire."""
        return len(self.raw) + self.lost

    def __repr__(self) -> str:
        from wirelab import transcript  # it knows all kinds of messages, and imports them from here

        return transcript.conversation([self], [], server="")

    def _repr_html_(self) -> str:
        from wirelab import drawing

        return drawing.conversation([self], [], server="")


@dataclass(frozen=True, kw_only=True, repr=False)
class HttpMessage(Message):
    """A request or a response. `body` is what came of the body, `body_size` how long it was.

    `body` has no chunk sizes in it, and is shorter than `body_size` if not all of it was kept.
    """

    version: str
    headers: Headers = ()
    body: bytes = b""
    body_size: int = 0
    complete: bool = True

    def header(self, name: str) -> str:
        """The values of a header, joined by commas (RFC 9110 §5.3), or an empty text."""
        return ", ".join(value for other, value in self.headers if other.lower() == name.lower())

    @property
    def content(self) -> bytes:
        """The body, unpacked if `Content-Encoding` says that it is packed, and can be."""
        kinds = {"gzip": 31, "x-gzip": 31, "deflate": 47}
        bits = kinds.get(self.header("Content-Encoding").strip().lower())
        if bits is None or not self.body:
            return self.body
        try:
            return zlib.decompressobj(bits).decompress(self.body, MOST_UNPACKED)
        except zlib.error:
            return self.body


@dataclass(frozen=True, kw_only=True, repr=False)
class Request(HttpMessage):
    method: str
    target: str

    @property
    def first_line(self) -> str:
        return f"{self.method} {self.target} HTTP/{self.version}"

    @property
    def url(self) -> str:
        """The whole address (RFC 9110 §7.1)."""
        if re.match(r"https?://", self.target, re.IGNORECASE):
            return self.target
        if self.method == "CONNECT":
            return f"http://{self.target}"
        return f"http://{self._host}{self.target if self.target.startswith('/') else '/'}"

    @property
    def _host(self) -> str:
        return self.header("Host") or "127.0.0.1"

    def as_curl(self, server: str = "") -> str:
        """A command for a POSIX shell that sends this request again, to `server` ("host:port") if one is given.

        `Host`, `User-Agent`, `Accept-Encoding` and `Content-Length` are left to curl, so that the answer
        can be read, and so is a body in a `HEAD` request. Bytes that a shell cannot carry come from printf.
        """
        has_body = self.method != "HEAD" and any(map(self.header, ("Content-Length", "Transfer-Encoding")))
        words = ["curl", "-i", *self._method_words(has_body=has_body), *self._header_words(has_body=has_body)]
        text = self.body.decode("utf-8", "replace")
        is_plain = text.encode() == self.body and text.replace("\n", "").isprintable()
        before = ""
        if has_body and is_plain and len(self.body) < MOST_IN_A_WORD:
            words += ["--data-raw", text]
        elif has_body:
            before = f"printf {shlex.quote(_octal(self.body))} | "
            words += ["--data-binary", "@-"]
        if not PLAIN_TARGET.fullmatch(self.target):
            words += ["--request-target", self.target]
        words.append(f"http://{server or self._host}{self.target if PLAIN_TARGET.fullmatch(self.target) else '/'}")
        return before + shlex.join(words)

    def _method_words(self, *, has_body: bool) -> list[str]:
        words = ["--http1.0"] if self.version == "1.0" else []
        if self.method == "HEAD":
            return [*words, "--head"]
        return words if self.method == ("POST" if has_body else "GET") else [*words, "-X", self.method]

    def _header_words(self, *, has_body: bool) -> list[str]:
        sent = CURL_SENDS | ({FORM} if has_body else set())
        words = ["-H", "Content-Type:"] if has_body and not self.header("Content-Type") else []
        for name, value in self.headers:
            if name.lower() not in UNASKED and (name.lower(), value.lower()) not in sent:
                words += ["-H", f"{name}: {value}" if value else f"{name};"]
        return words


def _octal(data: bytes) -> str:
    """The bytes as printf reads them."""
    safe = set(range(32, 127)) - {ord("%"), ord("\\")}
    return "".join(chr(byte) if byte in safe else f"\\{byte:03o}" for byte in data)


@dataclass(frozen=True, kw_only=True, repr=False)
class Response(HttpMessage):
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
    def is_final(self) -> bool:
        """Whether the request has its answer with this: 1xx announces another, 101 ends HTTP."""
        return self.status >= 200 or self.status == 101


@dataclass(frozen=True, kw_only=True, repr=False)
class Frame(Message):
    """A WebSocket frame (RFC 6455 §5.2).

    `length` is what its header says, in bytes; `payload` is unmasked, and inflated if it was
    compressed. `key` are the four bytes of the mask, or none.
    """

    opcode: Opcode
    fin: bool
    rsv: tuple[bool, bool, bool]
    key: bytes
    length: int
    payload: bytes
    compressed: bool = False
    first: Opcode | None = None  # of a message in several frames: what its first frame was

    @property
    def kind(self) -> str:
        """text, binary, continuation, close, ping or pong."""
        return OPCODES[self.opcode]

    @property
    def masked(self) -> bool:
        return bool(self.key)

    @property
    def is_text(self) -> bool:
        return Opcode.TEXT in (self.opcode, self.first)

    @property
    def text(self) -> str:
        """The payload of a text frame, or the reason in a close frame."""
        payload = self.payload[2:] if self.opcode is Opcode.CLOSE else self.payload
        return payload.decode("utf-8", "replace")

    @property
    def code(self) -> int | None:
        """The close code; None in other frames, and in a close frame that has none."""
        is_coded = self.opcode is Opcode.CLOSE and len(self.payload) >= 2
        return int.from_bytes(self.payload[:2], "big") if is_coded else None

    @property
    def meaning(self) -> str:
        """What the close code means (RFC 6455 §7.4)."""
        if self.code is None:
            return ""
        ranges = {3: "registered for a framework", 4: "an application's own"}
        return CLOSE_CODE_EXPLANATIONS.get(self.code) or ranges.get(self.code // 1000, "unknown")


@dataclass(frozen=True, kw_only=True, repr=False)
class Unreadable(Message):
    """Bytes that are neither HTTP nor WebSocket, as they came."""


@dataclass(frozen=True, kw_only=True, repr=False)
class Ending(Message):
    """A side ended the connection where it should not have: no bytes, and a trouble that says what is missing."""


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
        """A command for a POSIX shell that sends the request again, to the server itself and not to a relay."""
        return self.request.as_curl(self.server)
