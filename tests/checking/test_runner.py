"""check() tells five verdicts apart, and shows expected against got."""

import asyncio
import hashlib
import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests
import websockets
from flask import Response
from hostile import Answer as Hostility
from hostile import agrees, drips, floods, hangs_after, over, serve
from websockets.asyncio.server import ServerConnection

from wirelab import check, launch
from wirelab.building.kernel_client import Kernel
from wirelab.checking import MIME, Answer, Expect, FunctionProbe, Probe, Verdict, exercise, timeouts
from wirelab.checking.exercises import _EXERCISES
from wirelab.checking.runner import RUN_YOUR_CELL, hints
from wirelab.conversation.http_messages import Request
from wirelab.errors import UnknownExercise


@pytest.fixture(autouse=True)
def exercises() -> Iterator[None]:
    """Exercises for these tests alone."""

    @exercise("0.1", "Say hello", points=3)
    def say_hello(web: Probe, expect: Expect) -> None:
        reply = web.get("/")
        expect(reply.status == 200, "answers 200 OK", got=reply.status)
        expect(reply.text == "hello", "says hello", got=reply.text, hint="letter by letter")

    @exercise("0.2", "Send it back")
    def send_it_back(feed: Probe, expect: Expect) -> None:
        one, two = feed.talk("one", "two")
        expect((one, two) == ("one", "two"), "sends both back", got=(one, two))

    @exercise("0.3", "Double it", points=2, of="function")
    def double_it(function: FunctionProbe, expect: Expect) -> None:
        expect.equal(function.returns(2), 4, "doubles 2", hint=("look", "look again"))
        expect.equal(function.returns(3), 6, "doubles 3", hint="and the other")

    @exercise("0.4", "The number 1", of="value")
    def number(value: Any, expect: Expect) -> None:
        expect.equal(value, 1, "is the number 1")

    @exercise("0.5", "Ask for the seats", of="function")
    def ask(client: FunctionProbe, expect: Expect) -> None:
        def answer(request: Request) -> Answer:
            if request.target == "/hang":
                over.wait(1)
            return Answer()

        visit = client.calls_server(answer)
        expect(visit.requests, "asks")

    hints.reset()
    yield
    for id in ("0.1", "0.2", "0.3", "0.4", "0.5"):
        del _EXERCISES[id]


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
    assert "not right yet\n  ✗ says hello\n    got: 'Hello'\n    try it: curl -i http://" in repr(result)
    assert repr(result).endswith("\nHint: letter by letter\nBeside it:\n  ✓ answers 200 OK")


