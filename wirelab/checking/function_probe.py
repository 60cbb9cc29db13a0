"""Call a learner's function, a client with a server to talk to, and tell what it did."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from websockets.asyncio.server import ServerConnection

from wirelab.checking import timeouts
from wirelab.checking.expectations import Expect, Hints
from wirelab.checking.notebook_state import is_stub_failure
from wirelab.checking.raised_value import Raised
from wirelab.checking.stub_server import Answer, Answers, from_table, stub_handler
from wirelab.checking.timed_call import Call
from wirelab.checking.timeouts import Deadline
from wirelab.conversation.conversation import Conversation
from wirelab.conversation.http_messages import Exchange, Request
from wirelab.conversation.messages import Unreadable
from wirelab.conversation.recording import Memory, Side
from wirelab.launching.exception_summary import Failure, summary_of
from wirelab.launching.launcher import launch
from wirelab.launching.ports import ADDRESS
from wirelab.launching.server import Server
from wirelab.tapping.tap import Tap

STUB_SERVER = "the server of the check"
MAX_ARGUMENT = 100  # characters of an argument that is shown
KEPT_OF_A_CALL = 2**19  # bytes; a client may send without end


class NotWritten(Exception):
    """The learner's function is a stub still, or calls one."""

    def __init__(self, failed: Failure) -> None:
        super().__init__(str(failed))
        self.failed = failed


@dataclass(frozen=True)
class CallResult:
    """What a client did: what it returned, what it printed, what crossed the wire, and the seconds it took."""

    value: Any
    printed: str
    conversation: Conversation
    seconds: float

    @property
    def http(self) -> Sequence[Exchange]:
        """Each request that it sent, with its response."""
        return self.conversation.http

    @property
    def requests(self) -> Sequence[Request]:
        """The requests it sent, in their order."""
        return [exchange.request for exchange in self.http]

    @property
    def frames(self) -> Conversation:
        """The WebSocket frames of both sides."""
        return self.conversation.frames


class FunctionProbe:
    """A learner's function, for checks. Every call has an end.

    An exception that a call ends with is noted, and the check goes on with a `Raised` in the place of the value.
    """

    def __init__(
        self, function: Callable[..., Any], expect: Expect, deadline: Deadline, *, catches: bool = False
    ) -> None:
        """`catches` says that exceptions are what the check asks for, and no crash."""
        self.function, self.expect, self._deadline, self._catches = function, expect, deadline, catches

    def catching(self) -> "FunctionProbe":
        """The same function, for calls that are to end with an exception."""
        return FunctionProbe(self.function, self.expect, self._deadline, catches=True)

    def beside(self, function: Callable[..., Any]) -> "FunctionProbe":
        """Another function with the same expectations and the same end, as the next step of a generator."""
        return FunctionProbe(function, self.expect, self._deadline, catches=self._catches)

    def returns(self, *arguments: Any, hint: Hints = ()) -> Any:
        """What the function returns for these arguments.

        Raises NotWritten, or Stopped where it does not end, with these hints.
        """
        self.expect.evidence = lambda: None
        return self._call(arguments, arguments, hint=hint).value

    def calls_server(
        self, answers: Answers | Mapping[str, Answer], *arguments: Any, hint: Hints = ()
    ) -> CallResult:
        """Call the function with the URL of a server before its arguments, and watch.

        `answers` is a function from a request to its answer, or a table: "GET /stations/2" → the answer.
        What is not in the table gets 404. Raises NotWritten, or Stopped where the function does not end, with
        these hints.
        """
        respond = answers if callable(answers) else from_table(answers)
        return self._watched(launch(stub_handler(respond), port=0, name=STUB_SERVER), arguments, hint)

    def calls_websocket_server(
        self, onconnect: Callable[[ServerConnection], Awaitable[None]], *arguments: Any
    ) -> CallResult:
        """Call the function with the URL of a WebSocket server before its arguments, and watch.

        Raises NotWritten, or Stopped where the function does not end.
        """
        return self._watched(launch(onconnect, port=0, name=STUB_SERVER, compression=None), arguments)

    def _watched(self, server: Server, arguments: Sequence[Any], hint: Hints = ()) -> CallResult:
        with server, Tap(ADDRESS, server.port, server.scheme, memory=Memory(KEPT_OF_A_CALL)) as tap:
            self.expect.evidence = lambda: tap.conversation
            try:
                shown = [server.url, *arguments]
                call = self._call([tap.url, *arguments], shown, give_up=tap.stop, hint=hint)
            finally:
                tap.stop()
        self._look_through(tap.conversation)
        return CallResult(call.value, str(call.log), tap.conversation, call.seconds)

    def _look_through(self, talk: Conversation) -> None:
        """What no server can read is worth a word, whatever the check asks for."""
        sent = (one for one in talk.sent_by(Side.CLIENT) if isinstance(one, Request | Unreadable))
        wrong = next((one for one in sent if one.trouble), None)
        if wrong:
            self.expect.missed("sends requests that a server can read", wrong.trouble)

    def _call(
        self,
        arguments: Sequence[Any],
        shown: Sequence[Any],
        give_up: Callable[[], None] = lambda: None,
        hint: Hints = (),
    ) -> Call:
        """A call that has ended, its value a `Raised` after an exception; `shown` is what the learner reads."""
        self.expect.asked, self.expect.printed = self._as_code(shown), ""
        call = Call(self.function, arguments, self._deadline.left(timeouts.ANSWER))
        call.wait(give_up)
        self.expect.printed = str(call.log)
        if call.is_late:
            said = f"it had not returned after {self._deadline.waited()}"
            raise self.expect.missed("comes to an end", said, hint=hint)
        call.value = self._value_of(call)
        self.expect.returned = call.value
        return call

    def _value_of(self, call: Call) -> Any:
        if not call.error:
            return call.value
        failed = summary_of(call.error)
        if is_stub_failure(failed):
            raise NotWritten(failed)
        if not self._catches:
            self.expect.failure = self.expect.failure or failed
            self.expect.note_crash()
        return Raised(call.error)

    def _as_code(self, arguments: Sequence[Any]) -> str:
        """The call as a learner would write it, each argument shortened."""
        name = getattr(self.function, "__name__", "your_function")
        return f"{name}({', '.join(_short(argument) for argument in arguments)})"


def _short(argument: Any) -> str:
    text = repr(argument)
    return text if len(text) <= MAX_ARGUMENT else f"{text[:MAX_ARGUMENT]}…"
