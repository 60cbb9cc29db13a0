"""A board lets in who has the code, tells each what is theirs to know, and outlives those who mean it harm."""

import json
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from boards import BoardProcess, learner, new_token, running, socket_of, told, until, watching
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

HTML = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardProcess]:
    with running(tmp_path_factory.mktemp("board")) as board:
        yield board
        board.end()  # which looks whether anything was printed, whatever has been tried


def seats(board: BoardProcess) -> dict[int, dict[str, Any]]:
    """All seats, as the instructor's page gets them."""
    with watching(board.instructor) as page:
        return {seat["seat"]: seat for seat in told(page)["seats"]}


# Pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["watch", "KEY/", "KEY/watch", "../", "instructor.html", "room.js", "x", "?a=b/c"]
)
def test_without_a_key_there_is_the_joining_page_alone(board: BoardProcess, path: str) -> None:
    answer = requests.get(board.address + path, timeout=10, allow_redirects=False)
    assert board.code not in answer.text
    assert answer.status_code == HTTPStatus.NOT_FOUND or "join" in answer.text


def test_a_page_says_what_a_browser_may_do_with_it(board: BoardProcess) -> None:
    for address in (board.instructor, board.room, board.address):
        headers = requests.get(address, timeout=10).headers
        assert "default-src 'self'" in headers["Content-Security-Policy"]
        assert headers["Referrer-Policy"] == "no-referrer" and headers["Cache-Control"] == "no-store"


TARGETS = ["//[", "/[", "*", "x", "/\xff\xfe", "/%ff/", "http://[/", "/" + "x" * 5000, "/a b"]


@pytest.mark.parametrize("target", TARGETS)
def test_an_address_that_is_none_is_answered_or_hung_up_on(board: BoardProcess, target: str) -> None:
    with socket.create_connection(("127.0.0.1", board.port), timeout=10) as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode("latin-1"))
        assert client.recv(100)[:12] in (b"", b"HTTP/1.1 400", b"HTTP/1.1 404")


@pytest.mark.parametrize(
    "name", ["../board_pages.py", "%2e%2e/board_pages.py", "..%2Fboard_pages.py", ".", "a.py"]
)
def test_a_key_opens_no_other_folder(board: BoardProcess, name: str) -> None:
    with socket.create_connection(("127.0.0.1", board.port), timeout=10) as client:
        path = board.instructor.split(str(board.port))[1] + name
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert client.recv(100).startswith(b"HTTP/1.1 404 ")


