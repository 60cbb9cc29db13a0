"""The few pieces of HTML that the kit shows, in the colours of JupyterLab's theme, light or dark."""

import html
from collections.abc import Iterable

# Variables of JupyterLab's themes, with values for where there are none.
GOOD_COLOUR = "--jp-success-color1, #2e7d32"
CARE_COLOUR = "--jp-warn-color1, #b26a00"
NEUTRAL_COLOUR = "--jp-border-color1, #9e9e9e"
_CODE = "font-family: var(--jp-code-font-family, monospace); font-size: var(--jp-code-font-size, 13px)"


def panel(head: str, lines: Iterable[str], *, tone: str = NEUTRAL_COLOUR) -> str:
    """A headline over lines, all of them HTML, with a bar whose colour repeats what the words say."""
    body = "".join(f"<div>{line}</div>" for line in [head, *lines])
    style = f"border-left: 4px solid var({tone}); padding: 2px 0 2px 12px; overflow-wrap: anywhere"
    return f'<div style="{style}">{body}</div>'


def text(words: str) -> str:
    """Words that may hold any character."""
    return html.escape(words)


def strong(words: str) -> str:
    """Words in bold."""
    return f"<strong>{html.escape(words)}</strong>"


def code(words: str, *, indent: bool = False) -> str:
    """Code, or bytes as the wire had them: every blank counts."""
    margin = "; margin-left: 2em" if indent else ""
    return f'<span style="{_CODE}; white-space: pre-wrap{margin}">{html.escape(words)}</span>'


def fold(words: str, inside: str) -> str:
    """HTML that is folded away under a few words."""
    return f"<details><summary>{html.escape(words)}</summary>{inside}</details>"


def link(address: str, words: str) -> str:
    """A link that opens beside the notebook."""
    return f'<a href="{html.escape(address)}" target="_blank" rel="noopener">{html.escape(words)}</a>'
