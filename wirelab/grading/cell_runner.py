"""Run cells as a kernel does, in this process, and collect what they show."""

import _thread
import asyncio
import mimetypes
import signal
import sys
import threading
import types
from concurrent.futures import Future
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell

MAX_OUTPUT = 200_000  # characters of what a cell shows
CUT = "\n… the rest of this output is not kept\n"
GRACE = 2.0  # seconds for a cell to end after its interrupt

Output = dict[str, Any]


class NoEnd(Exception):
    """A cell did not end in time, and could not be interrupted."""


class Shown:
    """What the running cell has shown so far, as a notebook keeps it, and no more than `MAX_OUTPUT`."""

    def __init__(self) -> None:
        self.outputs: list[Output] = []
        self._size = 0
        self._lock = threading.Lock()

    def write(self, name: str, text: str) -> None:
        """Text on stdout or stderr."""
        with self._lock:
            if self._size > MAX_OUTPUT:
                return
            text = text[:MAX_OUTPUT] + (CUT if self._size + len(text) > MAX_OUTPUT else "")
            self._size += len(text)
            last = self.outputs[-1] if self.outputs else {}
            if last.get("name") == name:
                last["text"] += text
            else:
                self.outputs.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: Output) -> None:
        """Any other output."""
        with self._lock:
            self._size += len(repr(output))
            if self._size <= MAX_OUTPUT:
                self.outputs.append(output)

    def take(self) -> list[Output]:
        """Everything up to here; from here on, the next cell's."""
        with self._lock:
            outputs, self.outputs, self._size = self.outputs, [], 0
            return outputs


class _Stream:
    """A file that writes into what the cell shows."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, shown: Shown, name: str) -> None:
        self._shown, self.name = shown, name

    def write(self, text: str) -> int:
        self._shown.write(self.name, str(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        return

    def isatty(self) -> bool:
        return False


def _data(formatted: Any) -> dict[str, Any]:
    return {key: value for key, value in formatted.items() if isinstance(value, str | dict | list)}


class CellRunner:
    """A shell that runs cells in the main thread's event loop, one after another."""

    def __init__(self) -> None:
        """Make the shell, which takes a while, before there is a learner's code: a fork copies it."""
        mimetypes.init()  # as a check that runs in the same process has done
        HistoryManager.enabled = False  # type: ignore[assignment]
        self.shown = Shown()
        self.main = types.ModuleType("__main__")
        self.shell = InteractiveShell.instance(user_module=self.main, user_ns=vars(self.main))
        shell: Any = self.shell  # IPython has few types
        shell.xmode = "Context"
        shell.colors = "nocolor"

    def start(self) -> None:
        """Take over stdout, stderr and `__main__` of this process."""
        self._loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self._loop)
        sys.modules["__main__"] = self.main
        sys.stdout, sys.stderr = _Stream(self.shown, "stdout"), _Stream(self.shown, "stderr")
        shell: Any = self.shell
        shell.display_pub.publish = self._publish
        shell.displayhook = shell.display_trap.hook = self._hook()
        shell._showtraceback = self._show_error

    def serve(self) -> None:
        """Run the loop in the main thread, for ever: cells come from other threads."""
        signal.signal(signal.SIGINT, signal.default_int_handler)
        while True:
            try:
                self._loop.run_forever()
            except KeyboardInterrupt:  # it came between two cells
                continue

    def run(self, source: str, seconds: float) -> list[Output]:
        """What a cell shows. Raises NoEnd where it goes on in spite of an interrupt."""
        running = asyncio.run_coroutine_threadsafe(self._run(source), self._loop)
        try:
            running.exception(timeout=seconds)
        except TimeoutError:
            self.shown.write("stderr", f"interrupted after {seconds:g} s\n")
            self._interrupt(running)
        return self.shown.take()

    def _interrupt(self, running: "Future[None]") -> None:
        if hasattr(signal, "pthread_kill"):
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        else:  # Windows
            _thread.interrupt_main()
        try:
            running.exception(timeout=GRACE / 2)
        except TimeoutError:
            running.cancel()
        if not self._is_free(GRACE):
            raise NoEnd

    def _is_free(self, seconds: float) -> bool:
        """Whether the loop turns."""
        turned = threading.Event()
        self._loop.call_soon_threadsafe(turned.set)
        return turned.wait(seconds)

    async def _run(self, source: str) -> None:
        shell: Any = self.shell
        cell = shell.transform_cell(source)
        if shell.should_run_async(source, transformed_cell=cell):
            await shell.run_cell_async(source, store_history=True, transformed_cell=cell)
        else:
            shell.run_cell(source, store_history=True)

    def _publish(self, data: Any, metadata: Any = None, **_: Any) -> None:
        self.shown.add({"output_type": "display_data", "data": _data(data), "metadata": {}})

    def _show_error(self, kind: Any, error: Any, lines: list[str]) -> None:
        name = getattr(kind, "__name__", str(kind))
        told = {"ename": name, "evalue": str(error)[:2000], "traceback": [line[:5000] for line in lines][:50]}
        self.shown.add({"output_type": "error", **told})

    def _hook(self) -> DisplayHook:
        runner = self

        class Hook(DisplayHook):
            def write_output_prompt(self) -> None:
                return

            def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
                number = runner.shell.execution_count
                shown = {"output_type": "execute_result", "execution_count": number, "metadata": {}}
                runner.shown.add({**shown, "data": _data(format_dict)})

        return Hook(shell=self.shell)  # type: ignore[no-untyped-call]
