"""A full disk costs a sentence, and nothing that was there before."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Apart = Callable[..., list[str]]

SMALL = """
cp -r "$0" "$0.all" && mount -t tmpfs -o size=2m none "$0" && cp "$0.all"/{} "$0"
rm -r "$0.all"
"""
FILL = 'cat /dev/zero > "$0/filling" 2> /dev/null || true\n'
LEFT = '\n"$@" && code=0 || code=$?; ls -A "$0"; sha256sum "$0"/*.ipynb | cut -c -64; exit $code; true'
NOT_WRITTEN = "could not be written (No space left on device): make room on the disk, then try again\n"


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.proof
def test_an_exercise_that_cannot_be_reset_stays_as_it_is(run: Run, apart: Apart, checkout: Path) -> None:
    name, folder = "12-web-server.ipynb", checkout / "exercises"
    edit = 'sed -i "s/your code here/half done/" "$0"/*.ipynb\n'
    within = apart("--mount", script=SMALL.format(name) + edit + FILL + LEFT, folder=folder)
    ran = run("-m", "wirelab", "reset", "12", within=within)
    mine = (folder / name).read_bytes().replace(b"your code here", b"half done")
    assert (ran.returncode, ran.stderr) == (1, f"{name} {NOT_WRITTEN}")
    assert ran.stdout == f"{name}\nfilling\n{sha256(mine)}\n"


@pytest.mark.proof
def test_a_notebook_that_cannot_be_built_stays_as_it_is(run: Run, apart: Apart, checkout: Path) -> None:
    name, folder = "00-start-here.ipynb", checkout / "notebooks"
    within = apart("--mount", script=SMALL.format(name) + FILL + LEFT, folder=folder)
    ran = run("-m", "wirelab", "build", "00-start-here", within=within)
    assert (ran.returncode, ran.stderr) == (1, f"{name} {NOT_WRITTEN}")
    assert ran.stdout == f"{name}\nfilling\n{sha256((folder / name).read_bytes())}\n"


def test_the_first_start_on_a_full_disk_leaves_nothing_in_its_environment(
    run: Run, apart: Apart, checkout: Path, tmp_path: Path
) -> None:
    for name in ("start.py", "requirements.lock", "pyproject.toml"):
        shutil.copy(checkout / name, tmp_path)
    small = 'cp -r "$0" "$0.all" && mount -t tmpfs -o size=1m none "$0" && cp "$0.all"/* "$0"\n'
    look = '\n"$@" && code=0 || code=$?; ls -A "$0/.venv"; exit $code; true'
    within = apart("--mount", script=small + FILL + look, folder=tmp_path)
    ran = run(str(tmp_path / "start.py"), within=within, PIP_NO_INDEX="1", UV_NO_INDEX="1")
    assert ran.returncode == 1
    assert ran.stderr.endswith("free as much, then run start.py again.\n")
    assert ran.stdout == "wirelab-stamp\n"


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of a file's size, as on Linux")
def test_a_conversation_that_cannot_be_saved_leaves_the_file_of_before(run: Run, tmp_path: Path) -> None:
    ran = run(
        "-c",
        "if True:"
        """
        import pathlib, resource, sys
        from wirelab import wire
        file = pathlib.Path(sys.argv[1], "talk.har")
        with wire(9) as tap:
            tap.save(file)
            before = file.read_bytes()
            resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))
            try:
                tap.save(file)
            except Exception as error:
                print(error)
        print(file.read_bytes() == before, [path.name for path in file.parent.iterdir()])
        """,
        str(tmp_path),
    )
    sentence = "talk.har could not be written (File too large): make room on the disk, then try again"
    assert (ran.stdout, ran.stderr) == (f"{sentence}\nTrue ['talk.har']\n", "")


def test_a_module_is_launched_on_a_full_disk(run: Run, apart: Apart, tmp_path: Path) -> None:
    full = 'mount -t tmpfs -o size=4k none "$0"\n' + FILL + 'cd "$0"'
    code = """if True:
        import requests
        from wirelab import launch, wire
        with wire(launch("servers.web_server")) as tap:
            print(requests.get(tap.url, timeout=5).status_code)
    """
    ran = run("-c", code, within=apart("--mount", script=full, folder=tmp_path), TMPDIR=str(tmp_path))
    assert (ran.stdout, ran.stderr) == ("200\n", "")
