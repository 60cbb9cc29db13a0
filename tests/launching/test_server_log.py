"""A log keeps a server's lines, in order and within bounds."""

import sys
import threading
from contextlib import suppress
from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirelab.errors import LogTimeout
from wirelab.launching.output_capture import capture_output
from wirelab.launching.server_log import MAX_LOG_LINE_LENGTH, MAX_LOG_LINES, Log
from wirelab.launching.thread_interrupt import interrupt_thread


def test_lines_come_back_in_order() -> None:
    log = Log()
    log.feed("one\ntwo\n")
    log.line("three")
    assert list(log) == ["one", "two", "three"]
    assert str(log) == repr(log) == "one\ntwo\nthree"


def test_a_line_may_come_in_pieces() -> None:
    log = Log()
    for piece in ("on", "e\ntw", "o", "\r\n"):
        log.feed(piece)
    assert list(log) == ["one", "two"]


def test_a_last_line_without_an_end_counts_once_it_is_finished() -> None:
    log = Log()
    log.feed("one\nlast words")
    assert list(log) == ["one"]
    log.finish()
    assert list(log) == ["one", "last words"]


@given(st.text(alphabet="ab\n", max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_where_a_text_is_cut_makes_no_difference(text: str, cuts: list[int]) -> None:
    whole, pieces = Log(), Log()
    whole.feed(text)
    places = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    for start, end in zip(places, places[1:], strict=False):
        pieces.feed(text[start:end])
    assert list(pieces) == list(whole)


def test_the_oldest_lines_make_room_and_are_still_counted() -> None:
    log = Log()
    for number in range(MAX_LOG_LINES + 5):
        log.line(str(number))
    assert (len(log), log[0], log.total) == (MAX_LOG_LINES, "5", MAX_LOG_LINES + 5)


def test_a_long_line_is_cut_and_says_how_long_it_was() -> None:
    log = Log()
    log.feed("x" * 3 * MAX_LOG_LINE_LENGTH)
    log.feed("y\n")
    assert log[0] == "x" * MAX_LOG_LINE_LENGTH + f"… ({3 * MAX_LOG_LINE_LENGTH + 1} characters)"


def test_escape_codes_are_made_visible() -> None:
    log = Log()
    log.line("\x1b[31mred\x07\ttab")
    assert log[0] == "\\x1b[31mred\\x07\ttab"


def test_waiting_gives_just_the_first_lines() -> None:
    log = Log()
    log.feed("one\ntwo\nthree\n")
    assert list(log.wait(2)) == ["one", "two"]


def test_waiting_goes_on_until_the_line_is_there() -> None:
    log = Log()
    threading.Timer(0.05, log.line, ["late"]).start()
    assert list(log.wait(1)) == ["late"]


def test_waiting_ends_with_advice() -> None:
    log = Log()
    log.line("one")
    with pytest.raises(LogTimeout, match="1 of 3 lines after 0.01 s"):
        log.wait(3, timeout=0.01)


def test_output_belongs_to_the_thread_that_owns_it(capsys: pytest.CaptureFixture[str]) -> None:
    log = Log()

    def serve() -> None:
        capture_output(log)
        print("from the server")
        print("as well", file=sys.stderr)

    thread = threading.Thread(target=serve)
    thread.start()
    thread.join()
    print("from the cell")
    assert list(log) == ["from the server", "as well"]
    assert capsys.readouterr() == ("from the cell\n", "")


def test_a_thread_that_is_ended_while_it_writes_leaves_the_log_readable() -> None:
    """As a function does that prints for ever. It may be interrupted between any two steps of `feed`."""
    for _ in range(100):
        log = Log()
        writer = Thread(target=write_for_ever, args=[log], daemon=True)
        writer.start()
        while writer.is_alive():
            interrupt_thread(writer)
            writer.join(0.01)
        reader = Thread(target=str, args=[log], daemon=True)
        reader.start()
        reader.join(10)
        assert not reader.is_alive()


def write_for_ever(log: Log) -> None:
    with suppress(SystemExit):
        while True:
            log.feed("again\n")
