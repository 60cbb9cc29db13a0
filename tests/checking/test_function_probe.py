"""A check calls a learner's function, watches what it does on the wire, and brings it to an end."""

import asyncio
import contextlib
import re
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import websockets
from hostile import over
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from wirelab import servers
from wirelab.building.kernel_client import Kernel
from wirelab.checking import timeouts
from wirelab.checking.expectations import Expect, Stopped
from wirelab.checking.function_probe import CallResult, FunctionProbe, NotWritten
from wirelab.checking.raised_value import is_raised
from wirelab.checking.stub_server import Answer
from wirelab.checking.timeouts import check_deadline

ANSWERS = {"GET /stations/2": Answer('{"name": "Hilltop"}', headers={"Content-Type": "application/json"})}


def listening() -> int:
    return sum(one.status == "LISTEN" for one in psutil.Process().net_connections("tcp"))


def threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread is not threading.current_thread()]


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    """No server, no listening socket and, after a moment, no thread."""
    before = listening(), len(threads())
    yield
    assert servers() == []
    end = time.monotonic() + 5
    while len(threads()) > before[1] and time.monotonic() < end:
        over.wait(0.02)
    assert (listening(), len(threads())) == before, threads()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeouts, "ANSWER", 0.3)


def caller(function: Any) -> FunctionProbe:
    return FunctionProbe(function, Expect(), check_deadline())


def calls_server(function: Any, *arguments: Any, answers: Any = ANSWERS) -> CallResult:
    return caller(function).calls_server(answers, *arguments)


def calls_websocket_server(
    function: Any, onconnect: Callable[[ServerConnection], Awaitable[None]], *arguments: Any
) -> CallResult:
    return caller(function).calls_websocket_server(onconnect, *arguments)


def failure_of(function: Any) -> str:
    """What is told of the exception that a function raises."""
    probe = caller(function)
    probe.returns()
    return str(probe.expect.failure)


def missed(function: Any, call: Callable[[FunctionProbe], Any]) -> tuple[str, str]:
    """The expectation that ended the call, and what it got."""
    calling = caller(function)
    with contextlib.suppress(Stopped):
        call(calling)
    return next((finding.what, finding.got) for finding in calling.expect.findings if not finding.passed)


# What a function gives ----------------------------------------------------------------------------------


def test_a_function_is_called_with_the_arguments() -> None:
    assert caller(lambda a, b: a + b).returns(1, 2) == 3


def test_an_async_function_is_awaited() -> None:
    async def later(value: int) -> int:
        await asyncio.sleep(0.01)
        return value + 1

    assert caller(later).returns(1) == 2


def test_a_function_may_run_a_loop_of_its_own() -> None:
    async def later() -> str:
        return "done"

    assert caller(lambda: asyncio.run(later())).returns() == "done"


def test_what_it_prints_is_kept_and_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def talkative(url: str) -> None:
        print("17.5 degrees")
        print("no line end", end="")

    assert calls_server(talkative).printed == "17.5 degrees\nno line end"
    assert capsys.readouterr() == ("", "")


def test_tasks_that_are_left_behind_end_without_a_word(capfd: pytest.CaptureFixture[str]) -> None:
    async def careless() -> int:
        tasks.append(asyncio.create_task(asyncio.sleep(60)))
        tasks.append(asyncio.create_task(asyncio.sleep(0, 1 / 1)))
        return 1

    tasks: list[Any] = []
    assert caller(careless).returns() == 1
    assert tasks.pop(0).cancelled()
    assert capfd.readouterr().err == ""


# How it fails ---------------------------------------------------------------------------------------------


def test_an_exception_names_the_learners_line() -> None:
    def fails() -> None:
        {}["seat"]  # type: ignore[index]

    assert re.match(r"KeyError: 'seat'\n  fails, line \d+: \{\}\[\"seat\"\]", failure_of(fails))


