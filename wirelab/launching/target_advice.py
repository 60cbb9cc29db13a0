"""Say what to write in place of something that launch() cannot start."""

import inspect
import socketserver
from http.server import BaseHTTPRequestHandler
from typing import Any

from flask import Blueprint, Flask
from flask.views import View

from wirelab.launching.server import Server

TARGETS = (
    "launch() starts a request handler class, a Flask app, an async function for WebSockets, a function "
    "create_server(host, port), or a module by its name in quotes"
)
PART_OF_AN_APP = "{name} is part of a Flask app: launch the app itself, launch(app)"
NOTHING = "None is nothing to launch, and it is what a function without return gives"
APP_MAKERS = ("create_app", "make_app")  # Flask's own names for a function that makes an app
FRAMEWORKS = {  # the module of an app's class → what runs such an app
    "aiohttp": "web.run_app(app, host=HOST, port=PORT)",
    "tornado": "app.listen(PORT, HOST) in an event loop",
}
ASGI_SERVER = "uvicorn.run(app, host=HOST, port=PORT)"
NEEDS_A_MODULE = (
    "{name} is {what}, which needs a server of its own: write a module with PORT = {port} that ends in {call}, "
    "and launch that by its name in quotes"
)
FORKS = (
    "{kind} would copy this whole notebook for each request: return a ThreadingHTTPServer, or put it into a "
    "module and launch that by its name in quotes"
)
FORKING = getattr(socketserver, "ForkingMixIn", None)  # there is none on Windows
ASGI = ("scope", "receive", "send")
EXAMPLE_PORT = 8001


def name_of(function: Any) -> str:
    """Its module for the usual create_server, its own name for a function of a notebook."""
    function = getattr(function, "func", function)
    if not hasattr(function, "__name__"):
        return type(function).__name__  # of an object that can be called
    name = str(function.__name__)
    name = "the lambda" if name == "<lambda>" else name
    module = str(getattr(function, "__module__", "__main__"))
    return module if name == "create_server" and module != "__main__" else name


def parameters(function: Any) -> list[inspect.Parameter]:
    """A function's parameters; none where nobody knows them."""
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []


def takes(function: Any, count: int) -> bool:
    """Whether a function can be called with so many arguments."""
    try:
        inspect.signature(function).bind(*[None] * count)
    except (TypeError, ValueError):  # it cannot; or nobody knows
        return False
    return True


def is_asgi(target: Any) -> bool:
    """Whether something is called as ASGI has it, with scope, receive and send."""
    call = target if inspect.isroutine(target) else type(target).__call__
    return tuple(one.name for one in parameters(target))[-3:] == ASGI and inspect.iscoroutinefunction(call)


def advice_for_app(target: Any) -> str:
    """What runs an app that is neither Flask's nor WSGI; nothing for what is no app."""
    framework = next((kind.__module__.partition(".")[0] for kind in type(target).__mro__[:-1]), "")
    call = FRAMEWORKS.get(framework, ASGI_SERVER if is_asgi(target) else "")
    what = f"an app of {framework}" if framework in FRAMEWORKS else "an ASGI app"
    return NEEDS_A_MODULE.format(name=name_of(target), what=what, port=EXAMPLE_PORT, call=call) if call else ""


def advice_for_async(handler: Any) -> str:
    """What to write instead of an async function that does not take one connection."""
    name, names = name_of(handler), [one.name for one in parameters(handler)]
    if inspect.isasyncgenfunction(handler):
        return f"{name} yields, so it handles no connection: write await websocket.send(...) in place of yield"
    if not names or {"host", "port"} & set(names):
        return (
            f"{name}({', '.join(names)}) takes no connection: if it starts a server itself, launch the handler "
            "that it gives to serve(), async def onconnect(websocket)"
        )
    return (
        f"{name} has to take one argument, the connection: write async def {name}(websocket), and read the "
        "path from websocket.request.path (websockets before version 14 gave it as a second argument)"
    )


