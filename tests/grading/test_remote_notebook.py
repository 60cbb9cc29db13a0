"""Checks that hand over a socket or a test client, or step through a generator: judged as in a notebook."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from graded import apart, grade, hand_in, results

from wirelab.building.answers import Answer, right_answers, up_to_check, with_answer, wrong_answers
from wirelab.paths import COURSE

SOURCES = [
    COURSE / "sources" / "exercises" / f"{stem}.py"
    for stem in ("15-a-server-from-a-socket", "28-testing-a-service")
]
HANDED_OVER = ("15.1", "28.1", "28.2", "28.4")


def write(folder: Path, source: Path, answer: Answer) -> None:
    """A learner's notebook with this answer, up to its check."""
    notebook = up_to_check(with_answer(source.read_text(encoding="utf-8"), source.stem, answer), answer.exercise)
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{source.stem}.ipynb")


def answers() -> Iterator[tuple[Path, Answer]]:
    for source in SOURCES:
        text = source.read_text(encoding="utf-8")
        found = [*wrong_answers(text, source.stem), *right_answers(text, source.stem)]
        yield from ((source, one) for one in found if one.exercise in HANDED_OVER)


@apart
@pytest.mark.proof
def test_every_answer_is_caught_by_the_expectation_that_catches_it_in_a_notebook(tmp_path: Path) -> None:
    given = dict(enumerate(answers()))
    for number, (source, answer) in given.items():
        write(tmp_path / "in" / f"{number}", source, answer)
    assert grade(tmp_path / "in", "--out", tmp_path / "out") == 0
    found = results(tmp_path / "out")
    for number, (_, answer) in given.items():
        result = found[f"{number}", answer.exercise]
        missed = [finding["what"] for finding in result["findings"] if not finding["passed"]]
        assert (answer.caught_by or "passed") in [*missed, result["verdict"]], (answer, result)


class Attack(NamedTuple):
    """An answer that tries something, and is right where that is refused; or `says` what the check has to miss."""

    name: str
    exercise: str
    code: str
    says: str = ""


REACH = """
import gc
from wirelab.grading.learner_process import LearnerProcess

[process] = [one for one in gc.get_objects() if type(one) is LearnerProcess]


def is_refused(*words):
    try:
        process._channel.call(*words, timeout=2)
    except Exception:
        return True
    return False
"""
SOLVED_STATION = """
    reply = client.get("/stations/2")
    assert reply.status_code == 200
    assert reply.get_json() == {"id": 2, "name": "Hilltop"}
    assert client.get("/stations/9").status_code == 404
"""
SOLVED_HEAD = """
    head = b""
    while b"\\r\\n\\r\\n" not in head:
        received = connection.recv(4096)
        if not received:
            return None
        head += received
    return head
"""
ATTACKS = [
    Attack(
        "the judge is asked for more than the app",
        "28.1",
        f"""{REACH}

def test_station(client):
    nothing = {{"$": ["dict", []]}}
    for number in [*process._handed, 1, None][-3:]:
        assert is_refused("callback", number, [], nothing)
        assert is_refused("get", number, "application")
        assert is_refused("request", number, {{}}, ["a", "list"])
        assert is_refused("request", number, "__class__", "")
        assert is_refused("evaluate", "open('/etc/passwd').read()")
    assert is_refused("request", 1, {{"PATH_INFO": "/stations/2"}}, "")
    assert client.get("/static/testing_a_service.py").status_code == 404
    assert not client.application.view_functions.keys() - {{"static"}}
{SOLVED_STATION}""",
    ),
    Attack(
        "what is open in the process, and rubbish at the door",
        "15.1",
        f"""{REACH}
import os
import socket


def link(name):
    try:
        return os.readlink(f"/proc/self/fd/{{name}}")
    except OSError:
        return ""  # of the folder itself, which is closed by now


def read_head(connection):
    links = [link(name) for name in os.listdir("/proc/self/fd")]
    assert [one for one in links if one.startswith("/") and one != "/dev/null" and os.path.isfile(one)] == []
    try:
        for _ in range(3):
            socket.send_fds(process._sockets._door, [b"rubbish" * 100], [0] * 10)
    except OSError:
        pass  # the system has enough of it
{SOLVED_HEAD}""",
    ),
    Attack(
        "bytes without end",
        "15.1",
        "def read_head(connection):\n    connection.sendall(b'x' * 10**9)",
        "comes to an end",
    ),
    Attack(
        "steps without end",
        "28.4",
        """
class Steps:
    def __iter__(self):
        return self

    def __next__(self):
        return "http://127.0.0.1:8003"


def address():
    return Steps()
""",
        "yields once",
    ),
    Attack(
        "a step that does not return",
        "28.4",
        "import time\n\n\ndef address():\n    yield time.sleep(1000)",
        "comes to an end",
    ),
]


@apart
@pytest.mark.proof
def test_what_is_handed_over_leads_no_further(tmp_path: Path) -> None:
    for number, attack in enumerate(ATTACKS):
        [source] = [one for one in SOURCES if one.stem.startswith(attack.exercise.partition(".")[0])]
        write(tmp_path / "in" / f"{number}", source, Answer(attack.exercise, attack.code, is_whole=True))
    assert grade(tmp_path / "in", "--out", tmp_path / "out") == 0
    found = results(tmp_path / "out")
    for number, attack in enumerate(ATTACKS):
        result = found[f"{number}", attack.exercise]
        missed = [finding["what"] for finding in result["findings"] if not finding["passed"]]
        assert (attack.says or "passed") in [*missed, result["verdict"]], (attack.name, result)


@pytest.mark.proof
def test_with_trust_it_arrives_as_well(tmp_path: Path) -> None:
    hand_in(tmp_path / "in", "anna", *(f"solutions/{source.stem}" for source in SOURCES))
    assert grade(tmp_path / "in", "--out", tmp_path / "out", "--trust") == 0
    found = results(tmp_path / "out")
    assert {found["anna", id]["verdict"] for id in HANDED_OVER} == {"passed"}
