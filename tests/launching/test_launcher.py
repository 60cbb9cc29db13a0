"""launch() is unbreakable: each promise, and the fault it stands against."""

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from launched import IN_A_KERNEL, POSIX, Hello, echo, is_free, make_app

from wirelab import launch
from wirelab.building.kernel_client import Kernel
from wirelab.errors import LaunchError


def test_every_server_listens_on_loopback_alone(module: Callable[[str], str]) -> None:
    for server in (launch(Hello, port=0), launch(make_app(), port=0), launch(echo, port=0)):
        with socket.create_connection(("127.0.0.1", server.port), timeout=5) as client:
            assert client.getpeername()[0] == "127.0.0.1"
        with pytest.raises(OSError), socket.create_connection(("127.0.0.2", server.port), timeout=1):
            pass


@pytest.mark.parametrize("port", [-1, 65536, "8001", 80.5, True])
def test_a_port_that_is_none_is_refused(port: Any) -> None:
    with pytest.raises(LaunchError, match="from 0 .* to 65535"):
        launch(Hello, port=port)


@pytest.mark.parametrize("target", [Hello, make_app(), echo], ids=["http", "flask", "websocket"])
def test_a_strangers_port_is_left_alone(target: Any, stranger: int) -> None:
    server = launch(target, port=stranger)
    assert server.port != stranger
    assert f"Port {stranger} belongs to another program" in repr(server)


def test_port_0_means_any_that_is_free() -> None:
    assert launch(Hello, port=0).port >= 1024


def test_the_next_port_in_steps_of_ten_is_taken_instead() -> None:
    one = launch(Hello, port=0, name="one")
    assert launch(Hello, port=one.port, name="two").port in range(one.port + 10, one.port + 50, 10)


def test_a_port_of_the_same_notebook_is_named() -> None:
    one = launch(Hello, port=0, name="one")
    two = launch(Hello, port=one.port, name="two")
    assert two.port != one.port
    assert f"Port {one.port} belongs to one" in repr(two)


def test_once_moved_a_server_stays_where_it_is(stranger: int) -> None:
    assert launch(Hello, port=stranger).port == launch(Hello, port=stranger).port


def test_a_new_port_is_taken_when_asked_for() -> None:
    first = launch(Hello, port=0)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    assert launch(Hello, port=port).port == port
    assert is_free(first.port)


def test_on_a_hub_the_port_is_always_a_free_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    with socket.create_server(("127.0.0.1", 0)) as other:
        wanted = other.getsockname()[1]
    server = launch(Hello, port=wanted)
    assert server.port != wanted
    assert server.note == ""


def test_an_old_server_that_still_closes_connections_does_not_block_the_port() -> None:
    server = launch(Hello, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(b"GET / HTTP/1.0\r\n\r\n")
        client.recv(100)
        assert launch(Hello, port=0).port == server.port


@POSIX
def test_a_cell_that_awaits_for_ever_can_be_interrupted(kernel: Kernel) -> None:
    kernel.run("import wirelab, asyncio")
    endless = kernel.send("await asyncio.Future()")
    time.sleep(0.5)
    kernel.interrupt()
    assert kernel.results([endless], timeout=10)[0].status == "error"
    assert kernel.run("1 + 1").text == "2\n"


def test_two_kernels_with_the_same_lesson_have_a_server_each(tmp_path: Path) -> None:
    with Kernel(tmp_path, env={}) as ana, Kernel(tmp_path, env={}) as ben:
        [kernel.run(IN_A_KERNEL.replace("hello", name)) for kernel, name in ((ana, "ana"), (ben, "ben"))]
        assert ana.run("requests.get(web.url, timeout=5).text").text == "'ana'\n"
        assert ben.run("requests.get(web.url, timeout=5).text").text == "'ben'\n"
        assert "belongs to another program" in ben.run("web").text


def test_a_kernels_error_of_ours_is_one_line(kernel: Kernel) -> None:
    reply = kernel.run("from wirelab import launch\nlaunch(8001)")
    assert "".join(reply.outputs[-1].traceback).count("\n") == 0
