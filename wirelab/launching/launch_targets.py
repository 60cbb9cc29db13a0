"""Tell what launch() was given, and how to start it."""

import ast
import functools
import inspect
import socketserver
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

from flask import Flask

from wirelab.errors import NotAServer
from wirelab.launching import ports, target_advice
from wirelab.launching.backend import Backend
from wirelab.launching.flask_backend import FlaskBackend
from wirelab.launching.http_backend import HttpBackend, handler_backend
from wirelab.launching.process_backend import ProcessBackend
from wirelab.launching.server_factory import Creation
from wirelab.launching.target_advice import name_of, parameters, takes
from wirelab.launching.websocket_backend import WebSocketBackend

HTTP_PORT, WEBSOCKET_PORT, REST_PORT = 8001, 8002, 8003
MISSING_ARGUMENT = "required positional argument"  # what Python says of a handler that is made like a server


@dataclass(frozen=True)
class Plan:
    """How to start one kind of server: `start(port)` binds the port or raises OSError."""

    name: str
    port: int
    scheme: str
    start: Callable[[int], Backend]


def plan_for(target: Any, args: Sequence[str], options: dict[str, Any]) -> Plan:
    """What to start, and how. Raises NotAServer with what to write instead."""
    if said := target_advice.advice_for_app(target):
        raise NotAServer(said)
    if _is_async(target):
        return _websocket_plan(target, options)
    if options:
        raise NotAServer(f"launch() has no {', '.join(options)}=: only a WebSocket server takes further options")
    if isinstance(target, str):
        return _module_plan(target, args)
    if isinstance(target, Flask) or _is_wsgi(target):
        return _wsgi_plan(target)
    if _is_handler(target):
        return Plan(name_of(target), HTTP_PORT, "http", lambda port: handler_backend(target, ports.bind(port)))
    if inspect.isroutine(target) or isinstance(target, functools.partial):
        return _factory_plan(target)
    raise NotAServer(target_advice.advice(target))


def _is_async(target: Any) -> bool:
    """Whether a call gives a coroutine: an async function, behind partial() and decorators too, or an object."""
    if isinstance(target, type):
        return False
    inner = getattr(target, "func", target) if isinstance(target, functools.partial) else target
    return any(
        inspect.iscoroutinefunction(one) or inspect.isasyncgenfunction(one)
        for one in (inner, _unwrapped(inner), getattr(type(inner), "__call__", None))  # noqa: B004
    )


def _unwrapped(function: Any) -> Any:
    try:
        return inspect.unwrap(function)
    except Exception:  # an object may do anything when it is asked
        return function


def _is_handler(target: Any) -> bool:
    """Whether it is a request handler class, or one with arguments filled in, or a function that makes one."""
    inner = target.func if isinstance(target, functools.partial) else target
    if isinstance(inner, type):
        return issubclass(inner, BaseHTTPRequestHandler)
    return inspect.isroutine(inner) and takes(target, 3) and not takes(target, 2) and not _is_wsgi(target)


def _is_wsgi(target: Any) -> bool:
    """Whether something is called as WSGI has it: with an environment and a function start_response."""
    if isinstance(target, type):
        return False
    return [one.name for one in parameters(target)][-1:] == ["start_response"] and takes(target, 2)


def _wsgi_plan(app: Any) -> Plan:
    name = app.name if isinstance(app, Flask) else name_of(app)
    name = "Flask app" if name == "__main__" else name
    return Plan(name, REST_PORT, "http", lambda port: FlaskBackend(app, ports.bind(port)))


def _websocket_plan(handler: Any, options: dict[str, Any]) -> Plan:
    if not takes(handler, 1) or inspect.isasyncgenfunction(handler):
        raise NotAServer(target_advice.advice_for_async(handler))
    name = name_of(handler)
    return Plan(name, WEBSOCKET_PORT, "ws", lambda port: WebSocketBackend(handler, ports.bind(port), options))


def _factory_plan(create: Any) -> Plan:
    name = name_of(create)
    if said := target_advice.advice_for_function(create):
        raise NotAServer(said)

    def check(result: Any) -> None:
        if said := target_advice.refusal_of(result, name):
            if isinstance(result, socketserver.BaseServer):
                result.server_close()
            raise NotAServer(said)

    def start(port: int) -> Backend:
        ports.bind(port).close()
        backend = HttpBackend()
        try:
            server = Creation(create, name, backend.owner).server(port, check)
        except NotAServer as error:
            if MISSING_ARGUMENT in str(error) and takes(create, 3):  # lambda *a: MyHandler(thing, *a)
                return handler_backend(create, ports.bind(port))
            raise
        backend.serve(server)
        return backend

    return Plan(name, HTTP_PORT, "http", start)


def _module_plan(module: str, args: Sequence[str]) -> Plan:
    told = module_constants(module)
    wanted, scheme = told.get("PORT", 0), told.get("SCHEME", "")
    port = wanted if isinstance(wanted, int) else 0
    if not scheme and _wraps_its_socket(_module_tree(module)):
        scheme = "https"

    def start(port: int) -> Backend:
        backend = ProcessBackend(module, ports.bind(port), args)
        backend.scheme = str(scheme) or backend.scheme
        return backend

    return Plan(module, port, "http", start)


def module_constants(module: str) -> dict[str, object]:
    """The constants in a module's source, as in `PORT = 8002` or `HOST, PORT = "127.0.0.1", 8002`.

    The module is read, not run.

    Raises NotAServer where there is no such module.
    """
    found: dict[str, object] = {}
    for node in _module_tree(module).body:
        match node:
            case ast.Assign(targets=[ast.Tuple(elts=names)], value=ast.Tuple(elts=values)):
                found |= _assigned(names, values)
            case ast.Assign(targets=[name], value=value):
                found |= _assigned([name], [value])
    return found


def _module_tree(module: str) -> ast.Module:
    spec = _found(module)
    if spec is None or not spec.origin:
        raise NotAServer(
            f"there is no module {module!r}: give its dotted name, as in launch('servers.web_server'), "
            "without .py, and look whether the file is in the folder of this notebook or of the course"
        )
    try:
        return ast.parse(Path(spec.origin).read_bytes())
    except (OSError, SyntaxError):
        return ast.Module([], [])  # the module's own process will say it better


def _found(module: str) -> ModuleSpec | None:
    """Where a module is. Unlike importlib's find_spec(), this runs none of the packages above it.

    One of them may be no package: `hello.py` is a module `py` in the module `hello`, which may serve for ever.
    """
    folders, found = None, None
    names = module.split(".")
    for count in range(1, len(names) + 1):
        if count > 1 and folders is None:
            return None
        finders = (getattr(finder, "find_spec", None) for finder in sys.meta_path)
        specs = (find(".".join(names[:count]), folders) for find in finders if find)
        found = next((spec for spec in specs if spec), None) if all(names) else None
        folders = found.submodule_search_locations if found else None
    return found


def _wraps_its_socket(tree: ast.Module) -> bool:
    """Whether a module's code puts TLS over a server's socket, which happens after that listens."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="wrap_socket"), keywords=words):
                if all(word.arg != "server_hostname" for word in words):  # that is a client's
                    return True
    return False


def _assigned(names: list[ast.expr], values: list[ast.expr]) -> dict[str, object]:
    pairs = zip(names, values, strict=False)
    return {n.id: v.value for n, v in pairs if isinstance(n, ast.Name) and isinstance(v, ast.Constant)}
