"""Tell by their first bytes which protocols other than HTTP/1.x and WebSocket the two sides speak."""

import re
import ssl
from contextlib import suppress
from dataclasses import dataclass

from wirelab.conversation.recording import Recording, Side

# A record of TLS begins with its type, 21 (alert) or 22 (handshake), and 3, the first half of its version
# (RFC 8446 §5.1). HTTP/2 begins with a fixed text, its server with the frame SETTINGS (RFC 9113 §3.4, §4.1).
HTTP2_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
TLS_START = re.compile(rb"[\x15\x16]\x03", re.DOTALL)
FATAL_ALERT = re.compile(rb"\x15\x03.\x00\x02\x02(.)", re.DOTALL)
HTTP2_LINE = b"PRI * HTTP/2.0\r\n"
START_SIZE = len(HTTP2_PREFACE)  # bytes

TLS_TO_HTTP = "These bytes begin TLS: the client's address says https, and this server speaks plain http."
TLS_UNANSWERED = "These bytes begin TLS: the client's address says https, and the server has not answered in TLS."
HTTP_TO_TLS = "These bytes are TLS: the server speaks https, and the client's address says http."
HTTP2_TO_HTTP = (
    "These bytes begin HTTP/2: the client took for granted that the server speaks it, and this one speaks "
    "HTTP/1 (RFC 9113 §3.3)."
)
HTTP2_UNANSWERED = (
    "These bytes begin HTTP/2: the client took for granted that the server speaks it, and the server has not "
    "answered in HTTP/2 (RFC 9113 §3.3)."
)
REFUSED = "The {} refuses the TLS connection: {} (alert {}, RFC 8446 §6.2)."


@dataclass(frozen=True)
class Protocol:
    """How the two sides of a protocol begin, and what it is said to be."""

    name: str
    client: re.Pattern[bytes]
    server: re.Pattern[bytes]


TLS = Protocol("TLS", TLS_START, TLS_START)
SETTINGS = re.compile(rb"\x00.{2}\x04[\x00\x01]\x00{4}", re.DOTALL)
HTTP2 = Protocol("HTTP/2", re.compile(re.escape(HTTP2_PREFACE)), SETTINGS)
AGREED_NAMES = {"h2c": HTTP2.name, "tls": TLS.name}  # of protocols that are agreed on by an upgrade


def spoken(recording: Recording) -> str:
    """The protocol that both sides speak from their first bytes on, if it is one of these; or nothing."""
    client, server = (_start(recording, side) for side in Side)
    both = (one.name for one in (TLS, HTTP2) if one.client.match(client) and one.server.match(server))
    return next(both, "")


def client_fault(data: bytes, answer: bytes) -> str:
    """What is wrong where the client begins another protocol with `data`, and the server sends `answer`."""
    is_http = answer.startswith((b"HTTP/", b"<"))  # some servers answer such bytes with a page alone
    if TLS.client.match(data):
        return TLS_TO_HTTP if is_http else TLS_UNANSWERED
    if data.startswith(HTTP2_LINE):
        return HTTP2_TO_HTTP if is_http else HTTP2_UNANSWERED
    return ""


def server_fault(asked: bytes, data: bytes) -> str:
    """What is wrong where a client `asked` for something in HTTP, and the server answers in TLS with `data`."""
    return HTTP_TO_TLS if asked and TLS.server.match(data) else ""


def alert_fault(side: Side, data: bytes) -> str:
    """What a fatal alert of TLS says, if `data` begins with one that is not encrypted; else nothing."""
    found = FATAL_ALERT.match(data)
    if not found:
        return ""
    number, name = found[1][0], "an alert that has no name"
    with suppress(ValueError):
        name = ssl.AlertDescription(number).name.removeprefix("ALERT_DESCRIPTION_").lower().replace("_", " ")
    return REFUSED.format(side, name, number)


def _start(recording: Recording, side: Side) -> bytes:
    """The first bytes of a side, as far as they were kept."""
    start = b""
    for piece in recording.pieces:
        if piece.side is side:
            if piece.lost or len(start) >= START_SIZE:
                break
            start += piece.data[:START_SIZE]
    return start
