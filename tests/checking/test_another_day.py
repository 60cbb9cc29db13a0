"""While it is another day, each way to ask for today gives that day, and nothing is left of it after that."""

import datetime
import sys
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from wirelab.checking.another_day import today_is

DAY = datetime.date(2028, 1, 5)
WAYS: list[Callable[[], str]] = [
    lambda: time.strftime("%Y-%m-%d"),
    lambda: time.strftime("%Y-%m-%d", time.localtime()),
    lambda: time.strftime("%Y-%m-%d", time.localtime(time.time())),
    lambda: "{0.tm_year}-{0.tm_mon:02}-{0.tm_mday:02}".format(time.localtime()),
    lambda: str(datetime.date.today()),
    lambda: str(datetime.datetime.now().date()),
    lambda: str(datetime.datetime.today().date()),
    lambda: str(datetime.date.fromtimestamp(time.time_ns() // 10**9)),
    lambda: datetime.datetime.strptime(time.ctime(), "%a %b %d %H:%M:%S %Y").strftime("%Y-%m-%d"),
    lambda: datetime.datetime.strptime(time.asctime(), "%a %b %d %H:%M:%S %Y").strftime("%Y-%m-%d"),
]


@pytest.mark.parametrize("way", WAYS)
def test_today_is_another_day(way: Callable[[], str]) -> None:
    before = way()
    with today_is(DAY):
        assert way() == "2028-01-05"
    assert way() == before


def test_the_day_of_the_year_can_be_computed_from_dates() -> None:
    with today_is(DAY):
        today = datetime.date.today()
        assert (today - datetime.date(today.year, 1, 1)).days + 1 == 5
        assert today.timetuple().tm_yday == datetime.datetime.now(datetime.UTC).timetuple().tm_yday == 5


def test_a_name_that_the_notebook_imported_is_seen_to(monkeypatch: pytest.MonkeyPatch) -> None:
    notebook: Any = SimpleNamespace(localtime=time.localtime, date=datetime.date, other=[])
    monkeypatch.setitem(sys.modules, "__main__", notebook)
    with today_is(DAY):
        assert notebook.localtime().tm_yday == notebook.date.today().timetuple().tm_yday == 5
    assert (notebook.localtime, notebook.date) == (time.localtime, datetime.date)


def test_a_moment_that_was_read_before_stays() -> None:
    moment, number = time.localtime(), time.time()
    with today_is(DAY):
        assert time.strftime("%j %Y", moment) == time.strftime("%j %Y", time.localtime(number))
        assert time.localtime(number).tm_year == moment.tm_year
