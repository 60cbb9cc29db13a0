"""Run a server module in a process of its own that ends with the notebook that started it.

    python -u child.py MARK DESCRIPTOR PORT MODULE [ARGUMENTS ...]

It is run as a file, without the rest of the kit, which would take longer to import than many a
server. The module stays a plain file that knows nothing of this. Three things are added around it:

- where it binds PORT, it gets the socket that the parent has bound and handed over as DESCRIPTOR,
  so that nobody can take the port in between (on Windows it binds by itself, DESCRIPTOR is -1);
- when one of its sockets listens, a line `MARK PORT SCHEME` is written, so that the parent knows that the
  port is this module's and not a stranger's, and how an address of it begins;
- standard input is a pipe from the parent. A byte asks the module to end; when the parent dies,
  however it dies, the pipe closes. In both cases the module gets its Ctrl+C, in the second the
  process ends after a short grace, and with it the processes that the module has started.
"""

import atexit
import contextlib
import os
import runpy
import signal
import socket
import sys
import threading
import time
from pathlib import Path
from typing import Any

LOOPBACK_OR_ANY = ("", "0.0.0.0", "127.0.0.1", "localhost")  # a wildcard becomes loopback, where learners are safe
WEBSOCKET_LIBRARIES = ("websockets", "websocket_server", "simple_websocket_server", "SimpleWebSocketServer")
TLS_LIBRARIES = ("asyncio", "werkzeug", *WEBSOCKET_LIBRARIES)  # that call their TLS context ssl, or ssl_context
ORPHAN_TIMEOUT = 0.5  # seconds between Ctrl+C and the end, without a parent


def hand_over(descriptor: int, port: int) -> None:
    """From here on, the first socket that is bound to `port` becomes the parent's, which is bound already."""
    bind = socket.socket.bind

    def bind_or_adopt(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_INET or address[0] not in LOOPBACK_OR_ANY or address[1] != port:
            bind(self, address)
            return
        socket.socket.bind = bind  # type: ignore[method-assign]
        os.dup2(descriptor, self.fileno(), inheritable=False)
        os.close(descriptor)

    socket.socket.bind = bind_or_adopt  # type: ignore[method-assign, assignment]


def announce_listening(mark: str) -> None:
    """From here on, each TCP socket that begins to listen writes its port, once: asyncio lets it listen again."""
    listen = socket.socket.listen
    announced: set[int] = set()

    def listen_and_tell(self: socket.socket, *backlog: Any) -> None:
        listen(self, *backlog)
        if self.family not in (socket.AF_INET, socket.AF_INET6):  # as the sockets of multiprocessing
            return
        port = self.getsockname()[1]
        if port not in announced:
            announced.add(port)
            os.write(1, f"{mark} {port} {scheme_of_caller()}\n".encode())

    socket.socket.listen = listen_and_tell  # type: ignore[method-assign, assignment]


def scheme_of_caller() -> str:
    """http or ws, by the library that is about to serve; with an s at the end where it is given a TLS context."""
    frame, scheme, end = sys._getframe(1), "http", ""
    while frame.f_back:
        frame = frame.f_back
        library = str(frame.f_globals.get("__name__")).partition(".")[0]
        if library in WEBSOCKET_LIBRARIES:
            scheme = "ws"
        if library in TLS_LIBRARIES and (frame.f_locals.get("ssl") or frame.f_locals.get("ssl_context")):
            end = "s"
    return scheme + end


def end_with_parent(orphaned: threading.Event) -> None:
    """Wait for the parent's word or its death, then interrupt the module as Ctrl+C would."""
    asked = wait_for_parent()
    if not asked:
        orphaned.set()
    if os.name == "posix":
        os.kill(os.getpid(), signal.SIGINT)  # unlike interrupt_main, wakes a sleeping system call
    else:
        signal.raise_signal(signal.SIGINT)
    if asked:
        wait_for_parent()  # which ends this process if the module does not
        orphaned.set()
    time.sleep(ORPHAN_TIMEOUT)
    end_session(orphaned)
    os._exit(0)


def end_session(orphaned: threading.Event) -> None:
    """End the module's own processes with it, where no parent is left to do that."""
    if orphaned.is_set() and os.name == "posix" and os.getpgrp() == os.getpid():
        os.killpg(0, signal.SIGKILL)


def wait_for_parent() -> bytes:
    """A byte when the parent asks for the end, nothing when it is dead."""
    try:
        return os.read(0, 1)
    except OSError:
        return b""


def main() -> None:
    """Run the module that the command line names, as `python -m` would."""
    mark, descriptor, port, module, *arguments = sys.argv[1:]
    # A job started in the background of a shell has Ctrl+C ignored, and hands that down.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if descriptor != "-1":
        hand_over(int(descriptor), int(port))
    announce_listening(mark)
    orphaned = threading.Event()
    atexit.register(end_session, orphaned)  # the first to be registered is the last to be called
    threading.Thread(target=end_with_parent, args=(orphaned,), daemon=True).start()
    sys.argv = [module, *arguments]
    sys.path[0] = str(Path.cwd())  # as python -m has it, instead of this file's folder
    with contextlib.suppress(KeyboardInterrupt):
        runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
