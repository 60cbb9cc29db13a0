"""Say in a sentence that a beginner can act on what is wrong with a handshake, from the bytes of both sides."""

import base64
import binascii
import hashlib

from wirelab.conversation.http_messages import Request, Response

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455 §1.3
WEBSOCKET_VERSION, KEY_SIZE = "13", 16  # of the protocol; bytes

OLD_REQUEST = "A handshake is a request of HTTP/1.1, and this says HTTP/{} (RFC 6455 §4.1)."
WRONG_METHOD = "A handshake is a GET request, and this is {} (RFC 6455 §4.1)."
NO_UPGRADE = "A handshake has the header Upgrade: websocket (RFC 6455 §4.1), and this has not."
NO_OPTION = (
    "Connection: Upgrade is missing; without it a server passes over the header Upgrade (RFC 9110 §7.8)."
)
NO_KEY = "A handshake has a header Sec-WebSocket-Key, which the server has to answer (RFC 6455 §4.1)."
WRONG_KEY = "Sec-WebSocket-Key has to be 16 random bytes in Base64 (RFC 6455 §4.1), and {} is not."
WRONG_VERSION = "A handshake says Sec-WebSocket-Version: 13 (RFC 6455 §4.1), and this says {}."
TWICE = "{} may stand in a handshake once, and this has it {} times (RFC 6455 §11.3)."

OLD_RESPONSE = "A handshake is answered with HTTP/1.1, and this says HTTP/{} (RFC 6455 §4.2.2)."
NOT_ASKED = "101 agrees to an upgrade that the client did not ask for (RFC 9110 §7.8)."
NO_PROTOCOL = "101 has to say in the header Upgrade which protocol follows (RFC 9110 §15.2.2)."
OTHER_PROTOCOL = "101 agrees to {}, and the client asked for {} (RFC 9110 §7.8)."
NO_OPTION_BACK = "101 has to say Connection: Upgrade; without it a client gives up (RFC 6455 §4.1)."
NO_ACCEPT = "Sec-WebSocket-Accept is missing; for this key it is {} (RFC 6455 §4.2.2)."
WRONG_ACCEPT = "Sec-WebSocket-Accept has to be {} for this key, and is {} (RFC 6455 §4.2.2)."
NOT_OFFERED = "{} agrees to {}, which the client did not offer (RFC 6455 §4.1)."
SEVERAL = "Sec-WebSocket-Protocol agrees to one subprotocol, and this names several: {} (RFC 6455 §11.3.4)."


def accept_value(key: str) -> str:
    """The Sec-WebSocket-Accept for a key (RFC 6455 §4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + GUID).encode("latin-1")).digest()).decode()


def request_fault(request: Request) -> str:
    """What is wrong with a request for an upgrade, or nothing; nothing too where it asks for none."""
    if {"upgrade", "sec-websocket-key"}.isdisjoint(name.lower() for name, _ in request.headers):
        return ""
    asked = _words(request, "Upgrade")
    if "websocket" in asked or request.header("Sec-WebSocket-Key"):
        return _websocket_fault(request, asked)
    return NO_OPTION if asked and "upgrade" not in _words(request, "Connection") else ""


def _websocket_fault(request: Request, asked: list[str]) -> str:
    key, version = request.header("Sec-WebSocket-Key"), request.header("Sec-WebSocket-Version")
    keys = _count(request, "Sec-WebSocket-Key")
    faults = [  # the first that is true is told
        (request.method != "GET", WRONG_METHOD.format(request.method)),
        (request.version < "1.1", OLD_REQUEST.format(request.version)),
        ("websocket" not in asked, NO_UPGRADE),
        ("upgrade" not in _words(request, "Connection"), NO_OPTION),
        (not key, NO_KEY),
        (keys > 1, TWICE.format("Sec-WebSocket-Key", keys)),
        (not _is_key(key), WRONG_KEY.format(_short(key))),
        (version != WEBSOCKET_VERSION, WRONG_VERSION.format(_short(version) or "none")),
    ]
    return next((sentence for is_true, sentence in faults if is_true), "")


def switch_fault(request: Request | None, response: Response) -> str:
    """What is wrong with a 101, which agrees to switch to another protocol, or nothing."""
    asked, agreed = _words(request, "Upgrade") if request else [], _words(response, "Upgrade")
    is_websocket = "websocket" in asked or bool(request and request.header("Sec-WebSocket-Key"))
    wanted = asked or ["websocket"]
    faults = [
        (not asked and not is_websocket, NOT_ASKED),
        (response.version < "1.1", OLD_RESPONSE.format(response.version)),
        (not agreed, NO_PROTOCOL),
        (not set(agreed) <= set(wanted), OTHER_PROTOCOL.format(", ".join(agreed), ", ".join(wanted))),
        ("upgrade" not in _words(response, "Connection"), NO_OPTION_BACK),
    ]
    found = next((sentence for is_true, sentence in faults if is_true), "")
    return found or (_accept_fault(request, response) if request and is_websocket else "")


def _accept_fault(request: Request, response: Response) -> str:
    key, accept = request.header("Sec-WebSocket-Key"), response.header("Sec-WebSocket-Accept")
    right, times = accept_value(key), _count(response, "Sec-WebSocket-Accept")
    if key and accept != right:
        if times > 1:
            return TWICE.format("Sec-WebSocket-Accept", times)
        return WRONG_ACCEPT.format(right, _short(accept)) if accept else NO_ACCEPT.format(right)
    return _agreement_fault(request, response)


def _agreement_fault(request: Request, response: Response) -> str:
    """What the server has agreed to beside the protocol itself."""
    chosen, offered = _list(response, "Sec-WebSocket-Protocol"), _list(request, "Sec-WebSocket-Protocol")
    extensions = [name.partition(";")[0].strip() for name in _list(response, "Sec-WebSocket-Extensions")]
    known = [name.partition(";")[0].strip() for name in _list(request, "Sec-WebSocket-Extensions")]
    for header, said, could in (
        ("Sec-WebSocket-Protocol", chosen, offered),
        ("Sec-WebSocket-Extensions", extensions, known),
    ):
        strange = [name for name in said if name not in could]
        if strange:
            return NOT_OFFERED.format(header, _short(strange[0]))
    return SEVERAL.format(_short(", ".join(chosen))) if len(chosen) > 1 else ""


def _list(message: Request | Response, name: str) -> list[str]:
    return [word.strip() for word in message.header(name).split(",") if word.strip()]


def _words(message: Request | Response, name: str) -> list[str]:
    """The values of a header whose case does not count."""
    return [word.lower() for word in _list(message, name)]


def _count(message: Request | Response, name: str) -> int:
    return sum(other.lower() == name.lower() for other, _ in message.headers)


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == KEY_SIZE
    except (binascii.Error, ValueError):
        return False


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:60] + "…"
