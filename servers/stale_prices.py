"""Tell one price in four ways: when asked, once it has changed, as a stream of events, over a WebSocket.

    python -m servers.stale_prices
    curl -N http://127.0.0.1:8001/price/events
    curl -X PUT -d 27 http://127.0.0.1:8001/price
"""

import argparse
import asyncio
import threading
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from servers.guarded_server import Guarded, GuardedServer
from servers.strict_requests import Refused
from servers.ticket_price import Price, Quote

HOST, PORT = "127.0.0.1", 8001  # the WebSocket gets the next port
LONGEST = 20  # seconds that a request waits for news; up to 30 is safe with proxies (RFC 6202 §5.5)
HEARTBEAT = 15  # seconds of silence in a stream, then a comment, which shows whether the client is still there
PATIENCE = 1  # second a WebSocket client has to say goodbye, once the server ends
HTML, TEXT, JSON = "text/html; charset=utf-8", "text/plain; charset=utf-8", "application/json"
LIVE = """<script>
new EventSource("price/events").onmessage = event =>
    document.querySelector("b").textContent = JSON.parse(event.data).price
</script>
"""


def page(quote: Quote, script: str = "") -> str:
    head = '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n<title>The Tempest</title>\n'
    return f"{head}<p>A seat for The Tempest costs <b>{quote.price}</b> euros.</p>\n{script}"


def event(quote: Quote | None) -> str:
    """An event of a stream (HTML standard, Server-sent events); a comment, if there is nothing to tell."""
    return f"id: {quote.number}\ndata: {quote}\n\n" if quote else ": still here\n\n"


def whole(text: str, name: str, most: int) -> int:
    """The whole number from 0 to `most` that `text` is. Raises Refused if it is none."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and int(text) <= most):
        raise Refused(HTTPStatus.BAD_REQUEST, f"{name} is a whole number from 0 to {most}.")
    return int(text)


class MyHandler(Guarded, BaseHTTPRequestHandler):
    def __init__(self, *connection: object, price: Price) -> None:
        self.price = price
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        asked = dict(parse_qsl(query, keep_blank_values=True))
        if path in ("/", "/live"):
            self.reply(page(self.price.now(), LIVE if path == "/live" else ""), HTML)
        elif path == "/price/events":
            self.stream()
        elif path != "/price":
            self.reply("Here are /, /live, /price, /price?since=1 and /price/events.\n", TEXT, 404)
        elif "since" in asked:
            self.answer_later(asked["since"], asked.get("wait", str(LONGEST)))
        else:
            self.answer_now()

    do_HEAD = do_GET  # RFC 9110 §9.3.2: the same, without the body

    def do_PUT(self) -> None:
        if self.path == "/price":
            price = whole(self.read_body(10).decode("utf-8", "replace"), "The price", 1000)
            self.reply(str(self.price.change(price)))
        else:
            self.reply("PUT is for /price alone.\n", TEXT, 405, Allow="GET, HEAD")

    def answer_now(self) -> None:
        """For polling. Who has this price already gets no body (RFC 9110 §13.1.2)."""
        quote = self.price.now()
        tag = f'"{quote.number}"'
        status = 304 if self.headers.get("If-None-Match") == tag else 200
        self.reply(str(quote), status=status, ETag=tag)

    def answer_later(self, since: str, wait: str) -> None:
        """For long polling: no answer until there is another price than the one that the client has."""
        number, seconds = whole(since, "since", 10**9), whole(wait, "wait", LONGEST)
        quote = self.price.other_than(number, seconds)
        self.reply(str(quote), status=200 if quote else 204)

    def stream(self) -> None:
        """Server-sent events: a response without an end. Who comes back says which event it had last."""
        number = whole(self.headers.get("Last-Event-ID", "0"), "Last-Event-ID", 10**9)
        self.close_connection = True  # the end of the connection is the end of the body
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(OSError):  # the client has left
            while self.command != "HEAD":
                self.wfile.flush()
                quote = self.price.other_than(number, HEARTBEAT)
                self.wfile.write(event(quote).encode())
                number = quote.number if quote else number

    def reply(self, text: str, kind: str = JSON, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        headers["Cache-Control"] = "no-cache" if "ETag" in headers else "no-store"  # keep it, but ask; or do not
        if status not in (204, 304):  # which have no body
            headers |= {"Content-Type": kind, "Content-Length": str(len(text.encode()))}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD" and "Content-Length" in headers:
            self.wfile.write(text.encode())


async def onconnect(websocket: ServerConnection, price: Price) -> None:
    """Send the price, and each new one. A slow client misses some, but never gets an old one."""
    changed = asyncio.Event()
    with price.watched(partial(asyncio.get_running_loop().call_soon_threadsafe, changed.set)):
        sending = asyncio.create_task(send_prices(websocket, price, changed))
        with suppress(ConnectionClosed):
            async for _ in websocket:  # it has nothing to say, but so we hear when it leaves
                pass
        sending.cancel()


async def send_prices(websocket: ServerConnection, price: Price, changed: asyncio.Event) -> None:
    told = 0
    with suppress(ConnectionClosed):
        while True:
            changed.clear()
            quote = price.now()
            if quote.number != told:  # we may be woken for a change that we have told already
                await websocket.send(str(quote))
                told = quote.number
            await changed.wait()


def create_server(host: str = HOST, port: int = PORT, *, price: Price) -> ThreadingHTTPServer:
    return GuardedServer((host, port), partial(MyHandler, price=price))


async def create_feed(port: int, price: Price) -> Server:
    """The WebSocket server, at another port where that one belongs to another program."""
    handler = partial(onconnect, price=price)
    try:
        return await serve(handler, HOST, port, close_timeout=PATIENCE)
    except OSError:
        return await serve(handler, HOST, 0, close_timeout=PATIENCE)


async def run(server: ThreadingHTTPServer, price: Price) -> None:
    async with await create_feed(server.server_port + 1, price) as feed:
        ports = f"http://{HOST}:{server.server_port} and ws://{HOST}:{feed.sockets[0].getsockname()[1]}"
        print(f"Started price server at {ports}, Ctrl+C ends it", flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            await feed.serve_forever()
        finally:
            server.shutdown()


def main() -> None:
    parser = argparse.ArgumentParser(description="Tell one price in four ways.")
    parser.add_argument("--port", type=int, default=PORT)
    wanted, price = parser.parse_args(), Price()
    try:
        with create_server(port=wanted.port, price=price) as server:
            asyncio.run(run(server, price))
    except KeyboardInterrupt:
        print("Ctrl+C received, both ports are free again")
    except OSError as error:
        raise SystemExit(f"Port {wanted.port}: {error.strerror}. Choose another with --port") from None


if __name__ == "__main__":
    main()
