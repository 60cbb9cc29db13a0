"""Hand a socket to another process of this computer, which then has the same connection.

unix(7), SCM_RIGHTS; on Windows, what `socket.share` gives.
"""

import base64
import itertools
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any

NUMBER_ON_DOOR = struct.Struct(">I")
TAKING = 2.0  # seconds for a socket to arrive; it is sent before it is told of


class SocketGiver:
    """The end that hands sockets over."""

    def __init__(self, door: socket.socket | None, process: Callable[[], int]) -> None:
        """`door` is one end of a Unix socket pair; without one, `process` says which process takes the socket."""
        self._door, self._process, self._numbers = door, process, itertools.count()
        self._lock = threading.Lock()

    def told(self, connection: socket.socket) -> Mapping[str, Any]:
        """Hand it over; what the other end has to know to take it. Raises OSError."""
        if self._door is None:
            return {"shared": _shared(connection, self._process())}
        with self._lock:
            number = next(self._numbers)
            socket.send_fds(self._door, [NUMBER_ON_DOOR.pack(number)], [connection.fileno()])
        return {"number": number}


class SocketTaker:
    """The end that takes them."""

    def __init__(self, door: socket.socket | None) -> None:
        self._door, self._came = door, dict[int, socket.socket]()
        self._lock = threading.Lock()

    def taken(self, told: Mapping[str, Any]) -> socket.socket:
        """The socket that was told of. Raises OSError."""
        if self._door is None:
            return _from_shared(told["shared"])
        with self._lock:
            self._door.settimeout(TAKING)
            while told["number"] not in self._came:
                data, numbers, _, _ = socket.recv_fds(self._door, NUMBER_ON_DOOR.size, 1)
                self._came[NUMBER_ON_DOOR.unpack(data)[0]] = socket.socket(fileno=numbers[0])
            return self._came.pop(told["number"])


def _shared(connection: socket.socket, process: int) -> str:
    if sys.platform != "win32":
        raise OSError("there is no way to hand a socket over")
    return base64.b64encode(connection.share(process)).decode("ascii")


def _from_shared(told: str) -> socket.socket:
    if sys.platform != "win32":
        raise OSError("there is no way to take a socket")
    return socket.fromshare(base64.b64decode(told))
