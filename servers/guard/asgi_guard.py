"""Give an ASGI app only well-formed requests that are meant for it, each with its whole body.

    app = Guard(app, max_body=10_000)

The rules are those of servers.guard.guarded_handler. An app in threads never waits for a slow client: it is called
when the body is there.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from servers.guard.limits import LINGER_TIMEOUT, MAX_FIELDS, MAX_HEAD
from servers.guard.own_hosts import check_addressee
from servers.guard.request_syntax import Refused, check_codings, content_length, parse_target

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL_CHARACTER = re.compile(rb"[\0-\x08\n-\x1f\x7f]")  # RFC 9110 §5.5: of these the tabulator alone


class Guard:
    """An ASGI app before another. `max_body` is in bytes."""

    def __init__(self, app: App, max_body: int) -> None:
        self.app, self.max_body = app, max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        try:
            checked = checked_scope(scope)
            body = b"" if scope["type"] == "websocket" else await read_body(checked, receive, self.max_body)
        except Refused as refused:
            await refuse(scope, receive, send, refused)
        except ConnectionError:
            pass  # the client has left
        else:
            if scope["type"] == "http":
                checked, receive = with_length(checked, body), replay(body, receive)
            await self.app(checked, receive, send)


def headers_of(scope: Scope) -> Message:
    """The headers of a request, by their names in any case."""
    headers = Message()
    for name, value in scope["headers"]:
        headers[name.decode("latin-1")] = value.decode("latin-1")
    return headers


def checked_scope(scope: Scope) -> Scope:
    """The scope of a request that is well-formed and meant for us. Raises Refused.

    Its path is that of the request target, also where a client names the host there. Headers with an underscore
    are left out: in a WSGI app they would pass for those with a hyphen (CVE-2015-0219). So is an upgrade that is
    not granted (RFC 9110 §7.8).
    """
    version = f"HTTP/{scope['http_version']}"
    if not version.startswith("HTTP/1."):
        raise Refused(HTTPStatus.HTTP_VERSION_NOT_SUPPORTED, "This server speaks HTTP/1.1 and HTTP/1.0.")
    check_fields(scope)
    headers, target = headers_of(scope), scope["raw_path"].decode("latin-1")
    check_addressee(version, target, headers)
    check_codings(version, headers)
    content_length(headers)
    path = parse_target(target).path
    kept = [(name, value) for name, value in scope["headers"] if b"_" not in name and name != b"upgrade"]
    return {**scope, "path": unquote(path), "raw_path": path.encode("latin-1"), "headers": kept}


def check_fields(scope: Scope) -> None:
    """Raise Refused if the head of a request is too long (414, 431), or has a control character in it (400)."""
    lengths = [len(name + value) for name, value in scope["headers"]]
    if len(scope["raw_path"] + scope["query_string"]) > MAX_HEAD:
        raise Refused(HTTPStatus.REQUEST_URI_TOO_LONG, f"An address has at most {MAX_HEAD} bytes.")
    if len(lengths) > MAX_FIELDS or sum(lengths) > MAX_HEAD:
        words = f"A request has at most {MAX_FIELDS} headers, of {MAX_HEAD} bytes together."
        raise Refused(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, words)
    if any(CONTROL_CHARACTER.search(value) for _, value in scope["headers"]):
        raise Refused(HTTPStatus.BAD_REQUEST, "A header is a line like Host: 127.0.0.1")


async def read_body(scope: Scope, receive: Receive, max_bytes: int) -> bytes:
    """The body of a request. Raises Refused (413) if it is longer, ConnectionError if the client has left."""
    names = {name for name, _ in scope["headers"]}
    if not names & {b"content-length", b"transfer-encoding"}:
        return b""
    length = content_length(headers_of(scope)) or 0
    if length > max_bytes:
        raise too_long(max_bytes)
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionError("the client has left")
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > max_bytes:
            raise too_long(max_bytes)
    return bytes(body)


def too_long(max_bytes: int) -> Refused:
    """What a body of more bytes is answered with."""
    return Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body has at most {max_bytes} bytes here.")


def with_length(scope: Scope, body: bytes) -> Scope:
    """The scope of a request whose body came in chunks and is whole now: a WSGI app needs its length."""
    if not any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        return scope
    kept = [(name, value) for name, value in scope["headers"] if name != b"transfer-encoding"]
    return {**scope, "headers": [*kept, (b"content-length", str(len(body)).encode())]}


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once, then what the server's own gives."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> dict[str, Any]:
        return messages.pop() if messages else await receive()

    return receive_again


async def refuse(scope: Scope, receive: Receive, send: Send, refused: Refused) -> None:
    """Answer with an error, close the connection, and read on for a moment: else the answer may be lost."""
    kind = "websocket.http.response" if scope["type"] == "websocket" else "http.response"
    body = f"{refused}\n".encode()
    fields = [("content-type", "text/plain; charset=utf-8"), ("content-length", str(len(body)))]
    headers = [(name.encode(), value.encode()) for name, value in [*fields, ("connection", "close")]]
    await send({"type": f"{kind}.start", "status": int(refused.status), "headers": headers})
    await send({"type": f"{kind}.body", "body": b"" if scope.get("method") == "HEAD" else body, "more_body": True})
    if scope["type"] == "http":
        await linger(receive)
    await send({"type": f"{kind}.body", "body": b"", "more_body": False})


async def linger(receive: Receive) -> None:
    """Read what a client still sends. To close over unread bytes takes the reply from it (RFC 9112 §9.6)."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_TIMEOUT):
            while (await receive()).get("more_body", False):
                pass
