"""Serve a folder of files, and pages made on the fly.

    python -m servers.web_server
    curl -i http://127.0.0.1:8001/today.zzz
"""

import argparse
import html
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

from servers.guarded_server import Guarded, GuardedServer
from servers.public_files import find
from servers.strict_requests import http_date, is_unchanged, path_of

HOST, PORT = "127.0.0.1", 8001
PUBLIC = Path(__file__).resolve().parent / "public"
FORM = "/reminder"  # the one path that takes a POST
MAX_FORM = 10_000  # bytes
HTML = "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    status: HTTPStatus
    content_type: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)  # what there is beside type and length


def page(status: HTTPStatus, text: str, **headers: str) -> Reply:
    """A page that says `text`, whatever characters it has: `<` comes out as `&lt;`."""
    said = html.escape(text)
    body = f'<!doctype html>\n<html lang="en">\n<title>{status.phrase}</title>\n<p>{said}</p>\n'.encode()
    return Reply(status, HTML, body, {"Cache-Control": "no-store", **headers})


def made_page(path: str, now: time.struct_time) -> Reply:
    """Our own rule: what ends in .zzz is no file, but made for each request."""
    return page(HTTPStatus.OK, f"You requested {path} on day {now.tm_yday} in {now.tm_year}")


def file_page(root: Path, path: str, since: str = "") -> Reply:
    """A file as it is, unless the client has had it `since`."""
    file = find(root, path)
    if file is None:
        return page(HTTPStatus.NOT_FOUND, f"There is no {path} here.")
    changed = min(file.changed, time.time())  # a date to come would be none (RFC 9110 §8.8.2.1)
    headers = {"Last-Modified": http_date(int(changed)), "Cache-Control": "no-cache"}  # keep it, but ask
    if since and is_unchanged(changed, since):
        return Reply(HTTPStatus.NOT_MODIFIED, "", b"", headers)
    try:
        with file.path.open("rb", buffering=0) as opened:  # it is read once, and whole
            return Reply(HTTPStatus.OK, file.content_type, opened.read(), headers)
    except PermissionError:
        return page(HTTPStatus.FORBIDDEN, f"{path} is not for everybody.")


def not_allowed(path: str, methods: str) -> Reply:
    return page(HTTPStatus.METHOD_NOT_ALLOWED, f"{path} is for {methods} alone.", Allow=methods)


def respond(root: Path, target: str, now: time.struct_time, since: str = "") -> Reply:
    """The reply to GET. `target` is what stands in the request line: a path, perhaps with a query."""
    path = path_of(target)
    if path is None:
        return page(HTTPStatus.BAD_REQUEST, "This is no address.")
    if path == FORM:
        return not_allowed(path, "POST")
    return made_page(path, now) if path.endswith(".zzz") else file_page(root, path, since)


def respond_to_form(root: Path, target: str, form: Mapping[str, list[str]]) -> Reply:
    """The reply to POST."""
    if path_of(target) != FORM:
        found = respond(root, target, time.localtime())
        return not_allowed(target, "GET, HEAD") if found.status == HTTPStatus.OK else found
    name, show = form.get("name", [""])[0], form.get("show", [""])[0]
    if not name or not show:
        return page(HTTPStatus.BAD_REQUEST, "Both fields of the form are needed: name and show.")
    return page(HTTPStatus.OK, f"Thank you, {name}. We remind you of {show}.")


class MyHandler(Guarded, BaseHTTPRequestHandler):
    def __init__(self, *connection: object, root: Path = PUBLIC) -> None:
        self.root = root
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        since = self.headers.get("If-Modified-Since", "")
        self.reply(respond(self.root, self.path, time.localtime(), since))

    do_HEAD = do_GET  # RFC 9110 §9.3.2: the same, without the body

    def do_POST(self) -> None:
        form = parse_qs(self.read_body(MAX_FORM).decode("utf-8", "replace"))
        self.reply(respond_to_form(self.root, self.path, form))

    def send_refusal(self, status: HTTPStatus, words: str) -> None:
        self.reply(page(status, words))

    def reply(self, reply: Reply) -> None:
        self.send_reply(reply.status, reply.content_type, reply.body, reply.headers)


def create_server(host: str = HOST, port: int = PORT, root: Path = PUBLIC) -> ThreadingHTTPServer:
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
