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

from wirelab.atomic_write import write
from wirelab.conversation.connection_parser import Reading, read
from wirelab.conversation.conversation import Conversation, joined
from wirelab.conversation.http_messages import Exchange
from wirelab.conversation.messages import Message
from wirelab.conversation.recording import MAX_CONNECTIONS_KEPT, Memory, Recorder
from wirelab.errors import WireError
from wirelab.launching import ports
from wirelab.launching.ports import ADDRESS
from wirelab.launching.registry import registry
from wirelab.tapping import live_view
from wirelab.tapping.relay import IDLE_TIME, RELAY_TIMEOUT, Relay
from wirelab.tapping.tap_target import address_of

RELAY_PORT_OFFSET = 1000  # the relay of a server on 8001 listens on 9001


class Tap:
    """A relay that wire() started, and what it wrote down. A context manager: leaving it ends the relay.

    It can be indexed, counted and gone through like the `Conversation` that it recorded so far.
    """

    def __init__(
        self,
        host: str,
        port: int,
        scheme: str = "http",
        *,
        most: int = MAX_CONNECTIONS_KEPT,
        memory: Memory | None = None,
        listen: int | None = None,
    ) -> None:
        """Relay to `host` and `port`, and record `most` connections in `memory` (64 MiB by default).

        It listens on the port `listen`, by default on one that is free. Raises WireError where that one is taken.
        """
        self.scheme, self.target, self._most = scheme, (host, port), most
        self._began, self._zero = datetime.now(UTC), time.perf_counter()
        self._memory = memory or Memory()
        self._lock, self._reading = threading.Lock(), threading.Lock()
        self._recorders: dict[int, Recorder] = {}
        self._live: set[Relay] = set()
        self._count, self._unrecorded = 0, 0
        self._stopping, self._last = False, ("", 0)  # the address of the last one that comes in
        self._over = threading.Event()
        self._views: list[threading.Thread] = []  # they end when it is over
        self._readings: dict[int, tuple[int, Reading]] = {}  # with the number of changes that each was made of
        self._read: tuple[tuple[dict[int, int], int], Conversation] | None = None
        wanted = registry.shown(port) + RELAY_PORT_OFFSET
        self._listener = _listener(listen) if listen else ports.on_first_free(ports.bind, ports.to_try(wanted))
        self.port = int(self._listener.getsockname()[1])
        registry.show_as_if_alone(self.port, wanted=wanted, taken=registry.shown_relay_ports())
        registry.add_relay(self.port, self.stop)
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
            recorders, unrecorded = dict(self._recorders), self._unrecorded
        with self._reading:  # a long conversation takes a while; meanwhile clients are let in
            state = {number: recorder.changes for number, recorder in recorders.items()}, unrecorded
            if self._read is None or self._read[0] != state:
                self._readings = {number: self._reading_of(number, recorders[number]) for number in recorders}
                host, port = self.target
                server = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"  # RFC 3986 §3.2.2
                readings = [reading for _, reading in self._readings.values()]
                talk = joined(readings, server=server, began=self._began, unrecorded=unrecorded)
                self._read = state, talk
            return self._read[1]

    def _reading_of(self, number: int, recorder: Recorder) -> tuple[int, Reading]:
        """The connection as it was read last, or read again where more has been written down."""
        changes = recorder.changes  # before the look: what comes meanwhile is read the next time
        known = self._readings.get(number)
        return known if known and known[0] == changes else (changes, read(recorder.recording()))

    def forget_finished(self) -> None:
        """Forget the connections that are over and stood in `conversation` so, to have room for others."""
        with self._reading, self._lock:
            read_whole = [number for number, (changes, _) in self._readings.items()
                          if self._recorders[number].is_over and self._recorders[number].changes == changes]
            for number in read_whole:
                self._recorders.pop(number).forget()
                del self._readings[number]

    @property
    def unrecorded(self) -> int:
        """How many connections were relayed, but came too late to be written down."""
        with self._lock:
            return self._unrecorded

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
        path = path_to_save(file)
        if path.suffix == ".har":
            content = json.dumps(self.conversation.har(), indent=2, ensure_ascii=False)
        else:
            content = self.text(raw=True) + "\n"
        write(path, content)
        return path

    def live(self) -> None:
        """Show the conversation here in the notebook, and let it grow while something crosses the wire.

        The newest messages are shown, until the tap is stopped; then all of them, as `tap` alone shows them.
        Outside a notebook it prints what has crossed so far.
        """
        if view := live_view.show(self):
            self._views.append(view)

    def wait(self, seconds: float) -> bool:
        """Wait until it is stopped, at most that long. Returns whether it is."""
        return self._over.wait(seconds)

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
            self._stop_accepting()
            self._wait_for_replies(time.monotonic() + RELAY_TIMEOUT)
        finally:  # an impatient user may interrupt the wait
            self._cut(time.monotonic() + RELAY_TIMEOUT)
            self._over.set()
        for view in self._views:
            view.join(RELAY_TIMEOUT)

    def _stop_accepting(self) -> None:
        """Accept the clients that have connected so far, and no more."""
        with contextlib.suppress(OSError), socket.socket() as last:
            last.settimeout(RELAY_TIMEOUT)
            last.bind((ADDRESS, 0))
            self._last = last.getsockname()
            last.connect((ADDRESS, self.port))  # wakes accept()
        self._acceptor.join(RELAY_TIMEOUT)
        self._listener.close()
        registry.remove_relay(self.port)

    def _wait_for_replies(self, deadline: float) -> None:
        for relay in self._open():
            while relay.is_busy and time.monotonic() < deadline:
                relay.join(IDLE_TIME)

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
                time.sleep(IDLE_TIME)  # out of descriptors, or a client that left at once
                continue
            if address == self._last:
                client.close()
                return
            self._add_client(client)

    def _add_client(self, client: socket.socket) -> None:
        """Begin to relay a connection, and to write it down if there is a place left."""
        with self._lock:
            recorder = self._new_recorder() if len(self._recorders) < self._most else None
            self._unrecorded += recorder is None
            self._count += 1
            relay = Relay(client, self.target, recorder, when_over=self._remove)
            self._live.add(relay)
        relay.start()

    def _new_recorder(self) -> Recorder:
        zero = self._zero
        recorder = Recorder(self._count, self._memory, lambda: time.perf_counter() - zero)
        self._recorders[self._count] = recorder
        return recorder

    def _remove(self, relay: Relay) -> None:
        with self._lock:
            self._live.discard(relay)


