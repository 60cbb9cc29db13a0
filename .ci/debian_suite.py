"""Run a command in a folder that holds a Debian suite, with a root, mounts and processes of its own (as root)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent
SUITES = Path.home() / ".cache" / "wirelab-suites"
# A root of its own, with what programs expect below /proc, /dev and /sys; all of it ends with the process.
INSIDE = """
for folder in proc dev sys; do mount --rbind /$folder "$0/$folder"; done
mount -t proc proc "$0/proc"
exec chroot "$0" sh -c 'cd "$1" && shift && exec "$@"' sh "$@"
"""


def bootstrap(suite: str, packages: str, root: Path) -> None:
    """Install the suite, with what the tests use, and let it reach what this machine reaches."""
    if not shutil.which("debootstrap"):
        sys.exit("There is no debootstrap here: apt-get install debootstrap")
    half = root.with_name(f"{root.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.parent.mkdir(parents=True, exist_ok=True)
    script = Path("/usr/share/debootstrap/scripts", suite)
    like_sid = [] if script.exists() else ["", str(script.with_name("sid"))]
    command = ["debootstrap", "--variant=minbase", f"--include={packages}", suite, half, *like_sid]
    subprocess.run(command, check=True)
    for file in ("etc/resolv.conf", "etc/hosts", "etc/ssl/certs/ca-certificates.crt"):
        shutil.copy(f"/{file}", half / file)
    half.rename(root)


def inside(root: Path, folder: str, *command: str) -> list[str]:
    """The command, as it runs in this folder below the root."""
    apart = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    return [*apart, "sh", "-e", "-c", INSIDE, str(root), folder, *command]


@contextmanager
def cloned(root: Path) -> Iterator[str]:
    """A clone of the last commit below the root. Gives its folder, as it is called there."""
    with tempfile.TemporaryDirectory(dir=root / "srv") as folder:
        clone(Path(folder))
        yield f"/srv/{Path(folder).name}"


def clone(folder: Path) -> None:
    subprocess.run(["git", "clone", "--quiet", HERE, folder], check=True)


def tests(command: list[str], folder: Path, **more: str) -> str:
    """Run them and show what they say. Returns their last line."""
    pipes: dict[str, Any] = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE}
    as_text: dict[str, Any] = {"text": True, "encoding": "utf-8", "errors": "replace"}
    with subprocess.Popen(command, cwd=folder, env={**os.environ, **more}, **pipes, **as_text) as running:
        assert running.stdout
        last = ""
        for line in running.stdout:
            print(line, end="", flush=True)
            last = line.strip() or last
    return last if running.returncode in (0, 1) else f"error: exit code {running.returncode}; {last}"


def passed(said: str) -> bool:
    """Whether the last line of the tests tells of tests that passed, and of none that did not."""
    return " passed" in said and "failed" not in said and "error" not in said
