"""A WebSocket server in a thread keeps its handlers' exceptions, and can be stopped whatever they do."""

import asyncio
import contextlib
import socket
import ssl
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import requests
from launched import echo, is_free
from waiting import wait_until
from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from wirelab import launch, servers
from wirelab.launching.websocket_backend import WebSocketBackend


def test_a_websocket_handler_answers() -> None:
    with connect(launch(echo, port=0).url) as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=5) == "hello"


async def delay(websocket: ServerConnection) -> None:
    """Says whether small messages are sent at once."""
    peer = websocket.transport.get_extra_info("socket")
    await websocket.send(str(peer.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0))


def test_a_websocket_server_sends_small_messages_at_once() -> None:
    with connect(launch(delay, port=0).url) as websocket:
        assert websocket.recv(timeout=5) == "True"


def test_it_does_so_where_a_socket_does_not_say_that_it_is_tcp() -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # as asyncio accepts them on Windows
    listener.bind(("127.0.0.1", 0))
    backend = WebSocketBackend(delay, listener, {})
    try:
        with connect(f"ws://127.0.0.1:{backend.port}") as websocket:
            assert websocket.recv(timeout=5) == "True"
    finally:
        backend.stop()


def test_a_websocket_servers_options_reach_it() -> None:
    with connect(launch(echo, port=0, max_size=5).url) as websocket:
        websocket.send("too long for it")
        with pytest.raises(ConnectionClosedError, match="1009"):
            websocket.recv(timeout=5)


def test_an_exception_in_a_websocket_handler_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    async def broken(websocket: ServerConnection) -> None:
        raise ValueError("no such seat")

    server = launch(broken, port=0)
    with connect(server.url) as websocket, pytest.raises(ConnectionClosedError, match="1011"):
        websocket.recv(timeout=5)
    server.log.wait(3)
    assert "ValueError: no such seat\n  broken, line " in repr(server)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["plain", "async"])
def test_an_exception_before_the_handshake_is_advice(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    def plain(websocket: ServerConnection, request: object) -> None:
        raise ValueError("no such show")

    async def awaited(websocket: ServerConnection, request: object) -> None:
        plain(websocket, request)

    server = launch(echo, port=0, process_request=plain if kind == "plain" else awaited)
    with pytest.raises(InvalidStatus, match="500"), connect(server.url):
        pass
    assert "ValueError: no such show\n  plain, line " in repr(server)
    assert capfd.readouterr() == ("", "")


def test_a_failing_task_of_a_websocket_handler_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    async def careless(websocket: ServerConnection) -> None:
        async def fails() -> None:
            raise ValueError("in the background")

        task = asyncio.create_task(fails())
        await asyncio.wait([task])

    server = launch(careless, port=0)
    with connect(server.url) as websocket, pytest.raises(ConnectionClosedOK):
        websocket.recv(timeout=5)
    assert wait_until(lambda: bool(server.failures))
    assert "ValueError: in the background" in repr(server)
    assert capfd.readouterr() == ("", "")


def test_a_plain_request_to_a_websocket_server_is_one_line_in_its_log() -> None:
    server = launch(echo, port=0)
    assert requests.get(server.url.replace("ws:", "http:"), timeout=5).status_code == 426
    assert server.log.wait(1)[0] == "connection rejected (426 Upgrade Required)"


async def ignores_its_connection(websocket: ServerConnection) -> None:
    await asyncio.Future()


async def blocks_its_loop(websocket: ServerConnection) -> None:
    time.sleep(1000)


async def swallows_the_end(websocket: ServerConnection) -> None:
    while True:
        try:
            await asyncio.sleep(1000)
        except asyncio.CancelledError:
            continue


@pytest.mark.parametrize("handler", [ignores_its_connection, blocks_its_loop, swallows_the_end])
def test_a_websocket_handler_that_never_returns_is_stopped(handler: Any) -> None:
    server = launch(handler, port=0)
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(HANDSHAKE)
        assert client.recv(12) == b"HTTP/1.1 101"
        time.sleep(0.1)
        stopper = threading.Thread(target=server.stop)
        stopper.start()
        stopper.join(15)
        assert not stopper.is_alive()
    assert is_free(server.port)


HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


async def ends_the_program(websocket: ServerConnection) -> None:
    raise SystemExit("enough")


async def starts_a_task_that_ends_the_program(websocket: ServerConnection) -> None:
    task = asyncio.create_task(ends_the_program(websocket))
    await asyncio.wait([task])


async def calls_back_what_ends_the_program(websocket: ServerConnection) -> None:
    asyncio.get_running_loop().call_soon(sys.exit, "enough")
    await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    "handler", [ends_the_program, starts_a_task_that_ends_the_program, calls_back_what_ends_the_program]
)
def test_the_end_of_the_program_is_a_failure_and_the_server_goes_on(handler: Any) -> None:
    server = launch(handler, port=0)
    for count in (1, 2):
        with connect(server.url) as client, contextlib.suppress(ConnectionClosed):
            client.recv(timeout=5)
        wait_until(lambda count=count: server.failure_count == count)  # type: ignore[misc]
    assert server.failures[-1].what == "SystemExit: enough"
    assert server.running


