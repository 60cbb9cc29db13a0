"""Start a server beside the notebook with one call, and know how it ends."""

import functools
import inspect
import socketserver
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from flask import Flask

from wirelab import looks, ports
from wirelab.errors import LaunchError, NotAServer
from wirelab.failures import Failure
from wirelab.host import Host
from wirelab.links import links
from wirelab.log import Log
from wirelab.page import Page
from wirelab.ports import ADDRESS
from wirelab.processes import ProcessHost, constants
from wirelab.threads import FlaskHost, HttpHost, WebSocketHost, http_host

WHAT = (
    "launch() starts a request handler class, a Flask app, an async function for WebSockets, a function "
    "create_server(host, port), or a module by its name in quotes"
)
FAILED = "Its code failed while it answered:"
MEND = "Mend the code, then run its cell and the launch cell again."
HTTP_PORT, WEBSOCKET_PORT, REST_PORT = 8001, 8002, 8003


@dataclass(frozen=True)
class Plan:
    """How to start one kind of server: `start(port)` binds the port or raises OSError."""

    name: str
    port: int
    scheme: str
    start: Callable[[int], Host]


class Server:
    """A server that launch() started. A context manager: leaving it stops the server."""

    def __init__(self, name: str, scheme: str, host: Host, wanted: int, shown: int, note: str) -> None:
        self.name, self.scheme, self.note = name, scheme, note
        self.wanted, self.shown = wanted, shown  # the port asked for, and the one a built notebook shows
        self._host = host
        self._stopped = threading.Lock()

    @property
    def port(self) -> int:
        """The TCP port it listens on, at 127.0.0.1."""
        return self._host.port

    @property
    def url(self) -> str:
        """Its address without a slash at the end, as in `web.url + "/hello"`."""
        return f"{self.scheme}://{ADDRESS}:{self.port}"

    @property
    def log(self) -> Log:
        """The lines it wrote: one for each request, and whatever its code printed."""
        return self._host.log

    @property
    def failures(self) -> Sequence[Failure]:
        """The last exceptions that left its handlers, the newest last."""
        return list(self._host.failures)

    @property
    def failure_count(self) -> int:
        """How many exceptions have left its handlers."""
        return self._host.failure_count

    @property
    def running(self) -> bool:
        """Whether it still serves."""
        return not self._stopped.locked() and self._host.fate() is None

    def settle(self, seconds: float) -> None:
        """Wait until no handler is at work any more, at most that long, where that can be known."""
        self._host.settle(seconds)

    def page(self, path: str = "/", *, height: int = 480, **query: object) -> Page:
        """One of its pages, shown in the notebook. `height` is in pixels; `query` becomes `?name=value`.

        Raises LaunchError for a server that is not HTTP.
        """
        if self.scheme != "http":
            raise LaunchError(f"{self.name} has no pages: a browser shows what a server sends over HTTP")
        return Page(self.url, self.port, path, query, height)

    def stop(self) -> None:
        """End it and free its port, within a few seconds whatever its handlers do. Again does nothing."""
        if self._stopped.acquire(blocking=False):
            self._host.stop()
        if _SERVERS.get(self.name) is self:
            del _SERVERS[self.name]

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _state(self) -> str:
        if self._stopped.locked():
            return f"{self.name} is stopped"
        fate = self._host.fate()
        return f"{self.name} {fate}" if fate else f"{self.name} is running at {self.url}"

    def __repr__(self) -> str:
        said = [self._state(), *([self.note] if self.note else [])]
        if self._host.failures:
            said += [f"{FAILED} {self._host.failures[-1]}", MEND]
        return "\n".join(said)

    def _repr_html_(self) -> str:
        head, *more = self._state().splitlines()
        link = " · ".join(["", *self._links()]) if self.running and self.scheme == "http" else ""
        said = [looks.code(line) for line in more] + [looks.text(self.note)] * bool(self.note)
        if self._host.failures:
            last = self._host.failures[-1]
            said += [f"{FAILED} {looks.strong(last.what)}", looks.code(last.where, indent=True), MEND]
        tone = looks.CARE if self._host.failures else looks.GOOD if self.running else looks.QUIET
        return looks.panel(looks.strong(head) + link, said, tone=tone)

    def _links(self) -> list[str]:
        where = links(self.url, self.port)
        ways = [(where.direct, "open it"), (where.proxied, "open it through Jupyter")]
        found = [looks.link(address, words) for address, words in ways if address]
        return found or [looks.text(where.why)]


_SERVERS: dict[str, Server] = {}
_LOCK = threading.RLock()


