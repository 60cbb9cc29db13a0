"""Servers to launch, and how to look at them."""

import os
import socket
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from flask import Flask
from websockets.asyncio.server import ServerConnection

from wirelab import Server

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors are POSIX's")


class Hello(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = f"hello {self.path}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Greeter(BaseHTTPRequestHandler):
    """One that wants a word first, before what a server gives."""

    def __init__(self, word: str, *arguments: Any) -> None:
        self.word = word
        super().__init__(*arguments)

    def do_GET(self) -> None:
        self.wfile.write(f"HTTP/1.0 200 OK\r\n\r\n{self.word}".encode())
        self.log_request(200)


def greet_by_three(request: Any, client_address: Any, server: Any) -> Greeter:
    return Greeter("hello", request, client_address, server)


def make_app() -> Flask:
    app = Flask("shows")
    app.add_url_rule("/", view_func=lambda: "hello from Flask")
    return app


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


MODULE = """
    import argparse
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
    PORT = 8001
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            self.wfile.write(b"hello")
    def main():
        parser = argparse.ArgumentParser()
        parser.add_argument("--port", type=int, default=PORT)
        with ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Hello) as server:
            print("listening")
            server.serve_forever()
    if __name__ == "__main__":
        main()
"""


def get(server: Server, path: str = "/") -> str:
    return requests.get(server.url + path, timeout=5).text


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


IN_A_KERNEL = """
from http.server import BaseHTTPRequestHandler
import requests
from wirelab import launch, servers, stop_all

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        print("in the handler")
        self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")

web = launch(Hello)
"""
