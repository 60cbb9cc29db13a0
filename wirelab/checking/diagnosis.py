"""Say in a sentence what is wrong with a conversation that brought no complete answer."""

import re
from dataclasses import dataclass

from wirelab.checking.http_client import MAX_ANSWER, Outcome, final_response
from wirelab.checking.timeouts import Deadline
from wirelab.conversation.conversation import Conversation
from wirelab.conversation.http_messages import Response
from wirelab.conversation.messages import Unreadable
from wirelab.conversation.recording import Side

READABLE_HEADERS = "sends headers that a client can read"
STATUS_LINE_HINT = "send_response(200) comes first, end_headers() before the body"
NOTHING_SENT_HINT = "The headers promise a body, and none came: self.wfile.write(body) sends it, return does not."
HEADERS_HINT = "Each header is a line of its own, name: value; end_headers() comes after the last one."
LENGTH_HINT = "Content-Length is the number of bytes in the body: str(len(body)), where body is bytes"
NO_BODY_HINT = "An answer to HEAD, 204 and 304 have no body: nothing comes behind the headers, so write none."
GOOD_START = re.compile(rb"HTTP/1\.[01] [1-5]\d\d\b")


@dataclass(frozen=True)
class Fault:
    """An expectation that was not met, what came instead, and a hint or none."""

    what: str
    said: str
    hint: str = ""


def diagnose(name: str, talk: Conversation, outcome: Outcome, until: Deadline) -> Fault:
    """What is wrong with a conversation that ended with `outcome`, and not with a complete answer.

    `name` is what was asked for, as in "GET /hello"; `until` the deadline of the whole check.
    """
    response, unread = final_response(talk), first_unreadable(talk)
    interim = [message for message in talk.sent_by(Side.SERVER) if isinstance(message, Response)]
    if response:
        return _unfinished(name, response, outcome, until)
    if unread and not interim:
        return _unreadable(unread, outcome, until)
    if interim:
        said = f"it sent {interim[0].status} {interim[0].meaning}, and no answer after that"
        return Fault(f"answers {name}", said)
    return Fault(f"answers {name}", no_answer(outcome, until))


def first_unreadable(talk: Conversation) -> Unreadable | None:
    """The first bytes of the server that are no HTTP, or None."""
    return next((one for one in talk.sent_by(Side.SERVER) if isinstance(one, Unreadable)), None)


def unread_body(response: Response) -> str:
    """Why the body of a complete answer is not here to its end, or nothing."""
    if response.unpacked.has_more:
        return f"it is {response.unpacked.story}"
    return response.gap


def no_answer(outcome: Outcome, until: Deadline) -> str:
    """Why nothing at all came, as a sentence about the server without its end."""
    return {
        Outcome.LATE: f"it gave no answer within {until.waited()}",
        Outcome.CLOSED: "it closed the connection without an answer",
        Outcome.RESET: "it broke the connection off without an answer",
        Outcome.REFUSED: "nobody listens at its port any more",
    }.get(outcome, "it gave no answer")


def _unfinished(name: str, response: Response, outcome: Outcome, until: Deadline) -> Fault:
    """There is a status line, and all headers, but the body has no end."""
    if outcome is Outcome.FLOOD:
        return Fault(f"answers {name} completely", f"it sent {MAX_ANSWER:,} bytes and still went on")
    sent, promised = response.body_size, response.header("Content-Length")
    if promised and not promised.isdigit():
        return Fault(READABLE_HEADERS, response.trouble, HEADERS_HINT)
    if promised:
        after = {Outcome.LATE: f" within {until.waited()}", Outcome.RESET: ", then broke the connection off"}
        said = f"it promised {promised} and sent {sent}{after.get(outcome, '')}"
        hint = LENGTH_HINT if sent else NOTHING_SENT_HINT
        return Fault("sends as many bytes as it promised", said, hint)
    if outcome is Outcome.LATE and not response.header("Transfer-Encoding"):
        said = "it says no Content-Length and leaves the connection open: a client cannot know where the body ends"
        return Fault(f"answers {name} completely", said, LENGTH_HINT)
    late = until.after("the end of its body had not come")
    return Fault(f"answers {name} completely", response.trouble or late)


def _unreadable(unread: Unreadable, outcome: Outcome, until: Deadline) -> Fault:
    if not GOOD_START.match(unread.raw):
        first = unread.raw.split(b"\n")[0][:80].decode("utf-8", "backslashreplace").strip()
        return Fault("begins with a status line", repr(first), STATUS_LINE_HINT)
    return Fault(READABLE_HEADERS, _headers_fault(unread, outcome, until), HEADERS_HINT)


def _headers_fault(unread: Unreadable, outcome: Outcome, until: Deadline) -> str:
    if outcome is Outcome.FLOOD:
        return f"it sent {MAX_ANSWER:,} bytes without the empty line that ends the headers"
    if outcome is Outcome.LATE and not unread.trouble:
        return until.after("the empty line had not come that ends the headers")
    return unread.trouble
