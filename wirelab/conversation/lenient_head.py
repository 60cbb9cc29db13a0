"""Read the head of a message that breaks a rule as it was meant, as most programs do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wirelab.conversation.request_target import MAX_QUOTED, escaped, target_fault

TCHARS = rb"[-!#$%&'*+.^_`|~0-9A-Za-z]+"
LENIENT_LINE = re.compile(
    rb"(?P<method>%b)[ \t]+(?P<target>.+?)(?:[ \t]+(?P<version>HTTPS?[/ \t]*[0-9.]*))?[ \t]*" % TCHARS,
    re.DOTALL | re.IGNORECASE,
)
VERSION_WORD = re.compile(rb"HTTP/[0-9]\.[0-9]")
HEADER_LINE = re.compile(rb"%b:[^\0\r\f\v]*" % TCHARS)
BLANK_BEFORE_COLON = re.compile(rb"(%b)[ \t]+:" % TCHARS)
HEAD_END = re.compile(rb"\n\r?\n")
UNKNOWN_LENGTH = b"Content-Length: %d" % 2**62  # all that follows is the body, and its end never comes

NO_VERSION = (
    "The request line has no version, which means HTTP/0.9: the answer is a body alone, without a status line "
    "(RFC 1945 §4.1). It has to end in HTTP/1.1 (RFC 9112 §3)."
)
UNKNOWN_VERSION = "A request line ends in HTTP/1.1 or HTTP/1.0, in capital letters (RFC 9112 §2.3); {} is neither."
WRONG_GAP = "A request line is a method, one space, a target, one space and a version (RFC 9112 §3); {} is not."
NO_BLANK = "No space may stand between the name of a header and its colon (RFC 9112 §5.1), as in {}."
BLANK_AT_START = "No space may stand between the first line and the first header (RFC 9112 §2.2)."

Lines = list[bytes]


@dataclass(frozen=True)
class Mended:
    """What can be read in place of a head: its lines, and a sentence on what was mended, or nothing.

    Where the body ends is unknown if it `has_no_length`.
    """

    lines: Lines
    trouble: str = ""
    has_no_length: bool = False

    @property
    def data(self) -> bytes:
        """The head as bytes, with the empty line that ends it."""
        return b"\r\n".join([*self.lines, b"", b""])


@dataclass(frozen=True)
class WrittenHead:
    """A head as it was written: its first line, and its headers."""

    line: bytes
    fields: Sequence[tuple[bytes, bytes]]

    @property
    def request_words(self) -> tuple[bytes, bytes, bytes]:
        """Method, target, and what stands behind HTTP/."""
        found = LENIENT_LINE.fullmatch(self.line)
        if not found:
            return self.line, b"", b""
        version = (found["version"] or b"").partition(b"/")[2] or (found["version"] or b"")[4:].strip()
        return found["method"], found["target"], version


def split_head(data: bytes) -> tuple[Lines, bytes] | None:
    """The lines before the first empty one, and the bytes behind it; None if that has not come."""
    end = HEAD_END.search(data)
    if not end:
        return None
    lines = data[: end.end()].split(b"\n")[:-2]
    return [line.removesuffix(b"\r") for line in lines], data[end.end() :]


def written_head(lines: Lines) -> WrittenHead:
    """What the lines say. Lines that are no header are left out."""
    pairs = (line.partition(b":") for line in _unfolded(lines)[1:])
    fields = [(name.strip(b" \t"), value.strip(b" \t")) for name, colon, value in pairs if colon]
    return WrittenHead(lines[0], fields)


def mended(lines: Lines, said: str, *, is_request: bool) -> Mended | None:
    """What h11 may be given in place of a head of which it `said` what is wrong; None if there is nothing."""
    what = said.partition(": bytearray")[0]
    mend = next((mend for pattern, mend in MENDS if re.search(pattern, what)), None)
    found = mend(lines, is_request) if mend else None
    return found if found and found.lines != lines else None


def _unfolded(lines: Lines) -> Lines:
    """The lines, each header in one (RFC 9112 §5.2)."""
    found: Lines = []
    for place, line in enumerate(lines):
        if place > 1 and line[:1] in (b" ", b"\t"):
            found[-1] += b" " + line.strip(b" \t")
        else:
            found.append(line)
    return found


def _request_line(lines: Lines, is_request: bool) -> Mended | None:
    found = LENIENT_LINE.fullmatch(lines[0])
    if not found:
        return None
    method, target, version = found["method"], found["target"], found["version"] or b""
    if not version and (b" " in target or not re.match(rb"/|\*$|[A-Za-z]+://", target)):
        return None
    trouble = target_fault(method, target) or _version_fault(version) or WRONG_GAP.format(lines[0][:MAX_QUOTED])
    kept = version.upper() if VERSION_WORD.fullmatch(version.upper()) else b"HTTP/1.1"
    line = b" ".join([method, escaped(target), kept if version else b"HTTP/1.0"])
    return Mended([line, *lines[1:]], trouble)


def _version_fault(version: bytes) -> str:
    if not version:
        return NO_VERSION
    return "" if VERSION_WORD.fullmatch(version) else UNKNOWN_VERSION.format(version.decode("latin-1"))


def _header_line(lines: Lines, is_request: bool) -> Mended:
    """Take blanks before colons out; if there are none, the first line that is no header."""
    spaced = [line for line in lines[1:] if BLANK_BEFORE_COLON.match(line)]
    if spaced:
        rest = [BLANK_BEFORE_COLON.sub(rb"\1:", line, count=1) if line in spaced else line for line in lines[1:]]
        return Mended([lines[0], *rest], NO_BLANK.format(spaced[0][:MAX_QUOTED]))
    first, *headers = _unfolded(lines)
    wrong = next((place for place, line in enumerate(headers) if not HEADER_LINE.fullmatch(line)), len(headers))
    return Mended([first, *headers[:wrong], *headers[wrong + 1 :]])


def _first_blank(lines: Lines, is_request: bool) -> Mended:
    return Mended([lines[0], *lines[2:]], BLANK_AT_START)


def _lent_host(lines: Lines, is_request: bool) -> Mended:
    return Mended([lines[0], b"Host: none", *lines[1:]])


def _one_host(lines: Lines, is_request: bool) -> Mended:
    first, *headers = _unfolded(lines)
    hosts = [line for line in headers if _name(line) == b"host"]
    return Mended([first, hosts[0], *(line for line in headers if _name(line) != b"host")])


def _no_length(lines: Lines, is_request: bool) -> Mended:
    """A length that is none: a request has no end then, a response ends with its connection (RFC 9112 §6.3)."""
    first, *headers = _unfolded(lines)
    rest = [line for line in headers if _name(line) not in (b"content-length", b"transfer-encoding")]
    return Mended([first, *rest, *([UNKNOWN_LENGTH] if is_request else [])], has_no_length=True)


def _coding(lines: Lines, is_request: bool) -> Mended:
    """Several codings: the last one says where the body ends, if it is chunked (RFC 9112 §6.3)."""
    first, *headers = _unfolded(lines)
    codings = [line.partition(b":")[2] for line in headers if _name(line) == b"transfer-encoding"]
    if b",".join(codings).split(b",")[-1].strip().lower() != b"chunked":
        return _no_length(lines, is_request)
    rest = [line for line in headers if _name(line) not in (b"content-length", b"transfer-encoding")]
    return Mended([first, *rest, b"Transfer-Encoding: chunked"])


def _name(line: bytes) -> bytes:
    return line.partition(b":")[0].strip().lower()


MENDS: list[tuple[str, Callable[[Lines, bool], Mended | None]]] = [  # what h11 says of a head, and what helps
    ("request line", _request_line),
    ("header line", _header_line),
    ("continuation line", _first_blank),
    ("Missing mandatory Host", _lent_host),
    ("multiple Host", _one_host),
    ("Content-Length", _no_length),
    ("Transfer-Encoding", _coding),
]
