"""Have submissions judged by the workers of a Dask cluster."""

import contextlib
import hashlib
import shutil
import time
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wirelab.errors import GradingError
from wirelab.grading.course_notebooks import course_hash
from wirelab.grading.jobs import Job, Told, told_in

NO_DASK = (
    "--dask needs Dask in the course's Python, here and on each worker: "
    '.venv/bin/python -m pip install -e ".[dask]"'
)
NOBODY = "No scheduler of Dask answers at {}: {}. Start one with `.venv/bin/dask scheduler`, and name its address."
NO_WORKER = (
    "The scheduler at {} has had no worker for {:g} s. On each computer: .venv/bin/dask worker {}. "
    "What is graded stays graded: run the same command again."
)
SCHEDULER_LOST = (
    "The scheduler at {} has gone. What is graded stays graded: run the same command again, and it goes on."
)
REACHING = 10.0  # seconds
WITHOUT_WORKERS = 60.0  # seconds until it is given up
LOOK_AT_WORKERS = 5.0  # seconds between two looks whether there are some
SUBMITTED = 200  # submissions that the scheduler knows of at once
RETRIES = 2  # after a judge without an answer


class DaskPool:
    """Judges on other computers. Their answers are files in the folder with the grades, which all share."""

    at_once = SUBMITTED

    def __init__(self, address: str, folder: Path) -> None:
        """Raises GradingError where Dask is not installed, or nobody is at the address."""
        try:
            from distributed import Client
        except ImportError:
            raise GradingError(NO_DASK) from None
        from wirelab.grading.dask_worker import ForkServerPlugin

        self._address, self._folder = address, folder.resolve() / "judged"
        self._round = 0
        self._plugin = f"wirelab-grade-{hashlib.sha256(str(self._folder).encode()).hexdigest()[:12]}"
        self._running: dict[Any, Job] = {}
        try:
            self._client = Client(address, timeout=REACHING)
        except (OSError, ValueError) as error:  # TimeoutError is an OSError
            raise GradingError(NOBODY.format(address, error)) from None
        self._folder.mkdir(parents=True, exist_ok=True)
        self._client.register_plugin(ForkServerPlugin(course_hash()), name=self._plugin)

    def judge(self, jobs: Sequence[Job], *, at_once: int = SUBMITTED) -> Iterator[tuple[Job, Told]]:
        """What came of each, in the order in which they end.

        Raises GradingError where a worker cannot judge, or where there is none for a minute.
        """
        waiting = deque(jobs)
        self._round += 1
        while waiting or self._running:
            while waiting and len(self._running) < at_once:
                self._begin(waiting.popleft())
            for future in self._done():
                job = self._running.pop(future)
                yield job, self._told(future)

    def _begin(self, job: Job) -> None:
        from wirelab.grading.dask_worker import judge_into

        place = str(self._folder / f"{job.key}.{self._round}.json")
        words = (place, str(job.submission.resolve()), job.stem, self._plugin)
        name = f"{self._plugin}-{job.key}-{self._round}"
        self._running[self._client.submit(judge_into, *words, key=name, retries=RETRIES)] = job

    def _done(self) -> Sequence[Any]:
        """Those that have ended; at least one."""
        from distributed import CancelledError, wait

        end = time.monotonic() + WITHOUT_WORKERS
        while time.monotonic() < end:
            try:
                return list(wait(list(self._running), timeout=LOOK_AT_WORKERS, return_when="FIRST_COMPLETED").done)
            except TimeoutError:
                end = time.monotonic() + WITHOUT_WORKERS if self._has_workers() else end
            except (CancelledError, OSError):
                raise GradingError(SCHEDULER_LOST.format(self._address)) from None
        raise GradingError(NO_WORKER.format(self._address, WITHOUT_WORKERS, self._address))

    def _has_workers(self) -> bool:
        try:
            return bool(self._client.scheduler_info()["workers"])
        except OSError:
            return False

    def _told(self, future: Any) -> Told:
        error = future.exception()
        if isinstance(error, GradingError):
            raise error
        if error:  # several workers were lost with it, or no judge gave an answer
            return {}
        try:
            return told_in(Path(future.result()).read_text(encoding="utf-8"))
        except OSError:
            return {}

    def close(self) -> None:
        """End everything that is under way, and the fork servers of the workers."""
        with contextlib.suppress(Exception):  # the scheduler may be gone
            self._client.cancel(list(self._running), force=True)
            self._client.unregister_worker_plugin(self._plugin)
        self._client.close()
        if not self._running:  # else what nobody has read yet is for the next run
            shutil.rmtree(self._folder, ignore_errors=True)