def test_an_exception_can_be_what_a_function_returns() -> None:
    def fails(url: str) -> None:
        raise KeyError(url)

    probe = caller(fails).catching()
    assert is_raised(probe.returns("seat"), "LookupError")
    assert probe.expect.failure is None


def test_another_function_is_called_with_the_same_expectations() -> None:
    probe = caller(lambda: iter("ab"))
    steps = probe.returns()
    assert [probe.beside(lambda: next(steps)).returns() for _ in "ab"] == ["a", "b"]
    probe.beside(lambda: next(steps)).returns()
    assert probe.expect.failure
    assert probe.expect.failure.kind == "StopIteration"


def test_an_exception_that_is_returned_is_not_raised() -> None:
    assert not is_raised(caller(lambda: KeyError()).catching().returns(), "KeyError")


def test_a_check_goes_on_with_what_stands_for_the_value() -> None:
    value = caller(lambda: {}["seat"]).returns()  # type: ignore[index]
    assert (value.name is value, value["name"] is value, value.strip() is value) == (True, True, True)
    assert (list(value), value == value, bool(value)) == ([], False, False)


def test_a_stub_raises_also_where_exceptions_are_returned() -> None:
    def stub() -> None:
        raise NotImplementedError

    with pytest.raises(NotWritten, match="NotImplementedError"):
        caller(stub).catching().returns()


def test_the_end_of_the_program_is_a_failure_like_any_other() -> None:
    assert failure_of(lambda: exit(3)).startswith("SystemExit: 3")


def test_a_failure_in_a_group_of_tasks_is_named_itself() -> None:
    async def grouped() -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(fails())

    async def fails() -> None:
        raise KeyError("seat")

    assert failure_of(grouped).startswith("KeyError: 'seat'")


def spin(*_: Any) -> None:
    while True:
        pass


def print_for_ever(*_: Any) -> None:
    while True:
        print("again")


async def await_for_ever(*_: Any) -> None:
    await asyncio.Event().wait()


async def refuse_to_be_cancelled(*_: Any) -> None:
    until = time.monotonic() + 0.5
    while time.monotonic() < until:
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.sleep(1)


@pytest.mark.parametrize("function", [spin, print_for_ever, await_for_ever, refuse_to_be_cancelled])
def test_what_never_returns_is_brought_to_an_end(impatient: None, function: Any) -> None:
    told = "comes to an end", "it had not returned after 0.3 s"
    assert missed(function, lambda calling: calling.returns()) == told
    assert missed(function, lambda calling: calling.calls_server({})) == told


def wait_in_a_socket(url: str) -> None:
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as peer:
        peer.recv(1)


def wait_for_a_message(url: str) -> None:
    with connect(url, proxy=None) as websocket:
        websocket.recv()


async def await_a_message(url: str) -> None:
    async with websockets.connect(url, proxy=None) as websocket:
        await websocket.recv()


async def send_for_ever(url: str) -> None:
    async with websockets.connect(url, proxy=None) as websocket:
        while True:
            await websocket.send("a")


async def silent(websocket: ServerConnection) -> None:
    async for _ in websocket:
        pass


def test_a_read_without_a_time_out_is_brought_to_an_end(impatient: None) -> None:
    assert missed(wait_in_a_socket, lambda calling: calling.calls_server({}))[0] == "comes to an end"


def test_a_check_may_know_why_a_function_never_returns(impatient: None) -> None:
    probe = caller(wait_in_a_socket)
    with pytest.raises(Stopped):
        probe.calls_server({}, hint="timeout=seconds")
    assert probe.expect.findings[0].hints == ("timeout=seconds",)


def test_a_call_tells_how_long_it_took() -> None:
    assert 0.05 <= calls_server(lambda url: over.wait(0.05)).seconds < 2


@pytest.mark.parametrize("function", [wait_for_a_message, await_a_message, send_for_ever])
def test_a_websocket_client_that_waits_for_ever_is_brought_to_an_end(impatient: None, function: Any) -> None:
    assert missed(function, lambda calling: calling.calls_websocket_server(silent))[0] == "comes to an end"


