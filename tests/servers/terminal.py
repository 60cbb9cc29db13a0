"""Run a module as a shell in a terminal runs it."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# A child of a test may have inherited that Ctrl+C is ignored; one of a terminal has not.
AS_IN_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def python_m(module: str, *words: str) -> list[str]:
    """The command for `python -m MODULE WORDS`, which Ctrl+C reaches."""
    if os.name != "posix":  # there execv starts another process, and a path with a blank becomes two words
        return [sys.executable, "-m", module, *words]
    return [sys.executable, "-c", AS_IN_A_TERMINAL, "-m", module, *words]


@contextmanager
def running(module: str, *words: str) -> Iterator[subprocess.Popen[str]]:
    """`python -m MODULE WORDS`. It is killed after 30 seconds, so that no test waits for ever."""
    command = python_m(module, *words)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        limit = threading.Timer(30, process.kill)
        limit.start()
        try:
            yield process
        finally:
            limit.cancel()
            process.kill()
