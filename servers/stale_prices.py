"""Serve one price in four ways: polling, long polling, a stream of events, and a WebSocket.

    python -m servers.stale_prices
    curl -N http://127.0.0.1:8001/price/events
    curl -X PUT -d 27 http://127.0.0.1:8001/price
"""

import asyncio
import threading
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from servers.commands.server_command import one_line_end, server_parser
from servers.guard.guarded_handler import GuardedHandler
from servers.guard.guarded_server import GuardedServer
from servers.guard.limits import MAX_UNSENT
from servers.guard.own_hosts import own_origins
from servers.guard.preconditions import failed_precondition
from servers.guard.request_syntax import Refused, parse_target
from servers.prices.watched_price import Price, Quote
from servers.seats.client_limits import bounded_options
from servers.seats.handshake import refuse_foreign_host

HOST, PORT = "127.0.0.1", 8001  # the WebSocket gets the next port
MAX_WAIT = 20  # seconds that a long poll waits for a change; up to 30 is safe with proxies (RFC 6202 §5.5)
HEARTBEAT_SECONDS = 15  # of silence in a stream; then a comment shows whether the client is still there
MAX_PRICE_CLIENTS = 600  # of the WebSocket, beside those of HTTP
PRICE_CLOSE_TIMEOUT = 1  # second a WebSocket client has to answer the closing frame, once the server ends
MEDIA_TYPES = {"html": "text/html; charset=utf-8", "text": "text/plain; charset=utf-8", "json": "application/json"}
WHAT_IS_HERE = "Here are /, /live, /price, /price?since=1 and /price/events.\n"
OTHER_PRICE = "This is not the price that you have seen.\n"
LIVE = """<script>
new EventSource("price/events").onmessage = event =>
    document.querySelector("b").textContent = JSON.parse(event.data).price
</script>
"""


def page(quote: Quote, script: str = "") -> str:
    """The page with the price. `script` is HTML at its end, which may keep the price up to date."""
    head = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>The Tempest</title>\n'
    return f"{head}<p>A seat for The Tempest costs <b>{quote.price}</b> euros.</p>\n{script}"


def format_event(quote: Quote | None) -> str:
    """An event of a stream (HTML standard, Server-sent events); a comment, which clients ignore, for None."""
    return f"id: {quote.number}\ndata: {quote}\n\n" if quote else ": still here\n\n"


