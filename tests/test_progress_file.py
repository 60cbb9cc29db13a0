"""What came of an exercise is kept, whatever happens to the file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wirelab import progress_file
from wirelab.progress_file import State, record, states, states_in


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file, in a place of its own."""
    monkeypatch.setenv(progress_file.PLACE, str(tmp_path / "kept" / "verdicts.jsonl"))
    return tmp_path / "kept" / "verdicts.jsonl"


def test_what_was_tried_is_begun_and_what_passed_is_done(kept: Path) -> None:
    record("12.1", passed=False)
    record("12.2", passed=True)
    assert states() == {"12.1": State.BEGUN, "12.2": State.DONE}


def test_what_is_done_stays_done(kept: Path) -> None:
    record("12.1", passed=True)
    record("12.1", passed=False)
    assert states() == {"12.1": State.DONE}


def test_the_file_grows_by_news_alone(kept: Path) -> None:
    for passed in (False, False, True, True, False):
        record("12.1", passed=passed)
    assert kept.read_text().count("\n") == 2


def test_damaged_lines_cost_themselves_alone() -> None:
    whole = '{"exercise": "12.1", "state": "done"}'
    lines = ["\x00\ufffd{", whole, "[1]", '{"exercise": "12.2"', "null", "[" * 9999]
    assert states_in(lines) == {"12.1": State.DONE}


def test_a_line_that_was_cut_short_does_not_spoil_the_next(kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_bytes(b'\n{"exercise": "12.1", "sta')
    record("12.2", passed=True)
    assert states() == {"12.2": State.DONE}


def test_bytes_that_are_no_text_are_no_error(kept: Path) -> None:
    kept.parent.mkdir()
    kept.write_bytes(bytes(range(256)))
    record("12.2", passed=True)
    assert states() == {"12.2": State.DONE}


@pytest.mark.parametrize("place", ["a folder", "below a file"])
def test_a_place_that_cannot_be_written_is_no_error(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(progress_file.PLACE, str(tmp_path if place == "a folder" else tmp_path / "file" / "x"))
    record("12.1", passed=True)
    assert states() == {}


def test_two_kernels_at_once_take_nothing_from_each_other(kept: Path) -> None:
    code = """if True:
        import sys
        from wirelab.progress_file import record
        for number in range(200):
            record(f"{sys.argv[1]}.{number}", passed=True)"""
    both = [subprocess.Popen([sys.executable, "-c", code, lesson]) for lesson in ("12", "13")]
    assert [process.wait() for process in both] == [0, 0]
    assert len(states()) == 400


@pytest.mark.parametrize("name", ["CI", "NBGRADER_EXECUTION", "PYTEST_VERSION", "WIRELAB_PORTS"])
def test_nothing_is_kept_where_a_program_runs_the_cells(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in progress_file.NO_LEARNER:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.delenv(progress_file.PLACE, raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "exercises/12-web-server.ipynb")
    assert progress_file.is_kept()
    monkeypatch.setenv(name, "1")
    assert not progress_file.is_kept()


def test_a_script_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"JPY_SESSION_NAME", progress_file.PLACE, *progress_file.NO_LEARNER}
    alone = {name: value for name, value in os.environ.items() if name not in known}
    code = "from wirelab import progress_file; print(progress_file.is_kept())"
    command = [sys.executable, "-c", code]
    assert subprocess.run(command, env=alone, check=True, capture_output=True).stdout.strip() == b"False"
