"""The server file that a learner writes in lesson 12 does as a program what the lesson says of it."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
import requests
from terminal import AS_IN_A_TERMINAL

LESSON = Path(__file__).parents[2] / "notebooks" / "12-web-server.ipynb"
MAGIC = "%%writefile my_server.py\n"


def source() -> str:
    """The file, on a free port, which it says."""
    cells = nbformat.read(LESSON, as_version=4).cells
    [text] = [cell.source.removeprefix(MAGIC) for cell in cells if cell.source.startswith(MAGIC)]
    changed = text.replace('"127.0.0.1", 8001', '"127.0.0.1", 0')
    return changed.replace('HTTP server"', 'HTTP server", server.server_port')


@contextmanager
def running(file: Path) -> Iterator["tuple[subprocess.Popen[str], str]"]:
    """The file as a program, and its address."""
    words = [sys.executable, "-c", AS_IN_A_TERMINAL, "-u", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            [port] = re.findall(r"^Started HTTP server (\d+)$", process.stdout.readline().strip())
            yield process, f"http://127.0.0.1:{port}/"
        finally:
            process.kill()


def test_it_has_the_twenty_lines_of_the_lessons_title() -> None:
    assert len([line for line in source().splitlines() if line]) == 20


@pytest.mark.skipif(os.name != "posix", reason="Ctrl+C is a signal on POSIX alone")
def test_it_answers_get_and_post_until_ctrl_c(tmp_path: Path) -> None:
    file = tmp_path / "my_server.py"
    file.write_text(source(), encoding="utf-8")
    with running(file) as (process, address):
        assert requests.get(address, timeout=10).text == "Hello from the box office\n"
        assert requests.post(address, data="two seats", timeout=10).text == "You sent: two seats\n"
        process.send_signal(signal.SIGINT)
        said, log = process.communicate(timeout=10)
    assert (process.returncode, said) == (0, "Ctrl+C received\n")
    assert re.findall(r'"(\w+) / HTTP/1.1" 200', log) == ["GET", "POST"]
