"""Tell in a sentence what is wrong with an answer that is none."""

import re
from dataclasses import dataclass

from wirelab.asking import MOST, final
from wirelab.messages import Response, Unreadable
from wirelab.patience import Deadline
from wirelab.recording import Side
from wirelab.wire import Conversation

STATUS_LINE = "send_response(200) comes first, end_headers() before the body"
HEADERS = "Each header is a line of its own, name: value; end_headers() comes after the last one."
LENGTH = "Content-Length is the number of bytes in the body: str(len(body)), where body is bytes"
GOOD_START = re.compile(rb"HTTP/1\.[01] [1-5]\d\d\b")


@dataclass(frozen=True)
class Amiss:
    """An expectation that was not met, what came instead, and a hint or none."""

    what: str
    said: str
    hint: str = ""


def amiss(name: str, talk: Conversation, how: str, until: Deadline) -> Amiss:
    """What is wrong with a conversation that brought no complete answer, and ended as `how` says.

    `name` is what was asked for, as in "GET /hello"; `until` the deadline of the whole check.
    """
    response, unread = final(talk), junk(talk)
    interim = [message for message in talk.sent_by(Side.SERVER) if isinstance(message, Response)]
    if response:
        return _unfinished(name, response, how, until)
    if unread and not interim:
        return _unreadable(unread, how, until)
    if interim:
        return Amiss(
            f"answers {name}", f"it sent {interim[0].status} {interim[0].meaning}, and no answer after that"
        )
    return Amiss(f"answers {name}", silence(how, until))


def junk(talk: Conversation) -> Unreadable | None:
    """The first bytes of the server that are no HTTP."""
    return next((one for one in talk.sent_by(Side.SERVER) if isinstance(one, Unreadable)), None)


def silence(how: str, until: Deadline) -> str:
    """Why there was nothing at all."""
    return {
        "late": f"it gave no answer within {until.said()}".rstrip(","),
        "closed": "it closed the connection without an answer",
        "reset": "it broke the connection off without an answer",
        "refused": "nobody listens at its port any more",
    }.get(how, "it gave no answer")


def _unfinished(name: str, response: Response, how: str, until: Deadline) -> Amiss:
    """There is a status line, and all headers, but the body has no end."""
    if how == "flood":
        return Amiss(f"answers {name} completely", f"it sent {MOST:,} bytes and still went on")
    sent, promised = response.body_size, response.header("Content-Length")
    if promised:
        after = {"late": f" within {until.said()}".rstrip(","), "reset": ", then broke the connection off"}
        said = f"it promised {promised} and sent {sent}{after.get(how, '')}"
        return Amiss("sends as many bytes as it promised", said, LENGTH)
    if how == "late" and not response.header("Transfer-Encoding"):
        said = "it says no Content-Length and leaves the connection open: a client cannot know where the body ends"
        return Amiss(f"answers {name} completely", said, LENGTH)
    late = f"after {until.said()} the end of its body had not come"
    return Amiss(f"answers {name} completely", response.trouble or late)


def _unreadable(unread: Unreadable, how: str, until: Deadline) -> Amiss:
    if not GOOD_START.match(unread.raw):
        first = unread.raw.split(b"\n")[0][:80].decode("utf-8", "backslashreplace").strip()
        return Amiss("begins with a status line", repr(first), STATUS_LINE)
    endless = {
        "late": f"after {until.said()} the empty line had not come that ends the headers",
        "flood": f"it sent {MOST:,} bytes without the empty line that ends the headers",
    }
    said = endless.get(how if how == "flood" or not unread.trouble else "") or unread.trouble
    return Amiss("sends headers that a client can read", said, HEADERS)
