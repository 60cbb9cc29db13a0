"""A presentation ends clean, survives the death of its page's server, and runs beside another one."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from waiting import wait_until

COURSE = Path(__file__).parents[2]


class Presentation:
    """`wirelab present` in a process: the two addresses that it prints."""

    def __init__(self, folder: Path, *words: str) -> None:
        self.temporary = folder / "temporary"
        self.temporary.mkdir(parents=True)
        environment = {**os.environ, "TMPDIR": str(self.temporary), "TEMP": str(self.temporary)}
        environment |= {f"JUPYTER_{name}_DIR": str(folder / name) for name in ("RUNTIME", "CONFIG")}
        command = [sys.executable, "-m", "wirelab", "present", *words, "--no-browser", "--ServerApp.port=0"]
        pipe: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen(command, cwd=COURSE, env=environment, **pipe)
        self.room, self.page = self._address("room's window"), self._address("Your own page")

    def _address(self, words: str) -> str:
        assert self.process.stderr
        for line in self.process.stderr:
            if words in line:
                return re.findall(r"http\S+", line)[0]
        raise AssertionError("it did not start")

    def helper(self) -> psutil.Process:
        """The process of the instructor's page."""
        found = psutil.Process(self.process.pid).children()
        [helper] = [one for one in found if "wirelab.presenting.instructor_server" in one.cmdline()]
        return helper

    def end(self) -> None:
        """End it as a terminal that is closed does; again does nothing."""
        self.process.terminate()
        self.process.wait(timeout=60)
        for pipe in (self.process.stdout, self.process.stderr):
            assert pipe
            pipe.close()


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Presentation]]:
    begun: list[Presentation] = []

    def start(*words: str) -> Presentation:
        begun.append(Presentation(tmp_path / str(len(begun)), *words))
        return begun[-1]

    yield start
    for one in begun:
        one.end()


def status(address: str) -> int:
    try:
        return requests.get(address, timeout=10).status_code
    except requests.ConnectionError:
        return 0


@pytest.mark.skipif(os.name == "nt", reason="processes are killed as POSIX does it")
def test_two_presentations_share_a_computer_and_whatever_is_killed_leaves_nothing(
    start: Callable[..., Presentation],
) -> None:
    first, second = start("12"), start("12-web-server")
    assert [status(address) for one in (first, second) for address in (one.room, one.page)] == [200] * 4

    requests.post(f"{first.page}do", json={"do": "restart"}, timeout=10)
    first.helper().kill()
    assert wait_until(lambda: status(first.page) == 200, 60), "the page comes back at its address"
    assert status(first.room) == 200
    with requests.get(f"{first.page}state", stream=True, timeout=10) as answer:
        assert b'"isBegun": true' in next(answer.iter_lines(chunk_size=1)), "and knows what was before"

    helper = second.helper()
    second.process.kill()
    assert wait_until(lambda: not helper.is_running(), 60), "the page ends with a presentation that is killed"

    helper = first.helper()
    first.end()
    assert list(first.temporary.iterdir()) == []
    assert wait_until(lambda: not helper.is_running())


def test_an_unknown_lesson_is_one_sentence() -> None:
    command = [sys.executable, "-m", "wirelab", "present", "99"]
    ran = subprocess.run(command, cwd=COURSE, capture_output=True, text=True)
    assert ran.returncode == 1
    assert ran.stderr.splitlines()[-1].startswith("no lesson is called '99': there are 00-start-here, ")
    assert "Traceback" not in ran.stderr


def test_slides_without_their_extension_are_refused_with_how_to_get_it(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "wirelab", "present", "12", "--slides"]
    environment = {**os.environ, "JUPYTER_PATH": "", "JUPYTER_DATA_DIR": str(tmp_path)}
    ran = subprocess.run(command, cwd=COURSE, env=environment, capture_output=True, text=True)
    assert ran.returncode == 1
    assert "pip install jupyterlab-slideshow" in ran.stderr
    assert "Traceback" not in ran.stderr
