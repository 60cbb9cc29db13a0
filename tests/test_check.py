"""check() tells five verdicts apart, and shows expected against got."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection

from wirelab import check, launch, patience
from wirelab.check import _EXERCISES, MIME, Expect, Probe, Verdict, exercise
from wirelab.errors import UnknownExercise


@pytest.fixture(autouse=True)
def exercises() -> Iterator[None]:
    """Two exercises for these tests alone."""

    @exercise("0.1", "Say hello", points=3)
    def say_hello(web: Probe, expect: Expect) -> None:
        reply = web.get("/")
        expect(reply.status == 200, "answers 200 OK", got=reply.status)
        expect(reply.text == "hello", "says hello", got=reply.text, hint="letter by letter")

    @exercise("0.2", "Send it back")
    def send_it_back(feed: Probe, expect: Expect) -> None:
        one, two = feed.talk("one", "two")
        expect((one, two) == ("one", "two"), "sends both back", got=(one, two))

    yield
    del _EXERCISES["0.1"], _EXERCISES["0.2"]


def handler(reply: bytes) -> type[BaseHTTPRequestHandler]:
    def do_GET(self: BaseHTTPRequestHandler) -> None:
        self.wfile.write(reply)

    return type("Handler", (BaseHTTPRequestHandler,), {"do_GET": do_GET})


def ok(body: bytes) -> bytes:
    return b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


def failing(error: Exception) -> type[BaseHTTPRequestHandler]:
    def do_GET(self: BaseHTTPRequestHandler) -> None:
        raise error

    return type("Failing", (BaseHTTPRequestHandler,), {"do_GET": do_GET})


def test_a_right_answer_is_passed() -> None:
    result = check("0.1", launch(handler(ok(b"hello")), port=0))
    assert repr(result) == "Exercise 0.1, Say hello: passed\n  ✓ answers 200 OK\n  ✓ says hello"


def test_a_wrong_answer_shows_what_came_and_a_hint() -> None:
    result = check("0.1", launch(handler(ok(b"Hello")), port=0))
    assert result.verdict is Verdict.WRONG
    assert "  ✓ answers 200 OK\n  ✗ says hello\n    got: 'Hello'\n    try it: curl -i http://" in repr(result)
    assert repr(result).endswith("\nHint: letter by letter")


def test_an_empty_answer_is_shown_as_such() -> None:
    assert "✗ says hello\n    got: ''\n" in repr(check("0.1", launch(handler(ok(b"")), port=0)))


def test_a_stub_is_not_started() -> None:
    result = check("0.1", launch(failing(NotImplementedError("your code here")), port=0))
    assert repr(result) == "Exercise 0.1, Say hello: not started yet"


@pytest.mark.parametrize("nothing", [..., None])
def test_dots_are_not_started(nothing: Any) -> None:
    assert check("0.1", nothing).verdict is Verdict.NOT_STARTED


def test_an_exception_is_a_crash_with_its_line() -> None:
    result = check("0.1", launch(failing(KeyError("name")), port=0))
    assert result.verdict is Verdict.CRASHED
    assert "Your code failed with KeyError: 'name'\n  do_GET, line " in repr(result)


def test_a_failure_of_an_earlier_request_is_not_held_against_a_later_one() -> None:
    class Once(BaseHTTPRequestHandler):
        failed = False

        def do_GET(self) -> None:
            if not Once.failed:
                Once.failed = True
                raise KeyError("name")
            self.wfile.write(ok(b"hello"))

    server = launch(Once, port=0)
    assert [check("0.1", server).verdict for _ in range(2)] == [Verdict.CRASHED, Verdict.PASSED]


def test_a_stopped_server_is_not_running() -> None:
    server = launch(handler(b""), port=0)
    server.stop()
    assert "your server is not running\nRun the cell with launch() again" in repr(check("0.1", server))


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (b"", "✗ answers GET /\n    got: it closed the connection without an answer"),
        (b"hello\n", "✗ begins with a status line\n    got: 'hello'"),
        (b"X: 1\r\nHTTP/1.0 200 OK\r\n\r\nhello", "✗ begins with a status line\n    got: 'X: 1'"),
        (
            b"HTTP/1.0 200 OK\r\nContent-Length: 9\r\n\r\nhello",
            "✗ sends as many bytes as it promised\n    got: it promised 9 and sent 5",
        ),
        (b"HTTP/1.0 abc OK\r\n\r\nhello", "✗ begins with a status line"),
        (b"\x00\xff\xfe" * 50, "✗ begins with a status line"),
    ],
)
def test_nonsense_is_a_sentence_and_no_traceback(reply: bytes, said: str) -> None:
    assert said in repr(check("0.1", launch(handler(reply), port=0)))


def test_a_server_that_hangs_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            over.wait(20)

    monkeypatch.setattr(patience, "ANSWER", 0.3)
    over = threading.Event()
    result = check("0.1", launch(Silent, port=0))
    over.set()
    assert "got: it gave no answer within 0.3 s" in repr(result)


async def both(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


async def only_one(websocket: ServerConnection) -> None:
    await websocket.send(await websocket.recv())


async def fails(websocket: ServerConnection) -> None:
    raise KeyError("seat")


async def stub(websocket: ServerConnection) -> None:
    raise NotImplementedError("your code here")


@pytest.mark.parametrize(
    ("onconnect", "verdict"),
    [(both, "passed"), (only_one, "not right yet"), (fails, "your code crashed"), (stub, "not started yet")],
)
def test_websocket_servers_are_checked(onconnect: Any, verdict: str) -> None:
    assert check("0.2", launch(onconnect, port=0)).verdict == verdict


def test_the_message_without_an_answer_is_named() -> None:
    result = check("0.2", launch(only_one, port=0))
    assert "✗ answers the message 'two'\n    got: it closed the connection without an answer" in repr(result)


def test_a_value_can_be_checked_too() -> None:
    assert [check("00.1", value).verdict for value in (200, "200", 404, ...)] == [
        Verdict.PASSED,
        Verdict.WRONG,
        Verdict.WRONG,
        Verdict.NOT_STARTED,
    ]


def test_an_unknown_exercise_names_those_there_are() -> None:
    with pytest.raises(UnknownExercise, match=r"no exercise '12.99': there are .*12\.1"):
        check("12.99", ...)


def test_a_result_is_shown_as_text_html_and_json() -> None:
    bundle = check("0.1", launch(handler(ok(b"<script>")), port=0))._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "text/html", MIME}
    assert "<script>" not in bundle["text/html"]
    about = json.loads(json.dumps(bundle[MIME]))
    assert (about["exercise"], about["points"], about["verdict"]) == ("0.1", 3, "not right yet")
    finding = about["findings"][1]
    assert (finding["what"], finding["passed"], finding["got"]) == ("says hello", False, "'<script>'")
    assert about["hints"] == ["letter by letter"]
