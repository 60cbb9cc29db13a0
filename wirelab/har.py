"""Write a conversation as an HTTP Archive, version 1.2, which browsers' developer tools open.

http://www.softwareishard.com/blog/har-12-spec/
"""

import base64
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from wirelab.messages import Exchange, Frame, HttpMessage, Message, Request, Response
from wirelab.recording import Side

UNKNOWN = -1  # what the format writes where something is not known


def archive(exchanges: Sequence[Exchange], messages: Sequence[Message], began: datetime | None) -> dict[str, Any]:
    """The exchanges as an object for `json.dumps`; WebSocket frames stand with their handshake, as in Chrome."""
    zero = began or datetime.fromtimestamp(0, UTC)
    entries = [_entry(exchange, messages, zero) for exchange in exchanges]
    creator = {"name": "wirelab", "version": "1"}
    return {"log": {"version": "1.2", "creator": creator, "entries": entries}}


def _entry(exchange: Exchange, messages: Sequence[Message], zero: datetime) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    send, wait, receive = request.until - request.at, 0.0, 0.0
    if response:
        wait, receive = max(response.at - request.until, 0.0), response.until - response.at
    entry: dict[str, Any] = {
        "startedDateTime": (zero + timedelta(seconds=request.at)).isoformat(),
        "time": (send + wait + receive) * 1000,
        "request": _request(request),
        "response": _response(response),
        "cache": {},
        "timings": {"send": send * 1000, "wait": wait * 1000, "receive": receive * 1000},
        "connection": str(request.connection),
    }
    if response and response.status == 101:
        frames = [one for one in messages if isinstance(one, Frame) and one.connection == request.connection]
        entry["_resourceType"] = "websocket"
        entry["_webSocketMessages"] = [_frame(frame, zero) for frame in frames]
    return entry


def _request(request: Request) -> dict[str, Any]:
    told: dict[str, Any] = {
        "method": request.method,
        "url": request.url,
        "queryString": [{"name": name, "value": value} for name, value in _query(request.url)],
        "cookies": _cookies(request, "cookie"),
        **_common(request),
    }
    if request.body:
        body = request.body.decode("utf-8", "replace")
        told["postData"] = {"mimeType": request.header("Content-Type"), "text": body, "params": []}
    return told


def _query(url: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(urlsplit(url).query, keep_blank_values=True)
    except ValueError:
        return []


def _response(response: Response | None) -> dict[str, Any]:
    if response is None:  # none came; the format has no other way to say so
        empty = {"httpVersion": "", "headers": [], "headersSize": UNKNOWN, "bodySize": UNKNOWN, "cookies": []}
        return {"status": 0, "statusText": "", "redirectURL": "", "content": {"size": 0, "mimeType": ""}, **empty}
    return {
        "status": response.status,
        "statusText": response.reason,
        "redirectURL": response.header("Location"),
        "content": _content(response),
        "cookies": _cookies(response, "set-cookie"),
        **_common(response),
    }


def _content(response: Response) -> dict[str, Any]:
    content = response.content  # unpacks it
    size = response.body_size if content is response.body else len(content)
    told: dict[str, Any] = {"size": size, "mimeType": response.header("Content-Type")}
    try:
        return told | {"text": content.decode("utf-8")}
    except UnicodeDecodeError:
        return told | {"text": base64.b64encode(content).decode(), "encoding": "base64"}


def _common(message: HttpMessage) -> dict[str, Any]:
    is_chunked = "chunked" in message.header("Transfer-Encoding").lower()
    return {
        "httpVersion": f"HTTP/{message.version}",
        "headers": [{"name": name, "value": value} for name, value in message.headers],
        "headersSize": UNKNOWN if is_chunked else message.size - message.body_size,
        "bodySize": message.body_size,
    }


def _cookies(message: HttpMessage, header: str) -> list[dict[str, str]]:
    found: SimpleCookie = SimpleCookie()
    for name, value in message.headers:
        if name.lower() == header:
            with suppress(CookieError):
                found.load(value)
    return [{"name": name, "value": cookie.value} for name, cookie in found.items()]


def _frame(frame: Frame, zero: datetime) -> dict[str, Any]:
    return {
        "type": "send" if frame.side is Side.CLIENT else "receive",
        "time": (zero + timedelta(seconds=frame.at)).timestamp(),
        "opcode": int(frame.opcode),
        "data": frame.text if frame.is_text else base64.b64encode(frame.payload).decode(),
    }
