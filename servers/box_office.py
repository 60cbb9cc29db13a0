"""The whole box office at one address: its site, its REST service and its live seats.

    python -m servers.box_office
    curl -i http://127.0.0.1:8001/api/
"""

import argparse
import socket
import sqlite3
from contextlib import ExitStack
from functools import partial
from http import HTTPStatus
from pathlib import Path

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from servers import ticket_service, web_server
from servers.guarded_server import GuardedServer
from servers.live_feed import carry, feed_of
from servers.ticket_store import Store

HOST, PORT = "127.0.0.1", 8001
API, FEED = "/api", "/feed"  # how the paths of the service and of the feed begin; the site has all others
SWITCH = {"Connection": "upgrade", "Upgrade": "websocket"}  # RFC 9110 §7.8
MOST = 1000  # connections; each page of live seats keeps one


class OfficeHandler(web_server.MyHandler):
    """Asks whoever is responsible for the path. It knows nothing of shows and seats itself."""

    server: "BoxOffice"

    def answer(self) -> None:
        if is_below(self.path, FEED):
            self.pass_through()
        elif is_below(self.path, API):
            self.ask_service()
        else:
            self.ask_site()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = answer

    def ask_site(self) -> None:
        method = getattr(super(), f"do_{self.command}", None)
        if method is None:
            self.reply(web_server.not_allowed(self.path, "GET, HEAD"))
        else:
            method()

    def ask_service(self) -> None:
        """Call the Flask app as a WSGI server does (PEP 3333)."""
        body = self.read_body(ticket_service.MAX_BODY) if self.length else b""
        prefix = self.headers.get("X-Forwarded-Prefix", "")  # of a proxy before us, such as Jupyter's
        if prefix:
            self.headers.replace_header("X-Forwarded-Prefix", prefix + API)
        environ = EnvironBuilder(
            path=self.path.removeprefix(API) or "/",
            base_url=f"http://{self.headers['Host']}{API}",
            method=self.command,
            headers=list(self.headers.items()),
            data=body,
        ).get_environ()
        self.send_wsgi(Response.from_app(self.server.service, environ, buffered=True))

    def send_wsgi(self, response: Response) -> None:
        body = response.get_data()
        self.send_response(response.status_code)
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def pass_through(self) -> None:
        """Be a wire to the feed until one side hangs up. What crosses it is no longer HTTP (RFC 6455 §1.2)."""
        if self.headers.get("Upgrade", "").lower() != "websocket":
            return self.reply(web_server.page(HTTPStatus.UPGRADE_REQUIRED, "Connect with ws://", **SWITCH))
        self.close_connection = True
        target = self.path.removeprefix(FEED)
        lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in self.headers.items()), "", ""]
        with socket.create_connection(self.server.feed_address) as feed:
            # Nothing else has come yet: a client waits for the answer before it sends frames (§4.1).
            feed.sendall("\r\n".join(lines).encode("latin-1"))
            carry(self.connection, feed)
        return None


def is_below(target: str, prefix: str) -> bool:
    return target.split("?")[0] == prefix or target.startswith(f"{prefix}/")


class BoxOffice(GuardedServer):
    """Site, service and feed over one store. Closing it tells those who watch the seats."""

    most = MOST

    def __init__(self, address: tuple[str, int], store: Store, root: Path) -> None:
        self.running = ExitStack()  # first: where the port is taken, the server is closed at once
        super().__init__(address, partial(OfficeHandler, root=root))
        self.service = ticket_service.create_app(store)
        self.feed_address = self.running.enter_context(feed_of(store))

    def server_close(self) -> None:
        self.running.close()
        super().server_close()


def create_server(host: str = HOST, port: int = PORT, store: Store | None = None) -> BoxOffice:
    return BoxOffice((host, port), store or Store(), web_server.PUBLIC)


def main() -> None:
    parser = argparse.ArgumentParser(description="The whole box office: site, REST service and live seats.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--database", metavar="FILE", default=":memory:", help="where to keep bookings")
    wanted = parser.parse_args()
    try:
        with create_server(port=wanted.port, store=Store(wanted.database)) as server:
            print(f"Started HTTP server at http://{HOST}:{server.server_port}, Ctrl+C ends it", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("Ctrl+C received, the port is free again")
    except OSError as error:
        raise SystemExit(f"Port {wanted.port}: {error.strerror}. Choose another with --port") from None
    except sqlite3.Error as error:
        raise SystemExit(f"Database {wanted.database}: {error}. Choose another with --database") from None


if __name__ == "__main__":
    main()
