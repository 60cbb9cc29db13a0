"""Call the other process, and be called by it: JSON messages over a socket, each with its length before it."""

import itertools
import json
import queue
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

MAX_CALL = 32 * 2**20  # bytes
MAX_AT_ONCE = 200  # calls from the other side that run at the same time
LOOK = 0.05  # seconds between two moments at which a waiting thread can be interrupted
LENGTH = struct.Struct(">I")

Serve = Callable[[str, list[Any]], Any]  # what answers a call: its name and arguments to a value for JSON


@dataclass(frozen=True)
class Line:
    """What joins two processes: a connection for messages, and on Unix a `door`, another one for sockets."""

    messages: socket.socket
    door: socket.socket | None = None

    @property
    def descriptors(self) -> list[int]:
        """The numbers of its files."""
        return [one.fileno() for one in (self.messages, self.door) if one]

    def close(self) -> None:
        """Close this end in this process; a fork has it still."""
        self.messages.close()
        if self.door:
            self.door.close()


def line_pair() -> tuple[Line, Line]:
    """Both ends of a line, for processes that are forked from this one (Unix)."""
    (ours, theirs), (our_door, their_door) = socket.socketpair(), socket.socketpair()
    return Line(ours, our_door), Line(theirs, their_door)


class Gone(Exception):
    """The other process has ended, or breaks the rules of the channel."""


class CallFailed(Exception):
    """The call ended with an error there: the dictionary that tells of it."""

    def __init__(self, told: Any) -> None:
        super().__init__(str(told)[:200])
        self.told = told


class Channel:
    """One end of the connection of two processes. Calls may cross, and may be nested."""

    def __init__(self, connection: socket.socket, serve: Serve, describe: Callable[[BaseException], Any]) -> None:
        """`serve` answers calls, each in a thread of its own; `describe` makes JSON of what it raises."""
        self._connection, self._serve, self._describe = connection, serve, describe
        self._numbers = itertools.count()
        self._waiting: dict[int, queue.SimpleQueue[dict[str, Any]]] = {}
        self._sending, self._slots = threading.Lock(), threading.BoundedSemaphore(MAX_AT_ONCE)
        self.ended = threading.Event()

    def start(self) -> None:
        """Begin to read what comes."""
        threading.Thread(target=self._read, name="channel", daemon=True).start()

    def call(self, name: str, *arguments: Any, timeout: float) -> Any:
        """The answer of the other process. Raises Gone, CallFailed, and TimeoutError after `timeout` seconds."""
        number, answers = next(self._numbers), queue.SimpleQueue[dict[str, Any]]()
        self._waiting[number] = answers
        try:
            self._send({"call": number, "name": name, "with": list(arguments)})
            answer = self._answer(answers, timeout)
        finally:
            self._waiting.pop(number, None)
        if "error" in answer:
            raise CallFailed(answer["error"])
        return answer.get("value")

    def _answer(self, answers: "queue.SimpleQueue[dict[str, Any]]", timeout: float) -> dict[str, Any]:
        for _ in range(max(1, int(timeout / LOOK))):
            try:
                return answers.get(timeout=LOOK)
            except queue.Empty:
                if self.ended.is_set() and answers.empty():
                    raise Gone from None
        raise TimeoutError

    def _send(self, message: dict[str, Any]) -> None:
        data = json.dumps(message).encode()
        if len(data) > MAX_CALL:
            raise ValueError("the message is too large")
        try:
            with self._sending:
                self._connection.sendall(LENGTH.pack(len(data)) + data)
        except OSError:
            raise Gone from None

    def _read(self) -> None:
        try:
            while True:
                (size,) = LENGTH.unpack(self._exactly(LENGTH.size))
                if size > MAX_CALL:
                    return
                self._dispatch(json.loads(self._exactly(size)))
        except (OSError, EOFError, ValueError, TypeError, RecursionError, KeyError, AttributeError):
            return
        finally:
            self.close()

    def _exactly(self, size: int) -> bytes:
        data = bytearray()
        while len(data) < size:
            part = self._connection.recv(min(size - len(data), 2**18))
            if not part:
                raise EOFError
            data += part
        return bytes(data)

    def _dispatch(self, message: dict[str, Any]) -> None:
        if "call" not in message:
            if answers := self._waiting.get(message["answer"]):
                answers.put(message)
        elif self._slots.acquire(blocking=False):
            threading.Thread(target=self._handle, name="channel call", args=(message,), daemon=True).start()
        else:
            self._send({"answer": message["call"], "error": {"kind": "RuntimeError", "message": "too many calls"}})

    def _handle(self, message: dict[str, Any]) -> None:
        answer: dict[str, Any] = {"answer": message["call"]}
        try:
            answer["value"] = self._serve(str(message["name"]), list(message["with"]))
        except BaseException as error:  # whatever a learner's code raises
            answer["error"] = self._describe(error)
        finally:
            self._slots.release()
        try:
            self._send(answer)
        except ValueError:
            self._send({"answer": message["call"], "error": {"kind": "ValueError", "message": "a large answer"}})
        except Gone:
            return

    def close(self) -> None:
        """End the connection; who waits for an answer is told."""
        self.ended.set()
        try:
            self._connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            return