@pytest.mark.parametrize("function", [wait_in_a_socket, spin, await_for_ever])
def test_a_visit_ends_and_leaves_nothing(function: Any) -> None:
    assert missed(function, lambda calling: calling.calls_server(ANSWERS)) == (
        "comes to an end",
        "it had not returned after 2 s",
    )


def test_a_client_that_sends_for_ever_is_read_in_time_and_in_bounded_memory() -> None:
    before = psutil.Process().memory_info().rss
    assert missed(send_for_ever, lambda calling: calling.calls_websocket_server(silent))[0] == "comes to an end"
    assert psutil.Process().memory_info().rss - before < 150 * 2**20


# HTTP clients ---------------------------------------------------------------------------------------------


def test_a_client_gets_the_answer_and_is_seen() -> None:
    visit = calls_server(lambda url: requests.get(f"{url}/stations/2", timeout=3).json()["name"])
    assert visit.value == "Hilltop"
    assert [(one.method, one.target) for one in visit.requests] == [("GET", "/stations/2")]


def test_what_is_not_in_the_table_is_not_there() -> None:
    assert calls_server(lambda url: requests.get(f"{url}/moon", timeout=3).status_code).value == 404


def test_answers_may_depend_on_the_request() -> None:
    visit = calls_server(
        lambda url: requests.post(url, json={"seat": "A1"}, timeout=3).text,
        answers=lambda request: Answer(request.body + request.header("Content-Type").encode()),
    )
    assert visit.value == '{"seat": "A1"}application/json'


def test_a_form_is_told_from_json() -> None:
    [sent] = calls_server(lambda url: requests.post(url, data={"seat": "A1"}, timeout=3)).requests
    assert (sent.header("Content-Type"), sent.body) == ("application/x-www-form-urlencoded", b"seat=A1")


def test_a_session_is_one_connection() -> None:
    def asks_twice(url: str) -> None:
        with requests.Session() as session:
            for path in ("/stations/2", "/moon"):
                session.get(url + path, timeout=3)

    visit = calls_server(asks_twice)
    assert [exchange.response and exchange.response.status for exchange in visit.http] == [200, 404]
    assert {request.connection for request in visit.requests} == {0}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("status", [200, 204, 304])
def test_every_method_gets_its_answer(method: str, status: int) -> None:
    def client(url: str) -> list[int]:
        with requests.Session() as session:
            return [session.request(method, url, timeout=3).status_code for _ in range(2)]

    visit = calls_server(client, answers=lambda _: Answer("body", status))
    assert visit.value == [status, status]
    assert not visit.conversation.troubles


def test_a_body_in_chunks_is_read_whole() -> None:
    visit = calls_server(
        lambda url: requests.post(url, data=iter([b"a", b"bc"]), timeout=3).text,
        answers=lambda request: Answer(request.body),
    )
    assert (visit.value, visit.requests[0].body) == ("abc", b"abc")
    assert len(visit.conversation) == 2


def test_a_client_of_raw_sockets_is_seen_too() -> None:
    def by_hand(url: str) -> bytes:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=3) as peer:
            peer.sendall(b"GET /stations/2 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            return b"".join(iter(lambda: peer.recv(4096), b""))

    visit = calls_server(by_hand)
    assert visit.value.startswith(b"HTTP/1.1 200 OK\r\n")
    assert visit.requests[0].header("Connection") == "close"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"hello\r\n\r\n", "has to begin like GET /path HTTP/1.1"),
        (b"GET / HTTP/1.1\r\n\r\n", "The header Host is missing"),
        (b"GET / HTTP/1.1\r\nHost 1\r\n\r\n", "A header is a name, a colon and a value"),
        (b"GET / HTTP/1.1\r\nHost: 1\r\n", "no empty line"),
        (b"POST / HTTP/1.1\r\nHost: 1\r\nContent-Length: 9\r\n\r\nshort", "promised 9 bytes and sent 5"),
    ],
)
def test_a_request_that_no_server_can_read_is_told(sent: bytes, said: str) -> None:
    def by_hand(url: str) -> None:
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=3) as peer:
            peer.sendall(sent)
            peer.shutdown(socket.SHUT_WR)
            peer.recv(4096)

    what, got = missed(by_hand, lambda calling: calling.calls_server({}))
    assert what == "sends requests that a server can read"
    assert said in got


