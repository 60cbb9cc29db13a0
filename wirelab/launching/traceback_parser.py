"""Find the last exception in what a module in a process of its own has written."""

import re
from collections.abc import Sequence

from wirelab.launching.exception_summary import Failure, is_the_learners

TRACEBACK_HEAD = "Traceback (most recent call last):"
FRAME_LINE = re.compile(r'\s+File "(?P<file>.+)", line (?P<number>\d+), in (?P<function>\S+)')


def parse_last_traceback(lines: Sequence[str]) -> Failure | None:
    """The exception of the last whole traceback, with the last line of the learner's code in it."""
    starts = [place for place, line in enumerate(lines) if line == TRACEBACK_HEAD]
    if not starts:
        return None
    rest = lines[starts[-1] + 1 :]
    end = next((place for place, line in enumerate(rest) if line and not line[0].isspace()), None)
    if end is None:
        return None
    kind, _, message = rest[end].partition(": ")
    function, number, source = _place(rest[:end])
    return Failure(kind.rpartition(".")[2], message, function, number, source)


def _place(lines: Sequence[str]) -> tuple[str, int, str]:
    """Function, line number and code of the last frame that is the learner's."""
    for place in reversed(range(len(lines))):
        frame = FRAME_LINE.match(lines[place])
        if frame and is_the_learners(frame["file"]):
            code = lines[place + 1].strip() if place + 1 < len(lines) else ""
            return frame["function"], int(frame["number"]), code
    return "", 0, ""
