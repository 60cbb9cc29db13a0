"""Run cells in a fresh Python kernel, one by one or all at once."""

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import zmq
from jupyter_client.manager import KernelManager
from nbformat import NotebookNode

from wirelab.errors import KernelFailed

REPLY_TIMEOUT = 60.0  # seconds without anything new
KERNEL_START_TIMEOUT = 60.0  # seconds
FREE_PORTS = {"WIRELAB_PORTS": "free"}  # notebooks run side by side must not fight for port 8001


def is_to_fail(cell: NotebookNode) -> bool:
    """Whether the cell shows an error on purpose."""
    return "raises-exception" in cell.metadata.get("tags", [])


@dataclass
class CellResult:
    """What one cell did: its status ("ok", "error" or "aborted") and its outputs in nbformat."""

    status: str
    outputs: list[NotebookNode] = field(default_factory=list)
    expressions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everything it printed or returned, as plain text."""
        return "".join(text_of(output) for output in self.outputs)


def text_of(output: NotebookNode) -> str:
    """An output as plain text."""
    if output.output_type == "stream":
        return str(output.text)
    if output.output_type == "error":
        return f"{output.ename}: {output.evalue}\n"
    return str(output.data.get("text/plain", "")) + "\n"


class Kernel:
    """A fresh Python kernel in folder `cwd`, with `env` added to its environment. A context manager."""

    def __init__(self, cwd: Path, *, env: Mapping[str, str] | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="wirelab-")
        # A kernel's TCP ports are picked before it binds them, and a server of another notebook may
        # take one in between; Unix sockets have no such gap.
        self._manager = KernelManager(
            connection_file=f"{self._folder.name}/kernel.json", transport="ipc" if os.name == "posix" else "tcp"
        )
        self._environment = {**os.environ, **(FREE_PORTS if env is None else env)}
        self._manager.start_kernel(cwd=str(cwd), env=self._environment)
        self._client = self._manager.client()
        self._client.start_channels()
        try:
            self._client.wait_for_ready(timeout=KERNEL_START_TIMEOUT)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The kernel's process."""
        return int(self._manager.provisioner.process.pid)  # type: ignore[union-attr]

    def send(self, code: str, *, may_fail: bool = False, expressions: Mapping[str, str] | None = None) -> str:
        """Ask the kernel to run a cell. Returns at once, with the request's number.

        When a cell fails, those that are queued behind it are aborted, unless it `may_fail`.
        """
        wanted = dict(expressions or {})
        return str(self._client.execute(code, user_expressions=wanted, stop_on_error=not may_fail))

    def run(self, code: str, *, timeout: float = REPLY_TIMEOUT) -> CellResult:
        """Run one cell and wait for it."""
        return self.results([self.send(code)], timeout=timeout)[0]

    def run_all(self, notebook: NotebookNode, *, timeout: float = REPLY_TIMEOUT) -> list[CellResult]:
        """Queue all code cells at once, as JupyterLab's Run All does, and wait for all."""
        return self.results(self.queue(notebook), timeout=timeout)

    def queue(self, notebook: NotebookNode) -> list[str]:
        """Ask the kernel to run all code cells. Returns at once, with the requests' numbers."""
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        return [self.send(cell.source, may_fail=is_to_fail(cell)) for cell in cells]

    def evaluate(self, expression: str) -> str:
        """The repr of an expression, without a trace in the notebook."""
        reply = self.results([self.send("", expressions={"value": expression})])[0]
        return str(reply.expressions["value"]["data"]["text/plain"])

    def results(self, requests: list[str], *, timeout: float = REPLY_TIMEOUT) -> list[CellResult]:
        """What came of these requests. Raises KernelFailed when `timeout` seconds bring nothing new."""
        found = {request: CellResult("") for request in requests}
        busy, unanswered = set(requests), set(requests)
        last = time.monotonic()
        while busy or unanswered:
            for message in self._messages():
                last = time.monotonic()
                self._take(message, found, busy, unanswered)
            if not self._manager.is_alive():
                raise KernelFailed(f"the kernel died while it ran a cell; {len(unanswered)} cells have no answer")
            if time.monotonic() - last > timeout:
                raise KernelFailed(f"{len(unanswered)} cells have no answer after {timeout:g} s")
        return [found[request] for request in requests]

    def _messages(self) -> Iterator[dict[str, Any]]:
        """The messages that are there; waits a moment for the first, on whichever channel it comes."""
        channels = [self._client.iopub_channel, self._client.shell_channel]
        zmq.select([channel.socket for channel in channels], [], [], timeout=0.1)
        for read in (self._client.get_iopub_msg, self._client.get_shell_msg):
            with contextlib.suppress(Empty):
                while True:
                    yield read(timeout=0)

    @staticmethod
    def _take(message: dict[str, Any], found: dict[str, CellResult], busy: set[str], unanswered: set[str]) -> None:
        request, kind = message["parent_header"].get("msg_id"), message["msg_type"]
        if request not in found:
            return
        content = message["content"]
        if kind == "execute_reply":
            found[request].status = content["status"]
            found[request].expressions = content.get("user_expressions", {})
            unanswered.discard(request)
        elif kind == "status" and content["execution_state"] == "idle":
            busy.discard(request)
        elif kind in ("stream", "display_data", "execute_result", "error"):
            found[request].outputs.append(nbformat.v4.output_from_msg(message))  # type: ignore[no-untyped-call]

    def interrupt(self) -> None:
        """What JupyterLab's stop button does."""
        self._manager.interrupt_kernel()

    def restart(self) -> None:
        """What JupyterLab's restart button does."""
        self._manager.restart_kernel(env=self._environment)
        self._client.wait_for_ready(timeout=KERNEL_START_TIMEOUT)

    def close(self) -> None:
        """End the kernel, whatever it does."""
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._folder.cleanup()
