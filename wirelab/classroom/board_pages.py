"""Answer for each path of a board: a page's file, a WebSocket, or nothing to be found."""

import re
from dataclasses import dataclass
from hmac import compare_digest
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers
from websockets.http11 import Response

PAGE_FOLDER = Path(__file__).parent / "pages"
KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".json": "application/json",
}
PUBLIC_PARTS = ("join.html", "join.css", "join.js")  # what those may read who have no key
PAGE_NAME = re.compile(r"[a-z][a-z0-9_-]*\.[a-z]+")
PLAIN_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]+")
BOARD_POLICY = (
    "default-src 'self'; img-src 'self' data:; connect-src 'self'{}; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self' http://127.0.0.1:* http://localhost:*"
)


@dataclass(frozen=True)
class Place:
    """What a path leads to: `who` is "everyone", "instructor" or "room", and `name` the rest of the path."""

    who: str
    name: str


@dataclass(frozen=True)
class Keys:
    """The two words in addresses that let somebody in. `base` is where the board stands, as in /services/board."""

    instructor: str
    room: str
    base: str = ""

    def place(self, path: str) -> Place | None:
        """Where a path leads to; None where there is nothing, or the key is wrong."""
        if not path.startswith(f"{self.base}/"):
            return None
        first, slash, rest = path.removeprefix(f"{self.base}/").partition("/")
        if not slash:
            return Place("everyone", first)
        for who, key in (("instructor", self.instructor), ("room", self.room)):
            if compare_digest(first.encode("utf-8", "surrogateescape"), key.encode()):
                return Place(who, rest)
        return None


def file_of(place: Place) -> Path | None:
    """The file that a place shows, or None."""
    first_pages = {"everyone": "join.html", "instructor": "instructor.html", "room": "room.html"}
    name = place.name or first_pages[place.who]
    if not PAGE_NAME.fullmatch(name) or (place.who == "everyone" and name not in PUBLIC_PARTS):
        return None
    path = PAGE_FOLDER / name
    return path if path.suffix in KINDS and path.is_file() else None


def answer(status: HTTPStatus, body: bytes, kind: str, host: str = "") -> Response:
    """A whole response. `host` is what the client calls us: its WebSockets may come there."""
    sockets = f" ws://{host} wss://{host}" if PLAIN_HOST.fullmatch(host) else ""
    headers = Headers(
        {
            "Content-Type": kind,
            "Content-Length": str(len(body)),
            "Content-Security-Policy": BOARD_POLICY.format(sockets),
            "Cache-Control": "no-store",
            "Referrer-Policy": "no-referrer",  # the key stands in the address
            "X-Content-Type-Options": "nosniff",
            "Connection": "close",
        }
    )
    return Response(int(status), status.phrase, headers, body)


def refusal(status: HTTPStatus, words: str) -> Response:
    """A response that says why not."""
    return answer(status, f"{words}\n".encode(), "text/plain; charset=utf-8")


def page(place: Place, host: str) -> Response | None:
    """The response with the file of a place, or None."""
    path = file_of(place)
    return answer(HTTPStatus.OK, path.read_bytes(), KINDS[path.suffix], host) if path else None
