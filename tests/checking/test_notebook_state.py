"""A check in a notebook knows what happened around it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel

SERVER = """
from http.server import BaseHTTPRequestHandler
from wirelab import check, launch, stop_all
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        {}
"""
WELL = """self.send_response(200)
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"17.5")"""


@pytest.fixture(scope="module")
def running(course: Path) -> Iterator[Kernel]:
    with Kernel(course / "exercises") as kernel:
        yield kernel


@pytest.fixture
def kernel(running: Kernel) -> Kernel:
    running.run("from wirelab import stop_all; stop_all()")
    running.run("%reset -f")
    return running


PRINTS = "from wirelab import check\ndef status_of(line):\n    print(line[9:12])"
ASYNC = "from wirelab import check\nasync def status_of(line):\n    return 200"
FORGETFUL = """
from wirelab import check, launch
async def convert(websocket):
    async for message in websocket:
        websocket.send(message)
feed = launch(convert)
"""


def said(kernel: Kernel, *cells: str) -> str:
    """What the last of these cells shows."""
    return [kernel.run(cell).text for cell in cells][-1]


def test_a_class_that_was_mended_and_not_launched_again_is_told(kernel: Kernel) -> None:
    cells = [SERVER.format("pass"), "web = launch(Station)", SERVER.format(WELL), 'check("12.1", web)']
    text = said(kernel, *cells)
    assert "Station has changed since it was launched: run the launch cell again" in text
    assert "has changed" not in said(kernel, "web = launch(Station)", 'check("12.1", web)')


def test_a_class_whose_cell_was_only_run_again_has_not_changed(kernel: Kernel) -> None:
    cells = [SERVER.format("pass"), "web = launch(Station)", SERVER.format("pass"), 'check("12.1", web)']
    assert "has changed" not in said(kernel, *cells)


def test_a_flask_resource_that_was_mended_is_told(kernel: Kernel) -> None:
    resource = """
from flask import Flask
from flask_restful import Api, Resource, abort
from wirelab import check, launch
class Station(Resource):
    def get(self, id):
        return {}
"""
    start = 'app = Flask("s"); Api(app).add_resource(Station, "/stations/<int:id>"); service = launch(app)'
    text = said(kernel, resource.format("1"), start, resource.format("2"), 'check("22.1", service)')
    assert "Station has changed since it was launched" in text


def test_a_cell_that_failed_is_told(kernel: Kernel) -> None:
    good = "from wirelab import check\ndef status_of(line):\n    return 200"
    bad = "def status_of(line:\n    return int(line.split()[1])"
    text = said(kernel, good, bad, 'check("11.1", status_of)')
    assert "The cell that was to make status_of failed with SyntaxError" in text
    assert "failed with" not in said(kernel, good, 'check("11.1", status_of)')


def test_what_was_called_and_printed_is_shown(kernel: Kernel) -> None:
    text = said(kernel, PRINTS, 'check("11.1", status_of)')
    assert "called: status_of('HTTP/1.1 " in text
    assert "printed: 200" in text
    assert "It printed something, and returned None." in text


def test_an_async_function_for_a_plain_one_is_told(kernel: Kernel) -> None:
    text = said(kernel, ASYNC, 'check("11.1", status_of)')
    assert "status_of is an async function, and a plain one is asked for" in text


def test_exit_in_a_function_is_a_failure_and_the_kernel_lives(kernel: Kernel) -> None:
    for end in ("exit()", "quit()", "import os; os._exit(3)"):
        cell = f"from wirelab import check\ndef status_of(line):\n    {end}"
        text = said(kernel, cell, 'check("11.1", status_of)')
        assert "your code crashed" in text
        assert "SystemExit" in text
    assert said(kernel, "6 * 7") == "42\n"


def test_exit_in_a_handler_is_a_failure_and_the_kernel_lives(kernel: Kernel) -> None:
    cells = [SERVER.format(WELL + "\n        exit()"), "web = launch(Station)", 'check("12.1", web)']
    text = said(kernel, *cells)
    assert "your code crashed" in text
    assert "SystemExit" in text


def test_a_line_that_was_left_behind_is_told(kernel: Kernel) -> None:
    cell = (
        "from wirelab import check\ndef status_of(line):\n    number = int(line.split()[1])\n"
        '    raise NotImplementedError("your code here")\n    return number'
    )
    text = said(kernel, cell, 'check("11.1", status_of)')
    assert "The line that raises NotImplementedError is still there, in status_of, line 4: take it out." in text


def test_a_line_that_was_left_behind_all_others_is_told(kernel: Kernel) -> None:
    well = WELL + '\n        raise NotImplementedError("your code here")'
    text = said(kernel, SERVER.format(well), "web = launch(Station)", 'check("12.1", web)')
    assert "The line that raises NotImplementedError is still there, in do_GET" in text


def test_lines_that_a_stub_has_of_its_own_are_no_beginning(kernel: Kernel) -> None:
    stub = 'here = self.path\n        raise NotImplementedError("your code here")  # go on here\n        # or here'
    text = said(kernel, SERVER.format(stub), "web = launch(Station)", 'check("12.1", web)')
    assert "not started yet" in text


def test_a_send_that_was_not_awaited_is_told(kernel: Kernel) -> None:
    text = said(kernel, FORGETFUL, 'check("33.1", feed)')
    assert "Hint: The server's log says that a call was never awaited" in text
