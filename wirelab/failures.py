"""Say in two lines what went wrong inside a learner's handler."""

import linecache
import os
import sysconfig
import traceback
from dataclasses import dataclass
from pathlib import Path

MOST = 500  # characters of a message

_OTHERS = (sysconfig.get_path("stdlib"), sysconfig.get_path("purelib"), str(Path(__file__).parent))
_NOT_THE_LEARNERS = ("<frozen ", *(path + os.sep for path in _OTHERS))


@dataclass(frozen=True)
class Failure:
    """An exception that left a handler: its kind and message, and the line of the learner's code."""

    kind: str
    message: str
    function: str
    number: int  # of the line, within its cell or file
    source: str

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


def failure(error: BaseException) -> Failure:
    """Describe `error` by the last line of the learner's code it came through, if there is one."""
    while isinstance(error, BaseExceptionGroup):  # a TaskGroup's: what counts is what went wrong in a task
        error = error.exceptions[0]
    kind, message = type(error).__name__, _message(error)
    frames = list(traceback.walk_tb(error.__traceback__))
    for frame, number in reversed(frames):
        code = frame.f_code
        if is_the_learners(code.co_filename):
            source = linecache.getline(code.co_filename, number, frame.f_globals).strip()
            return Failure(kind, message, _function(code.co_qualname), number, source)
    return Failure(kind, message, "", 0, "")


def _message(error: BaseException) -> str:
    try:
        text = str(error)
    except Exception:  # an exception of the learner's own may have a __str__ that fails
        return ""
    return text if len(text) <= MOST else f"{text[:MOST]}…"


def is_the_learners(file: str) -> bool:
    """Whether a file, or a cell of a notebook, is neither a library's nor the kit's."""
    return not file.startswith((*_NOT_THE_LEARNERS, "<frozen "))


def _function(qualified: str) -> str:
    """The name that the learner wrote: `post` for `Bookings.post.<locals>.<genexpr>`."""
    written = [name for name in qualified.split(".") if not name.startswith("<")]
    return written[-1] if written else "the cell"


def is_departure(error: BaseException | None) -> bool:
    """Whether the error only says that the client has left, which is no fault of the handler."""
    return isinstance(error, BrokenPipeError | ConnectionResetError | ConnectionAbortedError)
