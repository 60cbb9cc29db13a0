"""A board ends as its instructor says, and what goes wrong at its start is told in a sentence."""

import csv
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests
from boards import TOO_LONG, BoardProcess, free_port, learner, new_token, running, surroundings, told, watching

from wirelab.classroom.board_changes import BoardChange, BoardDatabase
from wirelab.classroom.board_command import open_database
from wirelab.classroom.lan_address import addresses_here

pytestmark = pytest.mark.proof  # as a board takes two seconds to start


def refused(folder: Path, *words: str) -> str:
    """What a board says that does not start."""
    command = [sys.executable, "-m", "wirelab", "board", "--no-browser", *words]
    ran = subprocess.run(command, env=surroundings(folder), capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1 and ran.stdout == ""
    return ran.stderr


def seats(board: BoardProcess) -> list[int]:
    with watching(board.instructor) as page:
        return [seat["seat"] for seat in told(page)["seats"]]


def test_what_is_kept_is_there_at_the_next_start_and_new_puts_it_aside(tmp_path: Path) -> None:
    with running(tmp_path, "--keep") as board:
        with learner(board) as ada:
            ada.check()
        code, pages = board.code, (board.instructor, board.room)
        assert board.end() == f"Kept in {board.database}: the next board at this port goes on with it.\n"
        board.start()
        assert (board.code, (board.instructor, board.room)) == (code, pages) and seats(board) == [1]
        board.end()
        board.words = ("--new",)
        board.start()
        assert board.code != code and seats(board) == []
        assert board.end() == "The board has ended, and what it knew is deleted.\n"
    assert [path.name for path in board.database.parent.iterdir()] == [f"board-{board.port}.old-1.sqlite"]


def test_a_table_is_written_at_the_end(tmp_path: Path) -> None:
    with running(tmp_path, "--export", str(tmp_path / "table.csv")) as board:
        with learner(board, nickname="Ada") as ada:
            ada.check("12.1", "passed", missed="")
        board.end()
    rows = list(csv.reader((tmp_path / "table.csv").read_text().splitlines()))
    assert rows[1][1:4] == ["Ada", "12.1", "passed"]


def test_a_port_that_is_taken_is_told_and_nothing_is_deleted(tmp_path: Path) -> None:
    with running(tmp_path) as board, learner(board) as ada:
        ada.check()
        board.kill()
        with socket.create_server(("127.0.0.1", board.port)):
            said = refused(tmp_path, "--port", str(board.port))
        assert f"port {board.port} belongs to another program" in said and "--port" in said
        board.start()
        assert seats(board) == [1]


def test_a_second_board_at_the_same_port_is_told(tmp_path: Path) -> None:
    with running(tmp_path) as board:
        assert "another board uses" in refused(tmp_path, "--port", str(board.port))
        assert "another board uses" in refused(tmp_path, "--port", str(board.port), "--new")


def test_all_networks_at_once_are_refused(tmp_path: Path) -> None:
    assert "would open the board to every network" in refused(tmp_path, "--lan", "0.0.0.0")


def test_a_board_without_learners_ends_at_the_first_ctrl_c(tmp_path: Path) -> None:
    with running(tmp_path) as board:
        assert board.end(signal.SIGINT) == "The board has ended, and what it knew is deleted.\n"


def test_the_instructors_page_can_end_it(tmp_path: Path) -> None:
    with running(tmp_path) as board, learner(board) as ada, watching(board.instructor) as page:
        page.send('{"do": "end"}')
        assert told(ada.connection) == {"type": "ended"}
        while told(page)["type"] != "ended":
            pass
        assert board.process.wait(TOO_LONG) == 0
    assert list(board.database.parent.iterdir()) == []


def test_on_a_network_learners_get_in_and_the_two_pages_do_not(tmp_path: Path) -> None:
    found = addresses_here()
    if not found:
        pytest.skip("this computer is in no network")
    with running(tmp_path, "--lan", found[0]) as board:
        assert len(board.code) == 6 and f'address="{found[0]}:{board.port}"' in board.said
        assert "plain HTTP" in board.said
        far = f"http://{found[0]}:{board.port}"
        assert requests.get(f"{far}/", timeout=10).status_code == 200
        for page in (board.instructor, board.room):
            assert requests.get(page, timeout=10).status_code == 200
            assert requests.get(f"{page}qr.svg", timeout=10).content.startswith(b"<svg")
            path = page.partition(str(board.port))[2]
            assert requests.get(far + path, timeout=10).status_code == 404
        board.address = f"{far}/"
        with learner(board, new_token()) as ada:
            assert ada.welcome["type"] == "welcome"


def test_a_board_that_was_cut_short_yesterday_is_deleted_at_the_next_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIRELAB_BOARD_FOLDER", str(tmp_path))
    port = free_port()
    for kept, left in (("", 0), ("yes", 1)):
        database = BoardDatabase(tmp_path / f"board-{port}.sqlite")
        database.set("kept", kept)
        database.append(BoardChange(0, time.time() - 13 * 3600, "hand", 1, told={"up": True}))
        database.close()
        again = open_database(port, is_new=False)
        assert len(list(again.changes())) == left
        again.delete()


def test_a_damaged_file_is_put_aside_by_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_BOARD_FOLDER", str(tmp_path))
    (tmp_path / "board-1.sqlite").write_text("this is no database" * 99)
    open_database(1, is_new=True).close()
    assert (tmp_path / "board-1.old-1.sqlite").exists()
