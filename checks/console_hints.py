"""Say what to do about an error in a page's console: hints for the checks of live pages."""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches

from wirelab.checking import PageProbe

Hints = tuple[str, ...]
NAMES = ["getElementById", "querySelector", "addEventListener", "textContent", "innerText", "replaceChildren"]
NAMES += [
    "WebSocket",
    "onmessage",
    "onclose",
    "onopen",
    "onerror",
    "setTimeout",
    "document",
    "location",
    "console",
]


def fault_hints(page: PageProbe) -> Iterator[str]:
    """What to do about the first error in a page's console, if there is one that is known: two hints at most."""
    fault = page.error
    for pattern, explain in FAULTS if fault else ():
        if found := re.search(pattern, fault.message if fault else ""):
            yield from explain(page, found)
            return


def _of_syntax(page: PageProbe, found: re.Match[str]) -> Hints:
    source = page.error.source if page.error else ""
    if page.sockets and "JSON.parse" in source:  # the script itself could be read
        return (
            "JSON.parse reads JSON, and not every message is JSON.",
            "event.data is the message, a string: show it as it is.",
        )
    first = "A browser runs nothing of a script that it cannot read. Look at that line, and at the one before."
    for pattern, hint in SYNTAX.items():
        if re.search(pattern, source):
            return first, hint
    return first, "Each bracket that opens has to close, and each string needs a quotation mark at both ends."


SYNTAX = {
    r"<script": "script returns JavaScript alone: the page has <script> around it already.",
    r"\blambda\b": "JavaScript writes a function as (event) => { ... }.",
    r"\bdef\b": "JavaScript writes a function as function connect() { ... }.",
    r"\(\s*wss?:": "An address is a string in JavaScript too: json.dumps(address) writes it with quotation marks.",
    r"\{\{|\}\}": "Doubled braces are for f-strings. In the page each has to be one.",
}


def _of_no_function(page: PageProbe, found: re.Match[str]) -> Hints:
    name = found[1].rpartition(".")[2]
    if name in ("textContent", "innerText", "innerHTML", "value"):
        return f"{name} is a property, and not a function.", f"element.{name} = event.data"
    return (
        f"There is no function {name}. Is it written as in the lesson? Capital and small letters count.",
        *(f"Did you mean {one}?" for one in get_close_matches(name, NAMES, 1, 0.5)),
    )


def _of_no_name(page: PageProbe, found: re.Match[str]) -> Hints:
    if re.search(rf"function\s+{re.escape(found[1])}\b", page.html):
        return (
            f"The function {found[1]} is in a module, and what a module declares is its own.",
            'Call it in the module, or take type="module" away.',
        )
    known = {*NAMES, *re.findall(r"[A-Za-z_$][\w$]*", page.html)} - {found[1]}
    return (
        f"There is no {found[1]} there. Is it written as where it was made? Capital and small letters count.",
        *(f"Did you mean {one}?" for one in get_close_matches(found[1], sorted(known), 1, 0.5)),
    )


def _of_null(page: PageProbe, found: re.Match[str]) -> Hints:
    ids = ", ".join(one[1]["id"] for one in page.elements if "id" in one[1])
    return (
        "An element was not found: getElementById and querySelector give null then.",
        f"A script finds what stands before it in the page, by its id: {ids}. Write the script at the end.",
    )


def _of_early_send(page: PageProbe, found: re.Match[str]) -> Hints:
    return "Nothing can be sent before the connection is open.", "socket.onopen = () => { socket.send(...); };"


def _of_address(page: PageProbe, found: re.Match[str]) -> Hints:
    return "A WebSocket cannot use that address.", 'A relative one is seen from the page: new WebSocket("feed")'


def _of_no_end(page: PageProbe, found: re.Match[str]) -> Hints:
    return "A page that runs for ever shows nothing more.", "A page waits for events: no loop is needed."


FAULTS: list[tuple[str, Callable[[PageProbe, re.Match[str]], Hints]]] = [
    (r"construct 'WebSocket'", _of_address),
    (r"Still in CONNECTING", _of_early_send),
    (r"SyntaxError", _of_syntax),
    (r"([\w$.()]+) is not a function", _of_no_function),
    (r"([\w$]+) is not defined", _of_no_name),
    (r"of null", _of_null),
    (r"never end|never come to rest", _of_no_end),
]
