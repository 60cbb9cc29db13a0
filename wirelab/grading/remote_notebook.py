"""Hold what a learner's notebook has, from the judge's process: its servers, functions and values.

Plain values are copies. All others are stand-ins: what is done to one is done in the learner's process, and what
comes back is a value again. No comparison is ever made over there.
"""

import datetime
import socket
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask.testing import FlaskClient

from wirelab.grading.channel import CallFailed, Channel, Gone, Line
from wirelab.grading.descriptions import describe, exception_of
from wirelab.grading.handed_sockets import SocketGiver
from wirelab.grading.plain_values import decode, encode
from wirelab.grading.stand_ins import (
    Remote,
    RemoteIterable,
    RemoteIterator,
    RemoteList,
    remote_function,
    remote_server,
)
from wirelab.grading.wsgi_relay import answer
from wirelab.launching.registry import registry
from wirelab.launching.server import Server

ASKING = 3.0  # seconds for an answer of the learner's process; a call of its code gets as much


class RemoteNotebook:
    """The judge's end of the line to a learner's process."""

    def __init__(self, line: Line) -> None:
        self._handed: dict[int, Any] = {}  # what a check has handed over there, and nothing else can be reached
        self._known: dict[int, Any] = {}  # the stand-ins: one thing over there has one here
        self._sockets = SocketGiver(line.door, lambda: int(self.ask("process")))
        self.channel = Channel(line.messages, self._serve, describe)

    def ask(self, name: str, *arguments: Any, timeout: float = ASKING) -> Any:
        """An answer as it came. Raises Gone, TimeoutError, and the exception that came up over there."""
        try:
            return self.channel.call(name, *arguments, timeout=timeout)
        except CallFailed as failed:
            raise exception_of(failed.told) from None

    def value(self, name: str, *arguments: Any) -> Any:
        """An answer as a value."""
        return decode(self.ask(name, *arguments), self._resolve)

    def encoded(self, value: Any) -> Any:
        """A value of this process for the other one."""
        return encode(value, self._refer)

    def enter_servers(self) -> None:
        """Have `servers()` of this process give the servers of the notebook."""
        for server in registry.servers():
            registry.remove(server)
        for told in self.ask("servers"):
            found = decode(told, self._resolve)
            if isinstance(found, Server):
                registry.add(found)

    def threads(self) -> list[int]:
        """A number for each thread over there that is not the kit's."""
        return [int(one) for one in self.ask("threads")]

    @contextmanager
    def today_is(self, day: datetime.date) -> Iterator[None]:
        """Have the learner's process take another day for today."""
        self.ask("today", day.isoformat())
        try:
            yield
        finally:
            self.ask("today ends")

    def call(self, number: int, arguments: Any, named: Mapping[str, Any]) -> Any:
        """Call what has this number over there; what it prints is printed here. Raises what it raises."""
        told = self.ask(
            "call", number, self.encoded(list(arguments)), self.encoded(dict(named)), ASKING, timeout=9
        )
        print(told["printed"], end="\n" if told["printed"] else "")
        for one, after in zip(arguments, told["after"], strict=True):
            if after is not None:
                _change(one, decode(after, self._resolve))
        if told.get("late"):
            raise TimeoutError(f"it had not returned after {ASKING:g} s")
        if "error" in told:
            raise exception_of(told["error"])
        return decode(told["value"], self._resolve)

    def _serve(self, name: str, arguments: list[Any]) -> Any:
        """Answer the learner's process: it reaches a function or an app that was handed there, nothing else."""
        number, told, more = arguments
        handed = self._handed.get(number)
        if name == "callback" and callable(handed) and not isinstance(handed, FlaskClient):
            return self.encoded(handed(*decode(told, self._resolve), **decode(more, self._resolve)))
        if name == "request" and isinstance(handed, FlaskClient):
            return answer(handed.application, told, more)
        raise ValueError("nothing of that kind was handed over")

    def _refer(self, value: Any) -> dict[str, Any]:
        number = getattr(value, "_wirelab_number", None)
        if isinstance(number, int):
            return {"kind": "yours", "id": number}
        if isinstance(value, BaseException):
            return {"kind": "error", "error": describe(value)}
        if isinstance(value, socket.socket):
            return {"kind": "socket", "repr": repr(value), **self._sockets.told(value)}
        self._handed[id(value)] = value
        return {"kind": "client" if isinstance(value, FlaskClient) else "callback", "id": id(value)}

    def _resolve(self, told: dict[str, Any]) -> Any:
        kind = told.get("kind")
        if kind == "yours":
            return self._handed[told["id"]]
        if kind == "error":
            return exception_of(told.get("error"))
        number = int(told["id"])
        if kind == "list":
            return RemoteList(self, number, [decode(one, self._resolve) for one in told["items"]])
        if number not in self._known:
            self._known[number] = STAND_INS.get(str(kind), Remote)(self, number, told)
        return self._known[number]


STAND_INS: dict[str, Callable[..., Any]] = {
    "function": remote_function,
    "server": remote_server,
    "iterable": RemoteIterable,
    "iterator": RemoteIterator,
}


def _change(argument: Any, after: Any) -> None:
    """Do to an argument what the learner's function did to its copy."""
    if isinstance(argument, list | bytearray) and type(after) is type(argument):
        argument[:] = after
    elif isinstance(argument, dict | set) and type(after) is type(argument):
        argument.clear()
        argument.update(after)


def take_for_main(notebook: RemoteNotebook) -> None:
    """Have this process's `__main__` give what the learner's notebook has under a name."""

    class Main(types.ModuleType):
        def __getattr__(self, name: str) -> Any:
            if name.startswith("__"):
                raise AttributeError(name)
            try:
                return notebook.value("named", name)
            except (Gone, TimeoutError):
                raise AttributeError(name) from None

    sys.modules["__main__"] = Main("__main__")
