"""Run notebooks as Run All does, each in a kernel of its own on the real ports: python run_notebooks.py PATH ...

Writes what the cells printed. Ends with 1, and the cells to blame, where one did not end as it was to.
"""

import sys
from pathlib import Path

import nbformat

from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_runner import failed_cells


def main() -> int:
    wrong = []
    sys.stdout.reconfigure(encoding="utf-8")  # type: ignore[union-attr]
    for path in map(Path, sys.argv[1:]):
        notebook = nbformat.read(path, as_version=4)
        with Kernel(path.parent, env={}) as kernel:
            replies = kernel.run_all(notebook)
        print(*[reply.text for reply in replies], sep="")
        wrong += failed_cells(notebook, replies)
    print(*wrong, sep="\n", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
