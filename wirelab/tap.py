"""Stand between a client and a server, pass every byte on, and write it down."""

import contextlib
import json
import socket
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
from wirelab.recording import CONNECTIONS, Memory, Recorder
from wirelab.relay import PATIENCE, QUIET, Relay
from wirelab.wire import Conversation, read_all
from wirelab.writing import write

ABOVE = 1000  # the relay of a server on 8001 listens on 9001
DEFAULT_PORTS = {"http": 80, "ws": 80, "https": 443, "wss": 443}


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
        self._live: set[Relay] = set()
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

        Raises WireError for any other ending, NotWritten where the file cannot be written.
        """
        path = Path(file)
        if path.suffix == ".har":
            content = json.dumps(self.conversation.har(), indent=2, ensure_ascii=False)
        elif path.suffix == ".txt":
            content = self.text(raw=True) + "\n"
        else:
            raise WireError(f"save({str(file)!r}): give a name that ends in .har or in .txt")
        write(path, content)
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
        for relay in self._open():
            while relay.is_busy and time.monotonic() < deadline:
                relay.join(QUIET)

    def _cut(self, deadline: float) -> None:
        relays = self._open()
        for relay in relays:
            relay.cut()
        for relay in relays:
            relay.join(max(deadline - time.monotonic(), 0))

    def _open(self) -> list[Relay]:
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
            self._admit(client)

    def _admit(self, client: socket.socket) -> None:
        """Begin to relay a connection, and to write it down if there is a place left."""
        with self._lock:
            recorder = self._new_recorder() if len(self._recorders) < self._most else None
            self._count += 1
            relay = Relay(client, self.target, recorder, when_over=self._dismiss)
            self._live.add(relay)
        relay.start()

    def _new_recorder(self) -> Recorder:
        zero = self._zero
        self._recorders.append(Recorder(len(self._recorders), self._memory, lambda: time.perf_counter() - zero))
        return self._recorders[-1]

    def _dismiss(self, relay: Relay) -> None:
        with self._lock:
            self._live.discard(relay)


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
