"""Start a fork server, give it submissions, and read which of them are done."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from wirelab.errors import GradingError
from wirelab.grading.jobs import Job, Told, told_in
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
NUMBERS = 2**20  # where the count begins, at most: other fork servers of this computer begin somewhere else
NOT_APART = (
    "Submissions cannot be run apart on this computer ({}). With --trust each gets a fresh process, which may do "
    "whatever you may do here: read your files, write over them, use the network. Do that for people you trust, "
    "or in a virtual machine, or grade on Linux."
)
DIED = "The process that runs submissions ended by itself: run the same command again, it goes on."


class ForkServer:
    """A fork server and the folder in which its judges leave their answers."""

    def __init__(self) -> None:
        """Takes some seconds. Raises GradingError where this computer has no namespaces for us."""
        if sys.platform != "linux":
            raise GradingError(NOT_APART.format(f"this is {sys.platform}, and namespaces are Linux's"))
        self._spool = Path(tempfile.mkdtemp(prefix="wirelab-grade-"))
        self._spool.chmod(0o711)  # a judge that is another user has to find its way to its own folder
        command = [sys.executable, "-m", "wirelab.grading.fork_server"]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            bufsize=1,
            env=clean_environment(),
            cwd=COURSE,
            start_new_session=True,
        )
        self._number = secrets.randbelow(NUMBERS)
        said = self._line()
        if said != READY:
            self.close()
            raise GradingError(NOT_APART.format(said.removeprefix("no: ") or "the fork server did not start"))

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def begin(self, job: Job) -> int:
        """Have a submission judged; its number. Raises GradingError where the fork server has ended."""
        self._number += 1
        told = {"number": self._number, "submission": str(job.submission.resolve()), "stem": job.stem}
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps({**told, "spool": str(self._place(self._number))}) + "\n")
        except (OSError, ValueError):
            raise GradingError(DIED) from None
        return self._number

    def next_done(self) -> int:
        """Wait until one is done; its number. Raises GradingError where the fork server ends."""
        line = self._line()
        if not line:
            raise GradingError(DIED)
        return int(line)

    def told(self, number: int) -> Told:
        """What came of the one that is done."""
        path = self._place(number)
        try:
            return told_in(path.read_text(encoding="utf-8"))
        except OSError:
            return {}
        finally:
            path.unlink(missing_ok=True)

    def _place(self, number: int) -> Path:
        return self._spool / f"{number}.json"

    def close(self) -> None:
        """End the process, and with it everything that is under way."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()
        shutil.rmtree(self._spool, ignore_errors=True)


def clean_environment() -> dict[str, str]:
    """The few variables that Python needs: a learner's code is not to read others, which may hold passwords."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {**kept, "HOME": tempfile.gettempdir(), "PYTHONUTF8": "1", "MPLBACKEND": "agg"}
