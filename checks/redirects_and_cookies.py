"""The checks of lesson 16: what a client does after a redirect, faults in captures, and a login with a session."""

import time
from collections.abc import Sequence
from http.cookiejar import http2time
from itertools import zip_longest
from typing import Any

from wirelab.checking import Expect, FunctionProbe, Probe, Reply, exercise

SAME_HINTS = (
    "307 and 308 say: the same request again, at the other address.",
    "if status in (307, 308): return method",
)
SEE_OTHER_HINTS = (
    "303 says: look at another page. The client does so by GET, whatever it did before, and by HEAD after a HEAD.",
    'if status == 303: return "HEAD" if method == "HEAD" else "GET"',
)
POST_HINTS = (
    "After 301 and 302 a client sends a GET in place of a POST. It leaves other methods as they are.",
    'if status in (301, 302): return "GET" if method == "POST" else method',
)
NO_REDIRECT_HINTS = (
    "This status sends nobody to another address: return None.",
    "Only 301, 302, 303, 307 and 308 are redirects here.",
)
COPY_HINTS = ("304 begins with 3 too, but it says: your copy is still good.", *NO_REDIRECT_HINTS[1:])
REDIRECTS: list[tuple[str, int, str | None, Sequence[str]]] = [  # method, status, the next method, hints
    ("POST", 303, "GET", SEE_OTHER_HINTS),
    ("POST", 302, "GET", POST_HINTS),
    ("POST", 301, "GET", POST_HINTS),
    ("POST", 307, "POST", SAME_HINTS),
    ("POST", 308, "POST", SAME_HINTS),
    ("GET", 301, "GET", POST_HINTS),
    ("GET", 307, "GET", SAME_HINTS),
    ("HEAD", 302, "HEAD", POST_HINTS),
    ("HEAD", 303, "HEAD", SEE_OTHER_HINTS),
    ("PUT", 303, "GET", SEE_OTHER_HINTS),
    ("DELETE", 303, "GET", SEE_OTHER_HINTS),
    ("PROPFIND", 303, "GET", SEE_OTHER_HINTS),
    ("OPTIONS", 303, "GET", SEE_OTHER_HINTS),
    ("PUT", 301, "PUT", POST_HINTS),
    ("DELETE", 302, "DELETE", POST_HINTS),
    ("PATCH", 302, "PATCH", POST_HINTS),
    ("PUT", 308, "PUT", SAME_HINTS),
    ("GET", 200, None, NO_REDIRECT_HINTS),
    ("POST", 201, None, NO_REDIRECT_HINTS),
    ("GET", 304, None, COPY_HINTS),
    ("GET", 404, None, NO_REDIRECT_HINTS),
]


