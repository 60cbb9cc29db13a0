"""Say of a page that runs why it shows something else than it should: hints for the checks of live pages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from checks.console_hints import Hints, fault_hints
from wirelab.checking import Expect, PageProbe, PageSocket

LATER = 2.0  # seconds after which a page has done what it does
NOTHING_SHOWN = (
    "The message comes, and nothing of it is seen. Which property of an element is what a browser shows?",
    'document.getElementById("{id}").textContent = ...',
)


@dataclass(frozen=True)
class Moment:
    """A page after something happened that it should show in the element `id`."""

    page: PageProbe
    socket: PageSocket
    id: str
    event: str = "message"
    message: str = ""

    @property
    def shown(self) -> str:
        """What the element shows."""
        return self.page.text(self.id) or ""


def fault_in(page: PageProbe) -> str:
    """What a browser's console says of the first error, with the line of the script; empty where there is none."""
    fault = page.error
    return f"{fault}: {fault.source}" if fault and fault.source else str(fault or "")


def numbers_in(shown: str) -> list[float]:
    """The numbers in what a page shows, with a decimal point or comma and with any minus sign."""
    found = re.findall(r"[-\u2212]?\d+(?:[.,]\d+)?", shown)
    return [float(one.replace("\u2212", "-").replace(",", ".")) for one in found]


def first_socket(page: PageProbe, expect: Expect) -> PageSocket:
    """The first WebSocket of a page, which it opens at once or soon. Raises Stopped where it opens none."""
    if not page.sockets:
        page.advance(LATER)
    if page.sockets:
        return page.sockets[0]
    if page.error:
        raise expect.missed("has a script that runs", fault_in(page), hint=list(fault_hints(page)))
    unused = [line for line in page.console if "</script>" in line or "nobody serves" in line]
    said = unused[0] if unused else "it opens none"
    raise expect.missed("opens a WebSocket", said, hint=_why_no_socket(page))


def has_strange_words(moment: Moment) -> bool:
    """Whether the element shows words that JavaScript writes where there is no value, and the message has not."""
    return any(_has(moment, words) for words in STRANGE)


def _has(moment: Moment, words: str) -> bool:
    return words in moment.shown and words not in moment.message


def hints_at(moment: Moment) -> Hints:
    """What most likely went wrong: two hints, one after the other."""
    return next(filter(None, (tuple(find(moment)) for find in SIGNS)), ())


def _why_no_socket(page: PageProbe) -> Hints:
    script = "\n".join(re.findall(r"<script\b[^>]*>(.*?)</script", page.html, re.DOTALL | re.IGNORECASE))
    if "</script" not in page.html.lower():
        return "A script begins with <script>, and ends with another tag.", "</script>"
    if page.requests:
        return (
            "It asks again and again. A WebSocket is told: the server sends what is new.",
            "const socket = new WebSocket(address);",
        )
    function = re.search(r"function\s+(\w+)|\b(?!on)(\w+)\s*=\s*(?:async\s*)?(?:function|\([^)]*\)\s*=>)", script)
    if "new WebSocket" not in script:
        return ("new WebSocket(...) with the address connects.", "const socket = new WebSocket(address);")
    if re.search(r"<script[^>]*\btype\s*=", page.html, re.IGNORECASE):
        return ("Which type has the script? A browser runs no script of a type that it does not know.", "<script>")
    if re.search(r"^\s*//.*new WebSocket", script, re.MULTILINE):
        return ("The line stands there as a comment, and nothing runs it.", "Take the // away.")
    if function:
        name = function[1] or function[2]
        return (
            "The line stands there, and nothing runs it: a function runs when it is called.",
            f"{name}(); behind the function {name} calls it.",
        )
    return ("The line stands there, and nothing runs it.", "Is it a comment, or a part of a string?")


# Signs of what went wrong, the surest first --------------------------------------------------------------


def _of_an_error(moment: Moment) -> Iterator[str]:
    yield from fault_hints(moment.page)


def _not_heard(moment: Moment) -> Iterator[str]:
    if moment.event in moment.socket.hears:
        return
    handler = f"on{moment.event}"
    if handler in moment.page.not_functions:
        yield f"{handler} takes a function. With brackets behind its name, a function is called at once."
        yield f"socket.{handler} = show; or socket.{handler} = (event) => {{ ... }};"
    elif not moment.socket.is_wanted and moment.event == "message":
        yield "The page closes the connection by itself: does it call socket.close()?"
        yield "Take close() away: messages come for as long as the connection is open."
    elif re.search(r"\bonce\b", moment.page.html):
        yield "It listens to one message only."
        yield "once: true takes the listener away after the first: leave it out."
    elif moment.event == "message":
        yield "A WebSocket calls onmessage, and event.data is what came."
        yield "socket.onmessage = (event) => { ... };"
    else:
        yield f"A WebSocket calls {handler}, whatever the reason."
        yield f"socket.{handler} = () => {{ ... }};"


def _closed(moment: Moment) -> Iterator[str]:
    if moment.event == "message" and not moment.socket.is_wanted:
        yield "The page closes the connection by itself: does it call socket.close()?"
        yield "Take close() away: messages come for as long as the connection is open."


def _made_html(moment: Moment) -> Iterator[str]:
    if moment.message and any(moment.message in html for html in moment.page.html_made):
        yield "innerHTML and its like make elements of whatever is sent. Which property makes text?"
        yield "textContent"


def _shown_elsewhere(moment: Moment) -> Iterator[str]:
    others = [one[1]["id"] for one in moment.page.elements if one[1].get("id") not in (None, moment.id)]
    for other in others:
        if moment.message and moment.message in (moment.page.text(other) or ""):
            yield f"The message stands in {other}."
            yield f'getElementById("{moment.id}")'
            return


def _strange_text(moment: Moment) -> Iterator[str]:
    yield from next((hints for words, hints in STRANGE.items() if _has(moment, words)), ())


def _joined(moment: Moment) -> Iterator[str]:
    if moment.message and moment.message in moment.shown:
        yield "+= and append add to what is there. What replaces it?"
        yield "element.textContent = ..."


def _changed(moment: Moment) -> Iterator[str]:
    if any(number in moment.shown for number in re.findall(r"\d+", moment.message)):
        yield "What it shows is not the message as it came, letter by letter."
        yield "Show it as it is: nothing has to be read, rounded or replaced in it."


def _nothing(moment: Moment) -> Iterator[str]:
    if moment.event == "message":
        yield from (hint.format(id=moment.id) for hint in NOTHING_SHOWN)


SIGNS: list[Callable[[Moment], Iterator[str]]] = [
    _of_an_error,
    _not_heard,
    _closed,
    _made_html,
    _shown_elsewhere,
    _strange_text,
    _joined,
    _changed,
    _nothing,
]
STRANGE: dict[str, Hints] = {
    "[object": ("That is the event, or an object of it. What came is one of its properties.", "event.data"),
    "&lt;": ("It shows each letter as it is, so nothing needs to be escaped.", "textContent = event.data"),
    "NaN": ("NaN is no number: is what you take for a number one?", "Show what came as it is."),
    "undefined": (
        "A property that is not there is undefined. What came is a string: does it have such a property?",
        "event.data is the string, and JSON.parse(event.data) is what stands in it, where it is JSON.",
    ),
}
