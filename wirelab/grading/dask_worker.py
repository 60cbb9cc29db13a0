"""Judge submissions in a worker of Dask: one fork server for each worker, whatever the number of its threads.

A worker has threads, so nothing is forked in it: the fork server is a program of its own. What a judge tells goes
into a file, and the worker answers with its name: the answers in a worker's memory are lost with the worker.
https://distributed.dask.org/en/stable/plugins.html
"""

import asyncio
import contextlib
import json
import queue
import threading
from pathlib import Path

from distributed import Worker, WorkerPlugin, get_worker

from wirelab import atomic_write
from wirelab.errors import GradingError
from wirelab.grading.course_notebooks import course_hash
from wirelab.grading.fork_server_process import ForkServer
from wirelab.grading.jobs import Job, Told, told_in

OTHER_COURSE = "The worker at {} has another version of the course: its checks may differ. Give it the same files."
NOT_SHARED = "The worker at {} has no {}: the folder with the grades has to be at the same path on all computers."
NOTHING_TOLD = "The judge of {} gave no answer"


class SharedForkServer:
    """A fork server that many threads use at once."""

    def __init__(self) -> None:
        """Takes some seconds. Raises GradingError where this computer has no namespaces for us."""
        self._server, self._lock = ForkServer(), threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[Told]] = {}
        self.is_over = False
        threading.Thread(target=self._read, name="fork server", daemon=True).start()

    def judge(self, job: Job) -> Told:
        """What came of a submission; empty where the fork server ended."""
        answers = queue.SimpleQueue[Told]()
        with self._lock, contextlib.suppress(GradingError):
            self._waiting[self._server.begin(job)] = answers
        with self._lock:
            if self.is_over:
                return {}
        return answers.get()

    def _read(self) -> None:
        with contextlib.suppress(GradingError, ValueError):  # it has ended
            while True:
                number = self._server.next_done()
                with self._lock:
                    answers = self._waiting.pop(number)
                answers.put(self._server.told(number))
        with self._lock:
            self.is_over = True
            for answers in self._waiting.values():
                answers.put({})

    def close(self) -> None:
        """End it, and everything that is under way."""
        self._server.close()


class ForkServerPlugin(WorkerPlugin):  # type: ignore[misc]
    """Gives each worker a fork server, also those that come later."""

    def __init__(self, course: str) -> None:
        """`course` is the hash of the course that has to be there."""
        self._course, self._fault = course, ""
        self._server: SharedForkServer | None = None

    async def setup(self, worker: Worker) -> None:
        """Raises nothing: what is wrong is told where a submission is judged."""
        self._lock = threading.Lock()
        await asyncio.to_thread(self._start, str(worker.address))

    def _start(self, address: str) -> None:
        try:
            if course_hash.__wrapped__() != self._course:  # anew: files may have changed since the worker began
                raise GradingError(OTHER_COURSE.format(address))
            self._server = SharedForkServer()
        except (GradingError, OSError) as error:
            self._fault = f"{address}: {error}"

    def server(self, address: str) -> SharedForkServer:
        """The fork server; a new one where it has ended. Raises GradingError where there can be none."""
        with self._lock:
            if self._server and self._server.is_over:
                self._server.close()
                self._start(address)
        if self._fault or not self._server:
            raise GradingError(self._fault)
        return self._server

    def teardown(self, worker: Worker) -> None:
        """End the fork server."""
        if self._server:
            self._server.close()


def judge_into(place: str, submission: str, stem: str, plugin: str) -> str:
    """Judge a submission and write what came of it to a file, unless it is there. Returns the file's name.

    Raises GradingError where this worker cannot judge, and OSError where the judge gave no answer.
    """
    path, worker = Path(place), get_worker()
    if path.exists() and told_in(path.read_text(encoding="utf-8")):
        return place  # by a worker that was lost before it could say so
    server: SharedForkServer = worker.plugins[plugin].server(worker.address)
    if not Path(submission).exists():
        raise GradingError(NOT_SHARED.format(worker.address, submission))
    told = server.judge(Job("", Path(submission), stem))
    if not told:
        raise OSError(NOTHING_TOLD.format(stem))
    atomic_write.write(path, json.dumps(told))
    return place
