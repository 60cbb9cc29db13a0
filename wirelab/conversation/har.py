"""Write a conversation as an HTTP Archive, version 1.2, which browsers' developer tools open.

http://www.softwareishard.com/blog/har-12-spec/

No byte of a target, a header or a body is lost. A body that is not UTF-8 is in base64, also in `postData`, where
`encoding` is the field proposed for HAR 1.3. Where something is not as it was sent, or is missing,
a `comment` says so.
"""

import base64
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote_plus

from wirelab.conversation.cookies import sent_cookies, set_cookie
from wirelab.conversation.formatting import charset_of, decoded, plural
from wirelab.conversation.shown_messages import not_recorded
from wirelab.conversation.websocket_messages import websocket_messages

if TYPE_CHECKING:
    from wirelab.conversation.frames import Frame
    from wirelab.conversation.http_messages import Exchange, Headers, HttpMessage, Request, Response
    from wirelab.conversation.messages import Message

UNKNOWN_SIZE = -1  # what the format writes where something is not known
IN_BASE64 = "the body, as it was sent, in base64"
IN_LATIN_1 = "not UTF-8: each character is one byte (ISO-8859-1)"
AS_SENT = "as it was sent: its bytes are not UTF-8"
NO_ANSWER = "no response came"
VISIBLE = "".join(map(chr, range(0x21, 0x7F)))  # characters that may stand in a URL, or are left as they were sent


def archive(
    exchanges: "Sequence[Exchange]",
    frames: "Sequence[Frame]",
    others: "Sequence[Message]",
    *,
    began: datetime | None,
    unrecorded: int,
) -> dict[str, Any]:
    """The exchanges as an object for `json.dumps`; WebSocket messages stand with their handshake, as in Chrome.

    `others` are the messages that belong to no exchange: they are counted only, as `unrecorded` connections are.
    """
    zero = began or datetime.fromtimestamp(0, UTC)
    switched = {pair.request.connection for pair in exchanges if _is_websocket(pair)}
    left_out = [*others, *(frame for frame in frames if frame.connection not in switched)]
    count, size = plural(len(left_out), "message"), plural(sum(one.size for one in left_out), "byte")
    said = [f"{count} of no HTTP exchange ({size}), for which HAR has no place"] if left_out else []
    said += [not_recorded(unrecorded)] if unrecorded else []
    entries = [_entry(exchange, frames, zero) for exchange in exchanges]
    creator = {"name": "wirelab", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries, **_comment(*said)}}


def _comment(*said: str) -> dict[str, str]:
    """The field for what is said, if anything is."""
    words = "; ".join(filter(None, said))
    return {"comment": words} if words else {}


def _is_websocket(exchange: "Exchange") -> bool:
    response = exchange.response
    return response is not None and response.status == 101 and response.header("Upgrade").lower() == "websocket"


def _entry(exchange: "Exchange", frames: "Sequence[Frame]", zero: datetime) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    send, wait, receive = request.until - request.at, 0.0, 0.0
    if response:
        wait, receive = max(response.at - request.until, 0.0), response.until - response.at
    entry: dict[str, Any] = {
        "startedDateTime": (zero + timedelta(seconds=request.at)).isoformat(),
        "time": (send + wait + receive) * 1000,
        "request": _request(request, exchange.server),
        "response": _response(response),
        "cache": {},
        "timings": {"send": send * 1000, "wait": wait * 1000, "receive": receive * 1000},
        "connection": str(request.connection),
    }
    interim = [one for one in exchange.responses if not one.is_final]
    if interim:
        entry["_interimResponses"] = [_response(one) for one in interim]
        entry |= _comment(f"{', '.join(one.first_line for one in interim)} came before the response")
    if _is_websocket(exchange):
        entry["_resourceType"] = "websocket"
        messages = [frame for frame in frames if frame.connection == request.connection]
        entry["_webSocketMessages"] = websocket_messages(messages, zero)
    return entry


