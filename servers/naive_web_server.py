"""Faulty on purpose, never to be used: it hands out every file of yours, obeys scripts, hangs and lies.

    python -m servers.naive_web_server
    curl -i --path-as-is http://127.0.0.1:8001/../web_server.py

It is the web server as beginners write it. Lesson 14 breaks it; `servers/web_server.py` is how it is mended.
"""

import argparse
import mimetypes
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, HTTPServer
from os import sep
from pathlib import Path
from urllib.parse import parse_qs

HOST, PORT = "127.0.0.1", 8001
ROOT = Path(__file__).parent / "public"


class MyHandler(BaseHTTPRequestHandler):
    """The handler as beginners write it; each of its faults is deliberate."""

    def __init__(self, *connection: object, root: Path = ROOT) -> None:
        self.curdir = str(root)
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        if self.path.endswith(".zzz"):
            self.send_response(200)
            self.send_header("Content-type", "text/html")
            self.end_headers()
            day, year = time.localtime()[7], time.localtime()[0]
            self.wfile.write(f"You requested {self.path} on day {day} in {year}".encode())
            return
        try:
            f = open(self.curdir + sep + self.path, encoding="utf-8")
        except:
            self.send_error(404, f"File not found: {self.path}")
            return
        self.send_response(200)
        self.send_header("Content-type", str(mimetypes.guess_type(self.path)[0]))
        self.end_headers()
        self.wfile.write(f.read().encode("utf-8"))
        f.close()

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        form = parse_qs(self.rfile.read(length).decode("utf-8"))
        self.send_response(200)
        self.send_header("Content-type", "text/html")
        self.end_headers()
        self.wfile.write(f"Thank you, {form['name'][0]}. We remind you of {form['show'][0]}.".encode())


def create_server(host: str = HOST, port: int = PORT, root: Path = ROOT) -> HTTPServer:
    """A server that handles one connection at a time. Raises OSError if the port is taken."""
    return HTTPServer((host, port), partial(MyHandler, root=root))


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve files as beginners do, faults and all.")
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    try:
        with create_server(port=port) as server:
            print(f"Started HTTP server at http://{HOST}:{server.server_port}, Ctrl+C ends it", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("Ctrl+C received, the port is free again")
    except OSError as error:
        raise SystemExit(f"Port {port}: {error.strerror}. Choose another with --port") from None


if __name__ == "__main__":
    main()