def advice_for_function(function: Any) -> str:
    """What to write instead of a function that makes no server; nothing for one that may."""
    name, taken = name_of(function), parameters(function)
    owner = getattr(function, "__self__", None)
    if isinstance(owner, Flask):
        return f"app.{name} starts a server itself: give the app, launch(app)"
    if isinstance(owner, socketserver.BaseServer):
        return f"{name} belongs to a server that exists: {_made_twice(owner)}"
    if name in APP_MAKERS or getattr(function, "__annotations__", {}).get("return") in (Flask, "Flask"):
        return f"{name} makes a Flask app: launch({name}())"
    classes = [one.default for one in taken[:2] if isinstance(one.default, type) and one.default is not one.empty]
    if classes:
        handlers = [kind for kind in classes if issubclass(kind, socketserver.BaseRequestHandler)]
        kind = _handler_name(handlers[-1] if handlers else None)
        return f"{name} starts a server itself: launch its handler class, launch({kind})"
    if not takes(function, 2) or not _may_take_host_and_port(taken):
        handler, create = (name, name) if name.isidentifier() else ("onconnect", "create_server")
        return (
            f"{name} is a plain function that does not take (host, port): for WebSockets write "
            f"async def {handler}(websocket); to create a server, def {create}(host, port); "
            f"if it makes a Flask app, launch({create}())"
        )
    return ""


def _handler_name(kind: type | None) -> str:
    return kind.__name__ if kind and kind is not BaseHTTPRequestHandler else "MyHandler"


def _may_take_host_and_port(taken: list[inspect.Parameter]) -> bool:
    """Whether the first two parameters may be a host and a port, by their values where none are given."""
    unknown = (inspect.Parameter.empty, None)
    pairs = zip(taken, (str, int), strict=False)
    return all(one.default in unknown or type(one.default) is kind for one, kind in pairs)


def _made_twice(server: socketserver.BaseServer) -> str:
    kind = server.RequestHandlerClass
    name = _handler_name(kind) if isinstance(kind, type) else "MyHandler"
    return (
        f"launch() makes the server itself: close this one, and launch({name}), or write "
        "def create_server(host, port), which returns one"
    )


def advice(target: Any) -> str:
    """What to write instead of something that is no function."""
    if inspect.iscoroutine(target):
        target.close()
        return f"{target.__name__}() was called: give the function itself, launch({target.__name__})"
    if isinstance(target, Server):
        return f"{target.name} is a server already: give launch() what it was made from"
    if isinstance(target, socketserver.BaseServer):
        return f"this is a server that exists: {_made_twice(target)}"
    if inspect.ismodule(target):
        return f"{target.__name__} is a module: give its name in quotes, launch({target.__name__!r})"
    if isinstance(target, type):
        return _advice_for_class(target)
    if isinstance(target, Blueprint) or isinstance(getattr(target, "app", None), Flask):
        return PART_OF_AN_APP.format(name=name_of(target))
    if target is None:
        return f"{NOTHING}: {TARGETS}"
    return advice_for_app(target) or f"{target!r} is nothing to launch: {TARGETS}"


def _advice_for_class(kind: type) -> str:
    name = kind.__name__
    if issubclass(kind, socketserver.BaseServer):
        return f"{name} is a class of servers: launch the handler class, or a function create_server(host, port)"
    if issubclass(kind, Flask):
        return f"{name} is a class of apps: launch an app of it, launch({name}(__name__))"
    if issubclass(kind, View):  # a Resource of Flask-RESTful is one
        return PART_OF_AN_APP.format(name=name)
    return f"{name} handles no requests: write class {name}(BaseHTTPRequestHandler)"


def refusal_of(result: Any, name: str) -> str:
    """Why what a function create_server(host, port) returned cannot be served; nothing where it can."""
    if inspect.iscoroutine(result):
        result.close()
    if isinstance(result, Flask):
        return f"{name} makes a Flask app: launch({name}())"
    if not isinstance(result, socketserver.BaseServer):
        what = "nothing" if result is None else type(result).__name__
        return f"{name}(host, port) returned {what}, not a server of http.server: end it with return server"
    if FORKING and isinstance(result, FORKING):
        return FORKS.format(kind=type(result).__name__)
    is_tcp = isinstance(result, socketserver.TCPServer) and not isinstance(result, socketserver.UDPServer)
    if not is_tcp or not isinstance(result.server_address, tuple):
        kind = type(result).__name__
        return f"{name}(host, port) returned {kind}, which does not serve TCP: return an HTTPServer"
    return ""
