"""The echo server: each client gets its own messages back, and none can harm another."""

import asyncio
import socket
import struct
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from threading import Event

import pytest
import requests
import websocket as websocket_client
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosedError
from websockets.sync.client import connect

from servers.echo_server import MAX_ECHO_SIZE
from wirelab import Server, launch

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
NO_MASK = b"\x00\x00\x00\x00"


@pytest.mark.parametrize("message", ["hello", "", "Zoë 😀", "a\nb\0c", b"\x00\xff", b"", "x" * 100_000])
def test_a_message_comes_back_as_it_was(echo: Server, message: str | bytes) -> None:
    with connect(echo.url) as websocket:
        websocket.send(message)
        assert websocket.recv(timeout=5) == message


def test_messages_come_back_in_their_order(echo: Server) -> None:
    with connect(echo.url) as websocket:
        for number in range(100):
            websocket.send(str(number))
        assert [websocket.recv(timeout=5) for _ in range(100)] == [str(number) for number in range(100)]


def test_a_message_in_pieces_comes_back_whole(echo: Server) -> None:
    with connect(echo.url) as websocket:
        websocket.send(["to be", " or ", "not"])
        assert websocket.recv(timeout=5) == "to be or not"


def test_any_path_is_served(echo: Server) -> None:
    with connect(echo.url + "/any/where?x=1") as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=5) == "hello"


def test_the_bytes_of_a_frame_come_back_without_their_mask(echo: Server) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as client:
        client.sendall(HANDSHAKE)
        reply = client.recv(1000)
        assert b"\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" in reply  # RFC 6455 §1.3
        client.sendall(b"\x81\x85" + b"\x37\xfa\x21\x3d" + b"\x7f\x9f\x4d\x51\x58")  # RFC 6455 §5.7
        assert client.recv(100) == b"\x81\x05Hello"


def test_a_hundred_clients_at_once_each_get_their_own(echo: Server) -> None:
    async def talk(number: int, all_here: asyncio.Barrier) -> bool:
        async with connect_async(echo.url) as websocket:
            await all_here.wait()
            await websocket.send(f"I am {number}")
            return await asyncio.wait_for(websocket.recv(), 20) == f"I am {number}"

    async def crowd() -> list[bool]:
        all_here = asyncio.Barrier(100)
        return await asyncio.gather(*(talk(number, all_here) for number in range(100)))

    assert asyncio.run(crowd()) == [True] * 100


def test_the_longest_message_comes_back(echo: Server) -> None:
    with connect(echo.url, max_size=None) as websocket:
        websocket.send(b"x" * MAX_ECHO_SIZE)
        assert websocket.recv(timeout=10) == b"x" * MAX_ECHO_SIZE


def test_a_message_too_long_closes_the_connection_with_1009(echo: Server) -> None:
    with connect(echo.url) as websocket:
        websocket.send(b"x" * (MAX_ECHO_SIZE + 1))
        with pytest.raises(ConnectionClosedError):
            websocket.recv(timeout=10)
    assert websocket.close_code == 1009


def test_text_that_is_no_utf_8_closes_the_connection_with_1007(echo: Server) -> None:
    with connect(echo.url) as websocket:
        websocket.send(b"\xff", text=True)
        with pytest.raises(ConnectionClosedError):
            websocket.recv(timeout=5)
    assert websocket.close_code == 1007


def test_a_frame_without_a_mask_closes_the_connection_with_1002(echo: Server) -> None:
    with socket.create_connection(("127.0.0.1", echo.port), timeout=5) as client:
        client.sendall(HANDSHAKE)
        client.recv(1000)
        client.sendall(b"\x81\x05Hello")  # RFC 6455 §5.1: a server must close then
        assert client.recv(100)[2:4] == (1002).to_bytes(2, "big")


def vanish(client: socket.socket) -> None:
    """Be gone as a machine that loses its power is: a reset, and no closing frame."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        HANDSHAKE[:40],
        HANDSHAKE,
        HANDSHAKE + b"\x81\x85",
        HANDSHAKE + b"\x81\x81" + NO_MASK + b"x" + b"\x82\xfe\xff\xff" + NO_MASK + b"x" * 1000,
        HANDSHAKE + (b"\x81\x81" + NO_MASK + b"x") * 1000,
    ],
    ids=["at once", "in the handshake", "after it", "in a frame", "in a second frame", "before its answers"],
)
def test_a_client_that_vanishes_does_no_harm(echo: Server, sent: bytes) -> None:
    client = socket.create_connection(("127.0.0.1", echo.port), timeout=5)
    client.sendall(sent)
    vanish(client)
    with connect(echo.url) as websocket:
        websocket.send("still here")
        assert websocket.recv(timeout=5) == "still here"
    assert not echo.failures


def test_a_browser_that_asks_for_a_page_is_told_what_is_here(echo: Server) -> None:
    reply = requests.get(echo.url.replace("ws:", "http:"), timeout=5)
    assert reply.status_code == 426
    assert "You need a WebSocket client" in reply.text


# Clients of another make --------------------------------------------------------------------------------


def test_websocket_client_gets_its_messages_back(echo: Server) -> None:
    client = websocket_client.create_connection(echo.url, timeout=5)
    client.send("Zoë 😀")
    assert client.recv() == "Zoë 😀"
    client.send_binary(b"\x00\xff")
    assert client.recv() == b"\x00\xff"
    client.ping("still there?")
    assert client.recv_data_frame(control_frame=True)[1].data == b"still there?"
    client.close()


def test_a_browser_gets_its_message_back(echo: Server, browser: Callable[[str], str]) -> None:
    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/echoed":
                echoed.set()
            elif self.path == "/wait":  # the page is not complete before this has come
                echoed.wait(20)
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + page.encode())

    echoed = Event()
    page = f"""<!doctype html><p id="said"></p><img src="wait" alt=""><script>
        const websocket = new WebSocket("{echo.url}");
        websocket.onopen = () => websocket.send("Zo\\u00eb, from a browser");
        websocket.onmessage = (event) => {{ said.textContent = event.data; fetch("echoed"); }};
        </script>"""
    assert '<p id="said">Zoë, from a browser</p>' in browser(launch(Page, port=0).url)
