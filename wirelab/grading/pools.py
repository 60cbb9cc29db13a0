"""Have several submissions judged at once, and give what came of each as soon as it is there."""

import json
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Protocol

from wirelab.grading.fork_server_process import ForkServer, clean_environment
from wirelab.grading.jobs import Job, Told, told_in
from wirelab.grading.judge import NOTEBOOK_SECONDS
from wirelab.paths import COURSE

AT_ONCE = 2 * (os.cpu_count() or 1)  # a check waits half of its time
FRESH_SECONDS = NOTEBOOK_SECONDS + 90.0


class Pool(Protocol):
    """Has submissions judged. `at_once` is how many at the same time, where nobody says."""

    @property
    def at_once(self) -> int:
        """A number above zero."""

    def judge(self, jobs: Sequence[Job], *, at_once: int) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end."""

    def close(self) -> None:
        """End everything that is under way."""


class ForkPool:
    """Judges in namespaces, by one fork server."""

    at_once = AT_ONCE

    def __init__(self) -> None:
        """Raises GradingError where this computer has no namespaces for us."""
        self._server = ForkServer()

    def judge(self, jobs: Sequence[Job], *, at_once: int = AT_ONCE) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end. Raises GradingError where the fork server dies."""
        waiting, running = deque(jobs), dict[int, Job]()
        while waiting or running:
            while waiting and len(running) < at_once:
                job = waiting.popleft()
                running[self._server.begin(job)] = job
            number = self._server.next_done()
            if number in running:
                yield running.pop(number), self._server.told(number)

    def close(self) -> None:
        """End the fork server, and with it everything that is under way."""
        self._server.close()


class FreshPool:
    """Judges with a fresh process for each submission, and without anything that keeps it apart."""

    at_once = AT_ONCE

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
