"""Run an ASGI app on uvicorn, as a server of the kind that `http.server` has.

    with AsgiServer(("127.0.0.1", 8001), app) as server:
        server.serve_forever()
"""

import asyncio
import logging
import socket
from functools import partial
from socketserver import BaseRequestHandler, TCPServer
from typing import Any

import uvicorn

from servers.guard.asgi_guard import App
from servers.guard.guarded_protocol import GuardedHttp, GuardedWebSocket
from servers.guard.limits import CLIENT_TIMEOUT, MAX_HEAD

MAX_ASGI_CONNECTIONS = 1000  # each page of live seats keeps one
SHUTDOWN_TIMEOUT = 1  # second for requests that are under way, once the server ends


class Loop(uvicorn.Server):
    """uvicorn, silent about a listening socket that was taken from it while it ends."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        asyncio.get_running_loop().set_exception_handler(self.report)
        await super().startup(sockets)

    def report(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Tell what a callback failed with, as asyncio does by itself."""
        if not self.should_exit:
            loop.default_exception_handler(context)


class AsgiServer(TCPServer):
    """An ASGI app at an address. Raises OSError if the port is taken.

    It listens at once, and serves in serve_forever(). `websockets` is the beginning of the paths that have them,
    `max_message` how many bytes one of their messages may have.
    """

    allow_reuse_address = True
    request_queue_size = MAX_ASGI_CONNECTIONS

    def __init__(self, address: tuple[str, int], app: App, *, websockets: str = "", max_message: int = 0) -> None:
        super().__init__(address, BaseRequestHandler)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # what clients do is no news
        config = uvicorn.Config(
            app,
            http=partial(GuardedHttp, websockets=websockets),  # type: ignore[arg-type]
            ws=GuardedWebSocket,
            ws_max_size=max_message,
            ws_per_message_deflate=False,  # it takes 32 KiB for each client, to make 70 bytes 50
            loop="asyncio",
            log_config=None,
            proxy_headers=False,
            limit_concurrency=MAX_ASGI_CONNECTIONS,
            backlog=MAX_ASGI_CONNECTIONS,
            h11_max_incomplete_event_size=MAX_HEAD,
            timeout_keep_alive=CLIENT_TIMEOUT,
            timeout_graceful_shutdown=SHUTDOWN_TIMEOUT,
        )
        self.loop = Loop(config)

    def serve_forever(self, poll_interval: float = 0.5) -> None:
        """Serve until shutdown() or Ctrl+C. uvicorn itself looks for the end ten times a second."""
        self.loop.run(sockets=[self.socket])

    def shutdown(self) -> None:
        self.loop.should_exit = True
