"""Tell a board what came of a learner's checks, from a thread that nobody waits for, and that prints nothing.

What is to be said waits in a dictionary with one place for each exercise, so it is bounded: checks that ran while
the board was away come as one. A message is sent again after a cut, under its number, and counts once.
"""

import contextlib
import json
import logging
import os
import random
import secrets
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.sync.client import ClientConnection, connect

from wirelab.classroom.board_limits import Allowance
from wirelab.classroom.seat_cards import SeatCard

ANSWER_TIMEOUT = 10.0  # seconds
LOOKS_EVERY = 1.0  # seconds between two looks whether the connection is still there
FIRST_DELAY, LONGEST_DELAY = 0.5, 4.0  # seconds before the next try
AFTER_TOO_MANY = 30.0  # seconds, where the board asks for patience
SENT_AT_ONCE, SENT_PER_SECOND = 40, 2  # messages: fewer than what a board allows
SILENT = logging.getLogger("wirelab.board")
SILENT.addHandler(logging.NullHandler())
SILENT.propagate = False


class Ended(Exception):
    """The board has ended, or does not want this notebook."""


class Message:
    """Something that is to be said. `outcome` is known once the board has answered: "" where all is well."""

    def __init__(self, words: dict[str, Any]) -> None:
        self.words, self.n, self.outcome = words, 0, ""
        self.answered = threading.Event()


def retry_after(tries: int, jitter: float) -> float:
    """Seconds before the next try: exponential backoff. `jitter` is random, from 0 to 1."""
    return float(min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(tries, 10))) * (0.5 + jitter)


