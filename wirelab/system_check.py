"""Look at the computer a course is to run on, and say what to do about what is not as it should be."""

import asyncio
import contextlib
import importlib.metadata
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from urllib.request import proxy_bypass

from packaging.requirements import Requirement

from wirelab.launching import ports
from wirelab.launching.launcher import servers
from wirelab.notebook import markup
from wirelab.paths import COURSE

MIN_DISK_SPACE = 50 * 2**20  # bytes: a kernel does not start on a full disk
COURSES_PORTS = (8001, 8002, 8003)


@dataclass(frozen=True)
class Look:
    """One thing that was looked at. `advice` is empty where all is well."""

    what: str
    advice: str = ""
    note: str = ""  # worth knowing, and nothing wrong

    def __str__(self) -> str:
        more = f": {self.advice or self.note}" if self.advice or self.note else ""
        return f"{'✗' if self.advice else '✓'} {self.what}{more}"


class Report:
    """All looks, in a notebook or in a terminal."""

    def __init__(self, looks: list[Look]) -> None:
        self.looks = looks

    @property
    def is_well(self) -> bool:
        """Whether nothing needs attention."""
        return not any(look.advice for look in self.looks)

    def __repr__(self) -> str:
        return "\n".join(map(str, self.looks))

    def _repr_html_(self) -> str:
        head = "All is well." if self.is_well else "Something needs your attention:"
        tone = markup.GOOD_COLOUR if self.is_well else markup.CARE_COLOUR
        return markup.panel(markup.strong(head), [markup.text(str(look)) for look in self.looks], tone=tone)


def doctor() -> Report:
    """Look at everything that the course needs of this computer."""
    return Report([look() for look in CHECKS])


def _python() -> Look:
    found = sys.version.split()[0]
    old = f"this is {found}; install one from python.org/downloads" if sys.version_info < (3, 11) else ""
    return Look("Python is 3.11 or newer", old)


def _packages() -> Look:
    wrong = "; ".join(_wrong_packages())
    return Look("every package is there, and new enough", f"{wrong}. Run: python3 start.py" if wrong else "")


def _wrong_packages() -> Iterator[str]:
    for line in importlib.metadata.requires("wirelab") or []:
        wanted = Requirement(line)
        if wanted.marker and not wanted.marker.evaluate({"extra": ""}):
            continue
        try:
            found = importlib.metadata.version(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            yield f"{wanted.name} is missing"
            continue
        if not wanted.specifier.contains(found, prereleases=True):
            yield f"{wanted.name} is {found}, and the course needs {wanted.specifier}"


def _nest_asyncio() -> Look:
    lose = "with it, Run All loses cells: restart the kernel, and import nest_asyncio2 as nest_asyncio"
    return Look("the unmaintained nest_asyncio is not in use", lose if "nest_asyncio" in sys.modules else "")


def _loopback() -> Look:
    what = "this computer can talk to itself, at 127.0.0.1"
    try:
        with ports.bind(0) as listener, socket.create_connection(listener.getsockname(), timeout=2) as client:
            server, _ = listener.accept()
            with server:
                client.sendall(b"?")
                server.settimeout(2)
                server.recv(1)
    except OSError as error:
        return Look(what, f"{error.strerror or error}; a firewall or a security program may forbid it")
    return Look(what)


def _ports() -> Look:
    """A taken port is no fault: launch() takes another. In tests, notebooks beside this one have them."""
    ours = {server.port for server in servers()}
    taken = [port for port in COURSES_PORTS if port not in ours and not ports.in_tests() and _is_taken(port)]
    said = f"{_words(map(str, taken))} belong to another program, so yours get others" if taken else ""
    return Look(f"servers find a port, {COURSES_PORTS[0]} to {COURSES_PORTS[-1]} or another", note=said)


def _is_taken(port: int) -> bool:
    try:
        ports.bind(port).close()
    except OSError:
        return True
    return False


def _proxies() -> Look:
    direct = all(proxy_bypass(host) for host in (ports.ADDRESS, "localhost"))
    named = [name for name in os.environ if name.lower() in ("http_proxy", "all_proxy") and os.environ[name]]
    advice = f"{_words(named)} leads there; set NO_PROXY=127.0.0.1,localhost,::1" if named and not direct else ""
    return Look("requests to this computer go to no proxy", advice)


def _words(names: Iterable[str]) -> str:
    return " and ".join(sorted(names))


def _event_loop() -> Look:
    what = "a cell that awaits can be interrupted"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if not hasattr(shell, "kernel"):
        return Look(what, note="to be seen in a notebook only")
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return Look(what, "no event loop runs here: restart the kernel")
    beats = any("_beat" in repr(task.get_coro()) for task in asyncio.all_tasks(loop))
    return Look(what, "" if beats else "restart the kernel, and import wirelab in its first cell")


def _jupyter() -> Look:
    missing = [name for name in ("jupyterlab", "jupyter-server-proxy", "jupytext") if not _has(name)]
    advice = f"{_words(missing)} is missing. Run: python3 start.py" if missing else ""
    return Look("JupyterLab is here, with what the course adds to it", advice)


def _has(name: str) -> bool:
    with contextlib.suppress(importlib.metadata.PackageNotFoundError):
        return bool(importlib.metadata.version(name))
    return False


def _disk() -> Look:
    what = "there is room on the disk, and the course's folder can be written"
    for folder in (str(COURSE), tempfile.gettempdir()):
        if shutil.disk_usage(folder).free < MIN_DISK_SPACE:
            least = MIN_DISK_SPACE // 2**20
            return Look(what, f"less than {least} MB are free at {folder}: delete what you do not need")
    if not os.access(COURSE, os.W_OK):
        return Look(what, "your changes cannot be saved here: copy the course to a folder of your own")
    return Look(what)


def _letters() -> Look:
    encoding = (getattr(sys.stdout, "encoding", "") or "utf-8").lower().replace("-", "")
    return Look(
        "all letters can be shown", "" if encoding == "utf8" else "set PYTHONUTF8=1, or start with start.py"
    )


CHECKS: list[Callable[[], Look]] = [
    _python,
    _packages,
    _nest_asyncio,
    _loopback,
    _ports,
    _proxies,
    _event_loop,
    _jupyter,
    _disk,
    _letters,
]
