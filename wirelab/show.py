"""Show the source of a function, class or module in a notebook, as it is tested."""

import inspect
import textwrap
from pathlib import Path
from typing import Any

from wirelab.course import COURSE
from wirelab.errors import WirelabError


class Source:
    """A piece of source code. Highlighted in a notebook, plain in a terminal."""

    def __init__(self, code: str, place: str) -> None:
        self.code, self.place = code, place

    def __repr__(self) -> str:
        return self.code

    def _repr_markdown_(self) -> str:
        return f"{self.place}\n\n```python\n{self.code}\n```"


def show(thing: Any) -> Source:
    """The source of a function, class or module. Raises WirelabError where Python has none."""
    try:
        code, file = inspect.getsource(thing), inspect.getsourcefile(thing)
    except (TypeError, OSError):
        raise WirelabError(f"{thing!r} has no source to show: give a function, a class or a module") from None
    return Source(textwrap.dedent(code).rstrip(), _place(Path(file or "")))


def _place(file: Path) -> str:
    """A link to a file of the course, from a notebook one folder down."""
    if not file.is_relative_to(COURSE):
        return f"`{file.name}`"
    path = file.relative_to(COURSE).as_posix()
    return f"[{path}](../{path})"