class BoardClient:
    """One notebook's connection to a board. `is_wanted` is asked before each new try."""

    def __init__(self, card: SeatCard, is_wanted: Callable[[], bool] = lambda: True) -> None:
        self.card, self._is_wanted = card, is_wanted
        self.notebook = secrets.token_urlsafe(12)
        self.seat: int | None = None
        self.trouble = ""  # why there is no connection now
        self.has_ended = False
        self._numbers = 0
        self._waiting: dict[str, Message] = {}
        self._sent: Message | None = None  # and not answered yet
        self._allowance = Allowance(time.monotonic(), SENT_AT_ONCE, SENT_PER_SECOND)
        self._news = threading.Condition()
        self._told = threading.Event()  # once: there is a seat, or a reason why there is none
        self._thread = threading.Thread(target=self._run, name="wirelab board", daemon=True)

    # For the notebook: none of these waits longer than it is told to --------------------------------

    def start(self) -> None:
        """Connect, in a thread."""
        self._thread.start()

    def wait_for_seat(self, seconds: float) -> bool:
        """Whether there is a seat, or a reason why not, within that time."""
        return self._told.wait(seconds)

    def report(self, words: Mapping[str, Any]) -> Message:
        """Say this as soon as can be. Of what has not been sent, the last of each kind and exercise counts."""
        message = Message(dict(words))
        key = f"{words['type']} {words.get('exercise', '')}"
        with self._news:
            before = self._waiting.pop(key, None)
            if before and "tries" in words:
                message.words["tries"] += before.words["tries"]
            self._waiting[key] = message
            self._news.notify()
        return message

    def say(self, words: Mapping[str, Any], seconds: float) -> str | None:
        """Say this, and wait for the answer: "" or an error. None: none came in time, and it is not said later."""
        message = self.report(words)
        if message.answered.wait(seconds):
            return message.outcome
        with self._news:
            self._waiting = {key: one for key, one in self._waiting.items() if one is not message}
        return None

    def flush(self, seconds: float) -> None:
        """Wait until all is said, or the time is over, or there is no board to say it to."""
        end = time.monotonic() + seconds
        while (self._waiting or self._sent) and self.seat and not self.trouble and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        """Say no more."""
        self.has_ended = True
        with self._news:
            self._news.notify()

    # The thread ------------------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            self._keep_talking()
        except Exception as error:  # what a thread does not catch would be printed into a learner's cell
            self.trouble = f"{type(error).__name__}: {error}"
        finally:
            self.has_ended = True
            self._told.set()

    def _keep_talking(self) -> None:
        tries = 0
        while not self.has_ended and self._is_wanted():
            delay = 0.0
            try:
                with self._connected() as connection:
                    self._join(connection)
                    tries = 0  # only now: a connection alone is no proof of a board
                    self._converse(connection)
            except Ended as ended:
                self.trouble, self.has_ended = str(ended), True
            except InvalidStatus as error:
                status = error.response.status_code
                self.trouble = f"it answers with status {status}"
                delay = AFTER_TOO_MANY if status == 429 else 0
            except ConnectionClosed as error:
                self.trouble = "the connection was cut"
                delay = AFTER_TOO_MANY if error.rcvd and error.rcvd.code == 1008 else 0
            except (OSError, WebSocketException, ValueError, KeyError, TypeError) as error:
                self.trouble = f"{error}" or type(error).__name__
            self._told.set()
            if not self.has_ended:
                self._rest(delay or retry_after(tries, random.random()))
            tries += 1

    def _connected(self) -> ClientConnection:
        socket = self.card.address.replace("http", "ws", 1) + "join"
        direct: dict[str, Any] = {} if socket.startswith("wss:") else {"proxy": None}
        if self.card.is_at_hub and (token := os.environ.get("JUPYTERHUB_API_TOKEN")):
            direct["additional_headers"] = {"Authorization": f"token {token}"}
        return connect(  # type: ignore[no-any-return]
            socket, compression=None, open_timeout=ANSWER_TIMEOUT, close_timeout=1, logger=SILENT, **direct
        )

    def _rest(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        with self._news:
            while not self.has_ended and (left := end - time.monotonic()) > 0:
                self._news.wait(left)

    def _join(self, connection: ClientConnection) -> None:
        words = {"type": "join", "code": self.card.code, "token": self.card.token, "notebook": self.notebook}
        connection.send(json.dumps({**words, "nickname": self.card.nickname}))
        answer = _read(connection, ANSWER_TIMEOUT)
        if self._sent and self._sent.n <= answer["known"]:
            self._answered(self._sent, "")
        self.seat, self.trouble = answer["seat"], ""
        self._told.set()

    def _converse(self, connection: ClientConnection) -> None:
        while not self.has_ended:
            message = self._sent or self._next()
            if message is None:
                _hear_of_the_end(connection)
                continue
            self._sent = message
            connection.send(json.dumps({**message.words, "n": message.n}))
            answer = _read(connection, ANSWER_TIMEOUT)
            if answer.get("n") == message.n:
                self._answered(message, answer.get("message", ""))
            if message.words["type"] == "leave":
                raise Ended("you have left.")

    def _next(self) -> Message | None:
        """What is to be sent now, with its number; None after a moment without anything."""
        with self._news:
            if not self._waiting:
                self._news.wait(LOOKS_EVERY)
            if not self._waiting:
                return None
        if not self._allowance.take(time.monotonic()):
            time.sleep(self._allowance.wait())
        with self._news:
            if not self._waiting:
                return None
            message = self._waiting.pop(next(iter(self._waiting)))
        self._numbers += 1
        message.n = self._numbers
        return message

    def _answered(self, message: Message, outcome: str) -> None:
        message.outcome, self._sent = outcome, None
        message.answered.set()


def _read(connection: ClientConnection, seconds: float) -> dict[str, Any]:
    answer = dict(json.loads(connection.recv(timeout=seconds)))
    if answer["type"] == "ended":
        raise Ended("the board has ended.")
    if answer["type"] == "refused":
        raise Ended(answer["message"])
    return answer


def _hear_of_the_end(connection: ClientConnection) -> None:
    """Take what has come without being asked for. Raises Ended, and ConnectionClosed."""
    with contextlib.suppress(TimeoutError):
        _read(connection, 0)
