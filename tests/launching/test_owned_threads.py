"""What a handler starts belongs to its server: its prints stand in the log, its exceptions are failures."""

import _thread
import asyncio
import gc
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest
import requests
from flask import Flask, Response
from launched import IN_A_KERNEL
from waiting import wait_until
from websockets.asyncio.server import ServerConnection
from websockets.sync.client import connect

from wirelab import Server, launch
from wirelab.building.kernel_client import Kernel


def works() -> None:
    print("in the background")


def fails() -> None:
    raise ValueError("no such seat")


class Subclass(threading.Thread):
    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__()
        self.work = work

    def run(self) -> None:
        self.work()


def in_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=work).start()


def in_a_thread_of_a_thread(work: Callable[[], None]) -> None:
    threading.Thread(target=in_a_thread, args=(work,)).start()


def in_a_subclass(work: Callable[[], None]) -> None:
    Subclass(work).start()


def in_a_timer(work: Callable[[], None]) -> None:
    threading.Timer(0.01, work).start()


def in_a_bare_thread(work: Callable[[], None]) -> None:
    _thread.start_new_thread(work, ())


def in_a_pool(work: Callable[[], None]) -> None:
    with ThreadPoolExecutor() as pool:
        pool.submit(work)


def in_a_pool_of_the_notebook(work: Callable[[], None]) -> None:
    SHARED.submit(work)


SHARED = ThreadPoolExecutor(1)
WAYS = [
    in_a_thread,
    in_a_thread_of_a_thread,
    in_a_subclass,
    in_a_timer,
    in_a_bare_thread,
    in_a_pool,
    in_a_pool_of_the_notebook,
]


