"""Run a server module in a process, as `python -m MODULE --port N` would, and end it in bounded time."""

import ast
import codecs
import contextlib
import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from wirelab import child
from wirelab.errors import NeverReady, NotAServer, ServerDied
from wirelab.host import PATIENCE, Host

READY_WITHIN = 20.0  # seconds: importing Flask alone takes up to 8 s on a busy machine
MAX_PENDING = 1_000_000  # characters of a line, before the module listens
LAST_LINES = 5  # of the log, shown when a module died
COLOUR_SWITCHES = ("FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE")  # ipykernel sets them for its own cells


def constants(module: str) -> dict[str, object]:
    """The constants in a module's source, as in `PORT = 8002` or `HOST, PORT = "127.0.0.1", 8002`.

    The module is read, not run.

    Raises NotAServer where there is no such module.
    """
    try:
        spec = importlib.util.find_spec(module)
    except (ModuleNotFoundError, ValueError):
        spec = None
    if spec is None or not spec.origin:
        raise NotAServer(
            f"there is no module {module!r}: give its dotted name, as in launch('servers.web_server'), "
            "without .py, and look whether the file is in the folder of this notebook or of the course"
        )
    try:
        tree = ast.parse(Path(spec.origin).read_bytes())
    except (OSError, SyntaxError):
        return {}  # the module's own process will say it better
    found: dict[str, object] = {}
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                found |= _assigned(names, values)
            case ast.Assign(targets=[name], value=value):
                found |= _assigned([name], [value])
    return found


def _assigned(names: list[ast.expr], values: list[ast.expr]) -> dict[str, object]:
    pairs = zip(names, values, strict=False)
    return {n.id: v.value for n, v in pairs if isinstance(n, ast.Name) and isinstance(v, ast.Constant)}


class ProcessHost(Host):
    """A module in its own process and session, tied to this one by a pipe, on a port that is bound for it."""

    def __init__(self, module: str, listener: socket.socket, arguments: Sequence[str] = ()) -> None:
        super().__init__()
        self.port = listener.getsockname()[1]
        self._module = module
        self._mark = f"wirelab-{secrets.token_hex(8)}-listens"
        self._listens = False
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
        command = [sys.executable, "-u", child.__file__, self._mark, str(handed), str(self.port), self._module]
        return subprocess.Popen(
            [*command, "--port", str(self.port), *arguments],
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
            if not self._listens and len(pending) < MAX_PENDING:
                pending = self._hear(pending)
            if self._listens or len(pending) >= MAX_PENDING:
                self.log.feed(pending)
                pending = ""
        self.log.feed(pending)
        self.log.finish()
        self._decided.set()

    def _hear(self, text: str) -> str:
        """Take the whole lines off `text`, the one with the mark among them. Returns the rest."""
        *whole, rest = text.split("\n")
        for line in whole:
            before, mark, port = line.partition(self._mark)
            if not mark:
                self.log.feed(line + "\n")
            elif int(port) == self.port:
                self.log.feed(before)
                self._listens = True
                self._decided.set()
        return rest

    def _wait_until_ready(self) -> None:
        assert self._process
        if self._decided.wait(READY_WITHIN) and not self._listens:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(PATIENCE)  # its output has ended, so will it
        if self._process.poll() is not None:
            raise ServerDied(f"{self._module} {self._end(self._process)} before it listened{self._last_words()}")
        if not self._listens:
            raise NeverReady(
                f"{self._module} runs, but does not listen on port {self.port} after {READY_WITHIN:g} s: "
                f"does its main() take --port, and start the server?{self._last_words()}"
            )

    @staticmethod
    def _end(process: subprocess.Popen[bytes]) -> str:
        code = process.returncode
        return f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"

    def _last_words(self) -> str:
        said = list(self.log)[-LAST_LINES:]
        return "\n  ".join(["; its last lines:", *said]) if said else "; it wrote nothing"

    def settle(self, seconds: float) -> None:
        """Its connections end before it does: wait for the end, if there is to be one."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            if self._process:
                self._process.wait(seconds)

    def fate(self) -> str | None:
        if not self._process or self._process.poll() is None:
            return None
        return f"{self._end(self._process)}{self._last_words()}"

    def stop(self) -> None:
        process = self._process
        if not process or not process.stdin or not process.stdout:
            return
        runs = process.poll() is None
        with contextlib.suppress(OSError):
            process.stdin.write(b"\n")
            process.stdin.flush()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(2 * PATIENCE)
        with contextlib.suppress(OSError):
            process.stdin.close()
        if runs:  # the number of a session that ended long ago may be somebody else's by now
            _kill_session(process)
            process.wait(PATIENCE)
        if self._reader.ident:
            self._reader.join(PATIENCE)
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
