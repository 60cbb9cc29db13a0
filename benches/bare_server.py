"""Answer with http.server's own handler class and as little code as will serve one file."""

import argparse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from servers.web_server import PUBLIC

HOST, PORT = "127.0.0.1", 8092
FILE = PUBLIC / "hello.txt"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # else it would be measured how long it waits: 40 ms a request

    def do_GET(self) -> None:
        body = FILE.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    with ThreadingHTTPServer((HOST, parser.parse_args().port), Handler) as server:
        print(f"Started HTTP server at http://{HOST}:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
