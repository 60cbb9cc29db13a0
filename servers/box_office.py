"""Serve the whole box office at one address: its site, its REST service and its live seats.

    python -m servers.box_office
    curl -i http://127.0.0.1:8001/api/

One ASGI server, uvicorn, speaks HTTP and WebSocket. The service is a WSGI app: a2wsgi calls it in threads.
"""

import logging
import time
from pathlib import Path
from urllib.parse import parse_qs

from servers import ticket_service, web_server
from servers.commands.server_command import add_database, one_line_end, server_parser
from servers.guard.asgi_guard import App, Guard, Receive, Scope, Send, headers_of
from servers.guard.asgi_server import AsgiServer
from servers.seat_feed import MAX_COMMAND_SIZE
from servers.seats.asgi_feed import AsgiFeed, polling, store_feed
from servers.tickets.store import Store

HOST, PORT = "127.0.0.1", 8001
API, FEED = "/api", "/feed"  # how the paths of the service and of the feed begin; the site has all others


class BoxOffice:
    """Passes each request to the site, the service or the feed, by its path. `root` is the folder of the site."""

    def __init__(self, store: Store, root: Path) -> None:
        self.feed = store_feed(store)
        self.site = site(root)
        self.parts: dict[str, App] = {
            API: ticket_service.create_asgi_app(store),
            FEED: AsgiFeed(self.feed),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self.live(receive, send)
            return
        for prefix, part in self.parts.items():
            if f"{scope['path']}/".startswith(f"{prefix}/"):
                await part(mounted(scope, prefix), receive, send)
                return
        await self.site(scope, receive, send)

    async def live(self, receive: Receive, send: Send) -> None:
        """From the server's start to its end, look for what other processes have booked."""
        await receive()  # lifespan.startup
        async with polling(self.feed):
            await send({"type": "lifespan.startup.complete"})
            await receive()  # lifespan.shutdown
        await send({"type": "lifespan.shutdown.complete"})


def mounted(scope: Scope, prefix: str) -> Scope:
    """The scope for a part that stands under `prefix`. Its root_path is what its links begin with.

    A proxy before us, such as Jupyter's, says in X-Forwarded-Prefix where we are: that comes before `prefix`.
    """
    outside = (headers_of(scope).get_all("X-Forwarded-Prefix") or [""])[-1].rpartition(",")[2].strip().rstrip("/")
    kept = [(name, value) for name, value in scope["headers"] if name != b"x-forwarded-prefix"]
    path = scope["path"] if scope["path"] != prefix else f"{prefix}/"
    return {**scope, "headers": kept, "root_path": outside + prefix, "path": outside + path}


def site(root: Path) -> App:
    """The site of lesson 13 as an ASGI app, over the same functions."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        target, method = scope["raw_path"].decode("latin-1"), scope["method"]
        if method in ("GET", "HEAD"):
            reply = web_server.respond(root, target, time.localtime(), headers_of(scope))
        elif method == "POST":
            form = parse_qs((await receive())["body"].decode("utf-8", "replace"))
            reply = web_server.respond_to_form(root, target, form)
        else:
            reply = web_server.respond_to_other(root, target)
        await send_reply(send, reply)

    return app


async def send_reply(send: Send, reply: web_server.Reply) -> None:
    """Send a reply of the site. uvicorn leaves out its body where the method is HEAD."""
    headers = {**reply.headers}
    if reply.content_type:  # a 304 has none
        headers |= {"Content-Type": reply.content_type, "Content-Length": str(len(reply.body))}
    pairs = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": int(reply.status), "headers": pairs})
    await send({"type": "http.response.body", "body": reply.body})


def create_app(store: Store, root: Path = web_server.PUBLIC) -> App:
    """The box office over a store, as an ASGI app. What is refused is refused for all parts alike."""
    return Guard(BoxOffice(store, root), ticket_service.MAX_READ)


def create_server(host: str = HOST, port: int = PORT, store: Store | None = None) -> AsgiServer:
    """The server. Port 0 takes a free one; without a store, bookings are kept in memory. OSError: it is taken."""
    app = create_app(store or Store())
    return AsgiServer((host, port), app, websockets=FEED, max_message=MAX_COMMAND_SIZE)


def main() -> None:
    parser = server_parser("The whole box office: site, REST service and live seats.", PORT)
    add_database(parser)
    options = parser.parse_args()
    logging.basicConfig(format="%(message)s", level=logging.INFO)  # a line for each request
    with (
        one_line_end(options.port, "the port is free again", options.database),
        create_server(port=options.port, store=Store(options.database)) as server,
    ):
        print(f"Started HTTP server at http://{HOST}:{server.server_port}, Ctrl+C ends it", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
