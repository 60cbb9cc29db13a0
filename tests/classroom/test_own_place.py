"""A learner joins from a real kernel: each check tells the board the verdict, and nothing else reaches it."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boards import TOO_LONG, BoardProcess, running, surroundings, told, until, watching
from waiting import wait_until

from wirelab.building.kernel_client import Kernel

COURSE = Path(__file__).parents[2]
SECRET, ANSWER_OF_MINE, HOST_NAME = "xylophone_42", "a marmalade answer", os.uname().nodename
EXERCISE = f"""
from http.server import BaseHTTPRequestHandler
from wirelab import *

class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        {SECRET} = "{ANSWER_OF_MINE}"
        print({SECRET})
        self.send_response(200)
        self.end_headers()
        self.wfile.write({SECRET}.encode())

web = launch(MyHandler, port=0)
"""
IS_ALIVE = """
from wirelab.classroom import own_place
own_place._clients[0]._thread.join(10)
print(own_place._clients[0]._thread.is_alive(), own_place._clients[0].trouble)
"""
Start = Callable[[], Kernel]

pytestmark = pytest.mark.proof  # as a kernel takes seconds to start


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardProcess]:
    with running(tmp_path_factory.mktemp("board")) as board:
        yield board


@pytest.fixture
def start(board: BoardProcess, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Starts a kernel as JupyterLab does, of the user that the board belongs to."""
    kernels = []

    def started() -> Kernel:
        for name in set(os.environ) - set(surroundings(board.folder)):
            monkeypatch.delenv(name)
        kernels.append(Kernel(board.folder, env=surroundings(board.folder)))
        kernels[-1].run("from wirelab import *")
        return kernels[-1]

    yield started
    for kernel in kernels:
        kernel.run("leave()")
        kernel.close()


def seats(board: BoardProcess) -> list[dict[str, Any]]:
    with watching(board.instructor) as page:
        return list(told(page)["seats"])


def exercises(board: BoardProcess) -> dict[str, Any]:
    """What the board knows of the exercises of its only seat."""
    found = seats(board)
    assert len(found) == 1
    return dict(found[0]["exercises"])


def tries(board: BoardProcess) -> int:
    return int(exercises(board).get("12.1", {"tries": 0})["tries"])


def test_the_cell_that_joins_says_what_is_sent(board: BoardProcess, start: Start) -> None:
    said = start().run(f"join({board.code.upper()!r}, nickname='Ada')").text
    assert said.startswith("You have seat 1 at the board")
    assert "the name of the first expectation that was not met" in said
    assert "never sends your code, your answers" in said


def test_a_check_is_on_the_board_and_no_code_and_no_answer_is(board: BoardProcess, start: Start) -> None:
    kernel = start()
    kernel.run(f"join({board.code!r})")
    kernel.run(EXERCISE)
    assert "not right yet" in kernel.run('check("12.1", web)').text
    assert wait_until(lambda: tries(board) == 1)
    assert exercises(board)["12.1"]["missed"]
    kept = b"".join(path.read_bytes() for path in board.folder.glob("boards/board-*.sqlite*"))
    assert b"12.1" in kept
    for word in (
        SECRET,
        ANSWER_OF_MINE,
        "marmalade",
        "do_GET",
        "MyHandler",
        HOST_NAME,
        str(board.folder),
        "ipynb",
    ):
        assert word.encode() not in kept


def test_a_result_is_shared_only_when_the_learner_says_so(board: BoardProcess, start: Start) -> None:
    kernel = start()
    kernel.run(f"join({board.code!r})")
    assert kernel.run('share("12.1")').text.startswith("There is no result of exercise 12.1 in this notebook yet")
    kernel.run(EXERCISE)
    kernel.run('check("12.1", web)')
    assert kernel.run('share("12.1")').text.startswith("The instructor can see your result of exercise 12.1")
    with watching(board.instructor) as page:
        [seat] = told(page)["seats"]
        page.send(json.dumps({"do": "look", "seat": seat["seat"], "exercise": "12.1"}))
        shown = until(page, lambda message: message["type"] == "shared")["result"]
    assert (shown["exercise"], shown["version"]) == ("12.1", 1)
    assert "marmalade" in json.dumps(shown)


def test_a_new_kernel_has_the_same_seat_without_joining(board: BoardProcess, start: Start) -> None:
    first = start()
    first.run(f"join({board.code!r}, nickname='Ada')")
    again = start()
    again.run('check("12.1", ...)')
    assert wait_until(lambda: tries(board) == 1)
    assert again.run(f"join({board.code!r})").text.startswith("You have seat 1 ")
    assert first.run(f"join({board.code!r})").text.startswith("You have seat 1 ")