def path_to_save(file: str | Path) -> Path:
    """The file, whose name says in which form a conversation is saved. Raises WireError where it does not."""
    path = Path(file)
    if path.suffix not in (".har", ".txt"):
        raise WireError(f"save({str(file)!r}): give a name that ends in .har or in .txt")
    return path


def _listener(port: int) -> socket.socket:
    """A socket that listens on this port. Raises WireError where it cannot be had."""
    try:
        return ports.bind(port)
    except (OSError, OverflowError) as error:
        what = "is taken" if getattr(error, "errno", 0) in ports.PORT_TAKEN else f"cannot be had ({error})"
        raise WireError(f"port {port} {what}: choose another") from None


def wire(target: Any, *, listen: int | None = None) -> Tap:
    """Put a relay before a server and write down what crosses it. The client then uses `.url` of the relay.

        with wire(web) as tap:
            requests.get(tap.url + "/hello", timeout=3)
        tap

    `target` is a server from launch(), a URL that begins with http:// or ws://, `"host:port"`, or a
    port of this computer. No byte is altered, so the header `Host` names the relay's port. The relay
    listens on the port `listen`, or on one that is free.

    Raises WireError where there is no address in `target`, its name is unknown, the server is stopped, or the port
    `listen` is taken.
    """
    if getattr(target, "running", True) is False:
        raise WireError(f"{target.name} does not run: start it with launch(), then use wire() on it")
    scheme, host, port = address_of(target)
    if scheme in ("https", "wss"):
        raise WireError(f"{target}: what is encrypted cannot be read on the way; use an http or ws address")
    try:
        socket.getaddrinfo(host, port)
    except (OSError, UnicodeError):
        raise WireError(f"no computer is known by the name {host}: look at its spelling and the network") from None
    return Tap(host, port, scheme, listen=listen)
