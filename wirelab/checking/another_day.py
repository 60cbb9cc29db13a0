"""Let the code of the notebook take another day for today, while a check looks at what it does."""

import datetime
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from types import BuiltinFunctionType
from typing import Any
from unittest.mock import patch

elsewhere: list[Callable[[datetime.date], AbstractContextManager[None]]] = []  # clocks of other processes
CLOCKS = ("time", "time_ns", "localtime", "gmtime", "strftime", "ctime", "asctime")


@contextmanager
def today_is(day: datetime.date) -> Iterator[None]:
    """Within the context it is that day, at the same time of day, for code that looks at the clock.

    Such code calls `time` or `datetime`; a name that a notebook has imported from these is seen to as well. What
    was read from the clock before stays as it is.
    """
    shift = (day - datetime.date.today()).days * 86400
    fakes = _clocks(shift) | _calendars(shift)
    with ExitStack() as stack:
        for clock in elsewhere:
            stack.enter_context(clock(day))
        for module, name in [*((time, name) for name in CLOCKS), (datetime, "datetime"), (datetime, "date")]:
            stack.enter_context(patch.object(module, name, fakes[getattr(module, name)]))
        names = vars(sys.modules["__main__"])
        imported = {name: fakes[value] for name, value in names.items() if _is_in(value, fakes)}
        stack.enter_context(patch.dict(names, imported))
        yield


def _is_in(value: Any, fakes: dict[Any, Any]) -> bool:
    return isinstance(value, type | BuiltinFunctionType) and value in fakes


def _clocks(shift: float) -> dict[Any, Any]:
    """What stands for the functions of `time`, by what they stand for."""
    now, now_ns = time.time, time.time_ns

    def filled(clock: Callable[..., Any]) -> Callable[..., Any]:
        """For a function of the seconds, which are those of now where there are none."""
        return lambda seconds=None: clock(now() + shift if seconds is None else seconds)

    local, strftime, asctime = filled(time.localtime), time.strftime, time.asctime
    return {
        now: lambda: now() + shift,
        now_ns: lambda: now_ns() + int(shift) * 10**9,
        time.localtime: local,
        time.gmtime: filled(time.gmtime),
        time.ctime: filled(time.ctime),
        strftime: lambda format, moment=None: strftime(format, local() if moment is None else moment),
        asctime: lambda moment=None: asctime(local() if moment is None else moment),
    }


def _calendars(shift: float) -> dict[Any, Any]:
    """What stands for the classes of `datetime`, by what they stand for."""
    now, day = datetime.datetime.now, datetime.timedelta(seconds=shift)

    class Date(datetime.date):
        @classmethod
        def today(cls) -> "Date":
            return cls.fromordinal((now() + day).toordinal())

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> "Moment":
            return cls.fromtimestamp((now() + day).timestamp(), tz)

        @classmethod
        def today(cls) -> "Moment":
            return cls.now()

        @classmethod
        def utcnow(cls) -> "Moment":
            return cls.now(datetime.UTC).replace(tzinfo=None)

    return {datetime.datetime: Moment, datetime.date: Date}
