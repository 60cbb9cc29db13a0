"""Fork a supervisor for each submission from one warm process (Linux)."""

import contextlib
import json
import os
import select
import signal
from typing import Any

from wirelab.grading import isolation
from wirelab.grading.cell_runner import CellRunner
from wirelab.grading.course_notebooks import assignments
from wirelab.grading.fork_server_process import READY
from wirelab.grading.supervisor import run_and_exit, supervise


def main() -> None:
    """Read jobs, a line of JSON each; write the number of each one that is done."""
    if said := isolation.fault():
        print(f"no: {said}", flush=True)
        return
    runner = CellRunner()
    warm_up()
    reads, writes = os.pipe()
    os.set_blocking(writes, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the grader
    signal.set_wakeup_fd(writes)
    print(READY, flush=True)
    jobs: dict[int, int] = {}
    rest = b""
    while True:
        ready = select.select([0, reads], [], [])[0]
        if reads in ready:
            os.read(reads, 4096)
            _tell_ended(jobs)
        if 0 in ready:
            data = os.read(0, 2**16)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                job = json.loads(line)
                jobs[_start(job, runner)] = job["number"]


def _start(job: dict[str, Any], runner: CellRunner) -> int:
    child = os.fork()
    if not child:
        isolation.end_with_parent()
        run_and_exit(lambda: supervise(job, runner))
    return child


def _tell_ended(jobs: dict[int, int]) -> None:
    with contextlib.suppress(ChildProcessError):
        while True:
            child, _ = os.waitpid(-1, os.WNOHANG)
            if not child:
                return
            print(jobs.pop(child, -1), flush=True)


def warm_up() -> None:
    """Import what notebooks import, so that a fork has it."""
    import http.server  # noqa: F401
    import sqlite3  # noqa: F401

    import flask_restful  # noqa: F401
    import requests  # noqa: F401
    import websockets.asyncio.client  # noqa: F401
    import websockets.asyncio.server  # noqa: F401
    import websockets.sync.client  # noqa: F401

    import wirelab  # noqa: F401
    from wirelab.checking.exercises import exercises

    exercises()
    assignments()


if __name__ == "__main__":
    main()
