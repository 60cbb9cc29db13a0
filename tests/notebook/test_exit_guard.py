"""exit ends a program where it is meant to, and nowhere else."""

import subprocess
import sys
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel
from wirelab.errors import KernelFailed

FORKED = """
import os, wirelab
from wirelab.launching.server_log import Log
from wirelab.launching.output_capture import capture_output
capture_output(Log())
child = os.fork()
if not child:
    os._exit(7)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), file=__import__("sys").__stdout__, flush=True)
"""


@pytest.mark.parametrize("end", ["exit()", "import os; os._exit(3)"])
def test_in_a_cell_it_still_ends_the_kernel(tmp_path: Path, end: str) -> None:
    with Kernel(tmp_path) as kernel, pytest.raises(KernelFailed):
        kernel.run("import wirelab")
        kernel.run(end)
        for _ in range(100):
            kernel.run("__import__('time').sleep(0.1)")


def test_in_a_script_it_ends_the_script() -> None:
    ran = subprocess.run([sys.executable, "-c", "import os, wirelab; os._exit(3)"], timeout=60)
    assert ran.returncode == 3


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="there is no fork here")
def test_a_process_that_was_forked_ends_as_it_likes() -> None:
    ran = subprocess.run([sys.executable, "-c", FORKED], capture_output=True, text=True, timeout=60)
    assert ran.stdout == "7\n"
