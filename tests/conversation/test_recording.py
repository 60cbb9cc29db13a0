"""A recorder keeps the beginning and the end of what each side sent, and counts the rest."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import examples

from wirelab.conversation.recording import PIECE_OVERHEAD, End, Memory, Piece, Recorder, Side

CLIENT, SERVER = Side


def ticks() -> Iterator[float]:
    return (number / 1000 for number in range(10**6))


def recorder(*, budget: int = 10**6, head: int = 10**5, tail: int = 10**5) -> Recorder:
    return Recorder(3, Memory(budget), ticks().__next__, head=head, tail=tail)


def room(*sizes: int) -> int:
    """What pieces of these sizes cost."""
    return sum(sizes) + PIECE_OVERHEAD * len(sizes)


def test_what_each_side_did_is_written_down_in_its_order_with_its_time() -> None:
    made = recorder()
    made.sent(CLIENT, b"ping")
    made.sent(SERVER, b"pong")
    made.ended(SERVER, End.CLOSED)
    found = made.recording()
    assert found.pieces == [
        Piece(0.0, CLIENT, b"ping"),
        Piece(0.001, SERVER, b"pong"),
        Piece(0.002, SERVER, end=End.CLOSED),
    ]
    assert (found.number, found.sent_by(SERVER)) == (3, b"pong")


def test_the_other_side_of_one_is_the_other() -> None:
    assert (CLIENT.other, SERVER.other) == (SERVER, CLIENT)


def test_only_the_first_end_of_a_side_counts() -> None:
    made = recorder()
    for end in (End.RESET, End.CLOSED):
        made.ended(CLIENT, end)
    assert [piece.end for piece in made.recording().pieces] == [End.RESET]


def test_a_recording_does_not_change_when_the_recorder_goes_on() -> None:
    made = recorder()
    made.sent(CLIENT, b"one")
    before = made.recording()
    made.sent(CLIENT, b"two")
    assert before.sent_by(CLIENT) == b"one"


def test_changes_tell_whether_there_is_something_new() -> None:
    made = recorder(head=0, tail=0)
    counts = [made.changes]
    for act in (lambda: made.sent(CLIENT, b"x"), lambda: made.ended(CLIENT, End.CLOSED)):
        act()
        counts.append(made.changes)
    made.ended(CLIENT, End.CLOSED)
    assert (counts, made.changes) == ([0, 1, 2], 2)


def test_between_the_beginning_and_the_end_bytes_are_counted_only() -> None:
    made = recorder(head=room(2), tail=room(2))
    for data in (b"aa", b"bb", b"cc", b"dd"):
        made.sent(CLIENT, data)
    pieces = made.recording().pieces
    assert [(piece.data, piece.lost, piece.at) for piece in pieces] == [(b"aa", 0, 0.0), (b"dd", 4, 0.003)]


def test_a_piece_larger_than_the_end_that_is_kept_is_cut_to_its_last_bytes() -> None:
    made = recorder(head=0, tail=room(3))
    made.sent(CLIENT, b"abcdefgh")
    assert [(piece.data, piece.lost) for piece in made.recording().pieces] == [(b"fgh", 5)]


def test_where_nothing_is_kept_all_is_counted() -> None:
    made = recorder(head=0, tail=0)
    made.sent(CLIENT, b"abc")
    made.sent(CLIENT, b"de")
    assert made.recording().pieces == [Piece(0.001, CLIENT, lost=5)]


def test_each_side_has_its_own_room() -> None:
    made = recorder(head=room(3), tail=0)
    made.sent(CLIENT, b"abc")
    made.sent(CLIENT, b"def")
    made.sent(SERVER, b"xyz")
    assert (made.recording().sent_by(CLIENT), made.recording().sent_by(SERVER)) == (b"abc", b"xyz")


def test_many_small_pieces_cost_more_than_their_bytes() -> None:
    made = recorder(head=10 * PIECE_OVERHEAD, tail=0)
    for _ in range(50):
        made.sent(CLIENT, b"")
        made.sent(CLIENT, b"x")
    assert len(made.recording().pieces) < 12


def test_connections_share_one_memory() -> None:
    memory = Memory(room(5, 5))
    first, second = (Recorder(number, memory, ticks().__next__) for number in (0, 1))
    first.sent(CLIENT, b"12345")
    second.sent(CLIENT, b"12345")
    second.sent(CLIENT, b"6")
    assert (first.recording().sent_by(CLIENT), second.recording().sent_by(CLIENT)) == (b"12345", b"12345")
    assert second.recording().pieces[-1].lost == 1


def test_what_is_given_back_may_be_taken_again() -> None:
    memory = Memory(5)
    assert [memory.take(5), memory.take(1)] == [True, False]
    memory.give(5)
    assert memory.take(5)


def test_an_end_stands_behind_the_last_bytes() -> None:
    made = recorder(head=0, tail=room(1))
    made.sent(CLIENT, b"abc")
    made.ended(CLIENT, End.CLOSED)
    assert [piece.end for piece in made.recording().pieces] == [None, End.CLOSED]


sizes = st.integers(0, 3 * PIECE_OVERHEAD)


@given(st.lists(st.tuples(st.sampled_from(list(Side)), st.binary(max_size=300)), max_size=40), sizes, sizes, sizes)
@examples(200)
def test_whatever_is_sent_all_of_it_is_kept_or_counted(
    sent: list[tuple[Side, bytes]], head: int, tail: int, budget: int
) -> None:
    made = recorder(head=head, tail=tail, budget=budget)
    for side, data in sent:
        made.sent(side, data)
    pieces = made.recording().pieces
    for side in Side:
        everything = b"".join(data for who, data in sent if who is side)
        found = [piece for piece in pieces if piece.side is side]
        assert sum(len(piece.data) + piece.lost for piece in found) == len(everything)
        lost = next((at for at, piece in enumerate(found) if piece.lost), len(found))
        assert everything.startswith(b"".join(piece.data for piece in found[:lost]))
        assert everything.endswith(b"".join(piece.data for piece in found[lost:]))


@given(st.lists(st.tuples(st.sampled_from(list(Side)), st.binary(max_size=300)), max_size=40), sizes, sizes, sizes)
@examples(100)
def test_whatever_is_sent_no_more_is_kept_than_may_be(
    sent: list[tuple[Side, bytes]], head: int, tail: int, budget: int
) -> None:
    made = recorder(head=head, tail=tail, budget=budget)
    for side, data in sent:
        made.sent(side, data)
    for side in Side:
        assert len(made.recording().sent_by(side)) <= head + tail
    assert sum(len(piece.data) for piece in made.recording().pieces) <= budget


@pytest.mark.parametrize("head", [0, 10**6])
def test_threads_may_write_at_the_same_time(head: int) -> None:
    made = recorder(head=head, tail=room(*[1] * 10), budget=10**7)
    writers = [threading.Thread(target=lambda: [made.sent(SERVER, b"x") for _ in range(500)]) for _ in range(4)]
    for thread in writers:
        thread.start()
    for thread in writers:
        thread.join()
    assert sum(len(piece.data) + piece.lost for piece in made.recording().pieces) == 2_000
    assert made.changes == 2_000
