"""Run a server module in a process, as `python -m MODULE --port N` would, and end it in bounded time."""

import codecs
import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from typing import Any

from wirelab.errors import NeverReady, ServerDied
from wirelab.launching import child_bootstrap
from wirelab.launching.backend import LOOK_INTERVAL, STOP_TIMEOUT, Backend

READY_TIMEOUT = 20.0  # seconds: importing Flask alone takes up to 8 s on a busy machine
ELSEWHERE_TIMEOUT = 3.0  # seconds that a module which listens on another port gets to listen on its own too
MAX_PENDING_LINE = 1_000_000  # characters of a line, before the module listens
LAST_LINES = 5  # of the log, shown when a module died
ELSEWHERE = (
    "{module} listens on port {other}, and not on {port}, which it was given: write "
    "launch({module!r}, port={other}), or a line PORT = {other} in the module, or let its main() take --port"
)
COLOUR_SWITCHES = ("FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")  # ipykernel sets them for its own cells


class ProcessBackend(Backend):
    """A module in its own process and session, tied to this one by a pipe, on a port that is bound for it."""

    def __init__(self, module: str, listener: socket.socket, arguments: Sequence[str] = ()) -> None:
        super().__init__()
        self.port = listener.getsockname()[1]
        self._module = module
        self._mark = f"wirelab-{secrets.token_hex(8)}-listens"
        self._listens = False
        self._elsewhere: list[int] = []  # other ports on which it listens
        self._decided = threading.Event()  # it listens, or it never will
        self._process: subprocess.Popen[bytes] | None = None
        self._reader = threading.Thread(target=self._read, name=f"log of {module}", daemon=True)
        try:
            self._process = self._start(listener, arguments)
            self._reader.start()
            self._wait_until_ready()
        except BaseException:  # an interrupt among them: no process stays behind
            self.stop()
            raise
        finally:
            listener.close()  # from now on it is the module's alone

    def _start(self, listener: socket.socket, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        # A session of its own, else the notebook's interrupt button would end the server too.
        apart: dict[str, Any]
        if sys.platform != "win32":
            handed, apart = listener.fileno(), {"start_new_session": True, "pass_fds": [listener.fileno()]}
        else:  # no descriptor can be handed over there: the module binds the port anew
            listener.close()
            handed, apart = -1, {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
        bootstrap = [child_bootstrap.__file__, self._mark, str(handed), str(self.port), self._module]
        return subprocess.Popen(
            [sys.executable, "-u", *bootstrap, "--port", str(self.port), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=_environment(),
            **apart,
        )

    def _read(self) -> None:
        """Carry the module's output into the log, and learn from it when the module listens."""
        assert self._process and self._process.stdout
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        pending = ""
        while chunk := os.read(self._process.stdout.fileno(), 65536):
            pending += decode(chunk)
            if not self._listens and len(pending) < MAX_PENDING_LINE:
                pending = self._take_lines(pending)
            if self._listens or len(pending) >= MAX_PENDING_LINE:
                self.log.feed(pending)
                pending = ""
        self.log.feed(pending)
        self.log.finish()
        self._decided.set()

    def _take_lines(self, text: str) -> str:
        """Take the whole lines off `text`, the one with the mark among them. Returns the rest."""
        *whole, rest = text.split("\n")
        for line in whole:
            before, mark, told = line.partition(self._mark)
            if not mark:
                self.log.feed(line + "\n")
                continue
            port, scheme = told.split()
            if int(port) == self.port:
                self.log.feed(before)
                self.scheme = scheme
                self._listens = True
                self._decided.set()
            else:
                self.log.feed(before)
                self._elsewhere.append(int(port))
        return rest

    def _wait_until_ready(self) -> None:
        assert self._process
        if self._wait_for_decision() and not self._listens:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(STOP_TIMEOUT)  # its output has ended, so will it
        if self._process.poll() is not None:
            how = self._how_it_ended(self._process)
            raise ServerDied(f"{self._module} {how} before it listened{self._last_lines()}")
        if not self._listens and self._elsewhere:
            other = self._elsewhere[-1]
            raise NeverReady(ELSEWHERE.format(module=self._module, other=other, port=self.port))
        if not self._listens:
            raise NeverReady(
                f"{self._module} runs, but does not listen on port {self.port} after {READY_TIMEOUT:g} s: "
                f"does its main() take --port, and start the server?{self._last_lines()}"
            )

    def _wait_for_decision(self) -> bool:
        """Wait until it listens, or never will. Returns false where neither is seen in time."""
        end = time.monotonic() + READY_TIMEOUT
        while not self._decided.wait(LOOK_INTERVAL):
            if self._elsewhere:
                return self._decided.wait(min(ELSEWHERE_TIMEOUT, max(end - time.monotonic(), 0)))
            if time.monotonic() > end:
                return False
        return True

    @staticmethod
    def _how_it_ended(process: subprocess.Popen[bytes]) -> str:
        code = process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def _last_lines(self) -> str:
        said = list(self.log)[-LAST_LINES:]
        return "\n  ".join(["; its last lines:", *said]) if said else "; it wrote nothing"

    def settle(self, seconds: float) -> None:
        """Its connections end before it does: wait for the end, if there is to be one."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(seconds)

    def end_reason(self) -> str | None:
        if not self._process or self._process.poll() is None:
            return None
        return f"{self._how_it_ended(self._process)}{self._last_lines()}"

    def stop(self) -> None:
        process = self._process
        if not process or not process.stdin or not process.stdout:
            return
        runs = process.poll() is None
        with contextlib.suppress(OSError):
            process.stdin.write(b"\n")
            process.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2 * STOP_TIMEOUT)
        with contextlib.suppress(OSError):
            process.stdin.close()
        if runs:  # the number of a session that ended long ago may be somebody else's by now
            _kill_session(process)
            process.wait(STOP_TIMEOUT)
        if self._reader.ident:
            self._reader.join(STOP_TIMEOUT)
        if not self._reader.is_alive():
            process.stdout.close()


def _kill_session(process: subprocess.Popen[bytes]) -> None:
    """End what is left, the module's own children too."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _environment() -> dict[str, str]:
    """This process's environment, with UTF-8 and without colours."""
    rest = {name: value for name, value in os.environ.items() if name not in COLOUR_SWITCHES}
    plain = {"NO_COLOR": "1", "PYTHON_COLORS": "0"}
    return {**rest, **plain, "PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
