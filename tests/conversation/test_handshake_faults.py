"""A handshake that fails is told by its cause: what the client asked, or what the server answered."""

import pytest
from recorded import CLOSED, GET, HANDSHAKE, OK, SWITCHING, UPGRADE, Turn, messages, troubles
from websockets.utils import accept_key, generate_key

from wirelab.conversation.frames import Frame
from wirelab.conversation.handshake_faults import accept_value

KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # of this key (RFC 6455 §1.3)
OFFER = b"Sec-WebSocket-Protocol: seats.v1, seats.v2\r\n\r\n"
HELLO, MASKED_HELLO = bytes.fromhex("810548656c6c6f"), bytes.fromhex("818537fa213d7f9f4d5158")


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        (b"GET", b"POST", "A handshake is a GET request, and this is POST (RFC 6455 §4.1)."),
        (b"HTTP/1.1", b"HTTP/1.0",
         "A handshake is a request of HTTP/1.1, and this says HTTP/1.0 (RFC 6455 §4.1)."),
        (b"Upgrade: websocket\r\n", b"",
         "A handshake has the header Upgrade: websocket (RFC 6455 §4.1), and this has not."),
        (b"Connection: Upgrade\r\n", b"",
         "Connection: Upgrade is missing; without it a server passes over the header Upgrade (RFC 9110 §7.8)."),
        (KEY, b"", "A handshake has a header Sec-WebSocket-Key, which the server has to answer (RFC 6455 §4.1)."),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"abc",
         "Sec-WebSocket-Key has to be 16 random bytes in Base64 (RFC 6455 §4.1), and abc is not."),
        (KEY, KEY * 2,
         "Sec-WebSocket-Key may stand in a handshake once, and this has it 2 times (RFC 6455 §11.3)."),
        (b"Sec-WebSocket-Version: 13\r\n", b"",
         "A handshake says Sec-WebSocket-Version: 13 (RFC 6455 §4.1), and this says none."),
        (b"Version: 13", b"Version: 8",
         "A handshake says Sec-WebSocket-Version: 13 (RFC 6455 §4.1), and this says 8."),
    ],
)  # fmt: skip
def test_a_request_that_is_no_handshake_is_told_why(old: bytes, new: bytes, trouble: str) -> None:
    refused = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"
    assert troubles((">", UPGRADE.replace(old, new)), ("<", refused)) == [trouble]


def test_another_upgrade_needs_its_connection_option_too() -> None:
    asked = b"OPTIONS * HTTP/1.1\r\nHost: a\r\nUpgrade: TLS/1.2\r\n\r\n"
    assert troubles((">", asked), ("<", OK)) == [
        "Connection: Upgrade is missing; without it a server passes over the header Upgrade (RFC 9110 §7.8)."
    ]


@pytest.mark.parametrize(
    "asked",
    [UPGRADE, UPGRADE.replace(b"Upgrade: websocket", b"upgrade: h2c, WebSocket"), UPGRADE[:-2] + OFFER,
     UPGRADE.replace(b"Connection: Upgrade", b"Connection: keep-alive, upgrade")],
)  # fmt: skip
@pytest.mark.parametrize("status", [b"426 Upgrade Required", b"400 Bad Request", b"200 OK", b"404 Not Found"])
def test_a_handshake_may_be_refused(asked: bytes, status: bytes) -> None:
    refused = b"HTTP/1.1 %b\r\nContent-Length: 0\r\n\r\n" % status
    assert troubles((">", asked), ("<", refused), (">", CLOSED), ("<", CLOSED)) == []


@pytest.mark.parametrize(
    ("old", "new", "trouble"),
    [
        (b"HTTP/1.1", b"HTTP/1.0",
         "A handshake is answered with HTTP/1.1, and this says HTTP/1.0 (RFC 6455 §4.2.2)."),
        (b"Upgrade: websocket\r\n", b"",
         "101 has to say in the header Upgrade which protocol follows (RFC 9110 §15.2.2)."),
        (b": websocket", b": irc", "101 agrees to irc, and the client asked for websocket (RFC 9110 §7.8)."),
        (b"Connection: Upgrade\r\n", b"",
         "101 has to say Connection: Upgrade; without it a client gives up (RFC 6455 §4.1)."),
        (b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n", b"",
         f"Sec-WebSocket-Accept is missing; for this key it is {ACCEPT} (RFC 6455 §4.2.2)."),
        (b"s3pPL", b"xxxxx",
         f"Sec-WebSocket-Accept has to be {ACCEPT} for this key, and is xxxxxMBiTxaQ9kYGzzhZRbK+xOo= (RFC "
         "6455 §4.2.2)."),
        (b"\r\n\r\n", b"\r\nSec-WebSocket-Accept: x\r\n\r\n",
         "Sec-WebSocket-Accept may stand in a handshake once, and this has it 2 times (RFC 6455 §11.3)."),
        (b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: chat\r\n\r\n",
         "Sec-WebSocket-Protocol agrees to chat, which the client did not offer (RFC 6455 §4.1)."),
        (b"\r\n\r\n", b"\r\nSec-WebSocket-Protocol: seats.v1, seats.v2\r\n\r\n",
         "Sec-WebSocket-Protocol agrees to one subprotocol, and this names several: seats.v1, seats.v2 "
         "(RFC 6455 §11.3.4)."),
        (b"\r\n\r\n", b"\r\nSec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover\r\n\r\n",
         "Sec-WebSocket-Extensions agrees to permessage-deflate, which the client did not offer (RFC 6455 §4.1)."),
    ],
)  # fmt: skip
def test_a_101_that_makes_a_client_give_up_is_told_why_and_nothing_else_is(
    old: bytes, new: bytes, trouble: str
) -> None:
    answer = SWITCHING.replace(old, new)
    assert troubles((">", UPGRADE[:-2] + OFFER), ("<", answer), (">", CLOSED), ("<", CLOSED)) == [trouble]


def test_a_101_in_order_is_no_trouble() -> None:
    extensions = b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
    agreed = b"Sec-WebSocket-Protocol: seats.v2\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"
    turns: list[Turn] = [(">", UPGRADE[:-2] + OFFER[:-2] + extensions), ("<", SWITCHING[:-2] + agreed)]
    assert troubles(*turns) == troubles(*HANDSHAKE) == []


def test_a_101_that_nobody_asked_for_is_read_and_told() -> None:
    found = messages((">", GET), ("<", SWITCHING), (">", GET))
    assert [one.first_line for one in found[1:]] == ["HTTP/1.1 101 Switching Protocols", "GET / HTTP/1.1"]
    assert [one.trouble for one in found[1:]] == [
        "101 agrees to an upgrade that the client did not ask for (RFC 9110 §7.8).",
        "",
    ]


@pytest.mark.parametrize("missing", [b"Upgrade: websocket\r\n", b"Sec-WebSocket-Version: 13\r\n"])
def test_frames_behind_a_faulty_handshake_are_frames(missing: bytes) -> None:
    found = messages((">", UPGRADE.replace(missing, b"")), ("<", SWITCHING + HELLO), (">", MASKED_HELLO))
    assert [type(one) for one in found[2:]] == [Frame, Frame]


def test_the_accept_value_is_that_of_websockets() -> None:
    key = generate_key()
    assert accept_value(key) == accept_key(key)
