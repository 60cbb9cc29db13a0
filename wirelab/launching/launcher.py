"""Start a server beside the notebook with one call."""

from collections.abc import Sequence
from typing import Any

from wirelab.errors import LaunchError
from wirelab.launching import port_holders, ports
from wirelab.launching.launch_targets import plan_for
from wirelab.launching.registry import registry
from wirelab.launching.server import Server


def launch(
    target: Any, *, port: int | None = None, name: str | None = None, args: Sequence[str] = (), **options: Any
) -> Server:
    """Start a server and return when it is ready.

    `target` is one of
    - a subclass of `http.server.BaseHTTPRequestHandler`, or a `functools.partial` of one: a threading HTTP
      server, in a thread;
    - a Flask app, or another WSGI app: werkzeug's server, in a thread;
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
    plan = plan_for(target, args, options)
    name, wanted = name or plan.name, plan.port if port is None else port
    old = registry.find(name)
    if old:
        old.stop()
    again = [old.port] if old and old.wanted == wanted else []
    # Without the lock: to start may take a while, and what is started may call the kit.
    backend = ports.on_first_free(plan.start, ports.to_try(wanted, *again))
    with registry.lock:
        shown = _shown_port(backend.port, wanted, old if again else None)
        server = Server(
            backend,
            name=name,
            scheme=plan.scheme,
            wanted=wanted,
            shown=shown,
            note=_note(name, wanted, shown),
            when_stopped=registry.remove,
            target=target,
            relaunched=registry.is_again(target),
        )
        meanwhile = registry.find(name)
        registry.add(server)
    port_holders.remember(server.port)
    if meanwhile:  # another thread has launched the same
        meanwhile.stop()
    return server


def _shown_port(actual: int, wanted: int, old: Server | None) -> int:
    """Settle which port a built notebook shows: the one of the server that was replaced, if there was one."""
    taken = {server.shown for server in servers() if server.running}
    shown = registry.show_as_if_alone(actual, wanted=wanted, taken=taken)
    if old and ports.in_tests():
        shown = registry.shown_ports[actual] = old.shown
    return shown


def _note(name: str, wanted: int, got: int) -> str:
    """Why the server does not listen where it was asked to, if so."""
    if got == wanted or wanted == 0 or ports.on_a_hub():
        return ""
    mine = [server.name for server in servers() if server.shown == wanted and server.running]
    if not mine and (notebook := port_holders.holder(wanted)):
        return f"Port {wanted} is still used by {notebook}, so {name} listens on {got}: run stop_all() there."
    others = "the system" if wanted < 1024 else "another program"
    return f"Port {wanted} belongs to {mine[0] if mine else others}, so {name} listens on {got}."


def servers() -> list[Server]:
    """The servers of this notebook that have not been stopped, oldest first."""
    return registry.servers()


def stop_all() -> None:
    """Stop every server of this notebook, and every relay between a client and a server."""
    registry.stop_all()
