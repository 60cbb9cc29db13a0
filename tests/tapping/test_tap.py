"""A tap passes on every byte and every end, writes them down, and never stands in the way."""

import asyncio
import contextlib
import gc
import hashlib
import json
import os
import random
import select
import socket
import socketserver
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
import websocket as websocket_client
from flask import Flask
from waiting import wait_until
from websockets.asyncio.client import connect as connect_async
from websockets.asyncio.server import ServerConnection
from websockets.sync.client import connect

from wirelab import Server, Tap, launch, stop_all, wire
from wirelab.conversation.http_messages import Request, Response
from wirelab.conversation.recording import Side
from wirelab.errors import WireError
from wirelab.launching.registry import registry

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors are POSIX's")
MEGABYTE = 2**20
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


class Hello(BaseHTTPRequestHandler):
    """Answers with the path, and keeps the connection open."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def do_GET(self) -> None:
        self.answer(f"hello {self.path}".encode())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(hashlib.sha256(body).hexdigest().encode())

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class Big(Hello):
    """Answers /big with 100 MB, all else like Hello."""

    SIZE = 100 * MEGABYTE

    def do_GET(self) -> None:
        if self.path != "/big":
            return super().do_GET()
        self.send_response(200)
        self.send_header("Content-Length", str(self.SIZE))
        self.end_headers()
        for _ in range(self.SIZE // MEGABYTE):
            self.wfile.write(bytes(MEGABYTE))
        return None


async def echo(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


def raw(talk: Callable[[socket.socket], Any], name: str = "raw") -> Server:
    """A server that does with each connection what `talk` does, in a thread, and then closes it."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            talk(self.request)

    class Threads(socketserver.ThreadingTCPServer):
        daemon_threads, request_queue_size = True, 256

    def create_server(host: str, port: int) -> socketserver.BaseServer:
        return Threads((host, port), Handler)

    return launch(create_server, port=0, name=name)


def dial(tap: Tap) -> socket.socket:
    return socket.create_connection(("127.0.0.1", tap.port), timeout=20)


def everything(end: socket.socket) -> bytes:
    """All that comes until the other side says that there is no more."""
    found = bytearray()
    while data := end.recv(MEGABYTE):
        found += data
    return bytes(found)


