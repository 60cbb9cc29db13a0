"""A check sees which threads a learner's code has left, here or in another process."""

import threading

import pytest

from wirelab.checking import left_threads
from wirelab.checking.left_threads import ThreadWatch


def test_a_thread_that_goes_on_is_seen_until_it_ends() -> None:
    watch, over = ThreadWatch(), threading.Event()
    assert watch.all_ended(0)
    thread = threading.Thread(target=over.wait)
    thread.start()
    assert not watch.all_ended(0.05)
    over.set()
    assert watch.all_ended(10)


def test_a_thread_from_before_and_one_of_the_kit_do_not_count() -> None:
    over = threading.Event()
    earlier, of_kit = threading.Thread(target=over.wait), threading.Thread(target=over.wait, name="check")
    earlier.start()
    watch = ThreadWatch()
    of_kit.start()
    assert watch.all_ended(0)
    over.set()


def test_only_the_threads_of_the_other_process_count_where_there_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    there, over = {1}, threading.Event()
    monkeypatch.setattr(left_threads, "elsewhere", [lambda: there])
    watch = ThreadWatch()
    thread = threading.Thread(target=over.wait)
    thread.start()
    assert watch.all_ended(0)
    there.add(2)
    assert not watch.all_ended(0)
    over.set()
