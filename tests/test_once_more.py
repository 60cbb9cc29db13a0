"""What `.ci/run` does with a few tests that fail: it runs them once more by themselves, and names them."""

import subprocess
import sys
from pathlib import Path

import pytest

ONCE_MORE = Path(__file__).parents[1] / ".ci" / "once_more.py"
TESTS = """
from pathlib import Path
HERE = Path(__file__).parent

def test_a_second_time():
    been = HERE.joinpath("been").exists()
    HERE.joinpath("been").touch()
    assert been

def test_good():
    pass

def test_bad():
    assert not BAD
"""


@pytest.mark.parametrize(("is_bad", "code"), [(False, 0), (True, 1)])
def test_a_few_that_fail_run_once_more(is_bad: bool, code: int, tmp_path: Path) -> None:
    tmp_path.joinpath("test_some.py").write_text(TESTS.replace("BAD", str(is_bad)))
    command = [sys.executable, ONCE_MORE, sys.executable, "-m", "pytest", "-q", "--", "test_some.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert ended.returncode == code, ended.stdout + ended.stderr
    assert "Once more, by themselves:\n  test_some.py::test_a_second_time" in ended.stdout
    assert ("SHAKY" in ended.stdout) is not is_bad


def test_many_that_fail_have_failed(tmp_path: Path) -> None:
    tests = "\n".join(f"def test_{number}(): assert 0" for number in range(6))
    tmp_path.joinpath("test_some.py").write_text(tests)
    command = [sys.executable, ONCE_MORE, sys.executable, "-m", "pytest", "-q", "--", "test_some.py"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (ended.returncode, "Once more" in ended.stdout) == (1, False)
