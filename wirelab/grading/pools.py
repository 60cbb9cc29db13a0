"""Have several submissions judged at once, and give what came of each as soon as it is there."""

import json
import os
import queue
import shutil
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from wirelab.errors import GradingError
from wirelab.grading.judge import NOTEBOOK_SECONDS
from wirelab.paths import COURSE

KEPT_VARIABLES = (
    "PATH",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TMPDIR",
    "TEMP",
    "SYSTEMROOT",
    "VIRTUAL_ENV",
    "PYTHONPATH",
)
READY = "ready"  # what the fork server writes when it can take jobs
AT_ONCE = 2 * (os.cpu_count() or 1)  # a check waits half of its time
FRESH_SECONDS = NOTEBOOK_SECONDS + 90.0
NOT_APART = (
    "Submissions cannot be run apart on this computer ({}). With --trust each gets a fresh process, which may do "
    "whatever you may do here: read your files, write over them, use the network. Do that for people you trust, "
    "or in a virtual machine, or grade on Linux."
)
DIED = "The process that runs submissions ended by itself: run the same command again, it goes on."


@dataclass(frozen=True)
class Job:
    """A submission to judge: the path of the file, and the stem of the course's notebook that it is."""

    key: str
    submission: Path
    stem: str


Told = dict[str, Any]  # what a judge answers: grades and evidence, or a reason; empty where it gave no answer


class Pool(Protocol):
    """Has submissions judged."""

    def judge(self, jobs: Sequence[Job], *, at_once: int) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end."""

    def close(self) -> None:
        """End everything that is under way."""


class ForkPool:
    """Judges in namespaces, by one fork server."""

    def __init__(self) -> None:
        """Raises GradingError where this computer has no namespaces for us."""
        if sys.platform != "linux":
            raise GradingError(NOT_APART.format(f"this is {sys.platform}, and namespaces are Linux's"))
        self._spool = Path(tempfile.mkdtemp(prefix="wirelab-grade-"))
        self._spool.chmod(0o711)  # a judge that is another user has to find its way to its own folder
        command = [sys.executable, "-m", "wirelab.grading.fork_server"]
        self._server = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=clean_environment(),
            cwd=COURSE,
            start_new_session=True,
        )
        self._number = 0
        said = self._line()
        if said != READY:
            self.close()
            raise GradingError(NOT_APART.format(said.removeprefix("no: ") or "the fork server did not start"))

    def _line(self) -> str:
        assert self._server.stdout
        return self._server.stdout.readline().strip()

    def judge(self, jobs: Sequence[Job], *, at_once: int = AT_ONCE) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end. Raises GradingError where the fork server dies."""
        waiting, running = deque(jobs), dict[int, Job]()
        while waiting or running:
            while waiting and len(running) < at_once:
                self._start(waiting[0], running)
                waiting.popleft()
            line = self._line()
            if not line:
                raise GradingError(DIED)
            if job := running.pop(int(line), None):
                yield job, self._told(int(line))

    def _start(self, job: Job, running: dict[int, Job]) -> None:
        self._number += 1
        running[self._number] = job
        told = {"number": self._number, "submission": str(job.submission.resolve()), "stem": job.stem}
        assert self._server.stdin
        self._server.stdin.write(json.dumps({**told, "spool": str(self._spool / f"{self._number}.json")}) + "\n")

    def _told(self, number: int) -> Told:
        path = self._spool / f"{number}.json"
        try:
            return told_in(path.read_text(encoding="utf-8"))
        except OSError:
            return {}
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """End the fork server, and with it everything that is under way."""
        for stream in (self._server.stdin, self._server.stdout):
            if stream:
                stream.close()
        self._server.kill()
        self._server.wait()
        shutil.rmtree(self._spool, ignore_errors=True)


class FreshPool:
    """Judges with a fresh process for each submission, and without anything that keeps it apart."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[str]] = set()

    def judge(self, jobs: Sequence[Job], *, at_once: int = AT_ONCE) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end."""
        waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        done: queue.SimpleQueue[tuple[Job, Told]] = queue.SimpleQueue()
        for job in jobs:
            waiting.put(job)

        def work() -> None:
            while True:
                try:
                    job = waiting.get_nowait()
                except queue.Empty:
                    return
                done.put((job, self._judge(job)))

        for _ in range(min(at_once, len(jobs))):
            threading.Thread(target=work, daemon=True).start()
        for _ in jobs:
            yield done.get()

    def _judge(self, job: Job) -> Told:
        command = [sys.executable, "-m", "wirelab.grading.fresh_process"]
        pipe = subprocess.PIPE
        process = subprocess.Popen(
            command, stdin=pipe, stdout=pipe, text=True, env=clean_environment(), cwd=COURSE, encoding="utf-8"
        )
        self._running.add(process)
        try:
            told = json.dumps({"submission": str(job.submission.resolve()), "stem": job.stem})
            return told_in(process.communicate(told, timeout=FRESH_SECONDS)[0])
        except subprocess.TimeoutExpired:
            return {}
        finally:
            process.kill()
            process.wait()
            self._running.discard(process)

    def close(self) -> None:
        """End everything that is under way."""
        for process in list(self._running):
            process.kill()


def told_in(text: str) -> Told:
    """What a judge answered; empty for what is no answer."""
    try:
        told = json.loads(text)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def clean_environment() -> dict[str, str]:
    """The few variables that Python needs: a learner's code is not to read others, which may hold passwords."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": tempfile.gettempdir(), "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