def _request(request: "Request", server: str) -> dict[str, Any]:
    whole = quote(request.url_at(server or "127.0.0.1"), safe=VISIBLE, encoding="latin-1")
    url = whole.partition("#")[0]  # which the format asks for
    is_path = request.target.startswith("/") and url.endswith(request.target)
    target = request.target.encode("latin-1").decode("ascii", "backslashreplace")
    told: dict[str, Any] = {
        "method": request.method,
        "url": url,
        "queryString": _query(url.partition("?")[2]),
        "cookies": [one for value in _values(request, "cookie") for one in sent_cookies(value)],
        **_common(request, "" if is_path else f"the request target was {target}"),
    }
    if request.body_size:
        told["postData"] = _post_data(request)
    return told


def _post_data(request: "Request") -> dict[str, Any]:
    kind = _readable(request.header("Content-Type"))[0]
    packing = request.header("Content-Encoding")
    body = _body(request.body, kind, is_packed=bool(packing))
    packed = f"packed with {packing}" if packing else ""
    said = _comment(IN_BASE64 if "encoding" in body else "", packed, request.gap)
    return {"mimeType": kind, **body, "params": [], **said}


def _query(query: str) -> list[dict[str, str]]:
    return [_parameter(*pair.partition("=")[::2]) for pair in query.split("&") if pair]


def _parameter(name: str, value: str) -> dict[str, str]:
    try:
        return {"name": unquote_plus(name, errors="strict"), "value": unquote_plus(value, errors="strict")}
    except UnicodeDecodeError:
        return {"name": name, "value": value, **_comment(AS_SENT)}


def _response(response: "Response | None") -> dict[str, Any]:
    if response is None:  # none came; the format has no other way to say so
        sizes = {"headersSize": UNKNOWN_SIZE, "bodySize": UNKNOWN_SIZE}
        empty = {"httpVersion": "", "headers": [], "cookies": [], **sizes, **_comment(NO_ANSWER)}
        return {"status": 0, "statusText": "", "redirectURL": "", "content": {"size": 0, "mimeType": ""}, **empty}
    reason, said = _readable(response.reason)
    return {
        "status": response.status,
        "statusText": reason,
        "redirectURL": _readable(response.header("Location"))[0],
        "content": _content(response),
        "cookies": [set_cookie(value) for value in _values(response, "set-cookie")],
        **_common(response, f"statusText is {said}" if said else ""),
    }


def _content(response: "Response") -> dict[str, Any]:
    kind, unpacked = _readable(response.header("Content-Type"))[0], response.unpacked
    size = len(unpacked.data) if unpacked.is_unpacked else response.body_size
    is_known = not unpacked.is_unpacked or unpacked.is_whole
    is_packed = bool(unpacked.coding) and not unpacked.is_unpacked
    said = unpacked.story if is_packed or not unpacked.is_whole else ""
    body = _body(unpacked.data, kind, is_packed=is_packed)
    told = {"size": size if is_known else UNKNOWN_SIZE, "mimeType": kind}
    return {**told, **body, **_comment(said, response.gap)}


def _body(data: bytes, kind: str, *, is_packed: bool) -> dict[str, str]:
    """The bytes as text, if every reader gets the same bytes out of it again; else in base64."""
    text = None if is_packed else decoded(data, "utf-8")
    if text is not None and decoded(data, charset_of(kind) or "utf-8") == text:
        return {"text": text}
    return {"text": base64.b64encode(data).decode(), "encoding": "base64"}


def _common(message: "HttpMessage", *said: str) -> dict[str, Any]:
    head = re.search(rb"\n\r?\n", message.raw)
    told = {
        "httpVersion": f"HTTP/{message.version}",
        "headers": _pairs(message.headers),
        "headersSize": head.end() if head else UNKNOWN_SIZE,
        "bodySize": message.body_size,
        **_comment(*said, "" if message.body_size else message.gap),
    }
    return told | ({"_trailers": _pairs(message.trailers)} if message.trailers else {})


def _pairs(headers: "Headers") -> list[dict[str, str]]:
    found = [(name, *_readable(value)) for name, value in headers]
    return [{"name": name, "value": value, **_comment(said)} for name, value, said in found]


def _values(message: "HttpMessage", header: str) -> list[str]:
    return [_readable(value)[0] for name, value in message.headers if name.lower() == header]


def _readable(value: str) -> tuple[str, str]:
    """A value of one character a byte as the text that it is, and what is to be said about it."""
    try:
        return value.encode("latin-1").decode(), ""
    except UnicodeDecodeError:
        return value, IN_LATIN_1
