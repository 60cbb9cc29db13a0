"""The checks of lesson 14: a server that faces attacks, and clients that send nonsense or nothing."""

import re
import select
import socket
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, urlencode

from checks.media_types import media_type, page_text
from wirelab.checking import Expect, FunctionProbe, Probe, Reply, exercise, shown_text, tags_in

ANSWER = 2.0  # seconds to wait for an answer
PATH_HINTS = ("That is a string, and a Path is asked for.", "Path(string) makes a Path of a string.")

WIND, DOTTED, OTHER_LETTERS = "charts/wind.txt", "charts/1..2.txt", "charts/2027/höhe über null.txt"
NUMBERED = "charts/wind #2.txt"
Hints = str | Sequence[str]
FILES = (WIND, DOTTED, OTHER_LETTERS, "index.txt", "xy%25.txt", NUMBERED)
TRAP_HINTS = (
    "root / path is a trap: a path that begins with / replaces root.",
    'path.lstrip("/") takes the slashes off.',
)
DOTS_HINTS = (
    "Two dots in a path are no proof: they may be part of a name, or lead back into the folder.",
    "resolve() works out where the path leads. Compare its result with the folder, and not the string.",
)
LETTERS_HINT = "A name may have any characters in it: take the path as it is, up to the slash in front."
RELATIVE_HINTS = (
    "That path does not say where its folder is: give the whole path of the file, root included.",
    'found = root / path.lstrip("/"), resolved, is such a path.',
)
ESCAPES_HINT = "The percent escapes are undone already: a % that is left belongs to the name."
INSIDE = [  # path, the file that is meant, what is expected, hints
    (f"/{WIND}", WIND, "finds a file in the folder", TRAP_HINTS),
    ("/index.txt", "index.txt", "finds another file in the folder", TRAP_HINTS),
    (f"/{OTHER_LETTERS}", OTHER_LETTERS, "finds a file with spaces and other letters in its name", LETTERS_HINT),
    (f"/{DOTTED}", DOTTED, "finds a file with two dots in its name", DOTS_HINTS),
    (f"/{NUMBERED}", NUMBERED, "finds a file with a # in its name", LETTERS_HINT),
    ("/charts/../index.txt", "index.txt", "follows .. where it stays in the folder", DOTS_HINTS),
    ("/xy%25.txt", "xy%25.txt", "takes a % in the path as a part of the name", ESCAPES_HINT),
]
LINK_INSIDE = ("/latest.txt", WIND, "follows a link that stays in the folder", DOTS_HINTS)
NO_FILE_HINTS = (
    "is_file() is False for a folder, and where nothing is.",
    "resolve(strict=True) raises an OSError where nothing is: FileNotFoundError is one kind of it, "
    "NotADirectoryError another.",
)
NO_FILES = [  # path, and what is there
    ("/charts/rain.txt", "a file that is not there"),
    ("/charts", "a folder"),
    ("/", "the folder itself"),
    (f"/{WIND}/rain.txt", "a path that goes on behind a file"),
]
OTHER_NAMES = [  # path, and what is there
    (f"/{WIND}?day=1", "a name that goes on with a question mark"),
    ("/ index.txt", "a name that begins with a space"),
]
LEAVING_HINTS = (
    "resolve() works out where a path really leads: dots, links and all.",
    "Compare the resolved path: found.is_relative_to(root.resolve()).",
)
OUTSIDE = [  # path, and how it leads out
    ("/../secret.txt", "/../secret.txt, which steps up with .."),
    ("/charts/../../secret.txt", "/charts/../../secret.txt, which steps down and up again"),
    ("/../site-old/secret.txt", "/../site-old/secret.txt, which leads to a folder whose name begins alike"),
]
LINKS_OUTSIDE = [
    ("/link.txt", "/link.txt, which leads out by a link"),
    ("/old/secret.txt", "/old/secret.txt, where a folder on the way is a link that leads out"),
]
WHOLE_PATH = "the whole path of a secret file, behind one more slash"
NUL_HINTS = (
    "Python raises a ValueError for a name with a NUL in it: no file can have such a name.",
    'except ValueError: return None. Or ask first: "\\0" in path.',
)
OTHER_ROOT_HINTS = (
    "The path is resolved, and root is not. Then they differ, even if both lead to the same folder.",
    "Resolve both before you compare them: found.is_relative_to(root.resolve()).",
)


