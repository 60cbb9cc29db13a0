"""How long nbval takes to compare the whole course, beside running the same notebooks and comparing nothing.

    python -m benches.course
"""

import subprocess
import sys
from pathlib import Path

import nbformat

from benches.measuring import seconds
from benches.table import Row, show
from wirelab.building.kernel_client import Kernel
from wirelab.paths import COURSE, SANITIZE

PATIENCE = 120.0  # seconds for a cell, while others use this computer too


def notebooks() -> list[Path]:
    folders = (COURSE / "notebooks", COURSE / "solutions")
    return [path for folder in folders for path in sorted(folder.glob("[0-9]*.ipynb"))]


def compare(paths: list[Path]) -> None:
    """Whether the outputs are right is for the tests to say."""
    nbval = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={PATIENCE:.0f}"]
    quietly = ["-q", "--tb=no", "-p", "no:cacheprovider", f"--nbval-sanitize-with={SANITIZE}"]
    command = [sys.executable, "-m", "pytest", *nbval, *quietly, *map(str, paths)]
    subprocess.run(command, cwd=COURSE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def run(paths: list[Path]) -> None:
    for path in paths:
        with Kernel(path.parent) as kernel:
            for cell in nbformat.read(path, as_version=4).cells:  # type: ignore[no-untyped-call]
                if cell.cell_type == "code":
                    kernel.run(cell.source, timeout=PATIENCE)


def rows() -> list[Row]:
    paths = notebooks()
    compared, plain = seconds(lambda: compare(paths)), seconds(lambda: run(paths))
    return [Row(f"course: {len(paths)} notebooks under nbval", compared, plain, "s", "the cells alone")]


if __name__ == "__main__":
    show(rows)
