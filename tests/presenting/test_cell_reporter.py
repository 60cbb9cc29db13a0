"""A kernel reports its cells and servers, before the kit is imported and after a restart."""

from pathlib import Path
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook

from wirelab.building.notebook_runner import execute
from wirelab.presenting import cell_reporter
from wirelab.presenting.event_log import read

REPORTER = Path(cell_reporter.__file__)


def run(folder: Path, *cells: str) -> Any:
    words = f"run_path({str(REPORTER)!r})['report_cells'](get_ipython(), {str(folder / 'events')!r})"
    start = f"from runpy import run_path; {words}"
    notebook = new_notebook(cells=[new_code_cell(source) for source in (start, *cells)])
    return execute(notebook, cwd=folder)


def test_a_cell_is_reported_before_and_after(tmp_path: Path) -> None:
    run(tmp_path, "1 + 1")
    kinds = [event.kind for event in read(tmp_path / "events")]
    assert kinds[:4] == ["kernel", "ran", "runs", "ran"]  # the cell that begins to report is seen at its end


def test_the_servers_after_a_cell_are_reported_with_their_addresses(tmp_path: Path) -> None:
    launched = "from http.server import BaseHTTPRequestHandler\nfrom wirelab import launch, stop_all\n"
    launched += "web = launch(BaseHTTPRequestHandler, name='web', port=0)\nweb.port"
    run(tmp_path, launched, "stop_all()")
    _, with_one, without = [event.servers for event in read(tmp_path / "events") if event.kind == "ran"][:3]
    assert with_one
    [web] = with_one
    assert (web["name"], web["wanted"], web["url"]) == ("web", 0, f"http://127.0.0.1:{web['port']}")
    assert without == []


def test_a_file_that_cannot_be_written_disturbs_no_cell(tmp_path: Path) -> None:
    (tmp_path / "events").mkdir()
    assert run(tmp_path, "1 + 1").cells[1].outputs[0].data["text/plain"] == "2"


def test_the_reporter_needs_nothing_of_the_kit() -> None:
    assert "import wirelab" not in REPORTER.read_text("utf-8")
    assert "from wirelab" not in REPORTER.read_text("utf-8")
