"""Run JupyterLab with a line or two in the terminal, and everything else in a log."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TextIO

IS_OPEN = "The course is open at {}"
HOW_TO_END = "Leave this window open. Ctrl+C, twice, ends the course. JupyterLab's log is {}"
ANOTHER_PORT = "Port {} is taken by another program, so the course has port {}."
ONCE_MORE = "\nPress Ctrl+C once more, within five seconds, to end the course. What you wrote is in its files."
ENDING = "\nEnding the course ..."
DID_NOT_START = "JupyterLab did not start. The last lines of its log:"
BETWEEN_CTRL_C = 5.0  # between the first Ctrl+C and the second
LINES_SHOWN = 15


def run_lab(
    settings: Sequence[str], *, port: int | None = None, when_open: Callable[[str], str] = IS_OPEN.format
) -> int:
    """Run JupyterLab with these settings until it is told to end. `port` is what the user asked for.

    `when_open` is called once it answers, with its address, and returns what to print then.
    """
    with _into_log(_log_path()) as (log, terminal):
        try:
            _serve(settings, port, when_open, log, terminal)
        except SystemExit as ended:
            return _did_not_start(log, terminal, ended.code)
        except OSError as error:  # as of an address that this computer does not have
            return _did_not_start(log, terminal, str(error))
        except KeyboardInterrupt:  # before JupyterLab has begun to listen for it
            return 130
    with suppress(OSError):
        log.unlink()
    return 0


def _serve(
    settings: Sequence[str], port: int | None, when_open: Callable[[str], str], log: Path, terminal: TextIO
) -> None:
    from jupyter_core.application import NoStart
    from jupyterlab.labapp import LabApp

    server = LabApp.initialize_server([*settings])
    with suppress(NoStart):
        server.io_loop.add_callback(_announce, server, port, when_open, log, terminal)
        signal.signal(signal.SIGINT, CtrlC(server, terminal))
        server.start()


def _announce(
    server: Any, port: int | None, when_open: Callable[[str], str], log: Path, terminal: TextIO
) -> None:
    if port and server.port != port:
        print(ANOTHER_PORT.format(port, server.port), file=terminal)
    print(when_open(server.local_url), HOW_TO_END.format(log), sep="\n", file=terminal, flush=True)


class CtrlC:
    """Ends the server at the second Ctrl+C, as the first may have been meant to copy the address."""

    def __init__(self, server: Any, terminal: TextIO) -> None:
        self._server, self._terminal = server, terminal
        self._last = float("-inf")

    def __call__(self, number: int, frame: object) -> None:
        now = time.monotonic()
        if now - self._last > BETWEEN_CTRL_C:
            self._last = now
            self._say(ONCE_MORE)
            return
        self._say(ENDING)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._server.stop(from_signal=True)

    def _say(self, text: str) -> None:
        """Write it without Python's buffer: a signal that comes while that writes must not use it."""
        os.write(self._terminal.fileno(), f"{text}\n".encode())


def _log_path() -> Path:
    """Beside the files in which Jupyter says what runs; one for each start."""
    from jupyter_core.paths import jupyter_runtime_dir

    folder = Path(jupyter_runtime_dir())
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"wirelab-{os.getpid()}.log"


@contextmanager
def _into_log(log: Path) -> Iterator[tuple[Path, TextIO]]:
    """Send all that this process and its kernels print into the log; gives the log, and the terminal."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(number) for number in (1, 2)]
    file = os.open(log, os.O_CREAT | os.O_WRONLY | os.O_TRUNC | os.O_APPEND, 0o600)  # it holds the token
    try:
        for number in (1, 2):
            os.dup2(file, number)
        with os.fdopen(os.dup(kept[1]), "w", encoding="utf-8", errors="replace") as terminal:
            yield log, terminal
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for number, old in zip((1, 2), kept, strict=True):
            os.dup2(old, number)
        for number in (file, *kept):
            os.close(number)


def _did_not_start(log: Path, terminal: TextIO, ended: str | int | None) -> int:
    """Show what JupyterLab said last: why it did not start, or what it was asked for, as with --version."""
    sys.stdout.flush()
    said = log.read_text(encoding="utf-8", errors="replace").splitlines()
    if not ended:
        print(*said, sep="\n", file=terminal)
        return 0
    print(DID_NOT_START, *said[-LINES_SHOWN:], sep="\n", file=terminal)
    if isinstance(ended, str):
        print(ended, file=terminal)
    return ended if isinstance(ended, int) else 1
