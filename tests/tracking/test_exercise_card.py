"""The card at the end of a notebook of exercises, in a kernel of its own."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel
from wirelab.progress_file import PLACE

STATION = """
from http.server import BaseHTTPRequestHandler
from wirelab import check, launch, stop_all, summary

class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"17.5")

station = launch(Station)
"""


@pytest.fixture
def kernel(course: Path, tmp_path: Path) -> Iterator[Kernel]:
    """A learner's kernel, whose notebook has lost its cell for 12.4."""
    notebook = tmp_path / "12-web-server.ipynb"
    cells = [{"cell_type": "code", "source": f'check("12.{number}", station)'} for number in (1, 2, 3)]
    notebook.write_text(json.dumps({"cells": cells}))
    told = {PLACE: str(tmp_path / "verdicts.jsonl"), "JPY_SESSION_NAME": str(notebook), "WIRELAB_PORTS": "any"}
    with Kernel(course / "exercises", env=told) as running:
        yield running


def test_the_card_says_what_passed_what_is_missing_and_what_comes_next(kernel: Kernel) -> None:
    kernel.run(STATION)
    kernel.run('check("12.1", station), check("12.2", station)')
    result = kernel.run('summary("12")')
    head, *lines = result.text.splitlines()
    assert head == "Exercise 12, a station on the web: 1 of 4 passed"
    assert lines[0] == "✓ 12.1 The temperature, please"
    assert lines[1].startswith("✗ 12.2 Several stations: not right yet. hint(")
    assert lines[2] == "· 12.3 With its unit: its check has not run"
    assert "no cell check(" in lines[3]
    assert "then go on with lesson 13, " in lines[-1]
    html = result.outputs[0].data["text/html"]
    assert 'href="../solutions/12-web-server.ipynb"' in html
    assert 'href="http://127.0.0.1:' in html
    kernel.run("stop_all()")
    assert "See it live" not in kernel.run('summary("12")').text


def test_what_passed_in_another_kernel_is_remembered(kernel: Kernel, tmp_path: Path) -> None:
    (tmp_path / "verdicts.jsonl").write_text('{"exercise": "12.1", "state": "done"}\n')
    shown = kernel.run('from wirelab import summary\nsummary("12")').text
    assert "✓ 12.1 The temperature, please: passed earlier" in shown


def test_a_lesson_without_exercises_is_told(kernel: Kernel) -> None:
    assert "there are no exercises '99'" in kernel.run('from wirelab import summary\nsummary("99")').text
