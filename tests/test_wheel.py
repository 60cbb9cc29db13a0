"""The course from a wheel: installed by itself, it makes a folder with the course, and opens it there."""

import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel_over_http import kernel
from waiting import wait_until

from wirelab.course_parts import course_files

pytestmark = pytest.mark.proof

PLACES = "import wirelab, servers, checks; print([one.__path__[0] for one in (wirelab, servers, checks)])"
CHECKED = "web = wirelab.launch('servers.web_server')\nwirelab.check('12.1', web)"


def run(*words: "str | Path", folder: Path) -> str:
    """What a program prints. Fails with all of it where the program fails."""
    ran = subprocess.run([*words], cwd=folder, capture_output=True, text=True, encoding="utf-8", env=alone())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def alone() -> dict[str, str]:
    """The environment of somebody who has no course yet."""
    ours = ("CI", "PYTEST_VERSION", "PYTHONPATH", "WIRELAB_PORTS")
    return {name: value for name, value in os.environ.items() if name not in ours}


def built(hook: str, source: Path, target: Path) -> Path:
    """What one of the build's hooks makes of a folder, as pip and uv call it."""
    target.mkdir()
    code = f"import build_course; build_course.{hook}({str(target)!r})"
    subprocess.run([sys.executable, "-c", code], cwd=source, check=True, env=alone())
    return next(target.iterdir())


@pytest.fixture(scope="module")
def wheel(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built("build_wheel", course, tmp_path_factory.mktemp("built") / "wheel")


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command, in an environment that has the packages of this one, and the wheel in place of the checkout."""
    venv = tmp_path_factory.mktemp("with a space") / "venv"
    run(sys.executable, "-m", "venv", "--without-pip", venv, folder=venv.parent)
    python = venv / "bin" / "python"
    [there] = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", folder=venv).splitlines()
    # Not as a site folder: that would read the .pth by which this environment finds the checkout.
    Path(there, "packages.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    run(sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--quiet", wheel, folder=venv)
    return venv / "bin" / "wirelab"


@pytest.fixture(scope="module")
def opened(command: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The folder and what the terminal says, after `wirelab` alone in an empty folder."""
    folder = tmp_path_factory.mktemp("a new learner's")
    said = folder / "said"
    words = [command, "--no-browser", "--ServerApp.port=0", "--IdentityProvider.token=secret"]
    with (
        said.open("w") as file,
        subprocess.Popen(words, cwd=folder, stdout=file, stderr=file, env=alone()) as running,
    ):
        assert wait_until(lambda: "The course is open" in said.read_text(), seconds=120), said.read_text()
        yield folder / "wirelab-course", said.read_text()
        running.terminate()


def test_the_wheel_has_the_course_and_the_kit(wheel: Path, course: Path) -> None:
    files = set(course_files(course))
    packed = set(zipfile.ZipFile(wheel).namelist())
    assert {f"wirelab/packed_course/{name}" for name in files} <= packed
    assert {name for name in files if name.startswith("wirelab/")} <= packed
    assert any(name.endswith("data/share/jupyter/lab/settings/overrides.json") for name in packed)


def test_an_sdist_gives_the_same_wheel(wheel: Path, course: Path, tmp_path: Path) -> None:
    with tarfile.open(built("build_sdist", course, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path, filter="data")
    [unpacked] = tmp_path.glob("wirelab-*")
    other = built("build_wheel", unpacked, tmp_path / "wheel")
    assert set(zipfile.ZipFile(other).namelist()) ^ set(zipfile.ZipFile(wheel).namelist()) == set()


def test_the_command_alone_makes_a_course_and_opens_it(opened: tuple[Path, str], course: Path) -> None:
    folder, said = opened
    assert f"The course is in {folder}" in said
    address = re.search(r"http://127\.0\.0\.1:\d+/", said)
    assert address and "/lab/tree/notebooks/00-start-here.ipynb" in said
    with kernel(address[0], "secret", "notebooks/12-web-server.ipynb") as notebook:
        assert notebook.run(PLACES).text.strip() == str(
            [str(folder / name) for name in ("wirelab", "servers", "checks")]
        )
        checked = notebook.run(CHECKED)
    assert not checked.traceback and "Exercise 12.1, The temperature, please: not right yet" in checked.text
    assert "12.1" in (folder / ".progress" / "verdicts.jsonl").read_text(encoding="utf-8")


def test_within_the_course_the_command_is_the_courses(opened: tuple[Path, str], command: Path) -> None:
    folder, _ = opened
    assert "exercises passed" in run(command, "progress", folder=folder / "notebooks")
    assert "exercises/12-web-server.ipynb is as it was" in run(command, "reset", "12", folder=folder)


def test_without_a_course_a_command_says_how_to_make_one(command: Path, tmp_path: Path) -> None:
    ran = subprocess.run([command, "progress"], cwd=tmp_path, capture_output=True, text=True, env=alone())
    assert ran.returncode == 1
    assert "make one with: wirelab course FOLDER" in ran.stderr
    assert list(tmp_path.iterdir()) == []