def test_a_client_that_asks_elsewhere_is_seen_to_ask_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]

    def elsewhere(url: str) -> None:
        with contextlib.suppress(requests.ConnectionError):
            requests.get(f"http://127.0.0.1:{free}/", timeout=1)

    assert calls_server(elsewhere).requests == []


# WebSocket clients ------------------------------------------------------------------------------------------


async def fahrenheit(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(str(float(message) * 9 / 5 + 32))


def test_a_websocket_client_and_its_frames_are_seen() -> None:
    def client(url: str) -> str | bytes:
        with connect(url, proxy=None) as websocket:
            websocket.send("100")
            return websocket.recv(timeout=3)

    visit = calls_websocket_server(client, fahrenheit)
    assert visit.value == "212.0"
    assert [(frame.kind, frame.text) for frame in visit.frames.sent_by("client")][0] == ("text", "100")
    assert [frame.code for frame in visit.frames.sent_by("client")][-1] == 1000


def test_an_async_websocket_client_sends_in_its_own_order() -> None:
    async def client(url: str) -> list[str | bytes]:
        async with websockets.connect(url, proxy=None) as websocket:
            await websocket.send("37.5")
            await websocket.send("100")
            return [await websocket.recv(), await websocket.recv()]

    visit = calls_websocket_server(client, fahrenheit)
    assert visit.value == ["99.5", "212.0"]
    assert [frame.text for frame in visit.frames.sent_by("client")][:2] == ["37.5", "100"]


def test_a_client_that_leaves_without_a_close_frame_is_seen_to() -> None:
    async def client(url: str) -> None:
        websocket = await websockets.connect(url, proxy=None)
        await websocket.send("100")
        await websocket.recv()
        websocket.transport.abort()

    visit = calls_websocket_server(client, fahrenheit)
    assert [frame.kind for frame in visit.frames.sent_by("client")] == ["text"]
    assert "without a close frame" in visit.conversation.troubles[0].trouble


def test_a_close_code_of_the_server_reaches_the_client() -> None:
    async def full(websocket: ServerConnection) -> None:
        await websocket.close(4001, "sold out")

    def client(url: str) -> int | None:
        with connect(url, proxy=None) as websocket:
            try:
                websocket.recv(timeout=3)
            except ConnectionClosed as error:
                return error.rcvd and error.rcvd.code
        return None

    assert calls_websocket_server(client, full).value == 4001


# In a notebook ----------------------------------------------------------------------------------------------

CELLS = """
import asyncio, nest_asyncio2, sys
import websockets
nest_asyncio2.apply()
sys.path[:0] = ["tests", "tests/checking"]
from wirelab import servers
from test_function_probe import calls_websocket_server, fahrenheit

async def ask(url):
    async with websockets.connect(url, proxy=None) as websocket:
        await websocket.send("100")
        return await websocket.recv()

def client(url):
    print("asks")
    return asyncio.run(ask(url))

calls = calls_websocket_server(client, fahrenheit), calls_websocket_server(ask, fahrenheit)
print([*(call.value for call in calls), calls[0].printed, servers()])
"""


@pytest.mark.parametrize("patched", [True, False])
def test_a_client_may_use_asyncio_run_in_a_notebook(course: Path, patched: bool) -> None:
    with Kernel(course) as kernel:
        reply = kernel.run(CELLS if patched else CELLS.replace("nest_asyncio2.apply()", ""))
    assert [output.get("name") for output in reply.outputs] == ["stdout"], reply.text
    assert reply.text == "['212.0', '212.0', 'asks', []]\n"