@exercise(
    "14.1", "Stay in the folder", points=4, of="function",
    learned="A path counts by where it leads: resolve it first, then compare it with the folder.",
)
def stay_in_the_folder(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a folder and a request's path to the file that is meant, a Path; else None.

    None stands for a folder, a file that is not there, and every path that leads out of the folder. What counts
    is where a path leads. Raises Stopped where it hangs.
    """
    with tempfile.TemporaryDirectory() as folder:
        visit = _Visit(function, expect, Path(folder).resolve())
        visit.write_files()
        has_links = visit.make_links()
        _try_paths_inside(visit, has_links)
        _try_paths_outside(visit, has_links)
        _try_other_roots(visit, has_links)


@dataclass(frozen=True)
class _Visit:
    """A learner's function, and a temporary folder with the station's files and some that nobody may read."""

    function: FunctionProbe
    expect: Expect
    top: Path

    @property
    def root(self) -> Path:
        """The folder with the station's files."""
        return self.top / "site"

    def write_files(self) -> None:
        """Write the files in the folder, and two beside it."""
        secrets = [self.top / "secret.txt", self.top / "site-old" / "secret.txt"]
        for file in [*(self.root / name for name in FILES), *secrets]:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("7 knots\n", encoding="utf-8")

    def make_links(self) -> bool:
        """Make links that stay inside and that lead out, and one to the folder. False where the system refuses."""
        try:
            (self.root / "latest.txt").symlink_to(self.root / WIND)
            (self.root / "link.txt").symlink_to(self.top / "secret.txt")
            (self.root / "old").symlink_to(self.top / "site-old", target_is_directory=True)
            (self.top / "www").symlink_to(self.root, target_is_directory=True)
        except OSError:  # Windows asks for a permission that few have
            return False
        return True

    def asks(self, path: str, what: str, *, hints: Hints, file: str = "", root: Path | None = None) -> None:
        """Expect the file that a path means, or None where `file` is empty.

        The temporary folder, whose name differs each time, is shown as `…`.
        """
        root = root or self.root
        got = self._shown(self.function.returns(root, path))
        self.expect.asked = self.expect.asked.replace(repr(root), "root").replace(self.top.as_posix(), "/…")
        if got is None and not self.expect.printed:
            self.expect.returned = ...  # None may be what the function means
        hints = _hints_for(got) or hints if file else hints
        self.expect.equal(got, Path("…", "site", file) if file else None, what, hint=hints)

    def _shown(self, got: object) -> object:
        """Where a path leads, without the temporary folder; the text of anything else without it."""
        if isinstance(got, str):
            return got.replace(str(self.top), "…")
        with suppress(OSError, RuntimeError, ValueError):
            return Path("…") / got.resolve().relative_to(self.top) if isinstance(got, Path) else got
        return got


def _hints_for(got: object) -> Hints:
    """Hints for a value that is no path, or no whole one; none for others."""
    if isinstance(got, str | bytes):
        return PATH_HINTS
    return RELATIVE_HINTS if isinstance(got, Path) and got.parts[:1] not in [("…",), ("/",)] else ()


def _try_paths_inside(visit: _Visit, has_links: bool) -> None:
    """Ask for files in the folder, for some that are not there, and for folders."""
    for path, file, what, hints in [*INSIDE, *([LINK_INSIDE] if has_links else [])]:
        visit.asks(path, what, file=file, hints=hints)
    for path, what in NO_FILES:
        visit.asks(path, f"gives None for {what}", hints=NO_FILE_HINTS)
    for path, what in OTHER_NAMES:
        visit.asks(path, f"gives None for {what}", hints=LETTERS_HINT)


def _try_paths_outside(visit: _Visit, has_links: bool) -> None:
    """Ask for the files beside the folder, in every way in which a path can lead there."""
    whole = (f"/{(visit.top / 'secret.txt').as_posix()}", WHOLE_PATH)
    for path, what in [*OUTSIDE, whole, *(LINKS_OUTSIDE if has_links else [])]:
        visit.asks(path, f"gives None for {what}", hints=LEAVING_HINTS)
    visit.asks(f"/{WIND}\0.png", "gives None for a path with a NUL in it", hints=NUL_HINTS)


def _try_other_roots(visit: _Visit, has_links: bool) -> None:
    """Ask in the same folder, written in other ways."""
    others = [(visit.top / "site-old" / ".." / "site", "has .. in it")]
    others += [(visit.top / "www", "is a link")] if has_links else []
    for root, how in others:
        visit.asks(f"/{WIND}", f"finds a file where root {how}", file=WIND, root=root, hints=OTHER_ROOT_HINTS)
        secret = f"stays in the folder where root {how}"
        visit.asks("/../secret.txt", secret, root=root, hints=LEAVING_HINTS)


@exercise(
    "14.2", "Say it back, safely", points=3,
    learned="Text from a visitor is escaped at the place where it goes into the page.",
)
def say_it_back(station: Probe, expect: Expect) -> None:
    """Check a server that answers `/?name=Ada` with an HTML page that greets Ada, and `/` with one for a visitor.

    The page shows every name and obeys none: no script, no attribute. Raises Stopped where no answer comes.
    """
    reply = station.get("/?name=Ada")
    expect.equal(reply.status, 200, "answers 200 OK")
    _look_for_greeting(reply, expect, "Ada", "greets by the name in the query")
    kind = reply.header("Content-Type")
    expect(media_type(kind) == "text/html", "says that it is HTML", got=kind)
    for name, safe, shows, hints in HOSTILE_NAMES:
        answer = station.get("/?" + urlencode({"name": name}))
        foreign = Counter(tags_in(answer.text)) - Counter(tags_in(reply.text))
        if safe:
            expect(not foreign, safe, got=f"{', '.join(foreign)} of the visitor's", hint=ESCAPE_HINTS)
        _look_for_greeting(answer, expect, name, shows, hints)
    nameless = station.get("/", hint=NO_NAME_HINTS)
    _look_for_greeting(nameless, expect, "visitor", "greets a visitor who gives no name", NO_NAME_HINTS)
    other = station.get("/?nickname=Ada", hint=NO_NAME_HINTS)
    what = "greets a visitor who gives a nickname, and no name"
    _look_for_greeting(other, expect, "visitor", what, OTHER_KEY_HINTS)


def _look_for_greeting(reply: Reply, expect: Expect, name: str, what: str, hints: Hints = ()) -> None:
    """Look in what a browser shows of the page for a greeting of this name, and of no longer one."""
    shown, greeting = shown_text(page_text(reply.content, reply.header("Content-Type"))), f"Welcome, {name}"
    greets = re.search(re.escape(greeting) + r"(?!\w)", shown)
    is_encoded = name not in shown and any(way(name) in shown for way in (quote, quote_plus))
    expect(greets, what, expected=greeting, got=shown, hint=ENCODED_HINTS if is_encoded else hints)


NO_NAME_HINTS = (
    "Not every visitor gives a name: then the query does not have that key.",
    'parse_qs(query).get("name", ["visitor"])[0]',
)
OTHER_KEY_HINTS = (
    "The key is the whole word before the equals sign: nickname is another key than name.",
    "parse_qs(query) takes the query apart into its keys.",
)
ENCODED_HINTS = (
    "The query is percent-encoded: the name has to be decoded before it is shown.",
    "parse_qs(urlsplit(self.path).query) decodes it.",
)
ESCAPE_HINTS = (
    "What the visitor sends becomes part of the page. Which characters are dangerous there?",
    "html.escape() writes them so that they are shown, and not obeyed.",
)
HOSTILE_NAMES = [  # name, what a page does that is safe from it, what one does that shows it, hints to that
    (
        "<script>alert(1)</script>",
        "lets no script of a visitor into the page",
        "shows such a name all the same, character by character",
        ("Do not remove the characters; escape them.", "html.escape(name)"),
    ),
    (
        '" onload="alert(1)',
        "lets no attribute of a visitor into the page",
        "shows quotation marks",
        ("In an attribute a quotation mark ends the value.", "html.escape() writes it as &quot;."),
    ),
    (
        "R&amp;D &lt; 5",
        "",
        "shows & and what follows it, character by character",
        (
            "In HTML, & begins the name of a character. It has to be escaped itself, and before the others.",
            'name.replace("&", "&amp;") comes first; html.escape() does all of them.',
        ),
    ),
    (
        "Ada %41 100%",
        "",
        "shows a percent sign and what follows it, character by character",
        (
            "parse_qs undoes the percent escapes. A % that is left belongs to the name.",
            "Decode the query once: no unquote() before parse_qs or after it.",
        ),
    ),
    (
        "Åsa Łęcka 王芳",
        "",
        "shows the characters of any language",
        (
            "The page is sent as bytes. Which encoding has all characters, and how does a browser know it?",
            'Encode the page with .encode(), and send "text/html; charset=utf-8".',
        ),
    ),
]


LENGTH_NOT_DIGITS_HINTS = (
    "Is it made of the digits 0 to 9 alone? int() also reads a sign, spaces and underscores.",
    "text.isdecimal() tells whether a string is made of digits alone.",
)
RAISED_HINTS = (
    "² is a digit for isdigit(), but none for int(), which raises a ValueError.",
    '"²".isdecimal() is False.',
)
NEGATIVE_HINTS = (
    "read(-1) reads until the client hangs up, and it never does.",
    '"-1".isdecimal() is False.',
)
LONGEST_HINTS = (
    "1000 bytes are not more than 1000: this is the longest form that is read.",
    "413 is for length > 1000, and not for length >= 1000.",
)
TOO_LONG_HINTS = ("Look at the number before you read.", "413 is Content Too Large: more than 1000, and not 1000.")
READ_HINTS = (
    "Read as many bytes as the length says, and no more: read() without a number waits until the client hangs up.",
    "self.rfile.read(int(length)), and then the answer.",
)
TRUE_LENGTH_HINTS = (
    'self.headers.get("Content-Length") is "4" then: digits alone, and no more than 1000. So the answer is 200.',
    "self.send_response(200), and then self.end_headers()",
)
NO_LENGTH_HINTS = ('self.headers.get("Content-Length") is None then.', "411 is Length Required.")
LENGTHS: list[tuple[str, int, int, str, Hints]] = [  # header, bytes that are sent, status, when, hints
    ("Content-Length: 4", 4, 200, "to a form whose length is true", TRUE_LENGTH_HINTS),
    ("Content-Length: 0", 0, 200, "to an empty form", "0 is a length like any other: an empty form has it."),
    (
        "content-length: 7",
        7,
        200,
        "where the name is in small letters",
        "self.headers finds a name in capitals and in small letters.",
    ),
    ("Content-Length: 1000", 1000, 200, "to 1000 bytes", LONGEST_HINTS),
    ("", 0, 411, "where the length is missing", NO_LENGTH_HINTS),
    ("Content-Length: many", 4, 400, "where it is a word", LENGTH_NOT_DIGITS_HINTS),
    ("Content-Length: -1", 0, 400, "where it is negative", NEGATIVE_HINTS),
    ("Content-Length: -20", 20, 400, "where it is another negative number", NEGATIVE_HINTS),
    ("Content-Length: 1.5", 2, 400, "where it is no whole number", LENGTH_NOT_DIGITS_HINTS),
    ("Content-Length: +4", 4, 400, "where it has a sign", LENGTH_NOT_DIGITS_HINTS),
    ("Content-Length: 1_0", 10, 400, "where it has an underscore in it", LENGTH_NOT_DIGITS_HINTS),
    ("Content-Length: \xb2", 2, 400, "where it is a raised 2", RAISED_HINTS),
    (
        "Content-Length:",
        0,
        400,
        "where the header is there, and empty",
        "An empty string is no number, and not None.",
    ),
    ("Content-Length: 1001", 0, 413, "to 1001 bytes", TOO_LONG_HINTS),
    ("Content-Length: 99999999999", 0, 413, "to very many bytes", TOO_LONG_HINTS),
]


@exercise(
    "14.3", "How long is your form?", points=4,
    learned="A server looks at Content-Length before it reads, and refuses one that makes no sense.",
)
def how_long(station: Probe, expect: Expect) -> None:
    """Check a server whose POST looks at Content-Length before it reads: 411 none, 400 no number, 413 over 1000.

    A true length is 200, once the body has come. Raises Stopped where no answer comes, as when it reads what is
    never sent.
    """
    for header, size, status, when, hints in LENGTHS:
        reply = _post(station, header, b"x" * size, READ_HINTS if status == 200 else hints)
        expect.equal(reply.status, status, f"answers {status} {when}", hint=hints)
    _try_half_a_form(station, expect)


def _head(station: Probe, header: str) -> bytes:
    """A POST request up to its body, with this header or none."""
    lines = ["POST / HTTP/1.1", f"Host: {station.host}", *([header] if header else [])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _post(station: Probe, header: str, body: bytes, hints: Hints = ()) -> Reply:
    """The answer to a POST request. Raises Stopped where none comes, with these hints."""
    data, name = _head(station, header) + body, f"a POST with {header or 'no Content-Length'}"
    return station.send(data, name, hint=hints, asked=_as_curl(station, header, len(body)))


def _as_curl(station: Probe, header: str, size: int) -> str:
    """A command that sends such a request: with this header, and a body of this size."""
    before, body = (f"printf '%{size}s' | ", "--data-binary @- ") if size else ("", "-X POST ")
    quoted = f"'{header.replace(':', ';') if header.endswith(':') else header}'"
    if not header.isascii():  # a shell's way to write bytes
        escaped = (letter if letter.isascii() else f"\\x{ord(letter):02x}" for letter in header)
        quoted = f"$'{''.join(escaped)}'"
    word = f"-H {quoted} " if header else ""
    return f"{before}curl -i {body}{word}http://{station.host}/"


def _try_half_a_form(station: Probe, expect: Expect) -> None:
    """Send half of a body, and then the rest: the answer has to wait for it."""
    with station.open_socket(timeout=ANSWER) as client:
        client.sendall(_head(station, "Content-Length: 8") + b"ha\nf")
        _post(station, "", b"")  # another client's request: as long as this takes, an answer may have come
        came_early = _comes(client, 0.05)
        expect.asked = ""
        expect(
            not came_early,
            "waits for the whole body before it answers",
            got="an answer after 4 bytes of 8",
            hint=READ_HINTS,
        )
        answer = b""
        with suppress(OSError):
            client.sendall(b"rest")
            answer = client.recv(1000)
        expect(b" 200" in answer[:13], "answers 200 when the rest has come", got=answer[:13], hint=READ_HINTS)


def _comes(client: socket.socket, seconds: float) -> bool:
    """Whether an answer, or the end of the connection, comes within `seconds`."""
    return bool(select.select([client], [], [], seconds)[0])


SILENT_CLIENTS = [  # what each sends before it falls silent, and what it does
    (b"", "says nothing"),
    (b"", "says nothing, as another does"),
    (b"GET / HTTP/1.1\r\nHost: 127", "stops in the middle of its request"),
]
SLOW_CLIENT, LONGEST_SILENCE, GRACE = 0.4, 2.0, 0.5  # seconds
MEANWHILE_HINTS = (
    "HTTPServer serves one client after the other, so all others wait for the silent one.",
    "ThreadingHTTPServer gives each client a thread of its own.",
)
NO_TIME_HINTS = (
    "The silent clients were not waited for at all: timeout = 0 waits for nobody.",
    "timeout is in seconds: timeout = 1, in the class.",
)
SLOW_CLIENT_HINTS = (
    "The time-out is too short: a client far away may be silent for half a second, and go on.",
    "timeout = 1, in the class, hangs up after one second.",
)
SILENCE_HINTS = (
    "Every silent client costs you a thread. A handler class has a time-out: its attribute timeout.",
    "timeout = 1, in the class, hangs up after one second.",
)
QUICK_HINTS = ("The server is to answer as Quick does.", "ThreadingHTTPServer((host, port), Quick)")
ADDRESS_HINTS = (
    "create_server is told where to listen: use host and port as they come.",
    "ThreadingHTTPServer((host, port), Quick)",
)


@exercise(
    "14.4", "One who says nothing", points=3,
    learned="A silent client gets a time-out, and a thread for each connection lets the others go on.",
)
def one_who_says_nothing(station: Probe, expect: Expect) -> None:
    """Check a server that answers one client while others are silent, and closes the silent ones' connections.

    It waits for half a second at least, and two seconds at most, for each read. Raises Stopped where no answer
    comes meanwhile.
    """
    begin = time.monotonic()
    with ExitStack() as connections:
        silent = [_client(station, connections, start) for start, _ in SILENT_CLIENTS]
        slow = _client(station, connections, b"GET / HT")
        _try_meanwhile(station, expect, silent)
        time.sleep(max(0, begin + SLOW_CLIENT - time.monotonic()))
        _try_slow_client(expect, slow)
        for client, (_, how) in zip(silent, SILENT_CLIENTS, strict=True):
            left = begin + LONGEST_SILENCE + GRACE - time.monotonic()
            what = f"hangs up after two seconds at most on a client that {how}"
            expect(_is_closed(client, left), what, got="the connection stayed open", hint=SILENCE_HINTS)
    _try_address(station, expect)


def _client(station: Probe, connections: ExitStack, start: bytes) -> socket.socket:
    """A client that sends the start of a request, or nothing."""
    client = connections.enter_context(station.open_socket(timeout=ANSWER))
    client.sendall(start)
    return client


def _try_meanwhile(station: Probe, expect: Expect, silent: Sequence[socket.socket]) -> None:
    """GET while the silent clients are there: who is answered when they are gone has waited for them."""
    reply = station.get("/", hint=MEANWHILE_HINTS)
    gone = [client for client in silent if _comes(client, 0)]
    expect.equal(reply.status, 200, "answers 200 OK", hint=QUICK_HINTS)
    expect.equal(reply.text.strip(), "17.5", "says 17.5", hint=QUICK_HINTS)
    expect(
        not gone,
        "answers one client while others are silent",
        got="when it answered, the silent clients were gone",
        hint=NO_TIME_HINTS if getattr(station.named("Quick"), "timeout", None) == 0 else MEANWHILE_HINTS,
    )


def _try_slow_client(expect: Expect, slow: socket.socket) -> None:
    """Send the rest of a request after a while."""
    expect.asked, answer = "", b""
    with suppress(OSError):
        slow.sendall(b"TP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        answer = slow.recv(1000)
    expect(
        b" 200" in answer[:13],
        "waits for a client that pauses for a moment in its request",
        got=answer[:13] or "it had closed the connection",
        hint=SLOW_CLIENT_HINTS,
    )


def _is_closed(client: socket.socket, seconds: float) -> bool:
    """Whether the server closes this connection within `seconds`, whatever it says before."""
    end = time.monotonic() + seconds
    try:
        while _comes(client, max(0, end - time.monotonic())):
            if not client.recv(1000):
                return True
    except OSError:  # it may also reset the connection
        return True
    return False


def _try_address(station: Probe, expect: Expect) -> None:
    """Make a second server, at any free port of this computer."""
    try:
        create: Any = station.server.target
        with create("127.0.0.1", 0) as other:
            host, port = other.server_address[:2]
        got = f"{host}, port {port}"
        is_new = host == "127.0.0.1" and port != station.server.port
    except Exception as error:  # a learner's function may raise anything
        got, is_new = f"{type(error).__name__}: {error}", False
    expect(is_new, "listens at the host and the port that it is given", got=got, hint=ADDRESS_HINTS)
