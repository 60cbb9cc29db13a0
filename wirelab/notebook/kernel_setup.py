"""Prepare a notebook's kernel for learners: past proxies, interruptible, helpful about missing names."""

import asyncio
import errno
import logging
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wirelab.notebook.missing_names import advice, code_cells

LOOPBACK = ("127.0.0.1", "localhost", "::1")
NO_PROXY = ("no_proxy", "NO_PROXY")
ADDRESS_IN_USE = {errno.EADDRINUSE, 10048, 10013}  # Windows' own: in use, and in use by who shares it with nobody
PORT_ADVICE = (
    "Another server has this port. servers() lists those that this notebook launched, and stop_all() stops them.\n"
    "A server that was not launched ends with its server_close(), or with Python. Port 0 means any free one."
)
HEARTBEAT = 0.2  # seconds
_tasks: set[asyncio.Task[None]] = set()  # asyncio itself keeps only weak references


def past_proxies() -> None:
    """Add the loopback addresses to NO_PROXY; requests and websockets would ask a proxy for 127.0.0.1.

    They read its name in small letters first. So both get what either has; on Windows, they are one variable.
    """
    known = [host.strip() for name in NO_PROXY for host in os.environ.get(name, "").split(",") if host.strip()]
    direct = "*" if "*" in known else ",".join(dict.fromkeys([*known, *LOOPBACK]))
    os.environ.update(dict.fromkeys(NO_PROXY, direct))


def interruptible() -> None:
    """Keep the kernel's event loop turning.

    ipykernel acts on an interrupt of `await something()` only when the loop wakes up (ipykernel issue
    881); without this, a cell that awaits what never comes could not be stopped.
    """
    if "ipykernel" not in sys.modules or _tasks:
        return
    try:
        _tasks.add(asyncio.get_running_loop().create_task(_beat()))
    except RuntimeError:  # no loop runs here: a script, or a thread of a kernel
        return


def without_a_word_about_fonts() -> None:
    """Keep matplotlib from saying in a cell that it builds its font cache, as it does once on a slow computer."""
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)


def helpful_about_missing_names() -> None:
    """Where a cell fails because another one has not run yet, or a port is taken, say below what to do.

    Nothing else changes, neither the exception nor what nbval, nbclient or nbgrader are told. (IPython's own
    set_custom_exc would make them take a cell that failed for one that did not.)
    """
    ipython = sys.modules.get("IPython") if "ipykernel" in sys.modules else None
    shell = ipython.get_ipython() if ipython else None
    if shell and not hasattr(shell._showtraceback, "helpful"):
        shell._showtraceback = _with_advice(shell, shell._showtraceback)


def _with_advice(shell: Any, show: Callable[[type, object, list[str]], None]) -> Callable[..., None]:
    def show_with_advice(kind: type, error: object, lines: list[str]) -> None:
        said = _advice_on(shell, error)
        show(kind, error, [*lines, "", said] if said else lines)

    show_with_advice.helpful = True  # type: ignore[attr-defined]
    return show_with_advice


def _advice_on(shell: Any, error: object) -> str:
    if isinstance(error, NameError):
        return _which_cell_first(shell, error)
    if isinstance(error, OSError) and {error.errno, getattr(error, "winerror", None)} & ADDRESS_IN_USE:
        return PORT_ADVICE
    return ""


def _which_cell_first(shell: Any, error: NameError) -> str:
    """The advice, if it is a cell's own name that is missing and Jupyter has told which notebook this is."""
    frame = error.__traceback__
    while frame and frame.tb_next:
        frame = frame.tb_next
    if not frame or frame.tb_frame.f_globals is not shell.user_ns:
        return ""
    notebook = os.environ.get("JPY_SESSION_NAME", "")  # the path, given by jupyter_server
    current = shell.history_manager.input_hist_raw[-1]
    return advice(str(error.name), code_cells(Path(notebook)), current) if notebook else ""


async def _beat() -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
