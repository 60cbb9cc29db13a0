"""Serve a folder of files, and pages made on the fly.

    python -m servers.web_server
    curl -i http://127.0.0.1:8001/today.zzz
"""

import argparse
import html
import mimetypes
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

HOST, PORT = "127.0.0.1", 8001
PUBLIC = Path(__file__).parent / "public"
MAX_FORM = 10_000  # bytes
TIMEOUT = 10  # seconds a client may be silent
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    status: HTTPStatus
    content_type: str
    body: bytes


def page(status: HTTPStatus, text: str) -> Reply:
    """A page that says `text`, whatever characters it has: `<` comes out as `&lt;`."""
    said = html.escape(text)
    return Reply(status, HTML, f"<!doctype html>\n<title>{status.phrase}</title>\n<p>{said}</p>\n".encode())


def made_page(path: str, now: time.struct_time) -> Reply:
    """Our own rule: what ends in .zzz is no file, but made for each request."""
    return page(HTTPStatus.OK, f"You requested {path} on day {now.tm_yday} in {now.tm_year}")


def file_below(root: Path, path: str) -> Path | None:
    """The file that `path` names, unless it lies outside of `root` (CWE-22) or is not there."""
    if "\0" in path or "\\" in path:
        return None
    try:
        found = (root / path.lstrip("/")).resolve(strict=True)
        found = (found / "index.html").resolve(strict=True) if found.is_dir() else found
    except (OSError, RuntimeError):  # no such file, a name too long, links in a circle
        return None
    return found if found.is_file() and found.is_relative_to(root.resolve()) else None


def file_page(root: Path, path: str) -> Reply:
    found = file_below(root, path)
    if found is None:
        return page(HTTPStatus.NOT_FOUND, f"There is no {path} here.")
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return Reply(HTTPStatus.OK, f"{kind}; charset=utf-8" if kind.startswith("text/") else kind, found.read_bytes())


def path_of(target: str) -> str | None:
    """The path in a request line's target, decoded once, after it was split; None if there is none."""
    try:
        return unquote(urlsplit(target).path)
    except ValueError:
        return None


def respond(root: Path, target: str, now: time.struct_time) -> Reply:
    """The reply to GET. `target` is what stands in the request line: a path, perhaps with a query."""
    path = path_of(target)
    if path is None:
        return page(HTTPStatus.BAD_REQUEST, "This is no address.")
    return made_page(path, now) if path.endswith(".zzz") else file_page(root, path)


def respond_to_form(target: str, form: Mapping[str, list[str]]) -> Reply:
    """The reply to POST."""
    if path_of(target) != "/reminder":
        return page(HTTPStatus.NOT_FOUND, "There is no form here.")
    name, show = form.get("name", [""])[0], form.get("show", [""])[0]
    if not name or not show:
        return page(HTTPStatus.BAD_REQUEST, "Both fields of the form are needed: name and show.")
    return page(HTTPStatus.OK, f"Thank you, {name}. We remind you of {show}.")


class MyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # the connection stays open, so every reply states its length
    wbufsize = -1  # headers and body leave together; else each reply waits 40 ms for the client
    timeout = TIMEOUT

    def __init__(self, *connection: object, root: Path = PUBLIC) -> None:
        self.root = root
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        self.close_connection |= "Content-Length" in self.headers  # a body, which nobody reads
        self.reply(respond(self.root, self.path, time.localtime()))

    do_HEAD = do_GET  # RFC 9110 §9.3.2: the same, without the body

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if not length.isascii() or not length.isdigit():
            self.refuse(HTTPStatus.LENGTH_REQUIRED, "Say in Content-Length how long the form is.")
        elif len(length) > 9 or int(length) > MAX_FORM:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A form has at most {MAX_FORM} bytes.")
        else:
            self.wfile.flush()  # a client may wait for "100 Continue" before it sends the form
            form = self.rfile.read(int(length)).decode("utf-8", "replace")
            self.reply(respond_to_form(self.path, parse_qs(form)))

    def refuse(self, status: HTTPStatus, text: str) -> None:
        self.close_connection = True  # the body was not read: what follows is no request
        self.reply(page(status, text))

    def reply(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)


def create_server(host: str = HOST, port: int = PORT, root: Path = PUBLIC) -> ThreadingHTTPServer:
    return ThreadingHTTPServer((host, port), partial(MyHandler, root=root))


def main() -> None:
    parser = argparse.ArgumentParser(description="Serve a folder of files, and pages made on the fly.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--root", type=Path, default=PUBLIC, help="the folder (default: the box office)")
    wanted = parser.parse_args()
    try:
        with create_server(port=wanted.port, root=wanted.root) as server:
            print(f"Started HTTP server at http://{HOST}:{server.server_port}, Ctrl+C ends it", flush=True)
            server.serve_forever()
    except KeyboardInterrupt:
        print("Ctrl+C received, the port is free again")
    except OSError as error:
        raise SystemExit(f"Port {wanted.port}: {error.strerror}. Choose another with --port") from None


if __name__ == "__main__":
    main()