@exercise(
    "16.1", "The request after a redirect", points=2, of="function",
    learned="303 makes a GET, 307 and 308 repeat the request, 301 and 302 turn a POST into a GET.",
)
def request_after_a_redirect(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a method and a status to the method of the next request, or None without a redirect.

    As browsers do it (RFC 9110 §15.4, Fetch standard §4.4). Raises Stopped where it hangs.
    """
    for method, status, then, hints in REDIRECTS:
        what = f"sends {then or 'nothing'} after {method} and {status}"
        expect.equal(function.returns(method, status), then, what, hint=hints)


LOGIN_HINTS = (
    "Entry 2 asks for /readings without a cookie, and entry 1 has set one. For which paths is that cookie?",
    "Path=/login sends it with /login alone, as in entry 3. With Path=/ it goes everywhere.",
)
TWICE_HINTS = (
    "Entry 2 is a reload: the browser repeated its last request. Which answer made a POST the last request?",
    "Entry 1 answers the form with a page. 303 sends the browser to a page, by GET.",
)
LOST_HINTS = (
    "A POST to /readings, then a GET to /v2/readings: the reading never arrived. Which status lets that happen?",
    "Entry 1 answers 301, and the client sends a GET in place of its POST. 308 keeps method and body.",
)
SHAPE_HINTS = (
    "Three things in a tuple: the number of the entry, the word status or Path, and its right value.",
    'return 0, "status", 200',
)
ENTRY_HINTS = (
    "Look for the first response after which something goes wrong. The fault is in it, and shows later.",
    "Entries are counted from 0, as in the listing.",
)
CAPTURES: list[tuple[str, int, str, Sequence[object], Sequence[str]]] = [  # name, entry, what, right values, hints
    ("lost-login", 1, "Path", ("/", "/readings"), LOGIN_HINTS),
    ("sent-twice", 1, "status", (303,), TWICE_HINTS),
    ("lost-reading", 1, "status", (308, 307), LOST_HINTS),
]


@exercise(
    "16.2", "Read a capture and find its fault", points=3, of="function",
    learned="A fault on the wire shows late: look for the first response after which something goes wrong.",
)
def fault_in_a_capture(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a capture's name to its faulty entry, what has to change there, and the right value.

    Raises Stopped where it hangs.
    """
    for name, entry, what, values, hints in CAPTURES:
        got = function.returns(name)
        parts = got if isinstance(got, tuple | list) and len(got) == 3 else (None, None, None)
        expect(parts[0] is not None, f"gives three things for {name}", got=got, hint=SHAPE_HINTS)
        expect.equal(parts[0], entry, f"finds the entry with the fault of {name}", hint=(*ENTRY_HINTS, hints[0]))
        expect.equal(parts[1], what, f"says what is wrong in {name}", hint=hints)
        expect(parts[2] in values, f"says what is right in {name}", got=parts[2], hint=hints)


PASSWORD, SHORTEST = "sunshine", 16  # characters of a session id
LEAST_CHANGE = 12  # characters that differ among four ids: nearly all do in random ones, and few in the time
ALMOST_RIGHT = [("Sunshine", "with a capital"), ("sunshine1", "a longer one"), ("sunshine ", "with a space")]
ALMOST_HINTS = (
    "Any other password is wrong, however much it looks like the right one.",
    'password != "sunshine" compares the whole string as it came.',
)
FORBIDDEN_HINTS = (
    "A wrong password gets 403, and no cookie.",
    "return 403, {} where the password is not sunshine.",
)
SEE_HINTS = (
    "Answer a form with a redirect, so that a reload does not send it again.",
    'return 303, {"Location": "/", "Set-Cookie": ...}',
)
COOKIE_HINTS = (
    "Set-Cookie is the name, =, the value, and then the attributes, each after a semicolon.",
    'f"session={id}; Path=/; HttpOnly; SameSite=Lax"',
)
RANDOM_HINTS = (
    "Whoever guesses the string is logged in. It has to be long and random, and another one each time.",
    "id = secrets.token_urlsafe(32)",
)
KEPT_HINTS = (
    "The server has to know this string when it comes back: keep it in SESSIONS.",
    "SESSIONS.add(id)",
)
OTHERS_HINTS = (
    "Several people may be logged in at once: each one has a session.",
    "SESSIONS.add(id) adds one; SESSIONS.discard(session) takes one away, and no other.",
)
LOGOUT_HINTS = (
    "A copy of the cookie still opens the page: the server has to forget the string as well.",
    "SESSIONS.discard(session)",
)
DELETE_HINTS = (
    "To delete a cookie, set it again with the same name and the same Path, and with Max-Age=0 or a past Expires.",
    '"Set-Cookie": "session=; Path=/; Max-Age=0"',
)
TWICE_OUT_HINTS = (
    "Somebody logs out twice, or without a session: then there is nothing to forget, and that is no error.",
    "discard() does not mind, and remove() raises KeyError.",
)

SAME_AGAIN_HINTS = (
    "Where the id is forgotten already, the browser may still have the cookie: the answer is the same.",
    "One return, without an if, is enough for both.",
)


@exercise(
    "16.3", "Log in at the station", points=4, writes=["log_in", "log_out"],
    learned="A login gives the browser a random string, and a logout makes the server forget it.",
)
def log_in_at_the_station(station: Probe, expect: Expect) -> None:
    """Check a server with a login, sessions in cookies, and a logout. Raises Stopped where no answer comes."""
    wrong = _log_in(station, "rain")
    expect.equal(wrong.status, 403, "answers 403 to a wrong password", hint=FORBIDDEN_HINTS)
    expect(not wrong.has("Set-Cookie"), "sets no cookie for a wrong password",
           got=wrong.header("Set-Cookie"), hint=FORBIDDEN_HINTS)  # fmt: skip
    empty = _log_in(station, "")
    expect.equal(empty.status, 403, "answers 403 to an empty password", hint=FORBIDDEN_HINTS)
    for password, how in ALMOST_RIGHT:
        what = f"answers 403 to an almost right password, {how}"
        expect.equal(_log_in(station, password).status, 403, what, hint=ALMOST_HINTS)
    reply = _log_in(station, PASSWORD)
    expect.equal(reply.status, 303, "answers 303 to the right password", hint=SEE_HINTS)
    expect.equal(reply.header("Location"), "/", "sends the browser to / then", hint=SEE_HINTS)
    ada, ben = _session(reply, expect), _session_of(_log_in(station, PASSWORD))
    expect(ada != ben, "gives each login another session", got=ben, hint=RANDOM_HINTS)
    ids = [ada, ben, *(_session_of(_log_in(station, PASSWORD)) for _ in range(2))]
    changing = sum(len(set(letters)) > 1 for letters in zip_longest(*ids))
    expect(changing >= LEAST_CHANGE, "gives ids of which one does not tell the next", got=ids, hint=RANDOM_HINTS)
    _try_sessions(station, expect, ada, ben)
    _try_logout(station, expect, ada, ben)


def _log_in(station: Probe, password: str) -> Reply:
    return station.post("/login", body=password.encode())


def _attributes(reply: Reply) -> dict[str, str]:
    """The attributes of a Set-Cookie by their names in small letters; the cookie itself has the name "session"."""
    pairs = (part.partition("=") for part in reply.header("Set-Cookie").split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _deletes(reply: Reply) -> bool:
    """Whether an answer deletes the session: by a Max-Age that is not above zero, or else by a date that is past.

    Max-Age goes before Expires (RFC 6265 §5.3).
    """
    attributes = _attributes(reply)
    if attributes.get("path") != "/" or not reply.header("Set-Cookie").startswith("session="):
        return False
    try:
        return int(attributes["max-age"]) <= 0
    except (KeyError, ValueError):
        until = http2time(attributes.get("expires", ""))
        return until is not None and until < time.time()


def _session_of(reply: Reply) -> str:
    return _attributes(reply).get("session", "")


def _session(reply: Reply, expect: Expect) -> str:
    """The session id that a login gives, its cookie looked at."""
    cookie, attributes = reply.header("Set-Cookie"), _attributes(reply)
    expect(cookie.startswith("session="), "sets a cookie with the name session", got=cookie, hint=COOKIE_HINTS)
    expect("httponly" in attributes, "hides the cookie from JavaScript", got=cookie, hint=COOKIE_HINTS)
    same_site = attributes.get("samesite", "").lower()
    is_ours = same_site in ("lax", "strict")
    expect(is_ours, "keeps the cookie from forms of other sites", got=cookie, hint=COOKIE_HINTS)
    expect.equal(attributes.get("path"), "/", "sets the cookie for every path", hint=COOKIE_HINTS)
    id = attributes.get("session", "")
    expect(len(id) >= SHORTEST, "gives a session id that nobody can guess", got=id, hint=RANDOM_HINTS)
    return id


def _page(station: Probe, session: str) -> Reply:
    return station.get("/", headers={"Cookie": f"session={session}"})


def _try_sessions(station: Probe, expect: Expect, ada: str, ben: str) -> None:
    """Both sessions open the page, and what was made up opens nothing."""
    page = _page(station, ada)
    expect.equal(page.status, 200, "shows the reading to a browser that is logged in", hint=KEPT_HINTS)
    expect.equal(_page(station, ben).status, 200, "shows it to a second browser too", hint=OTHERS_HINTS)
    made_up = "sends a browser with a session of its own making to the login"
    expect.equal(_page(station, "x" * 43).status, 303, made_up, hint=KEPT_HINTS)


def _try_logout(station: Probe, expect: Expect, ada: str, ben: str) -> None:
    """Ada leaves, and Ben stays; then she leaves again."""
    leaving: dict[str, Any] = {"headers": {"Cookie": f"session={ada}"}}
    reply = station.post("/logout", **leaving)
    expect.equal(reply.status, 303, "answers 303 to a logout", hint=SEE_HINTS)
    expect.equal(reply.header("Location"), "/login", "sends the browser to /login then", hint=SEE_HINTS)
    expect(_deletes(reply), "deletes the cookie", got=reply.header("Set-Cookie"), hint=DELETE_HINTS)
    copy = _page(station, ada)
    expect.equal(copy.status, 303, "forgets the session: a copy of the cookie opens nothing", hint=LOGOUT_HINTS)
    expect.equal(_page(station, ben).status, 200, "keeps the sessions of others", hint=OTHERS_HINTS)
    again = station.post("/logout", hint=TWICE_OUT_HINTS, **leaving)
    expect.equal(again.status, 303, "lets somebody log out twice", hint=TWICE_OUT_HINTS)
    expect.equal(again.header("Location"), "/login", "sends the browser to /login then too", hint=SAME_AGAIN_HINTS)
    what = "deletes the cookie then too"
    expect(_deletes(again), what, got=again.header("Set-Cookie"), hint=SAME_AGAIN_HINTS)
