"""Find a port on this computer's loopback, and know which one a built notebook shows in its place."""

import contextlib
import errno
import os
import socket
import sys
from collections.abc import Callable, Container
from typing import Any, TypeVar

ADDRESS = "127.0.0.1"  # the number: the name may mean ::1, where a stranger may listen
PORT_STEP = 10  # 8001, 8011, 8021, ...: a number that can be read and said aloud
BACKLOG = 1024  # connections not yet accepted; a client beyond them tries again after a whole second
PORT_TAKEN = (errno.EADDRINUSE, errno.EACCES, 10048, 10013)  # the last two are Windows' own

Started = TypeVar("Started")


def near(wanted: int) -> list[int]:
    """The ports to try in a row when a certain one is wanted."""
    return [port for port in range(wanted, wanted + 5 * PORT_STEP, PORT_STEP) if port <= 65535] if wanted else []


def to_try(wanted: int, *again: int) -> list[int]:
    """The ports to try, in order: those it had before, the one that is wanted, those near it, any."""
    return [*again, 0] if on_a_hub() or in_tests() else [*again, *near(wanted), 0]


def on_a_hub() -> bool:
    """Where port 8001 is a neighbour's, or the hub's own."""
    return "JUPYTERHUB_SERVICE_PREFIX" in os.environ


def in_tests() -> bool:
    """Where notebooks run side by side and each is to look as if it ran alone."""
    return os.environ.get("WIRELAB_PORTS") == "free"


def as_if_alone(wanted: int, actual: int, shown: Container[int]) -> int:
    """The port that this would have on a machine where nothing runs but what shows the ports in `shown`."""
    return next((port for port in near(wanted) if port not in shown), actual)


def on_first_free(start: Callable[[int], Started], ports: list[int]) -> Started:
    """Start on the first of the ports that can be had; the last has to be 0, which is any."""
    for port in ports:
        try:
            return start(port)
        except OSError as error:
            if port == 0 or error.errno not in PORT_TAKEN:
                raise
    raise AssertionError("port 0 is always tried")


def bind(port: int) -> socket.socket:
    """A socket that listens on `port`. Raises OSError where it is taken."""
    # Named TCP, because asyncio sends small messages at once (TCP_NODELAY) only where a socket says what it is.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":  # there SO_REUSEADDR lets two servers have one port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((ADDRESS, port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def hang_up(end: socket.socket) -> None:
    """End a connection, and let the thread that waits for it go on."""
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    if sys.platform == "win32":  # where that wakes no thread, but the end of the socket does
        with contextlib.suppress(OSError):
            socket.close(end.detach())


def send_at_once(end: Any) -> None:
    """Have a connection send small messages at once (TCP_NODELAY). It may have ended, or be None, as where it has.

    asyncio does so by itself only where a socket says that it is TCP: on Windows, none that it accepts says so.
    """
    with contextlib.suppress(OSError):
        if end:
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
