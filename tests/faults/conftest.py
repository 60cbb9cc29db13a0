"""Computers with something wrong: namespaces and copies of the course that only one test sees."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

NOTEBOOK = str(Path(__file__).with_name("run_notebooks.py"))
Ran = subprocess.CompletedProcess[str]
Run = Callable[..., Ran]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the whole course, in a folder with spaces and letters outside ASCII in its name."""
    source = Path(__file__).parents[2]
    folder = tmp_path_factory.mktemp("copy") / "ein schöner Kurs – 好"
    ignored = shutil.ignore_patterns(".git", ".venv*", ".*_cache", "__pycache__", "build-artefacts")
    return Path(shutil.copytree(source, folder, ignore=ignored))


@pytest.fixture
def run(checkout: Path) -> Run:
    """Runs Python in the copied course, with the kit that lies there; `within` are words before the command."""

    def run(*words: str, within: Sequence[str] = (), **env: str) -> Ran:
        return subprocess.run(
            [*within, sys.executable, *words],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout), **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
        )

    return run


@pytest.fixture
def run_notebooks(run: Run, checkout: Path) -> Run:
    """Runs notebooks of the copied course, all their cells at once; returns what they printed."""

    def run_notebooks(*names: str, within: Sequence[str] = (), **env: str) -> Ran:
        return run(NOTEBOOK, *[str(checkout / name) for name in names], within=within, **env)

    return run_notebooks


@pytest.fixture
def apart() -> Callable[..., list[str]]:
    """Words before a command: they give it mounts, or a network, of its own, and prepare them by a shell script.

    In the script, "$0" is what was given as `folder`.
    """

    def apart(*spaces: str, script: str = "true", folder: str | Path = "") -> list[str]:
        own = [] if sys.platform == "linux" and os.geteuid() == 0 else ["--user", "--map-root-user"]
        words = ["unshare", *own, *spaces, "sh", "-e", "-c"]
        if not shutil.which("unshare") or subprocess.run([*words, "true"], capture_output=True).returncode:
            pytest.skip("this machine gives no program mounts or a network of its own")
        return [*words, f'{script}\nexec "$@"', str(folder)]

    return apart


@pytest.fixture
def no_network(apart: Callable[..., list[str]]) -> list[str]:
    """A computer that is connected to nothing, and can talk to itself. Its ports are all free."""
    if not shutil.which("ip"):
        pytest.skip("needs ip, of iproute2")
    return apart("--net", script="ip link set lo up")
