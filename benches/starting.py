"""How long start.py takes, cold and warm, beside what is under it: pip and `python -m wirelab`.

    python -m benches.starting

It works on a copy of the course in a folder of its own. Cold means without .venv; packages that the installer
has fetched before come from its store. Warm means that .venv is there, as on every later day.
"""

import contextlib
import http.client
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from benches.measuring import HOST, in_turns, seconds
from benches.table import Row, show
from wirelab.paths import COURSE

PYTHON = getattr(sys, "_base_executable", sys.executable)  # start.py is for a Python without packages
LEFT_OUT = shutil.ignore_patterns(".venv*", ".git", "__pycache__", ".*_cache", ".ipynb_checkpoints")
ROUNDS, LABS = 5, 3
PATIENCE = 120  # seconds for JupyterLab to answer


def quietly(*command: str | Path, cwd: Path) -> None:
    subprocess.run(command, cwd=cwd, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_pip(course: Path, venv: Path) -> None:
    """What README would say if there were no start.py."""
    quietly(PYTHON, "-m", "venv", venv, cwd=course)
    quietly(python_of(venv), "-m", "pip", "install", "--require-hashes", "-r", "requirements.lock", cwd=course)


def python_of(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def free_port() -> int:
    with socket.create_server((HOST, 0)) as listener:
        return int(listener.getsockname()[1])


def until_it_answers(*command: str | Path, cwd: Path) -> None:
    """Start JupyterLab, wait for its first page, and end it."""
    port = free_port()
    words = [*command, "--no-browser", f"--port={port}"]
    with subprocess.Popen(words, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as lab:
        try:
            end = time.monotonic() + PATIENCE
            while not answers(port):
                if lab.poll() is not None or time.monotonic() > end:
                    raise TimeoutError("JupyterLab did not answer")
                time.sleep(0.02)
        finally:
            lab.terminate()


def answers(port: int) -> bool:
    with contextlib.closing(http.client.HTTPConnection(HOST, port, timeout=PATIENCE)) as connection:
        try:
            connection.request("GET", "/lab")
            return connection.getresponse().status < 500
        except (OSError, http.client.HTTPException):
            return False


def cold(course: Path) -> Row:
    ours = seconds(partial(quietly, PYTHON, "start.py", "doctor", cwd=course))
    yardstick = seconds(partial(by_pip, course, course.parent / "by-pip"))
    return Row("start.py cold: until doctor has spoken", ours, yardstick, "s", "venv and pip install")


def warm(course: Path) -> list[Row]:
    start: list[str | Path] = [PYTHON, "start.py"]
    direct: list[str | Path] = [python_of(course / ".venv"), "-m", "wirelab"]

    def row(what: str, run: Callable[..., None], rounds: int, *words: str) -> Row:
        def timed(command: list[str | Path]) -> Callable[[], float]:
            return partial(seconds, partial(run, *command, *words, cwd=course))

        taken = in_turns({"ours": timed(start), "direct": timed(direct)}, rounds)
        return Row(f"start.py warm: {what}", taken["ours"], taken["direct"], "s", "python -m wirelab")

    return [
        row("--help", quietly, ROUNDS, "--help"),
        row("doctor", quietly, ROUNDS, "doctor"),
        row("JupyterLab answers", until_it_answers, LABS),
    ]


def rows() -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="wirelab-", ignore_cleanup_errors=True) as folder:
        course = Path(folder).resolve() / "course"
        shutil.copytree(COURSE, course, ignore=LEFT_OUT, symlinks=True)
        return [cold(course), *warm(course)]


if __name__ == "__main__":
    show(rows)
