"""Each fault of the naive server is there, and web_server answers the same request as it should."""

import socket
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from links import may_link
from plain_http import CLOSE, exchange, get, post

from servers import naive_web_server, web_server
from wirelab import Server, launch

# Where it fails, the naive server leaves its file open, too.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SECRET = b"the secret"
PICTURE = b"\x89PNG\r\n\x1a\n\xff\xfe"
FORM = b"name=Ada&show=Hamlet"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a file, a page, a picture and a link out of it, and a secret beside it."""
    root = tmp_path / "public"
    (root / "folder").mkdir(parents=True)
    (root / "hello.txt").write_text("Welcome", encoding="utf-8")
    (root / "the stage.txt").write_text("boards", encoding="utf-8")
    (root / "picture.png").write_bytes(PICTURE)
    (tmp_path / "secret.txt").write_bytes(SECRET)
    may_link(root / "link.txt", tmp_path / "secret.txt")
    return root


@pytest.fixture
def naive(root: Path) -> Server:
    return launch(partial(naive_web_server.create_server, root=root), port=0, name="naive")


@pytest.fixture
def mended(root: Path) -> Server:
    return launch(partial(web_server.create_server, root=root), port=0, name="mended")


@dataclass(frozen=True)
class Fault:
    """A request, a piece of the naive answer that shows the fault, and how the mended answer begins."""

    request: bytes
    shown_by: bytes  # not in the mended answer
    mended: bytes


def ok(request: bytes, shown_by: bytes) -> Fault:
    return Fault(request, shown_by, b"HTTP/1.1 200 OK\r\n")


def not_found(request: bytes, shown_by: bytes) -> Fault:
    return Fault(request, shown_by, b"HTTP/1.1 404 Not Found\r\n")


FAULTS = {
    "a path leads out of the folder": not_found(get(b"/../secret.txt", CLOSE), SECRET),
    "a link leads out of the folder": not_found(get(b"/link.txt", CLOSE), SECRET),
    "a path is a script": ok(get(b"/<script>alert(1)</script>.zzz", CLOSE), b"<script>"),
    "a query is a script": not_found(get(b"/x?<script>alert(1)</script>.zzz", CLOSE), b"<script>"),
    "a form is a script": ok(
        post(b"/reminder", b"name=%3Cscript%3E&show=x", b"Content-Length: 24", CLOSE), b"<script>"
    ),
    "a path stands in the status line": not_found(get(b"/<b>", CLOSE), b"HTTP/1.0 404 File not found: /<b>\r\n"),
    "a query is taken for a part of the name": ok(get(b"/hello.txt?seat=1", CLOSE), b" 404 "),
    "a name is not decoded": ok(get(b"/the%20stage.txt", CLOSE), b" 404 "),
    "a folder is not there": Fault(get(b"/folder", CLOSE), b" File not found", b"HTTP/1.1 404 Not Found\r\n"),
    "a head is unheard of": ok(get(b"/hello.txt", CLOSE).replace(b"GET", b"HEAD"), b" 501 "),
    "a form needs no form": Fault(
        post(b"/hello.txt", FORM, b"Content-Length: 20", CLOSE), b" 200 ", b"HTTP/1.1 405 "
    ),
    "a request needs no host": Fault(b"GET /hello.txt HTTP/1.1\r\n\r\n", b" 200 ", b"HTTP/1.1 400 "),
    "a request needs no version": Fault(b"GET /hello.txt\r\n\r\n", b"Welcome", b"HTTP/1.1 400 "),
    "a wrong word has no status": Fault(b"HELLO\r\n\r\n", b"Error code: 400", b"HTTP/1.1 400 Bad Request\r\n"),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_the_fault_is_there_and_is_mended(naive: Server, mended: Server, fault: Fault) -> None:
    assert fault.shown_by in exchange(naive, fault.request)
    reply = exchange(mended, fault.request)
    assert reply.startswith(fault.mended)
    assert fault.shown_by not in reply


FAILING = {
    "no length": (post(b"/reminder", FORM), b"411"),
    "a length that is no number": (post(b"/reminder", FORM, b"Content-Length: ten"), b"400"),
    "no field": (post(b"/reminder", b"name=Ada", b"Content-Length: 8"), b"400"),
    "no utf-8": (post(b"/reminder", b"name=\xff", b"Content-Length: 6"), b"400"),
}


@pytest.mark.parametrize("request_", ["no length", "a length that is no number"])
def test_a_form_without_a_length_gets_no_answer_at_all(naive: Server, request_: str) -> None:
    assert exchange(naive, FAILING[request_][0]) == b""


def test_a_form_without_a_field_is_200_and_an_empty_page(naive: Server) -> None:
    reply = exchange(naive, FAILING["no field"][0])
    assert reply.startswith(b"HTTP/1.0 200 OK\r\n")
    assert reply.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("request_", "status"), FAILING.values(), ids=FAILING)
def test_a_form_that_is_none_is_told_so(mended: Server, request_: bytes, status: bytes) -> None:
    assert exchange(mended, request_, more=False).startswith(b"HTTP/1.1 " + status)


def test_a_picture_is_200_and_an_empty_body(naive: Server, mended: Server) -> None:
    reply = exchange(naive, get(b"/picture.png"))
    assert reply.startswith(b"HTTP/1.0 200 OK\r\n")
    assert reply.endswith(b"Content-type: image/png\r\n\r\n")
    assert exchange(mended, get(b"/picture.png", CLOSE)).endswith(b"\r\n\r\n" + PICTURE)


def test_an_answer_does_not_say_how_long_it_is(naive: Server, mended: Server) -> None:
    assert b"Content-Length" not in exchange(naive, get(b"/hello.txt"))
    assert b"\r\nContent-Length: 7\r\n" in exchange(mended, get(b"/hello.txt", CLOSE))


def test_a_text_does_not_say_how_it_is_encoded(naive: Server, mended: Server) -> None:
    assert b"charset" not in exchange(naive, get(b"/hello.txt"))
    assert b"charset=utf-8" in exchange(mended, get(b"/hello.txt", CLOSE))


def test_a_file_of_no_known_type_is_called_none(naive: Server, mended: Server, root: Path) -> None:
    (root / "x.unheard-of").write_text("x", encoding="utf-8")
    assert b"Content-type: None\r\n" in exchange(naive, get(b"/x.unheard-of"))
    assert b"Content-Type: application/octet-stream\r\n" in exchange(mended, get(b"/x.unheard-of", CLOSE))


def test_a_file_that_may_not_be_read_is_404_too(
    naive: Server, mended: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(naive_web_server, "open", refuse, raising=False)
    monkeypatch.setattr(Path, "open", refuse)
    assert exchange(naive, get(b"/hello.txt")).startswith(b"HTTP/1.0 404 ")
    assert exchange(mended, get(b"/hello.txt", CLOSE)).startswith(b"HTTP/1.1 403 Forbidden\r\n")


def test_a_fault_of_its_own_is_404_too(naive: Server, mended: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of order")

    with monkeypatch.context() as patch:
        patch.setattr(naive_web_server, "open", fail, raising=False)
        patch.setattr(Path, "open", fail)
        assert exchange(naive, get(b"/hello.txt")).startswith(b"HTTP/1.0 404 ")
        assert exchange(mended, get(b"/hello.txt", CLOSE)).startswith(b"HTTP/1.1 500 Internal Server Error\r\n")


# One client that blocks all -----------------------------------------------------------------------------


def connect(server: Server, sent: bytes) -> socket.socket:
    client = socket.create_connection(("127.0.0.1", server.port), timeout=20)
    client.sendall(sent)
    return client


def is_answered(server: Server, request: bytes) -> bool:
    """Whether an answer comes within a second."""
    with connect(server, request) as client:
        client.settimeout(1)
        try:
            return client.recv(5) == b"HTTP/"
        except TimeoutError:
            return False


HELLO = get(b"/hello.txt", CLOSE)
NEGATIVE = post(b"/reminder", FORM, b"Content-Length: -1")
BLOCKING = {
    "a client that says nothing": b"",
    "a client in the middle of a line": b"GET /hel",
    "a form of a negative length": NEGATIVE,
    "a form that does not come": post(b"/reminder", b"", b"Content-Length: 20"),
}


@pytest.mark.parametrize("sent", BLOCKING.values(), ids=BLOCKING)
def test_one_client_blocks_all_others_until_it_leaves(naive: Server, sent: bytes) -> None:
    with connect(naive, sent):
        assert not is_answered(naive, HELLO)
    assert is_answered(naive, HELLO)


@pytest.mark.parametrize("sent", BLOCKING.values(), ids=BLOCKING)
def test_one_client_blocks_nobody(mended: Server, sent: bytes) -> None:
    with connect(mended, sent):
        assert is_answered(mended, HELLO)


def test_a_form_of_a_negative_length_waits_until_the_client_leaves(naive: Server, mended: Server) -> None:
    assert not is_answered(naive, NEGATIVE)
    assert is_answered(mended, NEGATIVE)


def test_a_client_may_be_silent_for_ever(naive: Server, mended: Server) -> None:
    assert naive_web_server.MyHandler.timeout is None
    assert web_server.MyHandler.timeout


# What keeps it from doing harm --------------------------------------------------------------------------


def test_its_first_line_says_that_it_is_faulty_and_not_to_be_used() -> None:
    first = (naive_web_server.__doc__ or "").splitlines()[0]
    assert first.startswith("Faulty on purpose, never to be used: ")


@pytest.mark.parametrize("create", [naive_web_server.create_server, web_server.create_server])
def test_a_server_listens_on_loopback_unless_told_otherwise(create: Callable[..., object]) -> None:
    assert (create.__defaults__ or ())[0] == "127.0.0.1"  # type: ignore[attr-defined]
