"""Run a notebook's cells in a kernel of their own."""

import ast
import contextlib
import itertools
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from queue import Empty
from typing import Any

import nbformat
import zmq
from jupyter_client.manager import KernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode

from wirelab.errors import KernelFailed

CELL_TIMEOUT = 60.0  # seconds
START_TIMEOUT = 60.0
FREE_PORTS = {"WIRELAB_PORTS": "free"}  # notebooks run side by side must not fight for port 8001
_MOVED = "getattr(__import__('sys').modules.get('wirelab.ports'), 'MOVED', {})"  # port → port to show


@dataclass
class Reply:
    """What one cell did: its status ("ok", "error" or "aborted") and its outputs in nbformat."""

    status: str
    outputs: list[NotebookNode] = field(default_factory=list)
    expressions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """Everything it printed or returned, as plain text."""
        return "".join(_text_of(output) for output in self.outputs)


def _text_of(output: NotebookNode) -> str:
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
            self._client.wait_for_ready(timeout=START_TIMEOUT)
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

    def run(self, code: str, *, timeout: float = CELL_TIMEOUT) -> Reply:
        """Run one cell and wait for it."""
        return self.replies([self.send(code)], timeout=timeout)[0]

    def run_all(self, notebook: NotebookNode, *, timeout: float = CELL_TIMEOUT) -> list[Reply]:
        """Queue all code cells at once, as JupyterLab's Run All does, and wait for all."""
        return self.replies(self.queue(notebook), timeout=timeout)

    def queue(self, notebook: NotebookNode) -> list[str]:
        """Ask the kernel to run all code cells. Returns at once, with the requests' numbers."""
        cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
        return [self.send(cell.source, may_fail=is_to_fail(cell)) for cell in cells]

    def evaluate(self, expression: str) -> str:
        """The repr of an expression, without a trace in the notebook."""
        reply = self.replies([self.send("", expressions={"value": expression})])[0]
        return str(reply.expressions["value"]["data"]["text/plain"])

    def replies(self, requests: list[str], *, timeout: float = CELL_TIMEOUT) -> list[Reply]:
        """What came of these requests. Raises KernelFailed when `timeout` seconds bring nothing new."""
        found = {request: Reply("") for request in requests}
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
    def _take(message: dict[str, Any], found: dict[str, Reply], busy: set[str], unanswered: set[str]) -> None:
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
        self._client.wait_for_ready(timeout=START_TIMEOUT)

    def close(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._folder.cleanup()


def is_to_fail(cell: NotebookNode) -> bool:
    """Whether the cell shows an error on purpose."""
    return "raises-exception" in cell.metadata.get("tags", [])


def amiss(notebook: NotebookNode, replies: Sequence[Reply]) -> list[tuple[str, str]]:
    """The cells that did not end as they are to, and what they said; none if all is well.

    The kernel's reply decides, not the outputs: a cell may fail without showing an error, and one that
    is to fail may not.
    """
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return [
        (cell.source, reply.text)
        for cell, reply in zip(cells, replies, strict=True)
        if reply.status != ("error" if is_to_fail(cell) else "ok")
    ]


def execute(notebook: NotebookNode, *, cwd: Path) -> NotebookNode:
    """A copy of the notebook with the outputs that its cells have in a fresh kernel.

    Servers take any free ports while it runs; in the outputs stand the ports they would have had if
    nothing else ran, so that the same source always gives the same notebook. A cell tagged
    `raises-exception` has to fail, all others must not: else KernelFailed.
    """
    done: NotebookNode = nbformat.from_dict(notebook)  # type: ignore[no-untyped-call]
    cells = [cell for cell in done.cells if cell.cell_type == "code"]
    # What jupyter_client awaits runs in a loop that it makes for the thread, and leaves open.
    with contextlib.closing(ensure_event_loop()), Kernel(cwd) as kernel:
        replies = []
        for number, cell in enumerate(cells, start=1):
            replies.append(kernel.run(cell.source))
            if (replies[-1].status != "ok") != is_to_fail(cell):
                what = "was to fail and did not" if is_to_fail(cell) else "failed"
                raise KernelFailed(f"code cell {number} {what}:\n{cell.source}\n{replies[-1].text}")
        moved = ast.literal_eval(kernel.evaluate(_MOVED))
    for number, (cell, reply) in enumerate(zip(cells, replies, strict=True), start=1):
        cell.execution_count = number
        cell.outputs = [_settled(output, number, moved) for output in _joined(reply.outputs)]
    return done


def _joined(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """The outputs with neighbouring pieces of one stream joined; how a kernel cuts them is chance."""
    joined: list[NotebookNode] = []
    for name, group in itertools.groupby(outputs, lambda output: output.get("name") or id(output)):
        pieces = list(group)
        if isinstance(name, str):
            pieces[0].text = "".join(piece.text for piece in pieces)
        joined += pieces[:1] if isinstance(name, str) else pieces
    return joined


def _settled(output: NotebookNode, number: int, moved: Mapping[int, int]) -> Any:
    """The output without what chance put into it: execution counts, ports, paths in tracebacks."""
    if output.output_type == "execute_result":
        output.execution_count = number
    if output.output_type == "error":
        output.traceback = [f"\x1b[31m{output.ename}\x1b[0m: {output.evalue}"]
    return rewritten(output, lambda text: _with_ports(text, moved))


def _with_ports(text: str, moved: Mapping[int, int]) -> str:
    """The text with each port a server has replaced by the one that is to be shown."""
    return re.sub(r"(?<=127\.0\.0\.1:)\d+", lambda port: str(moved.get(int(port[0]), port[0])), text)


def rewritten(value: Any, rewrite: Callable[[str], str]) -> Any:
    """An output, or any part of one, with all its texts rewritten, wherever in it they stand."""
    if isinstance(value, str):
        return rewrite(value)
    if isinstance(value, list):
        return [rewritten(item, rewrite) for item in value]
    if isinstance(value, dict):
        for key in value:
            value[key] = rewritten(value[key], rewrite)
    return value
