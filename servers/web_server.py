"""Serve a folder of files, and pages made on the fly.

    python -m servers.web_server
    curl -i http://127.0.0.1:8001/today.zzz
"""

import argparse
import html
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from servers.guard.guarded_handler import GuardedHandler
from servers.guard.guarded_server import GuardedServer
from servers.guard.noncharacters import NONCHARACTERS
from servers.guard.preconditions import Headers, failed_precondition
from servers.guard.public_files import find_file
from servers.guard.request_syntax import http_date, path_of

HOST, PORT = "127.0.0.1", 8001
PUBLIC = Path(__file__).resolve().parent / "public"
FORM = "/reminder"  # the one path that takes a POST
MAX_FORM = 10_000  # bytes
HTML = "text/html; charset=utf-8"
NOT_AS_SEEN = "This is not what you have seen."
NOT_IN_HTML = re.compile(f"[\\0-\\x08\\x0b\\x0e-\\x1f\\x7f-\\x9f{NONCHARACTERS}]")  # HTML standard, 13.1.4
NO_HEADERS: Headers = {}


@dataclass(frozen=True)
class Reply:
    """What a request is answered with. `headers` are those beside Content-Type and Content-Length."""

    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def page(status: HTTPStatus, text: str, **headers: str) -> Reply:
    """A page with `text`, whatever characters it has: `<` comes out as `&lt;`. `headers` are sent with it."""
    escaped = html.escape(NOT_IN_HTML.sub("\N{REPLACEMENT CHARACTER}", text))
    body = f'<!doctype html>\n<html lang="en">\n<title>{status.phrase}</title>\n<p>{escaped}</p>\n'.encode()
    return Reply(status, HTML, body, {"Cache-Control": "no-store", **headers})


def made_page(path: str, now: time.struct_time) -> Reply:
    """The page for a path that ends in .zzz: it is no file, but made for each request."""
    return page(HTTPStatus.OK, f"You requested {path} on day {now.tm_yday} in {now.tm_year}")


def file_page(root: Path, path: str, conditions: Headers) -> Reply:
    """The file that `path` names: 200, 304 or 412 by the `conditions` among the client's headers, 403 or 404."""
    file = find_file(root, path)
    if file is None:
        return page(HTTPStatus.NOT_FOUND, f"There is no {path} here.")
    changed = min(file.changed, time.time())  # a date to come would be none (RFC 9110 §8.8.2.1)
    headers = {"Last-Modified": http_date(int(changed)), "Cache-Control": "no-cache"}  # keep it, but ask
    if failed := failed_precondition("GET", conditions, modified=changed):
        return page(failed, NOT_AS_SEEN) if failed != HTTPStatus.NOT_MODIFIED else Reply(failed, "", b"", headers)
    try:
        with file.path.open("rb", buffering=0) as opened:  # it is read once, and whole
            return Reply(HTTPStatus.OK, file.content_type, opened.read(), headers)
    except PermissionError:
        return page(HTTPStatus.FORBIDDEN, f"{path} is not for everybody.")


def not_allowed(path: str) -> Reply:
    """405, with the methods that this path has."""
    methods = "POST" if path == FORM else "GET, HEAD"
    return page(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} is for {methods} alone.", Allow=methods)


def respond(root: Path, target: str, now: time.struct_time, headers: Headers = NO_HEADERS) -> Reply:
    """The reply to GET. `target` is what stands in the request line: a path, perhaps with a query."""
    path = path_of(target)
    if path is None:
        return page(HTTPStatus.BAD_REQUEST, "This is no address.")
    if path == FORM:
        return not_allowed(path)
    return made_page(path, now) if path.endswith(".zzz") else file_page(root, path, headers)


def respond_to_form(root: Path, target: str, form: Mapping[str, list[str]]) -> Reply:
    """The reply to POST. `form` has a list of values for each field, as urllib.parse.parse_qs gives it."""
    if path_of(target) != FORM:
        return respond_to_other(root, target)
    name, show = form.get("name", [""])[0], form.get("show", [""])[0]
    if not name or not show:
        return page(HTTPStatus.BAD_REQUEST, "Both fields of the form are needed: name and show.")
    return page(HTTPStatus.OK, f"Thank you, {name}. We remind you of {show}.")


def respond_to_other(root: Path, target: str) -> Reply:
    """The reply to a method that this path does not have: 405, or what is wrong with the path."""
    found = respond(root, target, time.localtime())
    return not_allowed(path_of(target) or target) if found.status == HTTPStatus.OK else found


class MyHandler(GuardedHandler, BaseHTTPRequestHandler):
    """Serves the folder `root`, a path without symbolic links in it."""

    def __init__(self, *connection: object, root: Path = PUBLIC) -> None:
        self.root = root
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        self.reply(respond(self.root, self.path, time.localtime(), self.headers))

    do_HEAD = do_GET  # RFC 9110 §9.3.2: the same, without the body

    def do_POST(self) -> None:
        form = parse_qs(self.read_body(MAX_FORM).decode("utf-8", "replace"))
        self.reply(respond_to_form(self.root, self.path, form))

    def send_refusal(self, status: HTTPStatus, message: str) -> None:
        self.reply(page(status, message))

    def reply(self, reply: Reply) -> None:
        """Send a reply; to HEAD without its body."""
        self.send_reply(reply.status, reply.content_type, reply.body, reply.headers)


def create_server(host: str = HOST, port: int = PORT, root: Path = PUBLIC) -> ThreadingHTTPServer:
    """A server for the folder `root`. Port 0 takes a free one. Raises OSError if the port is taken."""
    return GuardedServer((host, port), partial(MyHandler, root=root.resolve()))


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
