"""Stand between a client and a server, pass every byte on, and write it down."""

import contextlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, overload
from urllib.parse import urlsplit

from wirelab import ports
from wirelab.errors import WireError
from wirelab.messages import Exchange, Message
from wirelab.ports import ADDRESS
from wirelab.recording import CONNECTIONS, End, Memory, Recorder, Side
from wirelab.wire import Conversation, read_all

ABOVE = 1000  # the relay of a server on 8001 listens on 9001
AT_ONCE = 2**18  # bytes
PATIENCE = 1.0  # seconds for a connection, or a thread, that is about to end
QUIET = 0.02  # seconds without a byte, after which a connection has nothing under way
REACH = 5.0  # seconds for the server to accept a connection
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s; close() then sends RST instead of FIN


class Tap:
    """A relay that wire() started, and what it wrote down. A context manager: leaving it ends the relay.

    It can be indexed, counted and gone through like the `Conversation` that it recorded so far.
    """

    def __init__(self, host: str, port: int, scheme: str = "http", *, most: int = CONNECTIONS) -> None:
        self.scheme, self.target, self._most = scheme, (host, port), most
        self._began, self._zero = datetime.now(UTC), time.perf_counter()
        self._memory = Memory()
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._recorders: list[Recorder] = []
        self._live: set[_Connection] = set()
        self._count = 0
        self._stopping, self._last = False, ("", 0)  # the address of the last one that comes in
        self._read: tuple[tuple[int, int], Conversation] | None = None
        shown = ports.MOVED.get(port, port) + ABOVE
        self._listener = ports.on_first_free(ports.bind, ports.to_try(shown))
        self.port = int(self._listener.getsockname()[1])
        beside = {ports.MOVED[other] for other in ports.BESIDE}
        ports.MOVED[self.port] = ports.as_if_alone(shown, self.port, beside) if ports.in_tests() else self.port
        ports.BESIDE[self.port] = self.stop
        self._acceptor = threading.Thread(target=self._accept, name=f"tap on port {self.port}", daemon=True)
        self._acceptor.start()

    @property
    def url(self) -> str:
        """What the client is to use in place of the server's address, without a slash at the end."""
        return f"{self.scheme}://{ADDRESS}:{self.port}"

    @property
    def conversation(self) -> Conversation:
        """What has crossed the wire so far."""
        with self._lock:
            recorders = list(self._recorders)
        with self._reading:  # a long conversation takes a while; meanwhile clients are let in
            state = (len(recorders), sum(recorder.changes for recorder in recorders))
            if self._read is None or self._read[0] != state:
                found = [recorder.recording() for recorder in recorders]
                host, port = self.target
                self._read = state, read_all(found, server=f"{host}:{port}", began=self._began)
            return self._read[1]

    @property
    def unrecorded(self) -> int:
        """How many connections were relayed, but came too late to be written down."""
        with self._lock:
            return self._count - len(self._recorders)

    @property
    def http(self) -> Sequence[Exchange]:
        """Each request with its responses."""
        return self.conversation.http

    @property
    def frames(self) -> Conversation:
        """The WebSocket frames alone."""
        return self.conversation.frames

    def sent_by(self, side: str) -> Conversation:
        """What one side sent: "client" or "server"."""
        return self.conversation.sent_by(side)

    @property
    def troubles(self) -> Conversation:
        """The messages with something wrong."""
        return self.conversation.troubles

    def text(self, *, raw: bool = False) -> str:
        """Every message in full, in 80 columns; with `raw`, the bytes as well."""
        return self.conversation.text(raw=raw)

    def save(self, file: str | Path) -> Path:
        """Write the conversation to a file: `.har` for a browser's developer tools, `.txt` for people.

        Raises WireError for any other ending.
        """
        path = Path(file)
        if path.suffix == ".har":
            content = json.dumps(self.conversation.har(), indent=2, ensure_ascii=False)
        elif path.suffix == ".txt":
            content = self.text(raw=True) + "\n"
        else:
            raise WireError(f"save({str(file)!r}): give a name that ends in .har or in .txt")
        path.write_text(content, encoding="utf-8")
        return path

    def __len__(self) -> int:
        return len(self.conversation)

    def __iter__(self) -> Iterator[Message]:
        return iter(self.conversation)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> Conversation: ...
    def __getitem__(self, index: Any) -> Any:
        return self.conversation[index]

    def __repr__(self) -> str:
        return repr(self.conversation)

    def _repr_html_(self) -> str:
        return self.conversation._repr_html_()

    def __enter__(self) -> "Tap":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the relay, within a second or two whatever its clients and the server do. Again does nothing."""
        with self._lock:
            if self._stopping:
                return
            self._stopping = True
        try:
            self._shut_the_door()
            self._let_arrive(time.monotonic() + PATIENCE)
        finally:  # an impatient user may interrupt the wait
            self._cut(time.monotonic() + PATIENCE)

    def _shut_the_door(self) -> None:
        """Take in who has knocked so far, and nobody any more."""
        with contextlib.suppress(OSError), socket.socket() as last:
            last.settimeout(PATIENCE)
            last.bind((ADDRESS, 0))
            self._last = last.getsockname()
            last.connect((ADDRESS, self.port))  # wakes accept()
        self._acceptor.join(PATIENCE)
        self._listener.close()
        ports.BESIDE.pop(self.port, None)

    def _let_arrive(self, deadline: float) -> None:
        for connection in self._open():
            while connection.is_busy and time.monotonic() < deadline:
                connection.join(QUIET)

    def _cut(self, deadline: float) -> None:
        connections = self._open()
        for connection in connections:
            connection.cut()
        for connection in connections:
            connection.join(max(deadline - time.monotonic(), 0))

    def _open(self) -> "list[_Connection]":
        with self._lock:
            return list(self._live)

    def _accept(self) -> None:
        while True:
            try:
                client, address = self._listener.accept()
            except OSError:
                if self._stopping:
                    return
                time.sleep(QUIET)  # out of descriptors, or a client that left at once
                continue
            if address == self._last:
                client.close()
                return
            _Connection(self, client)

    def _admit(self, connection: "_Connection") -> Recorder | None:
        """Count a connection in, and give it a place to be written down, if there is one left."""
        with self._lock:
            self._live.add(connection)
            self._count += 1
            if len(self._recorders) >= self._most:
                return None
            zero = self._zero
            recorder = Recorder(len(self._recorders), self._memory, lambda: time.perf_counter() - zero)
            self._recorders.append(recorder)
            return recorder

    def _dismiss(self, connection: "_Connection") -> None:
        with self._lock:
            self._live.discard(connection)


class _Connection:
    """One client's connection, and the one to the server. A thread for each direction."""

    def __init__(self, tap: Tap, client: socket.socket) -> None:
        self._tap, self._ends = tap, {Side.CLIENT: client}
        self._broken: Side | None = None  # the side that broke the connection off
        self._is_cut = False
        self._told: set[Side] = set()  # who was told that no more comes
        self._spoke, self._at = Side.CLIENT, time.monotonic()  # who did something last, and when
        self._recorder = tap._admit(self)
        self._thread = threading.Thread(target=self._relay, name=f"relay on port {tap.port}", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the system gives no more threads
            _will_reset(client)
            self._close()

    @property
    def is_busy(self) -> bool:
        """Whether something is under way: bytes, or the answer to a client that asked and waits."""
        patience = PATIENCE if self._spoke is Side.CLIENT else QUIET
        return self._thread.is_alive() and time.monotonic() - self._at < patience

    def join(self, seconds: float) -> None:
        """Wait for its end, at most that long."""
        if self._thread.is_alive():
            self._thread.join(seconds)

    def cut(self) -> None:
        """End it without a word about it in the recording."""
        self._is_cut = True
        for end in list(self._ends.values()):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def _relay(self) -> None:
        try:
            if self._reach() and not self._is_cut:
                back = threading.Thread(target=self._pump, args=(Side.SERVER,), daemon=True)
                back.start()
                self._pump(Side.CLIENT)
                back.join()
        except RuntimeError:  # the system gives no more threads
            _will_reset(self._ends[Side.CLIENT])
        finally:
            self._close()

    def _close(self) -> None:
        for end in self._ends.values():
            end.close()
        self._tap._dismiss(self)

    def _reach(self) -> bool:
        """Connect to the server, if it lets us."""
        try:
            server = self._ends[Side.SERVER] = socket.create_connection(self._tap.target, REACH)
        except OSError:
            self._write_end(Side.SERVER, End.UNREACHABLE)
            _will_reset(self._ends[Side.CLIENT])
            return False
        server.settimeout(None)
        for end in self._ends.values():  # what came in pieces leaves in pieces, at once
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return True

    def _pump(self, side: Side) -> None:
        """Pass on what one side sends, until it ends or the other one breaks off."""
        sink = self._ends[side.other]
        while data := self._receive(side):
            self._spoke, self._at = side, time.monotonic()
            if self._recorder:  # first, so that who has an answer finds it written down
                self._recorder.sent(side, data)
            try:
                sink.sendall(data)
            except OSError:
                self._break_off(side.other)
                break
        self._end(side)

    def _receive(self, side: Side) -> bytes:
        """What a side sends next; nothing when it has ended."""
        try:
            if data := self._ends[side].recv(AT_ONCE):
                return data
            gone = _is_gone(self._ends[side]) and side not in self._told
        except OSError:
            gone = True
        if gone:
            self._break_off(side)
        return b""

    def _break_off(self, side: Side) -> None:
        """`side` is gone: the other one is to see a reset too, once all that it was sent is passed on."""
        if not self._broken and not self._is_cut:
            self._broken = side
            other = self._ends[side.other]
            _will_reset(other)
            with contextlib.suppress(OSError):
                other.shutdown(socket.SHUT_RD)  # wakes the other thread, without a word to the peer

    def _end(self, side: Side) -> None:
        """Nothing more comes from `side`: write down why, and tell the other one if it was said politely."""
        if self._is_cut:
            return
        if self._broken in (None, side):
            self._write_end(side, End.RESET if self._broken else End.CLOSED)
        if not self._broken:
            self._told.add(side.other)
            with contextlib.suppress(OSError):
                self._ends[side.other].shutdown(socket.SHUT_WR)

    def _write_end(self, side: Side, end: End) -> None:
        self._spoke = Side.SERVER  # a client that has said its last word may have left: no answer is waited for
        if self._recorder:
            self._recorder.ended(side, end)


def _is_gone(end: socket.socket) -> bool:
    """Whether no connection is left: after RST, of which the system tells one thread only, or after two FINs."""
    try:
        end.getpeername()
    except OSError:
        return True
    return False


def _will_reset(end: socket.socket) -> None:
    """From now on, closing it sends RST."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def wire(target: Any) -> Tap:
    """Put a relay before a server and write down what crosses it. The client then uses `.url` of the relay.

        with wire(web) as tap:
            requests.get(tap.url + "/hello", timeout=3)
        tap

    `target` is a server from launch(), a URL that begins with http:// or ws://, `"host:port"`, or a
    port of this computer. No byte is altered, so the header `Host` names the relay's port.

    Raises WireError where there is no address in `target`, or the server is stopped.
    """
    if getattr(target, "running", True) is False:
        raise WireError(f"{target.name} does not run: start it with launch(), then use wire() on it")
    scheme, host, port = _address(target)
    if scheme in ("https", "wss"):
        raise WireError(f"{target}: what is encrypted cannot be read on the way; use an http or ws address")
    return Tap(host, port, scheme)


def _address(target: Any) -> tuple[str, str, int]:
    """Scheme, host and port of a target."""
    if isinstance(target, int) and not isinstance(target, bool):
        target = f"{ADDRESS}:{target}"
    url = getattr(target, "url", target)
    if isinstance(url, str):
        with contextlib.suppress(ValueError):
            parts = urlsplit(url if "://" in url else f"http://{url}")
            port = parts.port or (DEFAULT_PORTS.get(parts.scheme, 0) if "://" in url else 0)
            if parts.hostname and port and parts.scheme in DEFAULT_PORTS:
                return parts.scheme, parts.hostname, port
    raise WireError(
        f"wire() needs a server that runs, and {target!r} is none: give it what launch() returned, "
        "a URL like http://127.0.0.1:8001, or a port"
    )
