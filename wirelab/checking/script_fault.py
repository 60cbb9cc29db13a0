"""Say what went wrong in a page's script, and where, as a browser's console does."""

import re
from dataclasses import dataclass

from wirelab.checking.script_engine import places

CALLEE = re.compile(r"[\w$.]*(?:\([^()]*\))?[\w$.]+$")


@dataclass(frozen=True)
class ScriptFault:
    """What went wrong, and the line of the page where it did: its number from 1, and what stands there."""

    message: str
    line: int | None = None
    source: str = ""

    def __str__(self) -> str:
        return f"line {self.line}: {self.message}" if self.line else self.message


def fault_of(text: str, stack: str, html: str) -> ScriptFault:
    """The fault that an engine tells by a text and a stack, in a page that is `html`."""
    lines = html.split("\n")
    line, column = next(filter(lambda place: place[0] <= len(lines), places(stack)), (0, 0))
    if not line:
        return ScriptFault(_plain(text))
    source = lines[line - 1]
    return ScriptFault(_plain(text, _callee(source, column - 1)), line, source.strip())


def _plain(text: str, callee: str = "") -> str:
    """The engine's words, where they need no more to be understood."""
    if text.endswith("TypeError: not a function") and callee:
        return text.replace("not a function", f"{callee} is not a function")
    ends_early = "unexpected token in expression: ''|Unexpected end of input"
    return re.sub(ends_early, "unexpected end of the script", text)


def _callee(source: str, column: int) -> str:
    """What is called there, as in `document.getElementByID`. The column is near its name or its bracket."""
    bracket = source.find("(", max(column - 1, 0))
    found = CALLEE.search(source[:bracket]) if bracket > 0 else None
    return re.sub(r"\([^()]+\)", "(...)", found[0]) if found else ""
