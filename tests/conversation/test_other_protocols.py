"""Bytes of TLS and of HTTP/2 are told by what both sides sent: in order where both speak it."""

import pytest
from recorded import CLOSED, GET, OK, SWITCHING, UPGRADE, Turn, cut, messages, troubles

HELLO = b"\x16\x03\x01\x02\x00\x01\x00"
SERVER_HELLO = b"\x16\x03\x03\x00\x7a\x02"
ALERT = b"\x15\x03\x03\x00\x02\x02"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS = b"\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x64"
BAD = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
HTTPS = "These bytes begin TLS: the client's address says https, and "
TAKEN = "These bytes begin HTTP/2: the client took for granted that the server speaks it, and "


def test_tls_between_both_sides_is_in_order() -> None:
    turns: list[Turn] = [(">", HELLO), ("<", SERVER_HELLO), (">", b"\x14\x03\x03"), (">", CLOSED), ("<", CLOSED)]
    found = messages(*turns)
    assert [(one.first_line, one.trouble) for one in found] == [("TLS", "")] * 3
    assert found[0].summary == "7 bytes, encrypted: only the two ends can read them"


@pytest.mark.parametrize(
    ("turns", "trouble"),
    [
        ([(">", HELLO), ("<", BAD)], HTTPS + "this server speaks plain http."),
        ([(">", HELLO)], HTTPS + "the server has not answered in TLS."),
        ([(">", HELLO), ("<", CLOSED)], HTTPS + "the server has not answered in TLS."),
        ([(">", HELLO), ("<", ALERT + b"\x46")],
         "The server refuses the TLS connection: protocol version (alert 70, RFC 8446 §6.2)."),
        ([(">", HELLO), ("<", SERVER_HELLO), (">", ALERT + b"\x30")],
         "The client refuses the TLS connection: unknown ca (alert 48, RFC 8446 §6.2)."),
        ([(">", HELLO), ("<", ALERT + b"\xfe")],
         "The server refuses the TLS connection: an alert that has no name (alert 254, RFC 8446 §6.2)."),
        ([(">", GET), ("<", ALERT + b"\x0a"), ("<", CLOSED)],
         "These bytes are TLS: the server speaks https, and the client's address says http."),
        ([(">", PREFACE), ("<", BAD)], TAKEN + "this one speaks HTTP/1 (RFC 9113 §3.3)."),
        ([(">", PREFACE)], TAKEN + "the server has not answered in HTTP/2 (RFC 9113 §3.3)."),
    ],
)  # fmt: skip
def test_a_side_that_speaks_another_protocol_alone_is_told(turns: list[Turn], trouble: str) -> None:
    assert troubles(*turns) == troubles(*cut(turns, [1])) == [trouble]


def test_the_end_of_tls_is_no_refusal() -> None:
    close_notify = b"\x15\x03\x03\x00\x02\x01\x00"
    assert troubles((">", HELLO), ("<", SERVER_HELLO), ("<", close_notify)) == []


def test_http_2_between_both_sides_is_in_order() -> None:
    found = messages((">", PREFACE), ("<", SETTINGS))
    assert [(one.first_line, one.summary, one.trouble) for one in found] == [
        ("HTTP/2", "33 bytes, not read here", ""),
        ("HTTP/2", "15 bytes, not read here", ""),
    ]


def test_http_2_may_be_agreed_on() -> None:
    asked = UPGRADE.replace(b"websocket", b"h2c").replace(b"Sec-WebSocket-Key", b"X-Key")
    agreed = SWITCHING.replace(b"websocket", b"h2c")
    found = messages((">", asked), ("<", agreed + SETTINGS), (">", PREFACE))
    assert [one.first_line for one in found[2:]] == ["HTTP/2", "HTTP/2"]
    assert troubles((">", asked), ("<", agreed + SETTINGS), (">", PREFACE)) == []


def test_a_refused_upgrade_to_http_2_is_in_order() -> None:
    asked = UPGRADE.replace(b"websocket", b"h2c").replace(b"Sec-WebSocket-Key", b"X-Key")
    assert troubles((">", asked), ("<", OK), (">", GET), ("<", OK)) == []
