"""Know what runs beside this notebook: its servers by their names, and the relays before them."""

import threading
import weakref
from collections.abc import Callable, Container
from typing import Any

from wirelab.launching import port_holders, ports
from wirelab.launching.server import Server


class Registry:
    """The servers and relays of one kernel. Any thread may call it.

    `lock` is held by whoever enters a server, from the look at the others to its entry; never while one starts.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.shown_ports: dict[int, int] = {}  # the port that something has → the one that a built notebook shows
        self._servers: dict[str, Server] = {}
        self._launched = weakref.WeakSet[Any]()  # what the servers were made from, stopped ones too
        self._relays: dict[int, Callable[[], None]] = {}  # the port of each, and how to stop it

    def servers(self) -> list[Server]:
        """The servers that have not been stopped, oldest first."""
        with self.lock:
            return list(self._servers.values())

    def find(self, name: str) -> Server | None:
        """The server of that name, if one has not been stopped."""
        with self.lock:
            return self._servers.get(name)

    def add(self, server: Server) -> None:
        """Enter a server, in the place of the one that had its name."""
        with self.lock:
            self._servers[server.name] = server

    def is_again(self, target: Any) -> bool:
        """Whether a server was made from this class or function before; from now on one was."""
        with self.lock:
            try:
                again = target in self._launched
                self._launched.add(target)
            except TypeError:  # the name of a module, which starts in a new process
                return False
            return again

    def remove(self, server: Server) -> None:
        """Strike a server out. One that has been replaced already is not there; that is no error."""
        port_holders.forget(server.port)
        with self.lock:
            if self._servers.get(server.name) is server:
                del self._servers[server.name]

    def show_as_if_alone(self, actual: int, *, wanted: int, taken: Container[int]) -> int:
        """Settle which port a built notebook shows in place of `actual`, and return it."""
        shown = ports.as_if_alone(wanted, actual, taken) if ports.in_tests() else actual
        self.shown_ports[actual] = shown
        return shown

    def shown(self, port: int) -> int:
        """The port that a built notebook shows in place of this one."""
        return self.shown_ports.get(port, port)

    def add_relay(self, port: int, stop: Callable[[], None]) -> None:
        """Enter a relay that listens on `port`."""
        with self.lock:
            self._relays[port] = stop

    def remove_relay(self, port: int) -> None:
        """Strike a relay out. Again does nothing."""
        with self.lock:
            self._relays.pop(port, None)

    def shown_relay_ports(self) -> set[int]:
        """The ports that built notebooks show for the relays."""
        with self.lock:
            return {self.shown(port) for port in self._relays}

    def stop_all(self) -> None:
        """Stop every relay, then every server."""
        with self.lock:
            stops = list(self._relays.values())
        for stop in stops:
            stop()
        for server in self.servers():
            server.stop()


registry = Registry()  # this kernel's: what its cells have launched is not theirs alone, but the whole notebook's
