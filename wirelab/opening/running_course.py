"""Find out whether the course is open already, and where."""

import os
import re
import urllib.request
from pathlib import Path
from typing import Any

from wirelab.paths import COURSE

_NOTEBOOK = re.compile(r"(notebooks|exercises)/[\w-]+\.ipynb")
ANSWER_DEADLINE = 5  # seconds for a server that is busy


def running_course() -> str:
    """The address of a JupyterLab that shows this folder, its token included; nothing where there is none."""
    from jupyter_server.serverapp import list_running_servers

    found = (address_of(server) for server in list_running_servers() if _shows(server, COURSE))
    return next((address for address in found if _answers(address)), "")


def address_of(server: dict[str, Any]) -> str:
    """Where a browser finds JupyterLab on the server that a jpserver-*.json describes."""
    token = f"?token={server['token']}" if server.get("token") else ""
    return f"{server['url'].replace('localhost', '127.0.0.1')}lab{token}"


def linked(text: str, address: str) -> str:
    """The text with the address of each notebook in place of its path, where the course is open at `address`."""
    base = address.partition("?")[0]
    return _NOTEBOOK.sub(rf"{base}/tree/\g<0>", text) if base else text


def _shows(server: dict[str, Any], folder: Path) -> bool:
    root = server.get("root_dir") or ""
    return os.path.normcase(os.path.realpath(root)) == os.path.normcase(os.path.realpath(folder))


def _answers(address: str) -> bool:
    """Whether a Jupyter server is there: a file about one may be left from a computer that was switched off."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(address.partition("lab")[0] + "api", timeout=ANSWER_DEADLINE) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False
