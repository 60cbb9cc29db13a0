"""What right answers to the exercises of lesson 14 do."""

import socket
import tempfile
from pathlib import Path

from wirelab.check import Caller, Expect, Probe, exercise

LEAKS = [
    ("/../secret.txt", "steps up with .."),
    ("/charts/../../secret.txt", "steps down and up again"),
    ("//secret.txt", "begins with two slashes"),
    ("/link.txt", "leads out by a link"),
]


@exercise("14.1", "Stay in the folder", points=4, of="function")
def stay_in_the_folder(function: Caller, expect: Expect) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "site"
        (root / "charts").mkdir(parents=True)
        (root / "charts" / "wind.txt").write_text("7 knots\n", encoding="utf-8")
        (root.parent / "secret.txt").write_text("secret\n", encoding="utf-8")
        (root.parent / "site-old").mkdir()
        (root.parent / "site-old" / "secret.txt").write_text("secret\n", encoding="utf-8")
        _inside(function, expect, root)
        _outside(function, expect, root)


def _inside(function: Caller, expect: Expect, root: Path) -> None:
    got = function.returns(root, "/charts/wind.txt")
    expect(
        isinstance(got, Path) and got.resolve() == root / "charts" / "wind.txt",
        "finds a file in the folder",
        got=_told(got, root),
        hint=(
            "root / path is a trap: a path that begins with / replaces root.",
            'path.lstrip("/") takes the slashes off.',
        ),
    )
    got = function.returns(root, "/charts/rain.txt")
    expect(got is None, "gives None for a file that is not there", expected=None, got=_told(got, root))
    got = function.returns(root, "/charts")
    expect(
        got is None,
        "gives None for a folder",
        expected=None,
        got=_told(got, root),
        hint="is_file() tells a file from a folder.",
    )


def _outside(function: Caller, expect: Expect, root: Path) -> None:
    try:
        (root / "link.txt").symlink_to(root.parent / "secret.txt")
        leaks = LEAKS
    except OSError:  # Windows asks for a permission that few have
        leaks = LEAKS[:-1]
    for path, how in [*leaks, ("/../site-old/secret.txt", "leads to a folder whose name begins alike")]:
        got = function.returns(root, path)
        expect(
            not isinstance(got, Path) or not got.exists(),
            f"gives None for {path}, which {how}",
            expected=None,
            got=_told(got, root),
            hint=(
                "resolve() works out where a path really leads: dots, links and all.",
                "Compare the resolved path: found.is_relative_to(root.resolve()).",
            ),
        )
    got = function.returns(root, "/charts/wind.txt\0.png")
    expect(got is None, "gives None for a path with a NUL in it", expected=None, got=_told(got, root))


def _told(got: object, root: Path) -> object:
    """The path without the folder of this run, which has another name each time."""
    return str(got).replace(str(root.parent), "…") if isinstance(got, Path) else got


@exercise("14.2", "Say it back, safely", points=3)
def say_it_back(station: Probe, expect: Expect) -> None:
    reply = station.get("/?name=Ada")
    expect.equal(reply.status, 200, "answers 200 OK")
    expect("Ada" in reply.text, "greets by the name in the query", got=reply.text)
    kind = reply.header("Content-Type")
    expect(kind.startswith("text/html"), "says that it is HTML", got=kind)
    reply = station.get("/?name=%3Cscript%3Ealert(1)%3C%2Fscript%3E")
    expect(
        "<script" not in reply.text.lower(),
        "lets no script of a visitor into the page",
        got=reply.text,
        hint=(
            "What the visitor sends becomes a part of the page. Which letters are dangerous there?",
            "html.escape() writes them so that they are shown, and not obeyed.",
        ),
    )
    expect(
        "&lt;script&gt;" in reply.text,
        "shows such a name all the same, letter by letter",
        expected="... &lt;script&gt;alert(1)&lt;/script&gt; ...",
        got=reply.text,
        hint="Do not throw the letters away; escape them.",
    )
    reply = station.get("/?name=%22%20onload%3D%22alert(1)")
    expect('" onload="' not in reply.text, "escapes quotation marks as well", got=reply.text)
    expect("visitor" in station.get("/").text, "greets a visitor who gives no name")


@exercise("14.3", "How long is your form?", points=4)
def how_long(station: Probe, expect: Expect) -> None:
    def post(length: str, body: bytes) -> int:
        head = f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n"
        name = f"a POST with {length.strip() or 'no Content-Length'}"
        return station.send(head.encode() + body, name).status

    expect.equal(post("Content-Length: 4\r\n", b"17.5"), 200, "answers 200 to a form whose length is true")
    expect.equal(
        post("", b""),
        411,
        "answers 411 where the length is missing",
        hint=('self.headers.get("Content-Length") is None then.', "411 is Length Required."),
    )
    expect.equal(
        post("Content-Length: many\r\n", b"17.5"),
        400,
        "answers 400 where it is no number",
        hint="text.isdigit() tells whether a text is made of digits alone.",
    )
    expect.equal(
        post("Content-Length: -1\r\n", b"17.5"),
        400,
        "answers 400 where it is negative",
        hint=("read(-1) reads until the client hangs up, and it never does.", '"-1".isdigit() is False.'),
    )
    expect.equal(
        post("Content-Length: 99999999999\r\n", b"17.5"),
        413,
        "answers 413 where it is more than 1000",
        hint=("Look at the number before you read.", "413 is Content Too Large."),
    )


@exercise("14.4", "One who says nothing", points=3)
def one_who_says_nothing(station: Probe, expect: Expect) -> None:
    with socket.create_connection(("127.0.0.1", station.server.port), timeout=2):
        reply = station.get("/")  # while the first client is silent
        expect.equal(reply.status, 200, "answers one client while another is silent")
    expect.equal(reply.text.strip(), "17.5", "says 17.5")
    with socket.create_connection(("127.0.0.1", station.server.port), timeout=3) as silent:
        try:
            is_over = silent.recv(1) == b""
        except TimeoutError:
            is_over = False
        except OSError:
            is_over = True
    expect(
        is_over,
        "hangs up on a client that says nothing for two seconds",
        got="the connection stayed open",
        hint=(
            "Every silent client costs you a thread. A handler class has a time-out: its attribute timeout.",
            "timeout = 1, in the class, hangs up after one second.",
        ),
    )
