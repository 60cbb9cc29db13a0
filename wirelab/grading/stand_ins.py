"""Stand for what is in a learner's process: an object, a list, a function, a server.

What is done to a stand-in is done over there, and what comes back is a value again.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from wirelab.checking.notebook_state import STUB_WORDS
from wirelab.grading.descriptions import failure_of
from wirelab.launching.backend import Backend
from wirelab.launching.exception_summary import Failure
from wirelab.launching.registry import registry
from wirelab.launching.server import Server
from wirelab.launching.server_log import Log


class Notebook(Protocol):
    """The connection to the learner's process."""

    def ask(self, name: str, *arguments: Any) -> Any:
        """An answer as it came."""

    def value(self, name: str, *arguments: Any) -> Any:
        """An answer as a value."""

    def encoded(self, value: Any) -> Any:
        """A value of this process for the other one."""

    def call(self, number: int, arguments: Any, named: Mapping[str, Any]) -> Any:
        """Call what has this number over there."""


class Remote:
    """Stands for an object of the learner's process."""

    def __init__(self, notebook: Notebook, number: int, told: Mapping[str, Any]) -> None:
        own = {"_wirelab_notebook": notebook, "_wirelab_number": number, "_wirelab_repr": str(told.get("repr"))}
        self.__dict__.update(own)
        if told.get("is_callable"):
            self.__dict__["__name__"] = str(told.get("name"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what a library asks for
            raise AttributeError(name)
        return self._wirelab_notebook.value("get", self._wirelab_number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        encoded = self._wirelab_notebook.encoded(value)
        self._wirelab_notebook.ask("set", self._wirelab_number, name, encoded)

    def __delattr__(self, name: str) -> None:
        self._wirelab_notebook.ask("delete", self._wirelab_number, name)

    def __call__(self, *arguments: Any, **named: Any) -> Any:
        return self._wirelab_notebook.call(self._wirelab_number, arguments, named)

    def __enter__(self) -> Any:
        return self._wirelab_notebook.value("get", self._wirelab_number, "__enter__")()

    def __exit__(self, *error: object) -> None:
        self._wirelab_notebook.value("get", self._wirelab_number, "__exit__")(None, None, None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Remote) and other._wirelab_number == self._wirelab_number

    def __hash__(self) -> int:
        return hash(self._wirelab_number)

    def __repr__(self) -> str:
        return str(self._wirelab_repr)


class RemoteIterable(Remote):
    """Stands for an object that can be iterated."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self._wirelab_notebook.value("items", self._wirelab_number))

    def __getitem__(self, key: Any) -> Any:
        return self._wirelab_notebook.value("item", self._wirelab_number, self._wirelab_notebook.encoded(key))


class RemoteIterator(RemoteIterable):
    """Stands for an iterator, such as a generator; each step is a call over there."""

    def __next__(self) -> Any:
        return self._wirelab_notebook.value("get", self._wirelab_number, "__next__")()


class RemoteList(list[Any]):
    """A copy of a list of the learner's process; what changes it changes the other one as well."""

    def __init__(self, notebook: Notebook, number: int, items: list[Any]) -> None:
        super().__init__(items)
        self._notebook, self._wirelab_number = notebook, number

    def _there(self, method: str, *arguments: Any) -> None:
        told = [
            {"slice": [one.start, one.stop, one.step]} if isinstance(one, slice) else self._notebook.encoded(one)
            for one in arguments
        ]
        self._notebook.ask("list", self._wirelab_number, method, told)


def _in_both(name: str) -> Callable[..., Any]:
    def method(self: RemoteList, *arguments: Any) -> Any:
        self._there(name, *arguments)
        return getattr(list, name)(self, *arguments)

    return method


for _name in ("append", "remove", "clear", "insert", "extend", "pop", "__setitem__", "__delitem__"):
    setattr(RemoteList, _name, _in_both(_name))


def remote_function(notebook: Notebook, number: int, told: Mapping[str, Any]) -> Callable[..., Any]:
    """A function that calls one of the learner's process; async, and a stub, where that one is."""

    def function(*arguments: Any, **named: Any) -> Any:
        return notebook.call(number, arguments, named)

    async def async_function(*arguments: Any, **named: Any) -> Any:
        return notebook.call(number, arguments, named)

    made = async_function if told.get("is_async") else function
    made.__name__ = made.__qualname__ = str(told.get("name"))[:200]
    if told.get("is_stub"):
        made.__code__ = made.__code__.replace(co_consts=(*made.__code__.co_consts, STUB_WORDS))
    made.__dict__["_wirelab_number"] = number
    return made


class RemoteLog(Log):
    """The lines of a server of the learner's process, as they were when they were asked for."""

    def __init__(self, told: Mapping[str, Any]) -> None:
        super().__init__()
        self._lines.extend(str(line) for line in told["lines"])
        self._total = int(told["total"])


class RemoteBackend(Backend):
    """A server of the learner's process. The judge talks to it over the wire; this is what it says of itself."""

    def __init__(self, notebook: Notebook, number: int) -> None:
        self._notebook, self._number = notebook, number

    def _ask(self, question: str, *more: Any) -> Any:
        return self._notebook.ask("server", self._number, question, *more)

    @property
    def port(self) -> int:  # type: ignore[override]
        return max(1, min(65535, int(self._ask("port"))))

    @property
    def log(self) -> Log:  # type: ignore[override]
        return RemoteLog(self._ask("log"))

    @property
    def failures(self) -> list[Failure]:  # type: ignore[override]
        return [failure_of(one) for one in self._ask("failures")]

    @property
    def failure_count(self) -> int:  # type: ignore[override]
        return int(self._ask("failure_count"))

    def stop(self) -> None:
        return

    def settle(self, seconds: float) -> None:
        self._ask("settle", seconds)

    def is_stuck(self) -> bool:
        return bool(self._ask("is_stuck"))

    def end_reason(self) -> str | None:
        return None if self._ask("is_running") else "has stopped"


def remote_server(notebook: Notebook, number: int, told: Mapping[str, Any]) -> Server:
    backend = RemoteBackend(notebook, number)
    server = RemoteServer(
        backend,
        name=str(told.get("name"))[:200],
        scheme=str(told.get("scheme"))[:10],
        wanted=0,
        shown=0,
        note="",
        when_stopped=registry.remove,
        relaunched=told.get("relaunched") is True,
    )
    server.__dict__["_wirelab_number"] = number
    del server.target
    return server


class RemoteServer(Server):
    """A server of the learner's process; `target` is asked for when it is needed."""

    def __getattr__(self, name: str) -> Any:
        if name == "target" and isinstance(self._backend, RemoteBackend):
            return self._backend._notebook.value("get", self._backend._number, "target")
        raise AttributeError(name)
