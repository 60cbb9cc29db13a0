"""Limit how long clients of uvicorn may take, to send a request and to read its answer.

uvicorn itself waits for ever: for the first request, for the rest of one, and for a client that does not read. Its
options `http` and `ws` take a class in the place of its own.
"""

import asyncio
import socket
import sys
from http import HTTPStatus
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import CloseCode, Frame

from servers.guard.limits import CLIENT_TIMEOUT, LINGER_TIMEOUT, MAX_FIELDS, MAX_UNSENT, TOO_SLOW
from servers.guard.request_syntax import path_of

MAX_FIELD = 8000  # bytes of one header of a handshake
MAX_FRAGMENTS = 64  # of one message


class GuardedHttp(H11Protocol):
    """A connection of HTTP. One above `limit_concurrency` is aborted before it has said anything.

    `websockets` is the beginning of the paths where an upgrade is granted, "" where there are none.
    """

    def __init__(self, *arguments: Any, websockets: str = "", **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.websockets = websockets
        self.request_timer: asyncio.TimerHandle | None = None
        self.reply_timer: asyncio.TimerHandle | None = None
        self.is_refused = self.is_half_closed = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        transport.set_write_buffer_limits(high=0)  # pause_writing is called as soon as anything waits
        # Else the body waits 40 ms behind its head, until the client acknowledges that (cpython#108736).
        transport.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        if self.limit_concurrency and len(self.connections) > self.limit_concurrency:
            transport.abort()
        self._set_request_timer()

    def data_received(self, data: bytes) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            data = data.removeprefix(b"\r\n")  # RFC 9112 §2.2: one empty line too many does no harm
        if self.is_refused or not data:
            return
        super().data_received(data)
        if self.transport.get_protocol() is not self or self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._stop_request_timer()
        elif self.request_timer is None and not self.is_refused:
            self._set_request_timer()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Answer what has been asked, also when the client says that it will say no more (RFC 9112 §9.6)."""
        self.is_half_closed = True
        return self._is_answering()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.is_half_closed and not self._is_answering():
            self.transport.close()

    def _is_answering(self) -> bool:
        return self.is_refused or (self.cycle is not None and not self.cycle.response_complete)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_request_timer()
        self.resume_writing()
        super().connection_lost(exc)

    # A request that does not come, or not whole

    def _set_request_timer(self) -> None:
        self.request_timer = self.loop.call_later(CLIENT_TIMEOUT, self._give_up)

    def _stop_request_timer(self) -> None:
        if self.request_timer:
            self.request_timer.cancel()
            self.request_timer = None

    def _give_up(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.conn.trailing_data[0]:
            self.transport.close()  # the client wants nothing
        else:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)

    def send_400_response(self, msg: str) -> None:
        """Answer with the status that h11 has for it, such as 431 for too long a head."""
        self.refuse(HTTPStatus(getattr(sys.exception(), "error_status_hint", 400)), msg)

    def refuse(self, status: HTTPStatus, message: str) -> None:
        """Answer with an error, if no answer has begun, and close the connection soon after."""
        self.is_refused = True
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = f"{message}\n".encode()
            fields = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]
            headers = [*self.server_state.default_headers, *fields, ("Connection", "close")]
            answer = h11.Response(status_code=status, headers=headers, reason=status.phrase)  # type: ignore[arg-type]
            for event in (answer, h11.Data(data=body), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event) or b"")
        self.transport.write_eof()
        self.loop.call_later(LINGER_TIMEOUT, self.transport.close)

    # A reply that is not read

    def pause_writing(self) -> None:
        super().pause_writing()
        self.reply_timer = self.reply_timer or self.loop.call_later(CLIENT_TIMEOUT, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self.reply_timer:
            self.reply_timer.cancel()
            self.reply_timer = None

    # A handshake

    def _should_upgrade(self) -> bool:
        """Whether a WebSocket is here, and this is its handshake (RFC 9110 §7.8, RFC 6455 §4.1)."""
        path = path_of(self.scope["raw_path"].decode("latin-1")) or ""
        is_here = bool(self.websockets) and f"{path}/".startswith(f"{self.websockets}/")
        return is_here and self._is_handshake() and bool(super()._should_upgrade())

    def _is_handshake(self) -> bool:
        """Whether websockets can read the request. It cuts off one with a body, or with a very long line."""
        names = {name for name, _ in self.headers}
        target = self.scope["raw_path"] + self.scope["query_string"]
        lengths = [len(target), *(len(name + value) for name, value in self.headers)]
        return (
            (self.scope["method"], self.scope["http_version"]) == ("GET", "1.1")
            and not names & {b"content-length", b"transfer-encoding"}
            and len(lengths) <= MAX_FIELDS
            and max(lengths) <= MAX_FIELD
        )

    def handle_websocket_upgrade(self, event: h11.Request) -> None:
        self._stop_request_timer()
        super().handle_websocket_upgrade(event)


class GuardedWebSocket(WebSocketsSansIOProtocol):
    """A WebSocket whose client is hung up on when it is more than MAX_UNSENT bytes behind, pongs included."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.close_timeout = LINGER_TIMEOUT

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport.set_write_buffer_limits(high=MAX_UNSENT)

    def pause_writing(self) -> None:
        super().pause_writing()
        self.transport.abort()  # a closing frame would only stand behind what is not read

    def handle_cont(self, event: Frame) -> None:
        """A message may come in pieces, but not in any number of empty ones."""
        if len(self.frames) >= MAX_FRAGMENTS:
            self.conn.fail(CloseCode.MESSAGE_TOO_BIG, f"more than {MAX_FRAGMENTS} pieces")
            self.handle_parser_exception()
            return
        super().handle_cont(event)

    def shutdown(self) -> None:
        """Tell the client that the server goes away: 1001 (RFC 6455 §7.4.1), where uvicorn says 1012."""
        if self.close_sent or not self.handshake_complete:
            super().shutdown()
            return
        self.stop_keepalive()
        self.conn.send_close(CloseCode.GOING_AWAY)
        self.handle_parser_exception()
