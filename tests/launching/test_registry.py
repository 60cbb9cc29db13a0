"""A server launched again takes the place of the one before, and nothing is left of that."""

import gc
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import psutil
import pytest
import requests
import websocket as websocket_client
from launched import MODULE, POSIX, Hello, echo, get, make_app
from waiting import wait_until

from wirelab import launch, servers, stop_all


def open_descriptors() -> int:
    return psutil.Process().num_fds()


@pytest.mark.parametrize("make", [lambda: type("Own", (Hello,), {}), make_app], ids=["http", "flask"])
def test_a_server_knows_whether_another_was_made_from_the_same_thing(make: Callable[[], Any]) -> None:
    target = make()
    assert [launch(target, port=0).relaunched for _ in range(2)] == [False, True]
    assert not launch(make(), port=0).relaunched


@POSIX
@pytest.mark.parametrize("target", [Hello, make_app(), echo], ids=["http", "flask", "websocket"])
def test_a_hundred_launches_leave_no_more_than_one(target: Any) -> None:
    first = launch(target, port=0)

    def use_and_replace() -> None:
        server = launch(target, port=0)
        assert server.port == first.port
        if server.scheme == "ws":  # a client that stays: the next launch has to end its connection
            held.append(websocket_client.create_connection(server.url, timeout=5))
            held[-1].send("x")
            assert held[-1].recv() == "x"
        else:
            held.append(requests.Session())
            assert held[-1].get(server.url, timeout=5).ok

    held: list[Any] = []
    for _ in range(5):
        use_and_replace()
    [client.close() for client in held]
    gc.collect()
    before = threading.active_count(), open_descriptors()
    for _ in range(100):
        held.clear()
        use_and_replace()
        held[0].close()
    gc.collect()
    assert wait_until(lambda: threading.active_count() <= before[0])
    assert wait_until(lambda: open_descriptors() <= before[1])
    assert len(servers()) == 1


def test_a_hundred_launches_need_no_more_memory() -> None:
    def resident() -> int:
        return int(psutil.Process().memory_info().rss)

    for _ in range(20):
        get(launch(Hello, port=0))
    gc.collect()
    before = resident()
    for _ in range(100):
        get(launch(Hello, port=0))
    gc.collect()
    assert resident() - before < 2_000_000  # bytes


def test_launching_replaces_the_code(module: Callable[[str], str]) -> None:
    def handler(answer: str) -> type[BaseHTTPRequestHandler]:
        def do_GET(self: BaseHTTPRequestHandler) -> None:
            self.wfile.write(f"HTTP/1.0 200 OK\r\n\r\n{answer}".encode())

        return type("Answer", (BaseHTTPRequestHandler,), {"do_GET": do_GET})

    before = launch(handler("old"), port=0)
    after = launch(handler("new"), port=0)
    assert (before.running, after.running, get(after)) == (False, True, "new")


def test_two_names_are_two_servers() -> None:
    one, two = launch(Hello, port=0, name="one"), launch(Hello, port=0, name="two")
    assert servers() == [one, two]
    assert get(one) == get(two)


def test_stop_all_stops_all(module: Callable[[str], str]) -> None:
    started = [launch(Hello, port=0), launch(echo, port=0), launch(module(MODULE), port=0)]
    stop_all()
    assert servers() == []
    assert [server for server in started if server.running] == []


@pytest.fixture
def in_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_PORTS", "free")


def test_in_tests_a_server_shows_the_port_it_would_have_alone(in_tests: None, stranger: int) -> None:
    server = launch(Hello, port=stranger)
    assert (server.port == stranger, server.shown, server.note) == (False, stranger, "")


def test_in_tests_a_second_server_says_what_it_would_say_alone(in_tests: None) -> None:
    launch(Hello, port=8001, name="one")
    two = launch(Hello, port=8001, name="two")
    assert two.note == "Port 8001 belongs to one, so two listens on 8011."


def test_in_tests_a_server_launched_again_shows_the_same_port(in_tests: None) -> None:
    launch(Hello, port=8001, name="one")
    assert [launch(Hello, port=8001, name="two").shown for _ in range(3)] == [8011, 8011, 8011]
