"""`start.py grade --dask`: real workers, one of which is killed in the middle."""

import importlib.util
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil
import pytest
from graded import apart, grade, hand_in, left_processes, rows
from waiting import wait_until

from wirelab.paths import COURSE

needs_dask = pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="Dask is not installed")
LEARNERS = 6
STEMS = ("11-http-messages", "12-web-server")


@contextmanager
def running(*words: object) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", *map(str, words)]
    with subprocess.Popen(command, cwd=COURSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


@contextmanager
def cluster(folder: Path, workers: int) -> Iterator[tuple[str, list["subprocess.Popen[bytes]"]]]:
    """The address of a scheduler's file, and its workers."""
    file = folder / "scheduler.json"
    of_all = ("--scheduler-file", file, "--no-dashboard")
    with ExitStack() as stack:
        stack.enter_context(running("distributed.cli.dask_scheduler", "--port", 0, "--host", "127.0.0.1", *of_all))
        assert wait_until(file.exists, 60)
        words = ("--no-nanny", "--nthreads", 2, "--local-directory", folder)
        made = [
            stack.enter_context(running("distributed.cli.dask_worker", *words, *of_all)) for _ in range(workers)
        ]
        yield json.loads(file.read_text())["address"], made


@apart
@needs_dask
@pytest.mark.proof
def test_a_worker_and_a_fork_server_that_are_killed_cost_no_grade(tmp_path: Path) -> None:
    place, out, whole = tmp_path / "in", tmp_path / "out", tmp_path / "whole"
    for number in range(LEARNERS):
        kind = ("solutions", "exercises")[number % 2]
        for stem in STEMS:
            hand_in(place, f"{number}", f"{kind}/{stem}")
            with (place / f"{number}" / f"{stem}.ipynb").open("a") as stream:
                stream.write("\n" * number)  # each is another submission
    with cluster(tmp_path, workers=3) as (address, workers):
        command = [sys.executable, "-m", "wirelab", "grade", str(place), "--out", str(out), "--dask", address]
        with subprocess.Popen(command, cwd=COURSE, stderr=subprocess.DEVNULL) as process:
            assert wait_until(lambda: any((out / "results").glob("*.json")), 120)
            workers[0].kill()
            for child in psutil.Process(workers[1].pid).children():
                child.kill()  # its fork server
            assert process.wait(180) == 0
        assert wait_until(lambda: not left_processes(), 20)
    assert grade("--verify", "--out", out) == 0
    assert not (out / "judged").exists()
    assert grade(place, "--out", whole) == 0
    assert (out / "ledger.jsonl").read_bytes() == (whole / "ledger.jsonl").read_bytes()
    assert len((out / "ledger.jsonl").read_text().splitlines()) == LEARNERS * len(STEMS)
    assert [row["earned"] for row in rows(out / "gradebook.csv")] == ["18", "0"] * (LEARNERS // 2)


@needs_dask
@pytest.mark.proof
def test_where_nobody_is_at_the_address_it_says_so(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    place = hand_in(tmp_path / "in", "anna", "exercises/11-http-messages")
    command = [sys.executable, "-m", "wirelab", "grade", str(place), "--out", str(tmp_path / "out")]
    assert subprocess.run([*command, "--dask", "tcp://127.0.0.1:9"], cwd=COURSE).returncode == 1
    assert "No scheduler of Dask answers at tcp://127.0.0.1:9" in capfd.readouterr().err


def test_without_dask_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    place = hand_in(tmp_path / "in", "anna", "exercises/11-http-messages")
    assert grade(place, "--out", tmp_path / "out", "--dask", "tcp://127.0.0.1:9") == 1
    assert '.venv/bin/python -m pip install -e ".[dask]"' in capsys.readouterr().err
    assert grade(place, "--out", tmp_path / "out", "--dask", "tcp://127.0.0.1:9", "--trust") == 1
    assert "do not go together" in capsys.readouterr().err