@pytest.mark.parametrize(
    ("body", "hint"),
    [(b"", "self.wfile.write(body) sends it"), (b"hell", "Content-Length is the number of bytes")],
)
def test_a_body_that_does_not_come_gets_another_hint_than_a_short_one(body: bytes, hint: str) -> None:
    [first] = check("0.1", launch(handler(b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n" + body), port=0)).hints
    assert hint in first


def test_an_empty_answer_is_shown_as_such() -> None:
    assert "✗ says hello\n    got: ''\n" in repr(check("0.1", launch(handler(ok(b"")), port=0)))


def test_a_stub_is_not_started() -> None:
    result = check("0.1", launch(failing(NotImplementedError("your code here")), port=0))
    assert repr(result) == f"Exercise 0.1, Say hello: not started yet\n{RUN_YOUR_CELL}"


@pytest.fixture
def stages() -> Iterator[None]:
    """Two exercises of one notebook; the second stands on the first, and on a server beside its own."""

    @exercise("0.8", "Keep it", writes=["keep"])
    def keep_it(web: Probe, expect: Expect) -> None:
        web.get("/")

    @exercise("0.9", "Show it", writes=["show"])
    def show_it(web: Probe, expect: Expect) -> None:
        web.get("/")
        web.beside("Keeping").get("/")

    yield
    for id in ("0.8", "0.9"):
        del _EXERCISES[id]


class Keeping(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.keep()

    def keep(self) -> None:
        raise NotImplementedError("your code here")


@pytest.mark.usefixtures("stages")
def test_a_stub_of_another_exercise_comes_first() -> None:
    result = check("0.9", launch(Keeping, port=0))
    assert repr(result) == (
        "Exercise 0.9, Show it: not started yet\nExercise 0.8, Keep it, comes first: keep is not written yet."
    )
    said = repr(check("0.8", launch(Keeping, port=0)))
    assert said == f"Exercise 0.8, Keep it: not started yet\n{RUN_YOUR_CELL}"


@pytest.mark.usefixtures("stages")
def test_what_fails_in_a_server_beside_belongs_to_the_check() -> None:
    shown = launch(handler(ok(b"")), port=0)
    with launch(Keeping, port=0):
        assert "Exercise 0.8, Keep it, comes first" in repr(check("0.9", shown))
    result = repr(check("0.9", shown))
    assert "✗ has the server Keeping beside it\n    got: it is not running" in result
    assert "Hint: Run the cells with launch() again" in result


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

    monkeypatch.setattr(timeouts, "ANSWER", 0.3)
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


# What is handed in --------------------------------------------------------------------------------------


async def coroutine_of(websocket: Any) -> None: ...


@pytest.mark.parametrize(
    ("id", "target", "verdict", "said"),
    [
        ("0.1", BaseHTTPRequestHandler, "your server is not running", "what launch() returned"),
        ("0.1", "http://127.0.0.1:8001", "your server is not running", "what launch() returned"),
        ("0.1", 8001, "your server is not running", "what launch() returned"),
        ("0.3", 3, "not right yet", "That is no function any more"),
        ("0.3", "double", "not right yet", "That is no function any more"),
    ],
)
def test_the_wrong_kind_of_thing_gets_advice(id: str, target: Any, verdict: str, said: str) -> None:
    result = check(id, target)
    assert (result.verdict, result.earned) == (verdict, 0.0)
    assert said in result.said


@pytest.mark.parametrize(
    ("id", "said"),
    [
        ("0.2", "hand in what launch() returned"),
        ("0.3", "without brackets"),
        ("0.4", "write await in front of it"),
    ],
)
def test_a_call_that_nobody_awaited_gets_advice_and_no_warning(
    id: str, said: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert said in check(id, coroutine_of(None)).said
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("id", ["0.1", "0.2", "0.3", "0.4"])
@pytest.mark.parametrize("nothing", [..., None])
def test_nothing_is_not_started_whatever_is_asked_for(id: str, nothing: Any) -> None:
    assert check(id, nothing).verdict is Verdict.NOT_STARTED


@pytest.mark.parametrize("id", [12.1, None, ["12.1"], "", "12.99"])
def test_an_id_that_is_none_is_told(id: Any) -> None:
    with pytest.raises(UnknownExercise, match="there is no exercise"):
        check(id, ...)


class Hostile:
    def __getattr__(self, name: str) -> Any:
        raise KeyError(name)

    def __eq__(self, other: object) -> bool:
        raise KeyError("eq")

    def __repr__(self) -> str:
        raise KeyError("repr")

    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize("id", ["0.3", "0.4"])
@pytest.mark.parametrize(
    "value",
    [Hostile(), lambda *_: Hostile(), "x" * 10**7, "\ud800\x1b[31m", float("nan")],
    ids=["hostile", "gives hostile", "long", "unprintable", "nan"],
)
def test_whatever_the_value_a_check_says_something(id: str, value: Any) -> None:
    result = check(id, value)
    assert result.verdict in (Verdict.WRONG, Verdict.CRASHED)
    assert len(json.dumps(result._repr_mimebundle_(), ensure_ascii=False).encode()) < 20_000


@pytest.mark.parametrize("value", [True, 1.5, "1", [1]])
def test_what_is_not_the_number_is_wrong(value: Any) -> None:
    assert check("0.4", value).verdict is Verdict.WRONG


# Functions -----------------------------------------------------------------------------------------------


def not_written(number: int) -> int:
    raise NotImplementedError("your code here")


async def not_written_either(number: int) -> int:
    raise NotImplementedError("your code here")


def crashes(number: int) -> int:
    return number["two"]  # type: ignore[index, no-any-return]


def never_returns(number: int) -> int:
    while True:
        pass


async def doubles_later(number: int) -> int:
    return 2 * number


@pytest.mark.parametrize(
    ("function", "verdict"),
    [
        (lambda number: 2 * number, Verdict.PASSED),
        (doubles_later, Verdict.WRONG),
        (lambda number: 5, Verdict.WRONG),
        (lambda: 5, Verdict.CRASHED),
        (crashes, Verdict.CRASHED),
        (never_returns, Verdict.WRONG),
        (not_written, Verdict.NOT_STARTED),
        (not_written_either, Verdict.NOT_STARTED),
    ],
)
def test_functions_get_their_verdict(function: Any, verdict: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "ANSWER", 0.3)
    assert check("0.3", function).verdict is verdict


def test_a_library_that_cannot_do_something_is_no_stub() -> None:
    def asks_too_much(number: int) -> None:
        asyncio.AbstractEventLoop().run_forever()

    assert check("0.3", asks_too_much).verdict is Verdict.CRASHED


@pytest.mark.parametrize(
    ("client", "advice"),
    [
        (
            lambda url: requests.get("http://127.0.0.1:9", timeout=1),
            "It reached no server: does it use the address",
        ),
        (lambda url: requests.get(url.removeprefix("http://"), timeout=1), "It reached no server"),
        (lambda url: requests.get(url + "/hang", timeout=0.1), "It waited for an answer that did not come"),
        (lambda url: io.BytesIO().write(url), "The wire carries bytes"),
        (lambda url: hashlib.sha1(url), "A hash is made of bytes"),
        (lambda url: url.encode() ^ b"key", "A single byte is a number"),
        (lambda url: url / 5, "float() makes a number of text"),
        (lambda url: "number " + 5, "float() makes a number of text"),
        (lambda url: "Summit " + url.encode(), "concatenate str"),
        (lambda url: json.dumps({"reading": Response()}), "jsonify makes a whole response"),
        (lambda url: threading.Condition().wait(), "the wait in that block"),
        (lambda url: websockets.connect("ws://127.0.0.1:9").send(url), "That is no connection yet"),
        (lambda url: [][-1], "how long is it?"),
        (lambda url: url.startswith(None), "Something is None there"),
        (lambda url: json.loads("warm"), "What came is no JSON"),
    ],
)
def test_a_client_that_reaches_nothing_gets_advice(client: Any, advice: str) -> None:
    result = check("0.5", client)
    assert result.verdict is Verdict.CRASHED
    assert advice in result.said


@pytest.mark.parametrize(
    ("source", "advice"),
    [
        ("Welcome", "A string needs quotes"),
        ("b'17.5'.encode()", "Bytes need no encode()"),
        ("'17.5'.decode()", "A string needs no decode()"),
        ("b'17.5' + '17.5'", "encode() the string"),
        ("('image/png', None).startswith('text/')", "That is a tuple"),
        ("[].strip()", "That is a list"),
        ("{}['name']", "There is no such key"),
        ("'°'.encode('ascii')", "UTF-8 has all of them"),
        ("'station' + None", "An argument may be None"),
        ("[first for first, second in ['1']]", "as many names as there are values"),
        ("json.dumps({1})", "JSON can hold"),
    ],
)
def test_an_exception_that_says_little_gets_advice(source: str, advice: str) -> None:
    def fails(number: int) -> Any:
        return eval(source, {"json": json})

    result = check("0.3", fails)
    assert result.verdict is Verdict.CRASHED
    assert advice in result.said


def test_a_name_that_is_local_by_its_assignment_is_explained() -> None:
    class Counter:
        count = 0

        def add(self) -> None:
            count += 1  # type: ignore[name-defined]  # noqa: F821, F841

    result = check("0.3", lambda number: Counter().add())
    assert "written with the class in front of it" in result.said


def test_a_crash_that_came_after_a_wrong_value_is_told_as_a_later_one() -> None:
    def differs(number: int) -> int:
        return number if number == 2 else {}[number]

    assert check("0.3", differs).said.startswith("Later in this check, your code failed with KeyError: 3")
    assert check("0.3", lambda number: {}[number]).said.startswith("Your code failed with KeyError: 2")


# Hints, points, time -------------------------------------------------------------------------------------


def test_hints_come_one_by_one_and_no_more_than_there_are() -> None:
    given = [list(check("0.3", lambda number: 5).hints) for _ in range(4)]
    assert given == [["look"], ["look", "look again"], ["look", "look again"], ["look", "look again"]]


def test_a_crash_gets_the_hint_of_the_expectation_that_was_missed_by_it() -> None:
    assert list(check("0.3", crashes).hints) == ["look"]


def test_an_exception_in_a_server_is_not_blamed_on_the_bytes_before_it() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "5")
            self.end_headers()
            raise KeyError("name")

    result = check("0.1", launch(Handler, port=0))
    assert result.verdict is Verdict.CRASHED
    assert list(result.hints) == []


def test_what_is_right_gets_no_hint() -> None:
    check("0.3", lambda number: 5)
    assert check("0.3", lambda number: 2 * number).hints == ()


def test_hints_are_those_of_the_first_expectation_that_is_missed() -> None:
    assert list(check("0.3", lambda number: 4).hints) == ["and the other"]


def test_a_crash_gets_the_hint_of_the_call_that_crashed() -> None:
    assert list(check("0.3", lambda number: {}[number]).hints) == ["look"]


def test_points_are_given_in_part() -> None:
    earned = [check("0.3", function).earned for function in (lambda n: 5, lambda n: 4, lambda n: 2 * n)]
    assert earned == [0.0, 1.0, 2.0]


def test_a_crash_counts_as_one_expectation_more() -> None:
    assert check("0.3", lambda number: 4 if number == 2 else {}[number]).earned == 1.0  # type: ignore[index]


@pytest.mark.parametrize(
    "answer",
    [
        hangs_after(b""),
        drips(b"HTTP/1.1 200 OK\r\n\r\n", b"a", 0.05),
        floods(b"", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
        agrees(floods(b"", b"\x89\x00")),
    ],
)
def test_a_check_ends(answer: Hostility) -> None:
    result = check("0.2" if "agrees" in answer.__qualname__ else "0.1", serve(answer))
    assert result.verdict is Verdict.WRONG
    assert "Traceback" not in repr(result)


def test_many_slow_answers_end_too() -> None:
    @exercise("0.9", "Wait")
    def wait(web: Probe, expect: Expect) -> None:
        for number in range(9):
            expect(web.get(f"/{number}").status == 200, f"answers /{number}")

    slow = serve(lambda peer, _: (over.wait(1.5), peer.sendall(ok(b"hello"))))
    result = check("0.9", slow)
    del _EXERCISES["0.9"]
    assert result.findings[-1].got == "it gave no answer within 4 s, the time of a whole check"


# The end of a server ---------------------------------------------------------------------------------------


def test_a_server_that_ends_during_the_check_is_not_running() -> None:
    class Last(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.stop()

    server = launch(Last, port=0)
    result = check("0.1", server)
    assert result.verdict is Verdict.NOT_RUNNING
    assert "It ended while it was checked." in result.said


MODULE = """
import argparse, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        {body}
parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
ThreadingHTTPServer(("127.0.0.1", parser.parse_args().port), Station).serve_forever()
"""


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("self.wfile.write(b'HTTP/1.0 200 OK\\r\\n\\r\\nhello')", Verdict.PASSED),
        ("pass", Verdict.WRONG),
        ("{}['seat']", Verdict.CRASHED),
        ("raise NotImplementedError('your code here')", Verdict.NOT_STARTED),
        ("os._exit(3)", Verdict.NOT_RUNNING),
    ],
)
def test_a_module_is_checked_like_any_other(
    body: str, verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    name = f"station_{len(body)}"
    (tmp_path / f"{name}.py").write_text(MODULE.format(body=body), encoding="utf-8")
    with launch(name, port=0) as server:
        assert check("0.1", server).verdict is verdict


def test_a_fault_in_a_module_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "faulty_station.py").write_text(MODULE.format(body="{}['seat']"), encoding="utf-8")
    with launch("faulty_station", port=0) as server:
        said = check("0.1", server).said
        assert said.startswith("Your code failed with KeyError: 'seat'\n  do_GET, line 6: {}['seat']\n")


def test_a_fault_after_the_client_has_left_is_a_crash_each_time() -> None:
    async def forgets(websocket: ServerConnection) -> None:
        async for message in websocket:
            await websocket.send(message)
        raise KeyError("left")

    server = launch(forgets, port=0)
    assert {check("0.2", server).verdict for _ in range(20)} == {Verdict.CRASHED}


# nbgrader ---------------------------------------------------------------------------------------------------

GRADED = """
from http.server import BaseHTTPRequestHandler
from wirelab import check, launch
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"welcome")
check("00.2", launch(Station, port=0))
"""


def test_where_nbgrader_runs_the_cell_ends_in_the_points(course: Path) -> None:
    with Kernel(course, env={"NBGRADER_EXECUTION": "autograde"}) as kernel:
        reply = kernel.run(GRADED)
    assert [output.output_type for output in reply.outputs] == ["display_data", "execute_result"], reply.text
    assert reply.outputs[0].data[MIME]["verdict"] == "not right yet"
    assert reply.outputs[1].data["text/plain"] == str(reply.outputs[0].data[MIME]["earned"]) == "0.33"
