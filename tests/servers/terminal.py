"""Run a module as a shell in a terminal runs it."""

import sys

# A child of a test may have inherited that Ctrl+C is ignored; one of a terminal has not.
AS_IN_A_TERMINAL = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def python_m(module: str, *words: str) -> list[str]:
    """The command for `python -m MODULE WORDS`, which Ctrl+C reaches."""
    return [sys.executable, "-c", AS_IN_A_TERMINAL, "-m", module, *words]
