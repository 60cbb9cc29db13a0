"""Answer HTTP with as little work as can be: /small, and /big of 100 MB."""

import argparse
import socketserver

HOST, PORT = "127.0.0.1", 8091
BIG = 100 * 10**6  # bytes
BLOCK = bytes(10**6)


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self) -> None:
        while line := self.rfile.readline():
            while self.rfile.readline() not in (b"\r\n", b""):
                pass
            size = BIG if b"/big" in line else 2
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"ok" * (size == 2))
            for _ in range(size // len(BLOCK)):
                self.wfile.write(BLOCK)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True
    request_queue_size = 128


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    with Server((HOST, parser.parse_args().port), Handler) as server:
        server.serve_forever()


if __name__ == "__main__":
    main()