def parse_integer(text: str, name: str, maximum: int) -> int:
    """The integer from 0 to `maximum` in `text`. Raises Refused (400), which says what `name` has to be."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= maximum):
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name} is a whole number from 0 to {maximum}.")
    return int(text)


class MyHandler(GuardedHandler, BaseHTTPRequestHandler):
    """Serves `price` over HTTP."""

    def __init__(self, *connection: object, price: Price) -> None:
        self.price = price
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        path, query, _ = parse_target(self.path)
        fields = dict(parse_qsl(query, keep_blank_values=True))
        if path in ("/", "/live"):
            self.reply(page(self.price.now(), LIVE if path == "/live" else ""), "html")
        elif path == "/price/events":
            self.stream_events()
        elif path != "/price":
            self.reply(WHAT_IS_HERE, "text", 404)
        elif "since" in fields:
            self.answer_long_poll(fields["since"], fields.get("wait", str(MAX_WAIT)))
        else:
            self.answer_poll()

    do_HEAD = do_GET  # RFC 9110 §9.3.2: the same, without the body

    def do_PUT(self) -> None:
        path = parse_target(self.path).path
        if path == "/price":
            price = parse_integer(self.read_body(10).decode("utf-8", "replace"), "The price", 1000)
            if failed_precondition("PUT", self.headers, tags=[str(self.price.now().number)]):
                self.reply(OTHER_PRICE, "text", 412)
            else:
                self.reply(str(self.price.change(price)))
        elif path in ("/", "/live", "/price/events"):
            self.reply("PUT is for /price alone.\n", "text", 405, Allow="GET, HEAD")
        else:
            self.reply(WHAT_IS_HERE, "text", 404)

    def answer_poll(self) -> None:
        """Answer at once: 304 without a body to a client that has this price already (RFC 9110 §13.1.2)."""
        quote = self.price.now()
        failed = failed_precondition("GET", self.headers, tags=[str(quote.number)])
        if failed == HTTPStatus.PRECONDITION_FAILED:
            self.reply(OTHER_PRICE, "text", 412)
        else:
            self.reply(str(quote), status=failed or 200, ETag=f'"{quote.number}"')

    def answer_long_poll(self, since: str, wait: str) -> None:
        """Answer once there is a price with another number than `since`, or 204 after `wait` seconds.

        Raises Refused if one of the two is not a number.
        """
        number, seconds = parse_integer(since, "since", 10**9), parse_integer(wait, "wait", MAX_WAIT)
        quote = self.price.other_than(number, seconds)
        self.reply(str(quote), status=200 if quote else 204)

    def stream_events(self) -> None:
        """Send server-sent events until the client leaves. A client that comes back names its last event."""
        number = parse_integer(self.headers.get("Last-Event-ID", "0"), "Last-Event-ID", 10**9)
        self.close_connection = True  # the end of the connection is the end of the body
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(OSError):  # the client has left
            while self.command != "HEAD":
                self.wfile.flush()
                quote = self.price.other_than(number, HEARTBEAT_SECONDS)
                self.wfile.write(format_event(quote).encode())
                number = quote.number if quote else number

    def reply(self, text: str, format: str = "json", status: int = 200, **headers: str) -> None:
        """Send a whole reply. `format` is a key of MEDIA_TYPES; `headers` are sent beside type and length."""
        self.send_response(status)
        headers["Cache-Control"] = "no-cache" if "ETag" in headers else "no-store"  # keep it, but ask; or do not
        if status not in (204, 304):  # which have no body
            headers |= {"Content-Type": MEDIA_TYPES[format], "Content-Length": str(len(text.encode()))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and "Content-Length" in headers:
            self.wfile.write(text.encode())


async def onconnect(websocket: ServerConnection, price: Price) -> None:
    """Send the price, and each new one. A slow client may miss some, but never gets an old one."""
    changed = asyncio.Event()
    with price.watched(partial(asyncio.get_running_loop().call_soon_threadsafe, changed.set)):
        sending = asyncio.create_task(send_prices(websocket, price, changed))
        with suppress(ConnectionClosed):
            async for _ in websocket:  # a client has nothing to say, but so we learn when it leaves
                pass
        sending.cancel()


async def send_prices(websocket: ServerConnection, price: Price, changed: asyncio.Event) -> None:
    """Send the price at first, and again whenever `changed` is set, until the client leaves."""
    sent_number = 0
    with suppress(ConnectionClosed):
        while True:
            changed.clear()
            quote = price.now()
            if quote.number != sent_number:  # we may be woken for a change that was sent already
                await websocket.send(str(quote))
                sent_number = quote.number
            await changed.wait()


def create_server(host: str = HOST, port: int = PORT, *, price: Price) -> ThreadingHTTPServer:
    """The HTTP server. Port 0 takes a free one. Raises OSError if the port is taken."""
    return GuardedServer((host, port), partial(MyHandler, price=price))


async def create_feed(port: int, price: Price) -> Server:
    """The WebSocket server at this port, or at a free one if this belongs to another program."""
    handler = partial(onconnect, price=price)
    options = {
        **bounded_options(MAX_PRICE_CLIENTS),
        "origins": [None, own_origins()],
        "process_request": refuse_foreign_host,
        "max_size": 1024,  # bytes: a client has nothing to say
        "write_limit": MAX_UNSENT,
        "close_timeout": PRICE_CLOSE_TIMEOUT,
    }
    try:
        return await serve(handler, HOST, port, **options)
    except OSError:
        return await serve(handler, HOST, 0, **options)


async def run(server: ThreadingHTTPServer, price: Price) -> None:
    """Serve HTTP in a thread and WebSockets in this event loop, until Ctrl+C."""
    async with await create_feed(server.server_port + 1, price) as feed:
        ports = f"http://{HOST}:{server.server_port} and ws://{HOST}:{feed.sockets[0].getsockname()[1]}"
        print(f"Started price server at {ports}, Ctrl+C ends it", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            await feed.serve_forever()
        finally:
            server.shutdown()


def main() -> None:
    port, price = server_parser("Tell one price in four ways.", PORT).parse_args().port, Price()
    with one_line_end(port, "both ports are free again"), create_server(port=port, price=price) as server:
        asyncio.run(run(server, price))


if __name__ == "__main__":
    main()