def test_a_handler_that_ends_the_program_tells_its_client_so() -> None:
    with connect(launch(ends_the_program, port=0).url) as client, pytest.raises(ConnectionClosed) as closed:
        client.recv(timeout=5)
    assert closed.value.rcvd and closed.value.rcvd.code == 1011


def test_a_handler_may_stop_its_own_server() -> None:
    async def last(websocket: ServerConnection) -> None:
        server.stop()
        await websocket.send("gone")

    server = launch(last, port=0)
    with connect(server.url) as client:
        assert client.recv(timeout=5) == "gone"
    assert not server.running
    assert server not in servers()
    assert wait_until(lambda: is_free(server.port))


async def closes_its_server(websocket: ServerConnection) -> None:
    websocket.server.close()


async def closes_its_server_and_stays(websocket: ServerConnection) -> None:
    websocket.server.close()
    await asyncio.sleep(1000)


async def stops_its_loop(websocket: ServerConnection) -> None:
    asyncio.get_running_loop().stop()
    await asyncio.sleep(1000)


async def cancels_all(websocket: ServerConnection) -> None:
    for task in asyncio.all_tasks() - {asyncio.current_task()}:  # type: ignore[operator]
        task.cancel()


@pytest.mark.parametrize(
    ("handler", "why"),
    [
        (closes_its_server, "its code closed it"),
        (closes_its_server_and_stays, "its code closed it"),
        (stops_its_loop, "its code stopped the event loop"),
        (cancels_all, "its code cancelled all tasks, the server's own too"),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_a_server_that_its_handler_ends_says_so_and_can_be_launched_again(handler: Any, why: str) -> None:
    server = launch(handler, port=0, name="last")
    with connect(server.url) as client, contextlib.suppress(ConnectionClosed):
        client.recv(timeout=5)
    assert wait_until(lambda: not server.running)
    assert repr(server) == f"last has stopped: {why}"
    assert wait_until(lambda: is_free(server.port))
    again = launch(echo, port=0, name="last")
    assert again.port == server.port
    with connect(again.url) as client:
        client.send("hello")
        assert client.recv(timeout=5) == "hello"


async def is_interrupted(websocket: ServerConnection) -> None:
    raise KeyboardInterrupt


def test_an_interrupt_in_a_handler_is_a_failure_and_the_server_goes_on() -> None:
    server = launch(is_interrupted, port=0)
    for count in (1, 2):
        with connect(server.url) as client, contextlib.suppress(ConnectionClosed):
            client.recv(timeout=5)
        assert wait_until(lambda count=count: server.failure_count == count)  # type: ignore[misc]
    assert server.running


def test_a_websocket_server_with_tls_has_a_wss_address() -> None:
    certificate = Path(__file__).with_name("localhost.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = launch(echo, port=0, ssl=context)
    assert server.url == f"wss://127.0.0.1:{server.port}"
    with connect(server.url, ssl=ssl.create_default_context(cafile=certificate)) as client:
        client.send("hello")
        assert client.recv(timeout=5) == "hello"
