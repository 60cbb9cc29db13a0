"""Run JavaScript within limits of time and memory.

QuickJS-ng does it. Its wheels have two megabytes, a context is there in half a millisecond, and it comes back
whatever a script does. It has no wheel for Macs with Intel processors and for Windows on ARM. V8 (mini-racer)
is used there: it has twenty megabytes, and needs a process of its own.
"""

import contextlib
import json
import re
import subprocess
import sys
import weakref
from dataclasses import dataclass
from typing import Any, Protocol

from wirelab.checking import v8_process

SECONDS = 1.0  # for one run: a script that takes longer never ends
MEMORY = 64 * 2**20  # bytes
FRAME = re.compile(r"\((?:<input>|<anonymous>):(\d+):(\d+)\)|at (?:<input>|<anonymous>):(\d+):(\d+)")
FIRST_LINE = re.compile(r"(?:<anonymous>|undefined):(\d+): (.*)")


class ScriptStopped(Exception):
    """A script was ended: it took too long, or too much memory. Its engine is of no more use."""


@dataclass
class Raised(Exception):
    """A script raised an exception: its text, and the stack with lines and columns."""

    text: str
    stack: str


class Engine(Protocol):
    """A JavaScript engine with global variables of its own. For one thread."""

    def run(self, code: str) -> Any:
        """Run code, and its promises; a string, a number or None comes back. Raises Raised, ScriptStopped."""


def new_engine() -> Engine:
    """The engine that this computer has."""
    try:
        return QuickJS()
    except ImportError:
        return V8()


class QuickJS:
    """QuickJS-ng. Its time is that of the whole process's processor."""

    def __init__(self) -> None:
        import quickjs

        self._failures = (quickjs.JSException, quickjs.StackOverflow)
        self._context = quickjs.Context()
        self._context.set_time_limit(SECONDS)
        self._context.set_memory_limit(MEMORY)

    def run(self, code: str) -> Any:
        try:
            value = self._context.eval(code)
            if not isinstance(value, str | int | float | None):
                self._context.set("__value", value)
                self._context.eval("globalThis.__probe?.watch(__value); delete globalThis.__value")
                value = None
            while self._context.execute_pending_job():
                pass
        except self._failures as error:
            text, _, stack = str(error).partition("\n")
            raise _failure(text, stack) from None
        return value


class V8:
    """mini-racer, in a process of its own: there it may crash, and a script that never ends is ended with it."""

    def __init__(self) -> None:
        import py_mini_racer  # noqa: F401  whose absence has to be told here

        limits = [str(SECONDS), str(MEMORY)]
        self._process = subprocess.Popen(
            [sys.executable, "-P", v8_process.__file__, *limits],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="ascii",
        )
        weakref.finalize(self, _end, self._process)

    def run(self, code: str) -> Any:
        assert self._process.stdin and self._process.stdout
        with contextlib.suppress(OSError):  # it has ended
            self._process.stdin.write(json.dumps(code) + "\n")
            self._process.stdin.flush()
        if not (line := self._process.stdout.readline()):
            is_late = self._process.wait() == v8_process.TOO_LONG
            raise _failure(f"InternalError: {'interrupted' if is_late else 'out of memory'}", "")
        outcome = json.loads(line)
        if "error" in outcome:
            raise _failure_of_v8(outcome["error"])
        return outcome["value"]


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    with contextlib.suppress(OSError):  # what it was to be sent last
        process.communicate()


def _failure(text: str, stack: str) -> Exception:
    if text == "InternalError: interrupted":
        return ScriptStopped(f"it ran for more than {SECONDS:g} s: does one of its loops never end?")
    if text == "InternalError: out of memory":
        return ScriptStopped("it took more memory than a page may: does one of its loops never end?")
    return Raised(text, stack)


def _failure_of_v8(said: str) -> Exception:
    first, _, stack = said.partition("\n")
    found = FIRST_LINE.match(first)
    return Raised(found[2], f"{stack}\n    at <anonymous>:{found[1]}:1") if found else Raised(first, stack)


def places(stack: str) -> list[tuple[int, int]]:
    """The lines and columns of a stack, the innermost first; of a syntax error, where it is."""
    found = [match.groups() for match in FRAME.finditer(stack)]
    called = [(int(line), int(column)) for line, column, *_ in found if line]
    bare = [(int(line), int(column)) for *_, line, column in found if line]
    # QuickJS names a place inside of a JSON text as if it were one of the script.
    return called or bare if "(native)" in stack else called + bare