def test_hands_pace_and_votes_are_answered_in_the_cell(board: BoardProcess, start: Start) -> None:
    kernel = start()
    kernel.run(f"join({board.code!r})")
    assert kernel.run("raise_hand()").text == "Your hand is up. lower_hand() takes it down.\n"
    assert kernel.run("lower_hand()").text == "Your hand is down.\n"
    assert kernel.run("pace('too fast')").text == "The board knows: too fast.\n"
    assert "pace() takes one of these" in kernel.run("pace('slow')").text
    assert kernel.run("vote(501)").text == "There is no open question now.\n"
    with watching(board.instructor) as page:
        page.send('{"do": "open", "question": "What status?"}')
        until(page, lambda message: message.get("vote"))
        assert kernel.run("vote(501)").text == "The board has your vote: 501\n"
        assert until(page, lambda message: (message.get("vote") or {}).get("count"))["vote"]["answers"] == [
            {"answer": "501", "count": 1}
        ]


def test_leaving_ends_it_in_every_notebook(board: BoardProcess, start: Start) -> None:
    first, second = start(), start()
    first.run(f"join({board.code!r})")
    second.run('check("12.1", ...)')
    assert wait_until(lambda: tries(board) == 1)
    assert first.run("leave()").text == "You have left the board, and it has forgotten you.\n"
    assert wait_until(lambda: seats(board) == [])
    assert "False" in second.run(IS_ALIVE).text
    second.run('check("12.1", ...)')
    assert second.run("raise_hand()").text == "You are at no board any more: You have left the board.\n"
    assert seats(board) == []


def test_a_board_that_is_away_costs_a_check_nothing_and_gets_its_results_once(
    board: BoardProcess, start: Start
) -> None:
    kernel = start()
    kernel.run(f"join({board.code!r})")
    kernel.run('check("12.1", ...)')
    assert wait_until(lambda: tries(board) == 1)
    before, code = exercises(board), board.code
    board.kill()
    for _ in range(5):
        result = kernel.run('check("12.1", ...)')
        assert [output.output_type for output in result.outputs] == ["execute_result"]
    assert kernel.run("raise_hand()").text.startswith("The board does not answer now.")
    board.start()
    assert (board.code, "It goes on where it was: 1 seats" in board.said) == (code, True)
    assert exercises(board)["12.1"]["tries"] in (before["12.1"]["tries"], before["12.1"]["tries"] + 5)
    assert wait_until(lambda: tries(board) == 6, seconds=TOO_LONG)


SET_BY_PROGRAMS = [{"CI": "true"}, {"NBGRADER_EXECUTION": "autograde"}, {"PYTEST_VERSION": "8"}, {}]


def test_where_a_program_runs_the_notebook_nothing_is_sent(board: BoardProcess, start: Start) -> None:
    joined, program = start(), start()
    joined.run(f"join({board.code!r})")
    for variables in SET_BY_PROGRAMS:
        outside = {} if variables else {"JPY_SESSION_NAME": None}  # as of a script
        program.run(
            f"import os; os.environ.update({variables}); [os.environ.pop(name) for name in {list(outside)}]"
        )
        said = program.run(f"join({board.code!r})").text
        assert said == "A program runs this notebook, so nothing is sent to a board.\n"
        assert program.run("raise_hand()").text == said
        program.run('check("12.1", ...)')
        threads = "[one.name for one in __import__('threading').enumerate() if 'board' in one.name]"
        assert program.evaluate(threads) == "[]"
        program.run(f"[os.environ.pop(name) for name in {list(variables)}]")
    joined.run('check("12.2", ...)')
    assert wait_until(lambda: "12.2" in exercises(board))
    assert "12.1" not in exercises(board)


MISTAKES = [
    ("join('zzzz')", "No board with the code zzzz runs on this computer."),
    ("join('')", "join() takes the code that the board shows"),
    ("join('k3x9', nickname='x' * 25)", "A nickname has at most 24 characters."),
    ("join('k3x9', address='ftp://x')", "address= takes what the board shows"),
    ("leave()", "You have not joined a board"),
    ("vote('')", "vote() takes an answer of 1 to 40 characters."),
    ("share('12.1')", "There is no result of exercise 12.1"),
]


def test_a_mistake_is_told_in_a_sentence(board: BoardProcess, start: Start) -> None:
    kernel = start()
    for cell, advice in MISTAKES:
        assert advice in kernel.run(cell).text
    said = kernel.run(f"join('zzzz', address='127.0.0.1:{board.port}')").text
    assert said == "BoardError: There is no board with this code here. Look at the code again.\n"


def test_the_boards_end_is_the_end_of_its_seats(tmp_path: Path, start: Start) -> None:
    kernel = start()
    with running(tmp_path) as other:
        address = f"127.0.0.1:{other.port}"
        assert "You have seat 1" in kernel.run(f"join({other.code!r}, address={address!r})").text
        kernel.run("raise_hand()")
        assert other.process.poll() is None
        other.process.send_signal(signal.SIGINT)
        assert "Press Ctrl+C once more" in other.process.stdout.readline() + other.process.stdout.readline()  # type: ignore[union-attr]
        assert other.end(signal.SIGINT) == "The board has ended, and what it knew is deleted.\n"
        assert list((tmp_path / "boards").iterdir()) == []
    assert "False the board has ended." in kernel.run(IS_ALIVE).text
    assert kernel.run("raise_hand()").text == "You are at no board any more: the board has ended.\n"
