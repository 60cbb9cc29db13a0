"""Prepare a notebook's kernel for local servers: past every proxy, and always interruptible."""

import asyncio
import logging
import os
import sys

LOOPBACK = ("127.0.0.1", "localhost", "::1")
HEARTBEAT = 0.2  # seconds
_tasks: set[asyncio.Task[None]] = set()  # asyncio itself keeps only weak references


def past_proxies() -> None:
    """Add the loopback addresses to NO_PROXY; requests and websockets would ask a proxy for 127.0.0.1."""
    for name in ("NO_PROXY", "no_proxy"):
        known = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
        if "*" not in known:
            os.environ[name] = ",".join([*known, *(host for host in LOOPBACK if host not in known)])


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


async def _beat() -> None:
    while True:
        await asyncio.sleep(HEARTBEAT)
