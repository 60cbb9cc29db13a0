"""Write down which cell of a kernel runs, and which servers run after it.

The room's kernel runs this file by its path, before the kit is imported: so it imports nothing of the kit, and a
kernel that is restarted reports again. IPython's events `pre_run_cell` and `post_run_cell` tell the cell's id
(https://ipython.readthedocs.io/en/stable/config/callbacks.html).
"""

import contextlib
import json
import sys
import time
from pathlib import Path
from typing import Any


def report_cells(shell: Any, path: str) -> None:
    """From here on, append a line to the file at `path` before and after each cell. Raises nothing."""

    def write(kind: str, **more: object) -> None:
        line = json.dumps({"time": time.time(), "kind": kind, **more})
        with contextlib.suppress(OSError), Path(path).open("ab", buffering=0) as stream:
            stream.write(f"\n{line}".encode())

    def before(info: Any) -> None:
        write("runs", cell=info.cell_id)

    def after(result: Any) -> None:
        write("ran", cell=result.info.cell_id, servers=running_servers())

    shell.events.register("pre_run_cell", before)
    shell.events.register("post_run_cell", after)
    write("kernel")


def running_servers() -> list[dict[str, Any]]:
    """The servers that `launch` has started here: the name, the address, the port, and the one asked for."""
    kit = sys.modules.get("wirelab.launching.registry")
    servers = kit.registry.servers() if kit else []
    running = [one for one in servers if one.running]
    return [{"name": one.name, "url": one.url, "port": one.port, "wanted": one.wanted} for one in running]
