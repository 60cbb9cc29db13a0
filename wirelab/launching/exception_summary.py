"""Say in two lines what went wrong inside a learner's handler."""

import contextlib
import inspect
import linecache
import os
import sysconfig
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

MAX_MESSAGE_CHARACTERS = 500  # characters of a message
TOLD_FAILURE = "told_failure"  # an attribute of an exception that stands for one in another process: its Failure
LINES_OF_A_STUB = 2  # at most, that an exercise gives in front of the one that raises

_OTHERS = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(Path(__file__).parents[1]))
_NOT_THE_LEARNERS = ("<frozen ", *(path + os.sep for path in _OTHERS))


@dataclass(frozen=True)
class Failure:
    """An exception that left a handler: its kind and message, and the line of the learner's code."""

    kind: str
    message: str
    function: str
    number: int  # of the line, within its cell or file
    source: str
    has_other_lines: bool = False  # whether the function has more lines than a stub may have

    @property
    def what(self) -> str:
        """The kind and the message, as Python writes them."""
        return f"{self.kind}: {self.message}" if self.message else self.kind

    @property
    def where(self) -> str:
        """The function, the line and its code; empty where no code of the learner's was involved."""
        return f"{self.function}, line {self.number}: {self.source}" if self.function else ""

    def __str__(self) -> str:
        return f"{self.what}\n  {self.where}" if self.where else self.what


def summary_of(error: BaseException) -> Failure:
    """Describe `error` by the last line of the learner's code it came through, if there is one. Raises nothing."""
    while isinstance(error, BaseExceptionGroup):  # a TaskGroup's: what counts is what went wrong in a task
        error = error.exceptions[0]
    if isinstance(told := error.__dict__.get(TOLD_FAILURE), Failure):
        return told
    kind, message = type(error).__name__, _message(error)
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, number in reversed(frames):
        code = frame.f_code
        if is_the_learners(code.co_filename):
            source = linecache.getline(code.co_filename, number, frame.f_globals).strip()
            others = _has_other_lines(frame, number)
            return Failure(kind, message, _function(code.co_qualname), number, source, others)
    return Failure(kind, message, "", 0, "")


def _has_other_lines(frame: FrameType, number: int) -> bool:
    """Whether a function has code behind a line, or more in front of it than a stub has of its own."""
    code = frame.f_code
    before = {line for _, _, line in code.co_lines() if line and line < number} - {code.co_firstlineno}
    return len(before) > LINES_OF_A_STUB or _goes_on_behind(code, number, frame)


def _goes_on_behind(code: CodeType, number: int, frame: FrameType) -> bool:
    """Whether the source of a function goes on behind a line: Python leaves out what it cannot reach."""
    lines = linecache.getlines(code.co_filename, frame.f_globals)[code.co_firstlineno - 1 :]
    behind: list[str] = []
    with contextlib.suppress(Exception):  # a file may have changed since it was read
        behind = inspect.getblock(lines)[number - code.co_firstlineno + 1 :]
    return any(line.strip() and not line.strip().startswith("#") for line in behind)


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an exception of the learner's own may have a __str__ that fails
        return ""
    return text if len(text) <= MAX_MESSAGE_CHARACTERS else f"{text[:MAX_MESSAGE_CHARACTERS]}…"


def is_the_learners(file: str) -> bool:
    """Whether a file, or a cell of a notebook, is neither a library's nor the kit's."""
    return not file.startswith((*_NOT_THE_LEARNERS, "<frozen "))


def _function(qualified: str) -> str:
    """The name that the learner wrote: `post` for `Bookings.post.<locals>.<genexpr>`."""
    written = [name for name in qualified.split(".") if not name.startswith("<")]
    return written[-1] if written else "the cell"


def innermost_frames(error: BaseException) -> Iterator[tuple[str, dict[str, Any]]]:
    """The file and the variables of each function that an exception came through, where it came up first."""
    for frame, _ in reversed(list(traceback.walk_tb(error.__traceback__))):
        yield frame.f_code.co_filename, frame.f_locals
