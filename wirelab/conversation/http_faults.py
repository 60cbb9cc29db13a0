"""Say in a sentence that a beginner can act on what is wrong with an HTTP/1.x message, and by which rule."""

import re
from http import HTTPMethod

import h11

from wirelab.conversation.recording import Side
from wirelab.conversation.request_target import target_fault

NO_HOST, NO_LINE = "Missing mandatory Host", "no request line"
NO_START = {
    Side.CLIENT: "This is no HTTP request: it has to begin like GET /path HTTP/1.1 (RFC 9112 §3).",
    Side.SERVER: "This is no HTTP response: it has to begin like HTTP/1.1 200 OK (RFC 9112 §4).",
}
SENTENCES = [  # what h11 says of a message, and what a beginner can act on; the first that fits
    (NO_HOST, "The header Host is missing; HTTP/1.1 asks for it in every request (RFC 9112 §3.2)."),
    ("multiple Host", "There is more than one header Host: which one is meant? (RFC 9112 §3.2)"),
    ("(request|status|response) line", "{no_start}"),
    ("status_code", "A status is a number from 100 to 599 (RFC 9110 §15)."),
    ("header line|continuation", "A header is a name, a colon and a value (RFC 9112 §5); {detail} is not."),
    ("conflicting", "There is more than one Content-Length: where does the body end? (RFC 9112 §6.3)"),
    ("Content-Length", "Content-Length has to be one whole number (RFC 9110 §8.6)."),
    ("Transfer-Encoding", "chunked is the only Transfer-Encoding that every program reads (RFC 9112 §6.1)."),
    ("chunk header", "A chunk begins with its size in hexadecimal digits (RFC 9112 §7.1); {detail} is none."),
    ("chunk footer", "A chunk is longer than the size at its beginning says (RFC 9112 §7.1)."),
    ("SWITCH_UPGRADE", "101 agrees to an upgrade that the client did not ask for (RFC 9110 §7.8)."),
    ("", "This breaks a rule of HTTP: {said}."),
]
EMPTY_LINE = "An empty line before a request: a client must not send it, a server passes over it (RFC 9112 §2.2)."
FOLDED = "A header that goes on in a second line: a sender must not write one any more (RFC 9112 §5.2)."
TWO_LENGTHS = "Content-Length and Transfer-Encoding in one message: they may not stand together (RFC 9112 §6.2)."
WRONG_HOST = "Host is the name of a computer, perhaps with a port (RFC 9112 §3.2), and {!r} is not."
WRONG_CASE = "The case of a method counts (RFC 9110 §9.1): {1} is another method than {0}."
OTHER_MAJOR = "This says HTTP/{}, and only HTTP/1.1 and HTTP/1.0 are written in lines like these (RFC 9110 §2.5)."
STANDARD_METHODS = {method.value.encode() for method in HTTPMethod}
FOLD = re.compile(rb"\n[ \t]")
HEAD = re.compile(rb".*?\n(?=\r?\n)", re.DOTALL)
HOST = re.compile(rb"(?:[A-Za-z0-9\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*(?::[0-9]*)?|\[[0-9A-Fa-f:.]+\](?::[0-9]*)?")
BARE_RETURN = "A line ends in \\r\\n, and a \\r alone ends none (RFC 9112 §2.2)."
NOT_KEPT = "Bytes from here on were not kept, and where the next message begins cannot be told."
TOO_EARLY = "The server sent this before it was asked."
UNASKED = "The server answers once more than it was asked (RFC 9112 §9.2)."
MISREAD_BODY = (
    "The server answers once more than it was asked. The request before had a body: a server that does not "
    "read it takes it for the next request (RFC 9112 §9.3)."
)
ENDLESS = (
    "The response says neither Content-Length nor chunked, and the server keeps the connection open: "
    "the client cannot know where the body ends, and waits (RFC 9112 §6.3)."
)
ABANDONED = (
    "The response says neither Content-Length nor chunked, and the client left before the server closed: "
    "it could not know where the body ends (RFC 9112 §6.3)."
)


def sentence_for(said: str, side: Side) -> str:
    """What a beginner can act on, from what h11 says of a message that `side` sent."""
    found = re.fullmatch(r"(.*?): bytearray\((b.*)\)[^)]*", said, re.DOTALL)
    what, detail = found.groups() if found else (said, "a line here")
    sentence = next(sentence for pattern, sentence in SENTENCES if re.search(pattern, what, re.IGNORECASE))
    shown = detail if len(detail) < 50 else detail[:50] + "…"
    return sentence.format(said=said, detail=shown, no_start=NO_START[side])


def head_fault(head: h11.Request | h11.Response | h11.InformationalResponse, raw: bytearray) -> str:
    """What is wrong with a head that h11 reads, and whose bytes `raw` begins with, or nothing."""
    names = [name for name, _ in head.headers]
    if head.http_version[:1] != b"1":
        return OTHER_MAJOR.format(head.http_version.decode())
    found = _request_fault(head) if isinstance(head, h11.Request) else ""
    if not found and b"content-length" in names and b"transfer-encoding" in names:
        return TWO_LENGTHS
    return found or (FOLDED if _is_folded(raw) else "")


def _is_folded(raw: bytearray) -> bool:
    """Whether a line of the head goes on in the next one."""
    if b"\n " not in raw and b"\n\t" not in raw:  # which is soon seen
        return False
    lines = HEAD.match(raw)
    return bool(lines and FOLD.search(lines[0]))


def _request_fault(request: h11.Request) -> str:
    method = request.method.upper()
    if method in STANDARD_METHODS and method != request.method:
        return WRONG_CASE.format(method.decode(), request.method.decode())
    host = next((value for name, value in request.headers if name == b"host"), b"")
    wrong_host = "" if HOST.fullmatch(host) else WRONG_HOST.format(host[:50].decode("latin-1"))
    return target_fault(request.method, request.target) or wrong_host


def no_body_allowed(method: bytes, status: int) -> str:
    """Why a response must not have a body, if it must not."""
    if method == b"HEAD":
        return "A body where none may be: the response to HEAD is its headers alone (RFC 9110 §6.4.1)."
    if status in (204, 304):
        return f"A body where none may be: {status} ends after its headers (RFC 9110 §6.4.1)."
    return ""


def too_long(which: str, promised: str) -> str:
    """The message before (`which`: a request or a response) has ended, and bytes follow that begin no message.

    `promised` is its Content-Length, or nothing where it was chunked.
    """
    end = f"Content-Length: {int(promised):,}" if promised else "that its last chunk was the last"
    return f"More than was promised: the {which} before this said {end}."
