"""A whole class tells a board what came of its checks. It is killed twice, and knows all of it in the end."""

import random
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from boards import BoardProcess, free_port, new_token, running, told, watching
from waiting import wait_until

from wirelab.classroom.board_client import BoardClient, retry_after
from wirelab.classroom.seat_cards import SeatCard

LEARNERS, CHECKS, KILLS = 200, 10, 2
EXERCISES = ("12.1", "12.2", "12.3")


@contextmanager
def clients(board: BoardProcess, count: int) -> Iterator[list[BoardClient]]:
    """Notebooks that have joined, each with a seat of its own."""
    made = [BoardClient(SeatCard(board.address, board.code, new_token())) for _ in range(count)]
    for client in made:
        client.start()
    try:
        yield made
    finally:
        for client in made:
            client.stop()


def result(exercise: str, verdict: str = "not right yet") -> dict[str, Any]:
    words = {"earned": 0.5, "points": 2, "tries": 1, "missed": "answers 200 OK"}
    return {"type": "result", "exercise": exercise, "verdict": verdict, **words}


def tries(board: BoardProcess) -> list[int]:
    """How many checks the board knows of each seat."""
    with watching(board.instructor) as page:
        return [sum(mark["tries"] for mark in seat["exercises"].values()) for seat in told(page)["seats"]]


@pytest.mark.proof
def test_two_hundred_learners_lose_no_check_to_two_kills(tmp_path: Path) -> None:
    with running(tmp_path) as board, clients(board, LEARNERS) as everyone:
        assert wait_until(lambda: all(client.seat for client in everyone), seconds=60)
        ended = threading.Event()

        def work(share: list[BoardClient]) -> None:
            for number in range(CHECKS):
                for client in share:
                    client.report(result(EXERCISES[number % len(EXERCISES)]))
                    ended.wait(random.random() * 0.02)

        workers = [threading.Thread(target=work, args=(everyone[start::4],)) for start in range(4)]
        for worker in workers:
            worker.start()
        for _ in range(KILLS):
            ended.wait(1.5)
            board.kill()
            board.start()
        for worker in workers:
            worker.join()
        assert wait_until(lambda: sum(tries(board)) >= LEARNERS * CHECKS, seconds=90)
        assert tries(board) == [CHECKS] * LEARNERS


def test_a_client_waits_for_a_board_that_is_not_there_and_says_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    client = BoardClient(SeatCard(f"http://127.0.0.1:{free_port()}/", "k3x9", new_token()))
    client.start()
    assert client.wait_for_seat(10) and client.seat is None and client.trouble
    for _ in range(1000):
        client.report(result("12.1"))
    assert client.say({"type": "hand", "up": True}, 0.1) is None
    client.stop()
    assert wait_until(lambda: not any(thread.name == "wirelab board" for thread in threading.enumerate()))
    assert capfd.readouterr() == ("", "")


def test_what_waits_is_bounded_and_counts_every_check(tmp_path: Path) -> None:
    with running(tmp_path) as board:
        board.kill()
        with clients(board, 1) as [client]:
            assert client.wait_for_seat(10)
            for number in range(3000):
                client.report(result(EXERCISES[number % 3], "passed" if number > 2990 else "not right yet"))
            board.start()
            assert wait_until(lambda: tries(board) == [3000])


def test_the_last_verdict_counts(tmp_path: Path) -> None:
    with running(tmp_path) as board, clients(board, 1) as [client]:
        for verdict in ("passed", "your code crashed", "not right yet"):
            client.report(result("12.1", verdict))
        client.flush(10)
        assert wait_until(lambda: tries(board) == [3])
        with watching(board.instructor) as page:
            [seat] = told(page)["seats"]
    assert seat["exercises"]["12.1"]["verdict"] == "not right yet"


def test_a_port_that_answers_no_board_is_not_believed(tmp_path: Path) -> None:
    with running(tmp_path) as board:
        client = BoardClient(SeatCard(board.address + "elsewhere/", board.code, new_token()))
        client.start()
        assert client.wait_for_seat(10)
        client.stop()
    assert client.seat is None and client.trouble == "it answers with status 404"


def test_delays_grow_to_a_limit_and_differ() -> None:
    assert [retry_after(tries, 0.5) for tries in (0, 1, 2, 3, 9, sys.maxsize)] == [0.5, 1, 2, 4, 4, 4]
    assert retry_after(0, 0.0) == 0.25 and retry_after(0, 1.0) == 0.75
