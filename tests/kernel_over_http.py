"""Run cells in a kernel of a Jupyter server, over HTTP and a WebSocket, as JupyterLab does."""

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE = 120  # seconds for one message, on a computer that is busy
FORMAT = "5.3"  # of Jupyter's messages


def ask(url: str, token: str, data: object = None, method: str | None = None) -> bytes:
    """The body of an answer. Raises urllib.error.HTTPError where it is none of the 200s."""
    body = None if data is None else json.dumps(data).encode()
    request = urllib.request.Request(url, body, {"Authorization": f"token {token}"}, method=method)
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return bytes(answer.read())


@dataclass
class Ran:
    """What one cell put out: its text, and the traceback where it failed."""

    text: str = ""
    traceback: list[str] = field(default_factory=list)


@contextmanager
def kernel(address: str, token: str, notebook: str) -> Iterator["Kernel"]:
    """A new kernel of a notebook; it is left running. `address` is the server's, with a slash at its end."""
    wanted = {"path": notebook, "type": "notebook", "name": notebook, "kernel": {"name": "python3"}}
    number = json.loads(ask(f"{address}api/sessions", token, wanted))["kernel"]["id"]
    url = f"ws{address.removeprefix('http')}api/kernels/{number}/channels"
    headers = {"Authorization": f"token {token}"}
    with connect(url, additional_headers=headers, max_size=None, open_timeout=PATIENCE) as socket:
        yield Kernel(socket)


class Kernel:
    """A kernel at the other end of a WebSocket."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket = socket
        self._number = 0

    def run(self, code: str) -> Ran:
        """Run a cell to its end."""
        self._number += 1
        name = f"cell-{self._number}"
        header = {
            "msg_id": name,
            "msg_type": "execute_request",
            "username": "",
            "session": "ci",
            "version": FORMAT,
        }
        content = {"code": code, "silent": False, "store_history": True, "allow_stdin": False}
        whole = {"header": header, "parent_header": {}, "metadata": {}, "content": content, "channel": "shell"}
        self._socket.send(json.dumps(whole))
        ran = Ran()
        while not self._read(name, ran):
            pass
        return ran

    def _read(self, name: str, ran: Ran) -> bool:
        """One message; whether the cell has come to its end."""
        message: dict[str, Any] = json.loads(self._socket.recv(timeout=PATIENCE))
        if message["parent_header"].get("msg_id") != name:
            return False
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            ran.text += content["text"]
        elif kind in ("execute_result", "display_data"):
            ran.text += content["data"].get("text/plain", "") + "\n"
        elif kind == "error":
            ran.traceback = content["traceback"]
        return bool(kind == "status" and content["execution_state"] == "idle")
