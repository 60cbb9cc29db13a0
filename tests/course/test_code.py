"""Our code and our prose are read by machines before people read them."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

COMMANDS = [("ruff", "check", "--quiet"), ("mypy",), ("codespell_lib",)]

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_nothing_is_found(course: Path, command: tuple[str, ...]) -> None:
    if find_spec(command[0]) is None:
        pytest.skip(f"{command[0]} is not here: pip install -r requirements-proof.lock")
    ran = subprocess.run([sys.executable, "-m", *command], cwd=course, capture_output=True, text=True)
    assert ran.returncode == 0, ran.stdout + ran.stderr
