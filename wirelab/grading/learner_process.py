"""Be the process of a learner's notebook: run its cells, and answer what the judge asks about it."""

import datetime
import os
import socket
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from typing import Any

from flask.testing import FlaskClient

from wirelab.checking import left_threads, notebook_state
from wirelab.checking.another_day import today_is
from wirelab.checking.timed_call import Call
from wirelab.grading.cell_runner import CellRunner, NoEnd
from wirelab.grading.channel import CallFailed, Channel, Line
from wirelab.grading.descriptions import describe, exception_of
from wirelab.grading.handed_sockets import SocketTaker
from wirelab.grading.plain_values import TAG, TooLarge, decode, encode
from wirelab.grading.wsgi_relay import Answer, relay_client
from wirelab.launching.launcher import servers
from wirelab.launching.ports import ADDRESS
from wirelab.launching.server import Server

MAX_REPR = 300
CALLBACK_SECONDS = 5.0
FUNCTIONS = ("function", "method", "builtin_function_or_method", "method-wrapper")
SHAPES = [("__next__", "iterator"), ("__iter__", "iterable")]  # a method of a class, and what it makes of it
CHANGEABLE = (list, dict, set, bytearray)
LIST_METHODS = ("append", "remove", "clear", "insert", "extend", "pop", "__setitem__", "__delitem__")


