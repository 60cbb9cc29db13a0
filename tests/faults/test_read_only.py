"""Whoever cannot write in the course's folder can read, launch and check, and is told what to do."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Apart = Callable[..., list[str]]

COPY_IT = "choose a folder that you may write in, or copy the course to a folder of your own\n"
# As nobody in particular: permissions count for root too, once it may not override them.
UNPRIVILEGED = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all"]


@pytest.fixture(params=["mounted read-only", "without permission"])
def read_only(request: pytest.FixtureRequest, apart: Apart, checkout: Path) -> list[str]:
    """Words before a command, for which the copied course cannot be written."""
    if request.param == "mounted read-only":
        bind = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && cd "$0"'
        return apart("--mount", script=bind, folder=checkout)
    away = 'cp -r "$0" "$0.mine"\nchmod -R a-w "$0.mine"\nmount --bind "$0.mine" "$0"\ncd "$0"'
    words = [*apart("--mount", script=away, folder=checkout), *UNPRIVILEGED]
    if subprocess.run([*UNPRIVILEGED, "true"], capture_output=True).returncode:
        pytest.skip("needs setpriv, of util-linux")
    request.addfinalizer(lambda: subprocess.run(["rm", "-rf", f"{checkout}.mine"]))
    return words


@pytest.mark.proof
def test_a_lesson_runs_and_exercises_are_checked(run_notebooks: Run, read_only: list[str]) -> None:
    ran = run_notebooks("notebooks/13-dynamic-and-static.ipynb", "solutions/12-web-server.ipynb", within=read_only)
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


def test_an_exercise_cannot_be_reset(run: Run, read_only: list[str], checkout: Path) -> None:
    before = sorted((checkout / "exercises").iterdir())
    ran = run("-m", "wirelab", "reset", "12", within=read_only)
    assert ran.returncode == 1
    assert ran.stderr.startswith("12-web-server.ipynb could not be written (")
    assert ran.stderr.endswith(COPY_IT)
    assert sorted((checkout / "exercises").iterdir()) == before


@pytest.mark.proof
def test_a_notebook_cannot_be_built(run: Run, read_only: list[str]) -> None:
    ran = run("-m", "wirelab", "build", "00-start-here", within=read_only)
    assert ran.returncode == 1
    assert re.match(r"00-start-here\.(ipynb|json) could not be written \(", ran.stderr)  # or its outputs
    assert ran.stderr.endswith(COPY_IT)


def test_the_doctor_says_what_to_do(run: Run, read_only: list[str]) -> None:
    ran = run("-m", "wirelab", "doctor", within=read_only)
    assert "your changes cannot be saved here: copy the course to a folder of your own\n" in ran.stdout
