"""The price: whoever waits for a change hears of it, once it has happened or at once where it has."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from servers.prices.watched_price import Price, Quote


def test_the_first_price_has_number_1() -> None:
    assert Price(30).now() == Quote(1, 30)


def test_a_change_has_the_next_number() -> None:
    price = Price(30)
    assert price.change(27) == price.now() == Quote(2, 27)


def test_a_quote_is_written_as_json() -> None:
    assert str(Quote(2, 27)) == '{"number": 2, "price": 27}'


def test_who_has_an_old_number_need_not_wait() -> None:
    price = Price(30)
    price.change(27)
    assert price.other_than(1, seconds=60) == Quote(2, 27)


def test_who_has_a_number_of_an_earlier_life_need_not_wait() -> None:
    assert Price(30).other_than(7, seconds=60) == Quote(1, 30)


def test_without_a_change_the_wait_ends_with_nothing() -> None:
    assert Price(30).other_than(1, seconds=0.01) is None


def test_a_change_wakes_all_who_wait_for_it() -> None:
    price, here = Price(30), threading.Barrier(6)

    def wait() -> Quote | None:
        here.wait(10)
        return price.other_than(1, seconds=30)

    with ThreadPoolExecutor(5) as pool:
        waiting = [pool.submit(wait) for _ in range(5)]
        here.wait(10)
        price.change(27)
        assert [one.result(30) for one in waiting] == [Quote(2, 27)] * 5


@pytest.mark.usefixtures("hasty")
def test_no_change_is_lost_among_threads() -> None:
    price = Price(0)
    with ThreadPoolExecutor(8) as pool:
        changed = list(pool.map(price.change, range(800)))
    assert sorted(quote.number for quote in changed) == list(range(2, 802))
    assert price.now() == max(changed, key=lambda quote: quote.number)


def test_a_watcher_is_called_inside_of_its_block_alone() -> None:
    price, calls = Price(30), []
    with price.watched(lambda: calls.append(price.now())):
        price.change(27)
    price.change(25)
    assert calls == [Quote(2, 27)]
