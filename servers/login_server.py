"""Let the theatre's members log in: a form, a redirect, a session in a cookie, and a logout.

    python -m servers.login_server
    curl -i -d "name=Ada&password=to-be-or-not" http://127.0.0.1:8001/login
"""

import hashlib
import hmac
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from servers.commands.server_command import one_line_end, server_parser
from servers.guard.guarded_handler import GuardedHandler
from servers.guard.guarded_server import GuardedServer
from servers.guard.request_syntax import path_of
from servers.web_server import HTML, Reply, page

HOST, PORT = "127.0.0.1", 8001
MAX_LOGIN = 1000  # bytes of a form
SESSION_AGE = 3600  # seconds after which a session ends by itself
MAX_SESSIONS = 1000
SALT = b"a salt belongs to one password; this course has one"
WORK = {"n": 2**12, "r": 8, "p": 1}  # how much work it is to try one password
LOGIN_PAGE = """<!doctype html>
<html lang="en">
<title>Log in</title>
<form action="login" method="post">
<p><label>Name <input name="name"></label> <label>Password <input name="password" type="password"></label>
<button>Log in</button></p>
</form>
"""
LOGOUT_FORM = '<form action="logout" method="post"><button>Log out</button></form>\n'


def hashed(password: str) -> bytes:
    """What a server keeps in the place of a password: nobody can calculate the password from it (RFC 7914)."""
    return hashlib.scrypt(password.encode(), salt=SALT, **WORK)


MEMBERS = {"Ada": hashed("to-be-or-not")}


@dataclass
class Sessions:
    """Who is logged in: a member and a time for each random string that was given to a browser."""

    found: dict[str, tuple[str, float]] = field(default_factory=dict)

    def begin(self, member: str) -> str:
        """A new session's id, which nobody can guess. The oldest session ends where there are too many."""
        id = secrets.token_urlsafe(32)
        self.found[id] = member, time.monotonic() + SESSION_AGE
        while len(self.found) > MAX_SESSIONS:
            self.found.pop(next(iter(self.found)), None)
        return id

    def member(self, id: str) -> str | None:
        """Whose session this is; None where there is none, or no longer."""
        member, end = self.found.get(id, (None, 0.0))
        return member if time.monotonic() < end else None

    def end(self, id: str) -> None:
        """End a session, if there is one."""
        self.found.pop(id, None)


def cookies_in(header: str) -> dict[str, str]:
    """The cookies of a `Cookie` header, by their names (RFC 6265 §4.2)."""
    pairs = (pair.partition("=") for pair in header.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def session_cookie(id: str, age: int = SESSION_AGE) -> str:
    """A Set-Cookie value. Without Path it is for the folder of the login page, wherever a proxy puts that."""
    return f"session={id}; HttpOnly; SameSite=Lax; Max-Age={age}"


def redirect(to: str, **headers: str) -> Reply:
    """303 See Other: the client asks for another page, by GET. `to` is relative, for whoever is behind a proxy."""
    return page(HTTPStatus.SEE_OTHER, f"Go on at {to}", Location=to, **headers)


def respond(sessions: Sessions, path: str, id: str) -> Reply:
    """The reply to a GET by a browser that sends this session id, or an empty one."""
    member = sessions.member(id)
    if path == "/login":
        return Reply(HTTPStatus.OK, HTML, LOGIN_PAGE.encode(), {"Cache-Control": "no-store"})
    if path == "/account":
        return account(member) if member else redirect("login")
    if path == "/":
        return page(HTTPStatus.OK, "The Tempest, tonight at 19:30. Members find their seats at /account.")
    return page(HTTPStatus.NOT_FOUND, f"There is no {path} here.")


def account(member: str) -> Reply:
    """The page for a member who is logged in."""
    reply = page(HTTPStatus.OK, f"Welcome, {member}. You have seat 12 in The Tempest.")
    return Reply(reply.status, reply.content_type, reply.body + LOGOUT_FORM.encode(), reply.headers)


def respond_to_form(sessions: Sessions, path: str, id: str, form: Mapping[str, list[str]]) -> Reply:
    """The reply to a POST: log in, log out, or 405."""
    if path == "/login":
        return log_in(sessions, id, form.get("name", [""])[0], form.get("password", [""])[0])
    if path == "/logout":
        sessions.end(id)
        return redirect("login", **{"Set-Cookie": session_cookie("", age=0)})
    return page(HTTPStatus.METHOD_NOT_ALLOWED, "This page is for GET and HEAD alone.", Allow="GET, HEAD")


def log_in(sessions: Sessions, id: str, name: str, password: str) -> Reply:
    """Begin a session for a member whose password is right, and end the one before it."""
    if not hmac.compare_digest(hashed(password), MEMBERS.get(name, b"")):  # as long for a name that is not there
        return page(HTTPStatus.FORBIDDEN, "The name or the password is wrong.")
    sessions.end(id)
    return redirect("account", **{"Set-Cookie": session_cookie(sessions.begin(name))})


class MyHandler(GuardedHandler, BaseHTTPRequestHandler):
    """Answers members, and keeps nothing about them but their sessions."""

    def __init__(self, *connection: object, sessions: Sessions) -> None:
        self.sessions = sessions
        super().__init__(*connection)  # type: ignore[arg-type]  # it answers the client in here

    def do_GET(self) -> None:
        self.reply(respond(self.sessions, path_of(self.path) or "", self.session_id()))

    do_HEAD = do_GET

    def do_POST(self) -> None:
        form = parse_qs(self.read_body(MAX_LOGIN).decode("utf-8", "replace"))
        self.reply(respond_to_form(self.sessions, path_of(self.path) or "", self.session_id(), form))

    def session_id(self) -> str:
        """The session that the browser sends, or an empty string."""
        return cookies_in(self.headers.get("Cookie", "")).get("session", "")

    def reply(self, reply: Reply) -> None:
        """Send a reply; to HEAD without its body."""
        self.send_reply(reply.status, reply.content_type, reply.body, reply.headers)


def create_server(
    host: str = HOST, port: int = PORT, sessions: Sessions | None = None
) -> ThreadingHTTPServer:
    """A server with these sessions, or none yet. Port 0 takes a free one. Raises OSError if the port is taken."""
    return GuardedServer((host, port), partial(MyHandler, sessions=sessions or Sessions()))


def main() -> None:
    port = server_parser("Let the theatre's members log in.", PORT).parse_args().port
    with one_line_end(port, "the port is free again"), create_server(port=port) as server:
        print(f"Started HTTP server at http://{HOST}:{server.server_port}, Ctrl+C ends it", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
