"""Remember which cells failed, so that a check can say that it looks at what was there before."""

import re
import sys
from typing import Any

from wirelab.notebook.missing_names import names_made

DEFINITION = re.compile(r"^(?:async )?(?:def|class) (\w+)|^(\w+) *=", re.MULTILINE)


class CellHistory:
    """The names that failed cells were to give a value, until a later cell does."""

    def __init__(self) -> None:
        self._failed: dict[str, str] = {}  # a name → the kind of exception
        self.last_failure = ""  # the kind of exception of the cell that ran last, or nothing

    def cell_ran(self, cell: str, error: BaseException | None) -> None:
        """A cell has come to its end, with an exception or without."""
        self.last_failure = type(error).__name__ if error else ""
        for name in names_made(cell) or _names_in(cell):
            if error:
                self._failed[name] = self.last_failure
            else:
                self._failed.pop(name, None)

    def failure_of(self, name: str) -> str:
        """The kind of exception of the last cell that was to make `name`, or nothing."""
        return self._failed.get(name, "")


def _names_in(cell: str) -> list[str]:
    """The names that a cell would make that Python cannot read."""
    return [first or second for first, second in DEFINITION.findall(cell)]


history = CellHistory()  # of this kernel


def watch_cells() -> None:
    """From here on, remember which cells of this kernel fail. Outside of a kernel nothing happens; nor twice."""
    ipython = sys.modules.get("IPython") if "ipykernel" in sys.modules else None
    shell = ipython.get_ipython() if ipython else None
    if shell and _note not in shell.events.callbacks["post_run_cell"]:
        shell.events.register("post_run_cell", _note)


def _note(result: Any) -> None:
    history.cell_ran(result.info.raw_cell or "", result.error_before_exec or result.error_in_exec)