def test_a_name_that_was_rebound_to_this_computer_is_refused(board: BoardProcess) -> None:
    answer = requests.get(board.instructor, headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == HTTPStatus.MISDIRECTED_REQUEST


@pytest.mark.parametrize("path", ["join", "watch"])
def test_a_strangers_page_may_not_connect(board: BoardProcess, path: str) -> None:
    address = board.address if path == "join" else board.instructor
    with (
        pytest.raises(InvalidStatus, match="403"),
        socket_of(address, path, additional_headers={"Origin": "http://evil.example"}),
    ):
        raise AssertionError("it may")


# Learners ---------------------------------------------------------------------------------------------


def test_a_result_is_acknowledged_and_seen_by_the_instructor(board: BoardProcess) -> None:
    with watching(board.instructor) as page, learner(board, nickname="Ada") as ada:
        assert ada.check("12.2", missed="answers 404")["type"] == "ack"
        seat = until(page, lambda message: any("12.2" in one["exercises"] for one in message.get("seats", [])))
    [line] = [one for one in seat["seats"] if one["seat"] == ada.welcome["seat"]]
    assert (line["nickname"], line["at"], line["online"]) == ("Ada", "12.2", True)
    assert line["exercises"]["12.2"]["missed"] == "answers 404"


def test_the_same_token_is_the_same_seat(board: BoardProcess) -> None:
    token = new_token()
    with learner(board, token) as first, learner(board, token, notebook="notebook-2") as second:
        assert first.welcome["seat"] == second.welcome["seat"]
    with learner(board, token) as again:
        assert again.welcome["seat"] == first.welcome["seat"]


def test_a_message_that_is_sent_again_counts_once(board: BoardProcess) -> None:
    token = new_token()
    for _ in range(2):
        with learner(board, token) as ada:
            ada.n = 0
            assert ada.check("12.3") == {"type": "ack", "n": 1}
    assert seats(board)[ada.welcome["seat"]]["exercises"]["12.3"]["tries"] == 1
    with learner(board, token) as ada:
        assert ada.welcome["known"] == 1


def test_a_wrong_code_is_refused_and_a_guesser_is_not_listened_to(tmp_path: Path) -> None:
    with running(tmp_path) as board:
        for _ in range(10):
            with learner(board, code="zzzz") as stranger:
                assert stranger.welcome == {"type": "refused", "message": "There is no board with this code here."}
        with pytest.raises(InvalidStatus, match="429"), learner(board):
            raise AssertionError("it is listened to")


def test_a_learner_hears_of_no_other(board: BoardProcess) -> None:
    with learner(board, nickname="Ada") as ada, learner(board, nickname="Grace") as grace:
        grace.check("12.1")
        grace.say("hand", up=True)
        with pytest.raises(TimeoutError):
            ada.connection.recv(timeout=0.6)


def test_what_a_learner_shares_is_seen_by_the_instructor_who_asks(board: BoardProcess) -> None:
    with watching(board.instructor) as page, learner(board, nickname="Ada") as ada:
        ada.say("shared", exercise="12.1", result={"title": HTML})
        page.send(json.dumps({"do": "look", "seat": ada.welcome["seat"], "exercise": "12.1"}))
        shown = until(page, lambda message: message["type"] == "shared")
    assert (shown["nickname"], shown["result"]) == ("Ada", {"title": HTML})


def test_who_leaves_is_forgotten_by_the_database_too(board: BoardProcess) -> None:
    token = new_token()
    with learner(board, token, "Rumpelstiltskin") as gone:
        gone.check(missed="spins straw into gold")
        assert gone.say("leave")["type"] == "ack"
    with learner(board):
        assert gone.welcome["seat"] not in seats(board)
    kept = b"".join(path.read_bytes() for path in board.folder.glob("boards/board-*.sqlite"))
    assert b"Rumpelstiltskin" not in kept and b"straw" not in kept
    with learner(board, token) as back:
        assert back.welcome["seat"] == gone.welcome["seat"]
    assert seats(board)[back.welcome["seat"]]["exercises"] == {}


def test_who_is_removed_does_not_come_back(board: BoardProcess) -> None:
    token = new_token()
    with watching(board.instructor) as page, learner(board, token) as rude:
        page.send(json.dumps({"do": "remove", "seat": rude.welcome["seat"]}))
        assert told(rude.connection)["message"] == "The instructor has taken this seat away."
        with pytest.raises(ConnectionClosed):
            rude.connection.recv(timeout=10)
    with learner(board, token) as back:
        assert back.welcome["type"] == "refused"


# Votes, hands, pace -----------------------------------------------------------------------------------


def test_a_vote_is_counted_once_for_each_seat_and_told_to_the_room_when_it_is_shown(board: BoardProcess) -> None:
    with ExitStack() as stack:
        page, room = (stack.enter_context(watching(address)) for address in (board.instructor, board.room))
        everyone = [stack.enter_context(learner(board)) for _ in range(7)]
        assert everyone[0].say("vote", answer="501")["message"] == "There is no open question now."
        page.send(json.dumps({"do": "open", "question": "What status?", "choices": []}))
        until(room, lambda message: message.get("vote"))
        for one, answer in zip(everyone, ["501", "501", "501 ", "404", "404", "a rude word", "200"], strict=True):
            one.say("vote", answer=answer)
        everyone[6].say("vote", answer="501")
        until(page, lambda message: (message.get("vote") or {}).get("count") == 7)
        page.send('{"do": "close"}')
        closed = until(page, lambda message: message.get("votes"))["votes"][0]
        assert closed["answers"][0] == {"answer": "501", "count": 4} and not closed["isShown"]
        page.send(json.dumps({"do": "show", "id": closed["id"], "without": ["404"]}))
        result = until(room, lambda message: message.get("result"))["result"]
    assert result["answers"] == [{"answer": "501", "count": 4}] and result["others"] == 3


def test_a_choice_that_is_none_is_refused(board: BoardProcess) -> None:
    with watching(board.instructor) as page, learner(board) as ada:
        page.send(json.dumps({"do": "open", "question": "Yes?", "choices": ["yes", "no"]}))
        until(page, lambda message: message.get("vote"))
        assert ada.say("vote", answer="perhaps")["message"] == "Choose one of these: yes, no."
        assert ada.say("vote", answer="YES")["type"] == "ack"
        page.send('{"do": "close"}')


def test_hands_and_pace_come_and_go(board: BoardProcess) -> None:
    with watching(board.instructor) as page, learner(board, nickname="Ada") as ada:
        ada.say("hand", up=True)
        ada.say("pace", pace="too fast")
        seen = until(page, lambda message: message.get("joined") and message["pace"]["too fast"])
        assert ada.welcome["seat"] in [hand["seat"] for hand in seen["hands"]]
        page.send('{"do": "lower"}')
        page.send('{"do": "settle"}')
        until(page, lambda message: message.get("hands") == [] and not message["pace"]["too fast"])


@pytest.mark.parametrize(
    "message", ["", "[]", "{}", '{"do": "quit"}', '{"do": "remove", "seat": "1"}', "[" * 9999]
)
def test_a_command_that_is_none_is_answered(board: BoardProcess, message: str) -> None:
    with watching(board.instructor) as page:
        page.send(message)
        assert until(page, lambda one: one["type"] == "error")["message"] == "the board has no such command"


def test_the_rooms_page_has_no_commands(board: BoardProcess) -> None:
    with watching(board.room) as room, learner(board) as ada:
        room.send(json.dumps({"do": "remove", "seat": ada.welcome["seat"]}))
        assert until(room, lambda one: one["type"] == "error")["message"] == "the room's page only looks on"


def test_a_page_that_comes_back_is_told_what_it_missed(board: BoardProcess) -> None:
    with watching(board.instructor) as page:
        before = told(page)
    with learner(board) as ada:
        ada.check()
    with socket_of(board.instructor, f"watch?since={before['number']}&life={before['life']}") as page:
        missed = told(page)
    assert not missed["all"] and ada.welcome["seat"] in [seat["seat"] for seat in missed["seats"]]
    assert len(missed["seats"]) < len(seats(board))
    with socket_of(board.instructor, f"watch?since={before['number']}&life=another") as page:
        assert told(page)["all"]


# Few -------------------------------------------------------------------------------------------------


def test_the_room_is_told_no_number_of_fewer_than_five(tmp_path: Path) -> None:
    with running(tmp_path) as board, ExitStack() as stack:
        page = stack.enter_context(watching(board.instructor))
        page.send(json.dumps({"do": "open", "question": "Who?", "choices": []}))
        for _ in range(4):
            stack.enter_context(learner(board, nickname="Ada")).check(verdict="passed")
        until(page, lambda message: message.get("joined") == 4 and message["bars"])
        with watching(board.room) as room:
            few = told(room)
        assert few["joined"] is few["bars"][0]["tried"] is few["bars"][0]["passed"] is few["vote"]["count"] is None
        fifth = stack.enter_context(learner(board, nickname="Ada"))
        fifth.check()
        with watching(board.room) as room:
            enough = told(room)
        assert (enough["joined"], enough["bars"][0]["tried"], enough["bars"][0]["passed"]) == (5, 5, 4)
        assert "Ada" not in json.dumps(enough)


# Hostile ---------------------------------------------------------------------------------------------


NONSENSE = [
    "", "null", "[]", "{}", '"x"', "\0", "{" * 5000, '{"type": "result"}', '{"type": "hand", "n": 1, "up": 1}',
    '{"type": "hand", "n": 0, "up": true}', '{"type": "hand", "n": 1e400, "up": true}',
    '{"type": "hand", "n": true, "up": true}', '{"type": "vote", "n": 1, "answer": ""}',
    '{"type": "vote", "n": 1, "answer": "\\ud800"}', '{"type": "vote", "n": 1, "answer": "' + "x" * 41 + '"}',
    *('{"type": "result", "n": 1, "exercise": "12.1", "points": 1, "tries": 1, "missed": "", ' + words + "}"
      for words in ('"verdict": "won", "earned": 1', '"verdict": "passed", "earned": NaN',
                    '"verdict": "passed", "earned": 9')),
    '{"type": "hand", "n": 1, "up": true, "seat": 1}',
]  # fmt: skip


@pytest.mark.parametrize("message", NONSENSE, ids=range(len(NONSENSE)))
def test_what_no_notebook_sends_ends_the_connection_and_counts_nothing(board: BoardProcess, message: str) -> None:
    with learner(board) as stranger:
        stranger.connection.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            stranger.connection.recv(timeout=10)
    assert closed.value.rcvd and closed.value.rcvd.code == 1008
    assert seats(board)[stranger.welcome["seat"]]["exercises"] == {}


@pytest.mark.parametrize("first", ["", "{}", b"\xff\xfe", '{"type": "join"}', "[" * 9999])
def test_who_does_not_begin_with_a_code_is_sent_away(board: BoardProcess, first: str | bytes) -> None:
    with socket_of(board.address, "join") as connection:
        connection.send(first)
        with suppress(ConnectionClosed):
            assert told(connection)["type"] == "refused"
            connection.recv(timeout=10)
            raise AssertionError("the connection goes on")


def test_ten_megabytes_are_not_read(board: BoardProcess) -> None:
    before = psutil.Process(board.process.pid).memory_info().rss
    with learner(board) as stranger, pytest.raises(ConnectionClosed) as closed:
        stranger.connection.send("x" * 10_000_000)
        stranger.connection.recv(timeout=10)
    assert closed.value.rcvd is None or closed.value.rcvd.code == 1009
    assert psutil.Process(board.process.pid).memory_info().rss < before + 5_000_000


def test_html_and_turning_letters_in_a_nickname_stay_text(board: BoardProcess) -> None:
    with learner(board, nickname="<b>\u202eA\n\0da</b>") as ada:
        assert seats(board)[ada.welcome["seat"]]["nickname"] == "<b> A da</b>"


def test_ten_thousand_messages_a_second_end_one_connection_and_disturb_nobody(board: BoardProcess) -> None:
    with learner(board) as calm, learner(board) as hasty:
        with pytest.raises(ConnectionClosed):
            for number in range(1, 100_000):
                hasty.connection.send(json.dumps({"type": "hand", "n": number, "up": bool(number % 2)}))
        assert calm.check()["type"] == "ack"
    with learner(board) as after:
        assert after.check()["type"] == "ack"


def test_a_seat_has_no_more_to_say_in_a_second_connection(board: BoardProcess) -> None:
    token = new_token()
    with learner(board, token) as hasty, suppress(ConnectionClosed):
        while True:
            hasty.say("hand", up=True)
    with learner(board, token, notebook="notebook-2") as again, pytest.raises(ConnectionClosed):
        for _ in range(30):
            again.say("hand", up=True)


def test_another_ones_seat_cannot_be_named(board: BoardProcess) -> None:
    with learner(board, nickname="Ada") as ada, learner(board) as stranger:
        ada.check("12.1", "passed", missed="")
        words = {
            "exercise": "12.1",
            "verdict": "not right yet",
            "earned": 0,
            "points": 2,
            "tries": 1,
            "missed": "",
        }
        for name in ("seat", "token", "nickname"):
            with suppress(ConnectionClosed):
                stranger.say("result", **words, **{name: ada.welcome["seat"]})
    assert seats(board)[ada.welcome["seat"]]["exercises"]["12.1"]["verdict"] == "passed"


def test_an_exercise_that_does_not_exist_makes_no_bar(board: BoardProcess) -> None:
    with learner(board) as stranger:
        assert "no exercise 99.9" in stranger.check("99.9")["message"]


def test_who_reads_nothing_is_hung_up_on_and_the_others_are_told_all(board: BoardProcess) -> None:
    url = board.instructor.replace("http", "ws", 1) + "watch"
    with (
        connect(url, compression=None, max_queue=1) as asleep,
        learner(board) as ada,
        watching(board.instructor) as page,
    ):
        asleep.recv_bufsize = 1
        for _ in range(30):
            ada.check()
        assert until(page, lambda message: any(s["number"] for s in message.get("seats", [])))
        assert ada.check()["type"] == "ack"


def test_a_hundred_connections_that_say_nothing_are_ended(board: BoardProcess) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(socket_of(board.address, "join")) for _ in range(100)]
        with learner(board) as ada:
            assert ada.check()["type"] == "ack"
        for connection in silent:
            assert told(connection)["type"] == "refused"


def test_the_database_belongs_to_its_user_and_knows_no_token(board: BoardProcess) -> None:
    token = new_token()
    with learner(board, token) as ada:
        ada.check()
    assert board.database.stat().st_mode & 0o077 == 0
    kept = b"".join(path.read_bytes() for path in board.folder.glob("boards/board-*.sqlite*"))
    assert b"answers 200 OK" in kept and token.encode() not in kept


def test_a_full_disk_loses_no_result(tmp_path: Path) -> None:
    with running(tmp_path) as board, learner(board) as ada:
        process, token = psutil.Process(board.process.pid), new_token()
        process.rlimit(psutil.RLIMIT_FSIZE, (1024, 2**40))
        with pytest.raises(ConnectionClosed), learner(board) as grace:
            grace.check()
        process.rlimit(psutil.RLIMIT_FSIZE, (2**40, 2**40))
        with learner(board, token) as grace:
            assert grace.check()["type"] == "ack" and ada.check()["type"] == "ack"


def test_another_program_cannot_read_along(board: BoardProcess) -> None:
    with pytest.raises(sqlite3.OperationalError, match="locked"), sqlite3.connect(board.database) as database:
        database.execute("SELECT * FROM changes")