def launch(
    target: Any, *, port: int | None = None, name: str | None = None, args: Sequence[str] = (), **options: Any
) -> Server:
    """Start a server and return when it is ready.

    `target` is one of
    - a subclass of `http.server.BaseHTTPRequestHandler`: a threading HTTP server, in a thread;
    - a Flask app: werkzeug's server, in a thread;
    - `async def onconnect(websocket)`: a websockets server, in a thread with its own event loop;
      `options` go to `websockets.serve`;
    - `create_server(host, port)`, which returns a `socketserver` server: that one, in a thread;
    - the name of a module: `python -m NAME --port PORT`, in a process; `args` are further words for it.

    It listens on 127.0.0.1, on `port` if that is free, else on another one, and says so. Launching a
    `name` again (by default the target's own) replaces the server that has it, at the same port.

    Raises NotAServer, ServerDied or NeverReady.
    """
    if port is not None and (isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= 65535):
        raise LaunchError(f"port={port!r} is no port: give a whole number from 0 (any free one) to 65535")
    plan = _plan(target, args, options)
    name, wanted = name or plan.name, plan.port if port is None else port
    with _LOCK:
        old = _SERVERS.get(name)
        if old:
            old.stop()
        again = [old.port] if old and old.wanted == wanted else []
        host = ports.on_first_free(plan.start, ports.to_try(wanted, *again))
        shown = host.port
        if ports.in_tests():
            taken = {server.shown for server in servers() if server.running}
            shown = old.shown if old and again else ports.as_if_alone(wanted, host.port, taken)
        ports.MOVED[host.port] = shown
        note = _note(name, wanted, shown)
        server = _SERVERS[name] = Server(name, plan.scheme, host, wanted, shown, note)
    return server


def _note(name: str, wanted: int, got: int) -> str:
    """Why the server does not listen where it was asked to, if so."""
    if got == wanted or wanted == 0 or ports.on_a_hub():
        return ""
    mine = [server.name for server in servers() if server.shown == wanted and server.running]
    others = "the system" if wanted < 1024 else "another program"
    return f"Port {wanted} belongs to {mine[0] if mine else others}, so {name} listens on {got}."


def _plan(target: Any, args: Sequence[str], options: dict[str, Any]) -> Plan:
    """What to start, and how. Raises NotAServer with what to write instead."""
    if inspect.iscoroutinefunction(target):
        return _websocket_plan(target, options)
    if options:
        raise NotAServer(f"launch() has no {', '.join(options)}=: only a WebSocket server takes further options")
    if isinstance(target, str):
        return _module_plan(target, args)
    if isinstance(target, Flask):
        name = "Flask app" if target.name == "__main__" else target.name
        return Plan(name, REST_PORT, "http", lambda port: FlaskHost(target, ports.bind(port)))
    if isinstance(target, type) and issubclass(target, BaseHTTPRequestHandler):
        return Plan(target.__name__, HTTP_PORT, "http", lambda port: http_host(target, ports.bind(port)))
    if inspect.isroutine(target) or isinstance(target, functools.partial):
        return _factory_plan(target)
    raise NotAServer(_instead(target))


def _websocket_plan(handler: Any, options: dict[str, Any]) -> Plan:
    name = _name_of(handler)
    if not _takes(handler, 1):
        raise NotAServer(
            f"{name} has to take one argument, the connection: write async def {name}(websocket), and read the "
            "path from websocket.request.path (websockets before version 14 gave it as a second argument)"
        )
    return Plan(name, WEBSOCKET_PORT, "ws", lambda port: WebSocketHost(handler, ports.bind(port), options))


def _factory_plan(create: Any) -> Plan:
    name = _name_of(create)
    if not _takes(create, 2):
        raise NotAServer(
            f"{name} is a plain function that does not take (host, port): for WebSockets write "
            f"async def {name}(websocket); to create a server, def {name}(host, port)"
        )

    def start(port: int) -> Host:
        ports.bind(port).close()
        server = create(ADDRESS, port)
        if not isinstance(server, socketserver.BaseServer):
            raise NotAServer(f"{name}(host, port) returned {type(server).__name__}, not a server of http.server")
        return HttpHost(server)

    return Plan(name, HTTP_PORT, "http", start)


def _module_plan(module: str, args: Sequence[str]) -> Plan:
    told = constants(module)
    wanted, scheme = told.get("PORT", 0), told.get("SCHEME", "http")

    port = wanted if isinstance(wanted, int) else 0
    return Plan(module, port, str(scheme), lambda port: ProcessHost(module, ports.bind(port), args))


def _name_of(function: Any) -> str:
    """Its module for the usual create_server, its own name for a function of a notebook."""
    function = getattr(function, "func", function)
    name = str(getattr(function, "__name__", "server"))
    return function.__module__ if name == "create_server" and function.__module__ != "__main__" else name


def _takes(function: Any, count: int) -> bool:
    try:
        inspect.signature(function).bind(*[None] * count)
    except TypeError:
        return False
    return True


def _instead(target: Any) -> str:
    """What to write instead of a target that is none."""
    if inspect.iscoroutine(target):
        target.close()
        return f"{target.__name__}() was called: give the function itself, launch({target.__name__})"
    if isinstance(target, Server):
        return f"{target.name} is a server already: give launch() what it was made from"
    if inspect.ismodule(target):
        return f"{target.__name__} is a module: give its name in quotes, launch({target.__name__!r})"
    if isinstance(target, type):
        return f"{target.__name__} handles no requests: write class {target.__name__}(BaseHTTPRequestHandler)"
    return f"{target!r} is nothing to launch: {WHAT}"


def servers() -> list[Server]:
    """The servers of this notebook that have not been stopped, oldest first."""
    with _LOCK:
        return list(_SERVERS.values())


def stop_all() -> None:
    """Stop every server of this notebook, and every relay between a client and a server."""
    for free in list(ports.BESIDE.values()):
        free()
    for server in servers():
        server.stop()