def reset(end: socket.socket) -> None:
    """Break a connection off: RST in place of FIN."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def send_until_full(end: socket.socket, most: int) -> int:
    """How many bytes the other side takes, when nobody reads them there."""
    sent, block = 0, bytes(MEGABYTE)
    end.setblocking(False)
    while sent < most and select.select([], [end], [], 1)[1]:
        sent += end.send(block)
    return sent


def stops_in_time(tap: Tap, seconds: float = 10) -> bool:
    stopper = threading.Thread(target=tap.stop, daemon=True)
    stopper.start()
    stopper.join(seconds)
    return not stopper.is_alive()


@pytest.fixture
def web() -> Server:
    return launch(Hello, port=0)


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port on which nobody listens, nor can."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


# Every byte ---------------------------------------------------------------------------------------------


def test_no_byte_is_altered_in_either_direction() -> None:
    there, back = random.Random(1).randbytes(5 * MEGABYTE), random.Random(2).randbytes(7 * MEGABYTE)

    def talk(end: socket.socket) -> None:
        answering = threading.Thread(target=end.sendall, args=(back,))
        answering.start()
        arrived.append(everything(end))
        answering.join()

    arrived: list[bytes] = []
    with wire(raw(talk)) as tap, dial(tap) as client, ThreadPoolExecutor(1) as reader:
        answer = reader.submit(everything, client)
        client.sendall(there)
        client.shutdown(socket.SHUT_WR)
        assert hashlib.sha256(answer.result()).digest() == hashlib.sha256(back).digest()
    assert hashlib.sha256(arrived[0]).digest() == hashlib.sha256(there).digest()


def test_a_small_binary_talk_is_written_down_byte_for_byte() -> None:
    there, back = random.Random(3).randbytes(50_000), random.Random(4).randbytes(50_000)
    server = raw(lambda end: (everything(end), end.sendall(back)))
    with wire(server) as tap, dial(tap) as client:
        client.sendall(there)
        client.shutdown(socket.SHUT_WR)
        everything(client)
    assert b"".join(message.raw for message in tap if message.side is Side.CLIENT) == there
    assert b"".join(message.raw for message in tap if message.side is Side.SERVER) == back


def test_both_directions_of_http_are_written_down(web: Server) -> None:
    with wire(web) as tap:
        assert requests.get(tap.url + "/x", timeout=5).text == "hello /x"
    request, response = tap
    assert isinstance(request, Request) and (request.side, request.target) == (Side.CLIENT, "/x")
    assert isinstance(response, Response) and (response.side, response.body) == (Side.SERVER, b"hello /x")


def test_who_has_an_answer_finds_it_written_down(web: Server) -> None:
    with wire(web) as tap, requests.Session() as session:
        for number in range(1, 50):
            session.get(tap.url, timeout=5)
            assert [bool(pair.response) for pair in tap.http] == [True] * number


def test_times_never_run_backwards(web: Server) -> None:
    with wire(web) as tap, ThreadPoolExecutor(8) as clients:
        list(clients.map(lambda number: requests.get(f"{tap.url}/{number}", timeout=5), range(40)))
    times = [message.at for message in tap]
    assert times == sorted(times) and times[0] >= 0
    assert all(message.at <= message.until for message in tap)
    assert all(pair.response and pair.request.until <= pair.response.at for pair in tap.http)


def test_the_host_header_names_the_relay(web: Server) -> None:
    with wire(web) as tap:
        requests.get(tap.url, timeout=5)
    assert tap.http[0].request.header("Host") == f"127.0.0.1:{tap.port}"


def test_a_flask_app_can_be_tapped() -> None:
    app = Flask("shows")
    app.add_url_rule("/", view_func=lambda: "hello from Flask")
    with wire(launch(app, port=0)) as tap:
        assert requests.get(tap.url, timeout=5).text == "hello from Flask"
    assert len(tap.http) == 1 and not tap.troubles


def test_a_server_that_speaks_first_is_heard() -> None:
    with wire(raw(lambda end: end.sendall(b"220 ready\r\n"))) as tap, dial(tap) as client:
        assert everything(client) == b"220 ready\r\n"
    assert tap[0].raw == b"220 ready\r\n"


def test_a_tap_can_be_tapped(web: Server) -> None:
    with wire(web) as inner, wire(inner) as outer:
        assert requests.get(outer.url + "/x", timeout=5).text == "hello /x"
    assert [message.raw for message in inner] == [message.raw for message in outer]


# WebSockets ---------------------------------------------------------------------------------------------


def test_a_websocket_client_talks_through_a_tap() -> None:
    with wire(launch(echo, port=0)) as tap, connect(tap.url) as websocket:
        websocket.send("hello")
        assert websocket.recv(timeout=5) == "hello"
    assert [(frame.side, frame.text) for frame in tap.frames[:2]] == [("client", "hello"), ("server", "hello")]


def test_an_asyncio_websocket_client_talks_through_a_tap() -> None:
    async def talk(url: str) -> list[str | bytes]:
        async with connect_async(url) as websocket:
            await websocket.send("hello")
            await websocket.send(bytes(300_000))
            return [await websocket.recv(), await websocket.recv()]

    with wire(launch(echo, port=0)) as tap:
        assert asyncio.run(talk(tap.url)) == ["hello", bytes(300_000)]
    assert [frame.kind for frame in tap.frames if frame.side == "client"] == ["text", "binary", "close"]


def test_a_closed_websocket_is_no_trouble() -> None:
    with wire(launch(echo, port=0)) as tap, connect(tap.url):
        pass
    assert [frame.code for frame in tap.frames] == [1000, 1000]
    assert not tap.troubles


def test_a_websocket_that_stays_open_is_cut_without_a_word() -> None:
    with wire(launch(echo, port=0)) as tap:
        websocket = websocket_client.create_connection(tap.url, timeout=5)
        websocket.send("hello")
        assert websocket.recv() == "hello"
    websocket.shutdown()
    assert [frame.kind for frame in tap.frames] == ["text", "text"]
    assert not tap.troubles


# Ends ---------------------------------------------------------------------------------------------------


def test_a_half_closed_client_still_gets_its_answer() -> None:
    with wire(raw(lambda end: end.sendall(everything(end)[::-1]))) as tap, dial(tap) as client:
        client.sendall(b"abc")
        client.shutdown(socket.SHUT_WR)
        assert everything(client) == b"cba"


def test_a_half_closed_server_is_still_sent_to() -> None:
    def talk(end: socket.socket) -> None:
        end.sendall(b"enough")
        end.shutdown(socket.SHUT_WR)
        arrived.append(everything(end))

    arrived: list[bytes] = []
    with wire(raw(talk)) as tap, dial(tap) as client:
        assert everything(client) == b"enough"
        client.sendall(b"but listen")
        client.shutdown(socket.SHUT_WR)
        assert wait_until(lambda: arrived == [b"but listen"])


def ending(end: socket.socket) -> str:
    """How the other side ends a connection."""
    try:
        everything(end)
    except ConnectionResetError:
        return "reset"
    return "closed"


@pytest.mark.parametrize(("leave", "seen"), [(reset, "reset"), (socket.socket.close, "closed")])
def test_the_server_sees_how_the_client_ends(leave: Callable[[socket.socket], None], seen: str) -> None:
    found: list[str] = []
    with wire(raw(lambda end: (end.sendall(b"x"), found.append(ending(end))))) as tap:
        client = dial(tap)
        assert client.recv(1) == b"x"
        leave(client)
        assert wait_until(lambda: found == [seen])


@pytest.mark.parametrize(("leave", "seen"), [(reset, "reset"), (socket.socket.close, "closed")])
def test_the_client_sees_how_the_server_ends(leave: Callable[[socket.socket], None], seen: str) -> None:
    with wire(raw(lambda end: (end.recv(1), leave(end)))) as tap, dial(tap) as client:
        client.sendall(b"x")
        assert ending(client) == seen


def test_a_reset_while_bytes_flow_both_ways_is_never_taken_for_a_clean_end() -> None:
    server = raw(lambda end: (end.sendall(bytes(1000)), end.recv(MEGABYTE), reset(end)))
    with wire(server) as tap:
        for _ in range(300):  # of a reset, the system tells one of two threads that use the socket
            with dial(tap) as client, pytest.raises(ConnectionResetError):
                while True:
                    client.sendall(bytes(65536))


def test_an_answer_before_a_reset_arrives_and_is_written_down() -> None:
    def refuse(end: socket.socket) -> None:
        end.recv(100)
        end.sendall(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        reset(end)  # as happens to who closes before the body is read

    for _ in range(20):
        with wire(raw(refuse)) as tap, dial(tap) as client:
            client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + bytes(1000))
            assert client.recv(1000).startswith(b"HTTP/1.1 413")
            assert ending(client) == "reset"
        assert [pair.response.status for pair in tap.http if pair.response] == [413]


def test_a_reset_is_told_in_the_conversation() -> None:
    with wire(raw(lambda end: (end.recv(100), reset(end)))) as tap, dial(tap) as client:
        client.sendall(GET)
        assert ending(client) == "reset"
    assert [message.trouble for message in tap.troubles] == [
        "The server broke off the connection (reset) without an answer."
    ]


def test_an_answer_that_ends_with_the_connection_is_complete() -> None:
    answer = b"HTTP/1.0 200 OK\r\n\r\nhello"
    with wire(raw(lambda end: (end.recv(100), end.sendall(answer)))) as tap, dial(tap) as client:
        client.sendall(GET)
        assert everything(client) == answer
    assert tap.http[0].response and tap.http[0].response.complete
    assert not tap.troubles


def test_where_nobody_listens_the_client_is_reset_and_the_conversation_says_why(nobody: int) -> None:
    with wire(nobody) as tap, pytest.raises(ConnectionResetError), dial(tap) as client:
        client.recv(1)
    assert tap[0].trouble == "Nobody listens there: the connection was refused."


def test_a_server_may_be_launched_again_behind_an_open_tap(web: Server) -> None:
    with wire(web) as tap:
        assert requests.get(tap.url + "/before", timeout=5).ok
        web.stop()
        with pytest.raises(requests.ConnectionError):
            requests.get(tap.url + "/between", timeout=5)
        launch(Hello, port=web.port)
        assert requests.get(tap.url + "/after", timeout=5).ok
    assert [pair.request.target for pair in tap.http if pair.response] == ["/before", "/after"]
    assert "Nobody listens" in tap.troubles[0].trouble


# Peers that stall, and peers that flood ---------------------------------------------------------------------


def stall(end: socket.socket) -> None:
    while True:  # until its server is stopped
        time.sleep(0.05)


def flood(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            end.sendall(bytes(65536))


def test_a_stalled_connection_holds_up_no_other() -> None:
    def talk(end: socket.socket) -> None:
        kind = end.recv(1)
        {b"s": stall, b"f": flood}.get(kind, lambda end: end.sendall(b"answer"))(end)

    with wire(raw(talk)) as tap, dial(tap) as stalled, dial(tap) as unread, dial(tap) as client:
        stalled.sendall(b"s")
        send_until_full(stalled, 100 * MEGABYTE)
        unread.sendall(b"f")
        client.sendall(b"?")
        assert everything(client) == b"answer"


def test_what_a_server_does_not_read_stays_with_the_client() -> None:
    with wire(raw(stall)) as tap, dial(tap) as client:
        assert send_until_full(client, 200 * MEGABYTE) < 50 * MEGABYTE


def test_what_a_client_does_not_read_stays_with_the_server() -> None:
    sent: list[int] = []
    with wire(raw(lambda end: sent.append(send_until_full(end, 200 * MEGABYTE)))) as tap, dial(tap):
        assert wait_until(lambda: bool(sent), 30)
    assert sent[0] < 50 * MEGABYTE


def test_two_hundred_connections_at_once_each_get_their_answer(web: Server) -> None:
    def ask(number: int) -> bytes:
        client = HTTPConnection("127.0.0.1", tap.port, timeout=20)
        client.connect()
        together.wait(20)
        client.request("GET", f"/{number}")
        answer = client.getresponse().read()
        client.close()
        return answer

    together = threading.Barrier(200)
    wanted = [f"hello /{number}".encode() for number in range(200)]
    with wire(web) as tap, ThreadPoolExecutor(200) as clients:
        assert list(clients.map(ask, range(200))) == wanted
    assert sorted(pair.response.body for pair in tap.http if pair.response) == sorted(wanted)
    assert {message.connection for message in tap} == set(range(200))


def test_a_download_of_100_megabytes_needs_little_memory_and_is_measured() -> None:
    with wire(launch(Big, port=0)) as tap:
        client = HTTPConnection("127.0.0.1", tap.port, timeout=20)
        client.request("GET", "/small")
        client.getresponse().read()
        before = psutil.Process().memory_info().rss
        client.request("GET", "/big")
        response = client.getresponse()
        while response.read(MEGABYTE):
            pass
        assert psutil.Process().memory_info().rss - before < 25 * MEGABYTE
        client.request("GET", "/next")
        assert client.getresponse().read() == b"hello /next"
    client.close()
    assert [pair.response.body_size for pair in tap.http if pair.response] == [12, Big.SIZE, 11]
    assert not tap.troubles


def test_a_flood_is_bounded_and_ends_with_the_tap() -> None:
    with wire(raw(flood)) as tap, dial(tap) as client:
        for _ in range(50):
            client.recv(MEGABYTE)
        assert stops_in_time(tap)
    assert sum(len(message.raw) for message in tap) < 5 * MEGABYTE


def test_a_server_with_a_number_of_ipv6_is_named_as_in_a_url() -> None:
    with Tap("::1", 8001) as tap:
        assert repr(tap) == "nothing crossed the wire to [::1]:8001"


def test_connections_beyond_the_limit_are_relayed_and_counted(web: Server) -> None:
    with Tap("127.0.0.1", web.port, most=2) as tap:
        for number in range(5):
            assert requests.get(f"{tap.url}/{number}", timeout=5).ok
    assert [pair.request.target for pair in tap.http] == ["/0", "/1"]
    assert tap.unrecorded == 3
    for shown in (repr(tap), tap.text(), tap._repr_html_(), tap.conversation.har()["log"]["comment"]):
        assert "3 connections more, not recorded" in shown


@POSIX
def test_a_connection_for_which_there_is_no_thread_is_refused_and_later_ones_are_not(web: Server) -> None:
    with wire(web) as tap:
        before = threading.stack_size(2**46)
        try:
            with pytest.raises(ConnectionResetError), dial(tap) as client:
                client.recv(1)
        finally:
            threading.stack_size(before)
        assert requests.get(tap.url, timeout=5).ok


# The end ------------------------------------------------------------------------------------------------


def test_what_is_under_way_arrives_before_the_tap_ends() -> None:
    def talk(end: socket.socket) -> None:
        end.recv(100)
        asked.set()
        left.wait(10)
        end.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        stall(end)

    asked, left = threading.Event(), threading.Event()
    with wire(raw(talk)) as tap:
        client = dial(tap)
        client.sendall(GET)
        asked.wait(10)
        threading.Timer(0.2, left.set).start()
    assert client.recv(1000).endswith(b"hello")
    client.close()
    assert tap.http[0].response and tap.http[0].response.body == b"hello"


def test_who_has_knocked_before_the_end_is_let_in(web: Server) -> None:
    clients = []
    with wire(web) as tap:
        for _ in range(30):
            clients.append(dial(tap))
            clients[-1].sendall(GET)
    assert [pair.response.status for pair in tap.http if pair.response] == [200] * 30
    [client.close() for client in clients]


def test_an_open_connection_is_cut_without_being_reported(web: Server) -> None:
    with requests.Session() as session:
        with wire(web) as tap:
            session.get(tap.url, timeout=5)
        assert [type(message).__name__ for message in tap] == ["Request", "Response"]
        assert not tap.troubles


def test_nothing_is_written_down_after_the_end(web: Server) -> None:
    with wire(web) as tap:
        client = dial(tap)
        client.sendall(GET)
        assert client.recv(1000)
    length = len(tap)
    assert ending(client) == "closed"
    client.close()
    assert len(tap) == length


@pytest.mark.parametrize("talk", [stall, flood, everything])
def test_stopping_takes_bounded_time_whatever_the_peers_do(talk: Callable[[socket.socket], Any]) -> None:
    with wire(raw(talk)) as tap:
        clients = [dial(tap) for _ in range(10)]
        send_until_full(clients[0], 20 * MEGABYTE)
        [client.sendall(b"x") for client in clients[1:]]
        assert stops_in_time(tap)
    [client.close() for client in clients]


def test_stopping_takes_no_longer_for_many_connections_than_for_one() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=400) as silent, wire(silent.getsockname()[1]) as tap:
        clients = [dial(tap) for _ in range(300)]
        [client.sendall(b"x") for client in clients]
        assert stops_in_time(tap, 5)
    assert relays() == []
    [client.close() for client in clients]


def test_stopping_again_does_nothing(web: Server) -> None:
    with wire(web) as tap:
        tap.stop()
        with wire(web) as other:
            tap.stop()
            assert other.port == tap.port
            assert requests.get(other.url, timeout=5).ok


def relays() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith(("tap on", "relay to"))]


def test_every_byte_arrives_where_waits_are_short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirelab.tapping.relay.LOOK_UP", 0.001)  # as on Windows, where nothing else ends a wait
    is_full, came = threading.Event(), list[int]()

    def talk(end: socket.socket) -> None:
        is_full.wait(20)
        came.append(len(everything(end)))
        end.sendall(b"thanks")

    with wire(raw(talk)) as tap, dial(tap) as client:
        sent = send_until_full(client, 200 * MEGABYTE)
        is_full.set()
        client.settimeout(20)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b"thanks"
    assert came == [sent]


def test_a_stopped_tap_leaves_no_thread_and_no_port() -> None:
    before = threading.active_count()
    server = raw(stall)
    with wire(server) as tap:
        clients = [dial(tap) for _ in range(5)]
        send_until_full(clients[0], 20 * MEGABYTE)
        assert wait_until(lambda: len(relays()) == 6)
    assert relays() == []
    with pytest.raises(ConnectionRefusedError):
        dial(tap)
    server.stop()
    [client.close() for client in clients]
    assert wait_until(lambda: threading.active_count() <= before)


@POSIX
def test_a_hundred_taps_leave_nothing_behind(web: Server) -> None:
    def use() -> None:
        with wire(web) as tap, requests.Session() as session:
            assert session.get(tap.url, timeout=5).ok
        assert len(tap) == 2

    def held() -> tuple[int, int, int]:
        gc.collect()
        mine = psutil.Process()
        listening = [one for one in mine.net_connections() if one.status == psutil.CONN_LISTEN]
        return threading.active_count(), mine.num_fds(), len(listening)

    [use() for _ in range(5)]
    before = held()
    [use() for _ in range(100)]
    assert wait_until(lambda: all(now <= then for now, then in zip(held(), before, strict=True)))
    assert registry.shown_relay_ports() == set()


def test_stop_all_ends_taps_too(web: Server) -> None:
    tap = wire(web)
    stop_all()
    assert relays() == []
    assert len(tap) == 0


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_in_the_block_ends_the_tap(web: Server, error: type[BaseException]) -> None:
    with pytest.raises(error), wire(web) as tap:
        requests.get(tap.url, timeout=5)
        raise error
    assert relays() == []
    assert len(tap.http) == 1


@POSIX
def test_an_interrupt_while_the_tap_waits_for_the_last_bytes_ends_it_at_once() -> None:
    script = """if True:
        import os, signal, socket, threading
        from wirelab import wire
        with socket.create_server(("127.0.0.1", 0)) as listener:
            tap = wire(listener.getsockname()[1])
            client = socket.create_connection(("127.0.0.1", tap.port))
            client.sendall(b"GET")
            server, _ = listener.accept()
            server.recv(3)
            signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job has it ignored
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
            try:
                tap.stop()
            except KeyboardInterrupt:
                print("interrupted,", client.recv(1), server.recv(1))
    """
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.stdout, ran.stderr) == ("interrupted, b'' b''\n", "")


def test_a_script_that_forgets_its_tap_ends_all_the_same() -> None:
    script = """if True:
        import requests
        from wirelab import launch, wire
        tap = wire(launch("servers.web_server", port=0))
        session = requests.Session()
        print(session.get(tap.url, timeout=5).status_code)
    """
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=30, check=False)
    assert (ran.stdout, ran.stderr) == ("200\n", "")


# Ports --------------------------------------------------------------------------------------------------


def test_the_relay_listens_a_thousand_above_its_server() -> None:
    server = launch(Hello, port=8301)
    with wire(server) as tap:
        assert tap.port in range(server.port + 1000, server.port + 1050, 10)


def test_a_second_tap_takes_the_next_port() -> None:
    server = launch(Hello, port=8401)
    with wire(server) as one, wire(server) as two:
        assert two.port in range(one.port + 10, server.port + 1050, 10)
        assert [requests.get(tap.url, timeout=5).status_code for tap in (one, two)] == [200, 200]


def test_a_tap_listens_on_loopback_alone(web: Server) -> None:
    with wire(web) as tap, pytest.raises(OSError), socket.create_connection(("127.0.0.2", tap.port), timeout=1):
        pass


def test_in_tests_a_tap_shows_the_port_it_would_have_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_PORTS", "free")
    server = launch(Hello, port=8001)
    with wire(server) as one, wire(server) as two:
        assert [registry.shown(tap.port) for tap in (one, two)] == [9001, 9011]
    with wire(server) as again:
        assert registry.shown(again.port) == 9001


# What can be tapped, and what is written --------------------------------------------------------------------


@pytest.mark.parametrize("address", ["http://127.0.0.1:{}", "http://127.0.0.1:{}/shows", "127.0.0.1:{}", "{}"])
def test_an_address_can_be_tapped(web: Server, address: str) -> None:
    said = address.format(web.port)
    with wire(int(said) if said.isdecimal() else said) as tap:
        assert requests.get(tap.url + "/x", timeout=5).text == "hello /x"


@pytest.mark.parametrize(
    ("target", "advice"),
    [
        (Hello, "give it what launch.. returned"),
        (None, "None is none: give it what launch"),
        ("nonsense", "'nonsense' is none"),
        ("8001", "'8001' is none"),
        ("ftp://127.0.0.1:21", "'ftp://127.0.0.1:21' is none"),
        ("http://127.0.0.1:99999", "is none"),
        (True, "True is none"),
        (0, "is none"),
        ("http://a-name-of.invalid:80", "no computer is known by the name a-name-of.invalid"),
        ("https://127.0.0.1:8443", "encrypted cannot be read"),
        ("wss://example.org", "encrypted cannot be read"),
    ],
)
def test_what_is_no_server_gets_advice(target: Any, advice: str) -> None:
    with pytest.raises(WireError, match=advice):
        wire(target)


def test_a_stopped_server_gets_advice(web: Server) -> None:
    web.stop()
    with pytest.raises(WireError, match=r"Hello does not run: start it with launch\(\)"):
        wire(web)


def test_a_tap_reads_like_its_conversation(web: Server) -> None:
    with wire(web) as tap:
        [requests.get(f"{tap.url}/{number}", timeout=5) for number in range(3)]
    assert len(tap) == 6
    assert list(tap) == [tap[place] for place in range(6)]
    assert [message.side for message in tap[:2]] == [Side.CLIENT, Side.SERVER]
    assert (repr(tap), tap._repr_html_()) == (repr(tap.conversation), tap.conversation._repr_html_())


def test_the_frames_the_requests_and_the_troubles_can_be_asked_for() -> None:
    with wire(launch(echo, port=0)) as tap, connect(tap.url) as websocket:
        websocket.send("hello")
        websocket.recv(timeout=5)
    assert (len(tap.http), len(tap.frames), len(tap.troubles)) == (1, 4, 0)


def test_a_conversation_is_saved_as_har(web: Server, tmp_path: Path) -> None:
    with wire(web) as tap:
        requests.get(tap.url + "/x", timeout=5)
    saved = json.loads(tap.save(tmp_path / "talk.har").read_text(encoding="utf-8"))
    assert saved["log"]["entries"][0]["request"]["url"].endswith("/x")


def test_a_conversation_is_saved_as_text(web: Server, tmp_path: Path) -> None:
    with wire(web) as tap:
        requests.get(tap.url + "/x", timeout=5)
    assert "GET /x HTTP/1.1" in tap.save(tmp_path / "talk.txt").read_text(encoding="utf-8")


def test_another_kind_of_file_gets_advice(web: Server) -> None:
    with wire(web) as tap, pytest.raises(WireError, match=r"save\('x.pdf'\): give a name that ends in .har or"):
        tap.save("x.pdf")


def test_the_curl_line_of_an_exchange_leads_to_the_server_and_not_to_the_relay() -> None:
    web = launch(Hello, port=0)
    with wire(web) as tap:
        requests.get(tap.url + "/a", timeout=5)
    assert tap.http[0].as_curl() == f"curl -i {web.url}/a"