class LearnerProcess:
    """What the judge talks to. It believes nothing of what comes from here."""

    def __init__(self, line: Line, runner: CellRunner) -> None:
        self._runner, self._sockets = runner, SocketTaker(line.door)
        self._things: dict[int, Any] = {}  # what has been told by reference, by its number
        self._handed: dict[int, Any] = {}  # what stands for a thing of the judge's, by its number
        self._days = ExitStack()
        self._channel = Channel(line.messages, self._serve, describe)
        self._answers: dict[str, Callable[..., Any]] = {
            "run": self._run,
            "evaluate": lambda text: self._live(eval(text, vars(runner.main))),  # the course's own words
            "named": self._named,
            "get": lambda number, name: self._live(getattr(self._things[number], name)),
            "set": lambda number, name, told: setattr(self._things[number], name, self._decoded(told)),
            "delete": lambda number, name: delattr(self._things[number], name),
            "list": self._change_list,
            "items": lambda number: self._encoded(list(self._things[number])),
            "item": lambda number, told: self._encoded(self._things[number][self._decoded(told)]),
            "call": self._call,
            "server": lambda number, question, *more: SERVER_ANSWERS[question](self._things[number], *more),
            "servers": lambda: [self._encoded(server) for server in servers()],
            "today": lambda day: self._days.enter_context(today_is(datetime.date.fromisoformat(day))),
            "today ends": lambda: self._days.close(),
            "threads": lambda: [self._number(thread) for thread in left_threads.own_threads()],
            "process": os.getpid,
        }

    def serve(self) -> None:
        """Serve until the judge ends this process."""
        self._runner.start()
        self._channel.start()
        threading.Thread(target=self._end_with_the_judge, daemon=True).start()
        self._runner.serve()

    def _end_with_the_judge(self) -> None:
        self._channel.ended.wait()
        os._exit(0)

    def _serve(self, name: str, arguments: list[Any]) -> Any:
        return self._answers[name](*arguments)

    def _run(self, source: str, seconds: float) -> Any:
        try:
            return {"outputs": self._runner.run(source, seconds)}
        except NoEnd:
            return {"no_end": True}

    def _named(self, name: str) -> Any:
        return self._live(getattr(self._runner.main, name))

    def _change_list(self, number: int, method: str, told: Any) -> None:
        if method in LIST_METHODS:
            arguments = [slice(*one["slice"]) if isinstance(one, dict) and "slice" in one else one for one in told]
            decoded = [one if isinstance(one, slice) else self._decoded(one) for one in arguments]
            getattr(self._things[number], method)(*decoded)

    def _call(self, number: int, arguments: Any, named: Any, seconds: float) -> Any:
        function, words, given = self._things[number], self._decoded(named), self._decoded(arguments)
        call = Call(lambda *given: function(*given, **words), given, seconds)
        call.wait(lambda: None)
        told: dict[str, Any] = {"printed": str(call.log), "after": [self._after(one) for one in given]}
        if call.is_late:
            return {**told, "late": True}
        if call.error:
            return {**told, "error": describe(call.error)}
        return {**told, "value": self._encoded(call.value)}

    def _after(self, argument: Any) -> Any:
        """An argument as it is after the call, where the call may have changed it."""
        return self._encoded(argument) if type(argument) in CHANGEABLE else None

    # Values --------------------------------------------------------------------------------------------

    def _live(self, value: Any) -> Any:
        """A list that can be changed from the other side too; any other value as it is."""
        if type(value) is list:
            items = [self._encoded(one) for one in list(value)]
            return {TAG: ["ref", {"id": self._number(value), "kind": "list", "items": items}]}
        return self._encoded(value)

    def _encoded(self, value: Any) -> Any:
        try:
            return encode(value, self._refer)
        except TooLarge:
            return {TAG: ["ref", self._refer(value)]}

    def _decoded(self, told: Any) -> Any:
        return decode(told, self._resolve)

    def _number(self, value: Any) -> int:
        self._things[id(value)] = value  # which keeps it, so that its number stays its own
        return id(value)

    def _refer(self, value: Any) -> dict[str, Any]:
        if isinstance(value, BaseException):
            return {"kind": "error", "error": describe(value)}
        for number, stand_in in self._handed.items():
            if stand_in is value:
                return {"kind": "yours", "id": number}
        told = {"id": self._number(value), "name": notebook_state.name_of(value), "repr": _shown(value)}
        told["type"] = type(value).__name__
        if isinstance(value, Server):
            return {**told, "kind": "server", "scheme": value.scheme, "relaunched": value.relaunched}
        if type(value).__name__ in FUNCTIONS:
            kind = {"is_async": notebook_state.is_async(value), "is_stub": notebook_state.is_stub(value)}
            return {**told, "kind": "function", **kind}
        shapes = (shape for name, shape in SHAPES if hasattr(type(value), name))
        return {**told, "kind": next(shapes, "object"), "is_callable": callable(value)}

    def _resolve(self, told: dict[str, Any]) -> Any:
        if told["kind"] == "yours":
            return self._things[told["id"]]
        if told["kind"] == "error":
            return exception_of(told["error"])
        if told["kind"] == "socket":
            return self._sockets.taken(told)
        if told["id"] not in self._handed:
            make = self._client if told["kind"] == "client" else self._callback
            self._handed[told["id"]] = make(told["id"])
        return self._handed[told["id"]]

    def _callback(self, number: int) -> Callable[..., Any]:
        def callback(*arguments: Any, **named: Any) -> Any:
            told = [self._encoded(list(arguments)), self._encoded(named)]
            try:
                return self._decoded(self._channel.call("callback", number, *told, timeout=CALLBACK_SECONDS))
            except CallFailed as failed:
                raise exception_of(failed.told) from None

        return callback

    def _client(self, number: int) -> FlaskClient:
        def ask(variables: dict[str, str], body: str) -> Answer:
            told: Answer = self._channel.call("request", number, variables, body, timeout=CALLBACK_SECONDS)
            return told

        return relay_client("service", ask)


def _log(server: Server) -> dict[str, Any]:
    return {"lines": list(server.log), "total": server.log.total}


SERVER_ANSWERS: dict[str, Callable[..., Any]] = {
    "port": lambda server: server.port,
    "log": _log,
    "failures": lambda server: [asdict(one) for one in server.failures],
    "failure_count": lambda server: server.failure_count,
    "is_running": lambda server: server.running,
    "is_stuck": lambda server: server.is_stuck(),
    "settle": lambda server, seconds: server.settle(min(float(seconds), 5.0)),
}


def _shown(value: Any) -> str:
    try:
        return repr(value)[:MAX_REPR]
    except BaseException as error:  # a learner's object may do anything
        return f"something of type {type(value).__name__} that cannot be shown ({type(error).__name__})"


def main() -> None:
    """A notebook's process by itself, given the port to connect to, and on Unix the descriptor of its door."""
    runner = CellRunner()
    connection = socket.create_connection((ADDRESS, int(sys.argv[1])))
    connection.sendall(os.environ.pop("WIRELAB_GRADING_SECRET").encode())
    door = socket.socket(fileno=int(sys.argv[2])) if len(sys.argv) > 2 else None
    LearnerProcess(Line(connection, door), runner).serve()


if __name__ == "__main__":
    main()
