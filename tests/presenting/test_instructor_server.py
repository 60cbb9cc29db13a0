"""The instructor's page is told to who has the key alone, and the room's window does what is chosen on it."""

import json
import threading
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest
import requests
from waiting import wait_until
from werkzeug.serving import make_server

from wirelab.presenting import event_log
from wirelab.presenting.instructor_server import create_app, state_now
from wirelab.presenting.lesson_plan import find_source, plan_of
from wirelab.presenting.room_windows import RoomWindows
from wirelab.presenting.scratch_course import Scratch

COURSE = Path(__file__).parents[2]
PLAN = plan_of(find_source(COURSE, "12")).as_json()
SECOND = PLAN["sections"][1]["cell"]


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    scratch = Scratch(tmp_path)
    scratch.plan.write_text(json.dumps(PLAN), encoding="utf-8")
    scratch.key.write_text("the-key", encoding="utf-8")
    return scratch


@pytest.fixture
def address(scratch: Scratch) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, create_app(scratch), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def events(address: str, name: str, **headers: str | bytes) -> Iterator[str]:
    """The data of the server-sent events of one address."""
    with requests.get(f"{address}/the-key/{name}", stream=True, timeout=10, headers=headers) as answer:
        lines = answer.iter_lines(chunk_size=1)
        yield from (line.removeprefix(b"data: ").decode() for line in lines if line.startswith(b"data: "))


@pytest.mark.parametrize("path", ["/", "/plan", "/other/", "/other/plan", "/the-key", "/the-key/../key"])
def test_nothing_is_told_without_the_key(address: str, path: str) -> None:
    answer = requests.get(address + path, timeout=10, allow_redirects=False)
    assert answer.status_code in (HTTPStatus.NOT_FOUND, HTTPStatus.PERMANENT_REDIRECT)
    assert "Ask:" not in answer.text


def test_a_page_whose_name_was_rebound_to_this_computer_is_refused(address: str) -> None:
    answer = requests.get(f"{address}/the-key/plan", headers={"Host": "evil.example"}, timeout=10)
    assert answer.status_code == HTTPStatus.MISDIRECTED_REQUEST


def test_other_pages_may_neither_read_the_notes_nor_frame_them(address: str) -> None:
    for name in ("", "plan", "page.js"):
        answer = requests.get(f"{address}/the-key/{name}", headers={"Origin": "http://evil.example"}, timeout=10)
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert "frame-ancestors http://127.0.0.1:*" in answer.headers["Content-Security-Policy"]


def test_a_jump_reaches_the_rooms_window_and_the_clock(address: str, scratch: Scratch) -> None:
    commands, states = events(address, "commands"), events(address, "state")
    assert json.loads(next(states))["section"] == 0
    told = threading.Thread(target=lambda: heard.append(next(commands)))
    heard: list[str] = []
    told.start()
    assert wait_until(lambda: json.loads(next(states))["windows"] == 1)
    requests.post(f"{address}/the-key/do", json={"do": "go", "cell": SECOND}, timeout=10)
    told.join(timeout=10)
    assert json.loads(heard[0]) == {"do": "go", "cell": SECOND, "fresh": False}
    assert wait_until(lambda: json.loads(next(states))["section"] == 1)
    commands.close()  # type: ignore[attr-defined]
    states.close()  # type: ignore[attr-defined]


def test_a_window_that_is_closed_is_no_longer_counted(address: str) -> None:
    states = events(address, "state")
    with requests.get(f"{address}/the-key/commands", stream=True, timeout=10) as room:
        lines = room.iter_lines(chunk_size=1)
        assert next(line for line in lines if line.startswith(b":")) == b": here"
        assert wait_until(lambda: json.loads(next(states))["windows"] == 1)
    assert wait_until(lambda: json.loads(next(states))["windows"] == 0)
    states.close()  # type: ignore[attr-defined]


def test_a_browser_that_connects_again_is_told_what_came_after_its_last_event(address: str) -> None:
    for name in ("go", "next", "run"):
        requests.post(f"{address}/the-key/do", json={"do": name, "cell": SECOND}, timeout=10)
    with requests.get(f"{address}/the-key/commands", stream=True, timeout=10) as answer:
        first = next(line for line in answer.iter_lines(chunk_size=1) if line.startswith(b"id: "))
    again = events(address, "commands", **{"Last-Event-ID": first.removeprefix(b"id: ").decode()})
    assert [json.loads(next(again))["do"] for _ in range(2)] == ["next", "run"]
    again.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize("number", ["", "x", "-1", "1.5", "9" * 400, "\u0663"])
def test_a_number_that_is_none_leaves_the_stream_alone(address: str, number: str) -> None:
    assert requests.post(f"{address}/the-key/taken", data=number.encode(), timeout=10).ok
    requests.post(f"{address}/the-key/do", json={"do": "next"}, timeout=10)
    again = events(address, "commands", **{"Last-Event-ID": number.encode()})
    assert json.loads(next(again))["do"] == "next"
    again.close()  # type: ignore[attr-defined]


def test_what_the_room_passed_is_written_down(address: str, scratch: Scratch) -> None:
    requests.post(f"{address}/the-key/reached", data=SECOND, timeout=10)
    assert [event.cell for event in event_log.read(scratch.events)] == [SECOND]
    assert state_now(PLAN, scratch.events, RoomWindows())["section"] == 1


@pytest.mark.parametrize("word", ["pause", "resume", "restart"])
def test_the_clock_is_told_too(address: str, scratch: Scratch, word: str) -> None:
    requests.post(f"{address}/the-key/do", json={"do": word}, timeout=10)
    assert [event.kind for event in event_log.read(scratch.events)] == [word]


@pytest.mark.parametrize("body", ['{"do": "quit"}', "{}", "[]", "3", '{"do": ["go"]}', "nonsense"])
def test_a_wish_that_nobody_knows_is_refused(address: str, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = requests.post(f"{address}/the-key/do", data=body, headers=headers, timeout=10)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