def http_server(start: Callable[[], None]) -> Server:
    class Helper(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            start()
            self.send_response_only(204)
            self.end_headers()

    return launch(Helper, port=0)


def flask_server(start: Callable[[], None]) -> Server:
    app = Flask("helper")
    app.add_url_rule("/", view_func=lambda: [start(), "done"][1])
    return launch(app, port=0)


def streaming_server(start: Callable[[], None]) -> Server:
    def rows() -> Iterator[str]:
        yield "row"
        start()

    app = Flask("stream")
    app.add_url_rule("/", view_func=lambda: Response(rows()))
    return launch(app, port=0)


@pytest.mark.parametrize("serve", [http_server, flask_server, streaming_server])
@pytest.mark.parametrize("way", WAYS)
def test_what_a_thread_prints_is_in_the_log(serve: Any, way: Any, capfd: pytest.CaptureFixture[str]) -> None:
    server = serve(lambda: way(works))
    assert requests.get(server.url, timeout=5).ok
    assert wait_until(lambda: "in the background" in list(server.log))
    assert not server.failures
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("serve", [http_server, flask_server, streaming_server])
@pytest.mark.parametrize("way", WAYS)
def test_an_exception_in_a_thread_is_a_failure(serve: Any, way: Any, capfd: pytest.CaptureFixture[str]) -> None:
    server = serve(lambda: way(fails))
    assert requests.get(server.url, timeout=5).ok
    assert wait_until(lambda: server.failure_count == 1)
    assert str(server.failures[0]).startswith("ValueError: no such seat\n  fails, line ")
    assert capfd.readouterr() == ("", "")


async def in_an_executor(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().run_in_executor(None, work)
    await asyncio.sleep(0.01)


async def in_an_executor_of_the_notebook(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().run_in_executor(SHARED, work)


async def in_to_thread(work: Callable[[], None]) -> None:
    KEPT.append(asyncio.create_task(asyncio.to_thread(work)))


async def in_a_callback(work: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_soon(work)


async def in_a_kept_task(work: Callable[[], None]) -> None:
    async def run() -> None:
        work()

    KEPT.append(asyncio.create_task(run()))
    await asyncio.sleep(0)


async def in_a_plain_thread(work: Callable[[], None]) -> None:
    in_a_thread(work)


KEPT: list[Any] = []
ASYNC_WAYS = [
    in_an_executor,
    in_an_executor_of_the_notebook,
    in_to_thread,
    in_a_callback,
    in_a_kept_task,
    in_a_plain_thread,
]


def websocket_server(way: Any, work: Callable[[], None]) -> Server:
    async def helper(websocket: ServerConnection) -> None:
        await way(work)
        async for _ in websocket:
            pass

    return launch(helper, port=0)


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_what_a_websocket_handler_starts_prints_into_the_log(way: Any, capfd: pytest.CaptureFixture[str]) -> None:
    server = websocket_server(way, works)
    with connect(server.url):
        assert wait_until(lambda: "in the background" in list(server.log))
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("way", ASYNC_WAYS)
def test_what_a_websocket_handler_starts_fails_for_all_to_see(way: Any, capfd: pytest.CaptureFixture[str]) -> None:
    server = websocket_server(way, fails)
    with connect(server.url):
        assert wait_until(lambda: gc.collect() >= 0 and bool(server.failures))
    assert [failure.function for failure in server.failures] == ["fails"]
    assert capfd.readouterr() == ("", "")


def test_a_future_whose_exception_is_dealt_with_is_no_failure() -> None:
    def deals_with_it() -> None:
        with ThreadPoolExecutor() as pool:
            future: Future[None] = pool.submit(fails)
        assert isinstance(future.exception(), ValueError)

    server = http_server(deals_with_it)
    assert requests.get(server.url, timeout=5).ok
    gc.collect()
    assert not server.failures


def test_a_future_whose_exception_leaves_the_handler_is_one_failure() -> None:
    def passes_it_on() -> None:
        with ThreadPoolExecutor() as pool:
            list(pool.map(lambda _: fails(), [1]))

    server = http_server(passes_it_on)
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)
    assert wait_until(lambda: server.failure_count == 1)
    gc.collect()
    assert server.failure_count == 1


async def waits_for_its_task_later(websocket: ServerConnection) -> None:
    async def run() -> None:
        fails()

    task = asyncio.create_task(run())
    async for _ in websocket:
        await task


def test_a_task_that_is_awaited_late_is_one_failure() -> None:
    server = launch(waits_for_its_task_later, port=0)
    with connect(server.url) as client:
        assert wait_until(lambda: server.failure_count == 1)
        client.send("now")
        assert wait_until(lambda: any("closed 1" in line for line in server.log))
    assert server.failure_count == 1


def test_a_pool_of_the_notebook_prints_for_whom_it_works(capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(1) as pool:
        server = http_server(lambda: [pool.submit(works).result()][0])
        assert requests.get(server.url, timeout=5).ok
        pool.submit(print, "for the cell").result()
    assert "in the background" in list(server.log)
    assert capsys.readouterr().out == "for the cell\n"


def test_an_exception_in_a_thread_of_a_cell_stays_its_own() -> None:
    told: list[Any] = []
    before, threading.excepthook = threading.excepthook, told.append
    try:
        http_server(works)
        thread = threading.Thread(target=fails)
        thread.start()
        thread.join()
    finally:
        threading.excepthook = before
    assert [hook.exc_type for hook in told] == [ValueError]


@pytest.mark.parametrize("reason", ["enough", 3])
def test_a_thread_that_ends_the_program_with_a_reason_is_a_failure(reason: Any) -> None:
    def leaves() -> None:
        raise SystemExit(reason)

    server = http_server(lambda: in_a_thread(leaves))
    assert requests.get(server.url, timeout=5).ok
    assert wait_until(lambda: server.failure_count == 1)
    assert server.failures[0].what == f"SystemExit: {reason}"


def test_in_a_kernel_nothing_of_it_stands_in_a_cell(kernel: Kernel) -> None:
    prints = 'threading.Thread(target=print, args=["in a thread"]).start()'
    both = f"{prints}; threading.Timer(0, lambda: 1 / 0).start()"
    kernel.run("import threading\n" + IN_A_KERNEL.replace('print("in the handler")', both))
    shown = kernel.run("import time\nprint(requests.get(web.url, timeout=5).text)\ntime.sleep(0.3)").text
    assert shown == "hello\n"
    assert kernel.run("'in a thread' in list(web.log), len(web.failures)").text == "(True, 1)\n"
