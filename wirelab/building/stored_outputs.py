"""Take out of a notebook's outputs what chance put in, so that the same source always gives the same file."""

import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from wirelab.paths import SANITIZE


def joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring pieces of one stream joined; how a kernel cuts them is chance."""
    joined: list[NotebookNode] = []
    for name, group in itertools.groupby(outputs, lambda output: output.get("name") or id(output)):
        pieces = list(group)
        if isinstance(name, str):
            pieces[0].text = "".join(piece.text for piece in pieces)
        joined += pieces[:1] if isinstance(name, str) else pieces
    return joined


def settled(output: NotebookNode, number: int, moved: Mapping[int, int]) -> Any:
    """The output without what chance put into it: execution counts, ports, paths in tracebacks."""
    if output.output_type == "execute_result":
        output.execution_count = number
    if output.output_type == "error":
        output.traceback = [f"\x1b[31m{output.ename}\x1b[0m: {output.evalue}"]
    return rewritten(output, lambda text: _with_ports(text, moved))


def _with_ports(text: str, moved: Mapping[int, int]) -> str:
    """The text with each port a server has replaced by the one that is to be shown."""
    return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda port: str(moved.get(int(port[0]), port[0])), text)


def rewritten(value: Any, rewrite: Callable[[str], str]) -> Any:
    """An output, or any part of one, with all its texts rewritten, wherever in it they stand."""
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list):
        return [rewritten(item, rewrite) for item in value]
    if isinstance(value, dict):
        for key in value:
            value[key] = rewritten(value[key], rewrite)
    return value


@dataclass(frozen=True)
class Sanitizer:
    """Replaces dates and versions in a notebook's outputs."""

    pairs: list[tuple[re.Pattern[str], str]]

    def __call__(self, notebook: NotebookNode) -> NotebookNode:
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs = rewritten(cell.outputs, self._replaced)
        return notebook

    def _replaced(self, text: str) -> str:
        for regex, new in self.pairs:
            text = regex.sub(new, text)
        return text


def sanitizer(course: Path) -> Sanitizer:
    """What the file says that nbval compares with.

    Its section [ports] is nbval's alone: a built notebook shows the ports the servers asked for.
    """
    text = (course / SANITIZE).read_text(encoding="utf-8")
    sections = re.findall(r"^\[(.+)\]\nregex: (.+)\nreplace: (.*)$", text, re.MULTILINE)
    return Sanitizer([(re.compile(regex), new) for section, regex, new in sections if section != "ports"])
