"""Put the course into a folder of the learner's, bring a newer one there, and run it."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from wirelab import atomic_write
from wirelab.course_parts import course_files
from wirelab.errors import NoCourse, NotWritten
from wirelab.paths import COURSE, aside

PACKED = Path(__file__).parent / "packed_course"  # where a wheel has the course; in a checkout it is all around
LIST = Path(".progress") / "course-files.json"  # below the learner's folder: each file as it was put there
NO_COURSE = (
    "There is no course in this folder: change to the folder that has it, or make one with: wirelab course FOLDER"
)
FOLDER_TAKEN = "{} has other files: name a folder that is empty or not there yet"
ITSELF = "{} is in the course that you want to copy: name another folder"
IS_CLONE = "{} has a course that came in another way: it stays as it is"


def is_packed() -> bool:
    """Whether this kit was installed by itself, as by pipx or uvx, and has the course within it."""
    return PACKED.is_dir()


def course_around(place: Path) -> Path | None:
    """The folder of the course in which `place` is, or None."""
    return next((folder for folder in (place, *place.parents) if _is_course(folder)), None)


def place_course(folder: Path) -> list[tuple[str, str]]:
    """Put the course into `folder`, or bring what has changed since it was put there. Overwrites nothing.

    Returns each file of the learner's that has made room for a newer one, with its new name. Raises NoCourse where
    the folder is taken, and NotWritten where it cannot be written.
    """
    source = PACKED if is_packed() else COURSE
    if folder.resolve().is_relative_to(source.resolve()):
        raise NoCourse(ITSELF.format(folder))
    if _is_course(folder) and not (folder / LIST).exists():
        print(IS_CLONE.format(folder), file=sys.stderr)
        return []
    if folder.exists() and not (folder / LIST).exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NoCourse(FOLDER_TAKEN.format(folder))
    try:
        return _copy(source, folder)
    except OSError as error:
        raise NotWritten(atomic_write.advice(folder, error)) from None


def run_course(folder: Path, words: Sequence[str]) -> int:
    """Run `wirelab` with these words on the course in `folder`: with its kit, and with this Python's packages."""
    command = [sys.executable, "-m", "wirelab", *words]
    environment = {**os.environ, "PYTHONPATH": str(folder), "WIRELAB_CALLED_FROM": str(Path.cwd())}
    sys.stdout.flush()
    if os.name != "nt":
        os.chdir(folder)
        os.execve(command[0], command, environment)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the child
    return subprocess.call(command, cwd=folder, env=environment)


def _is_course(folder: Path) -> bool:
    return (folder / "start.py").is_file() and (folder / "wirelab" / "cli.py").is_file()


def _copy(source: Path, folder: Path) -> list[tuple[str, str]]:
    """The list is written first and last: where a copy was interrupted, the folder is known to be ours."""
    was = _listed(folder)
    (folder / LIST).parent.mkdir(parents=True, exist_ok=True)
    atomic_write.write(folder / LIST, json.dumps(was))
    names = list(course_files(source))
    moved = [(name, kept) for name in names if (kept := _bring(source / name, folder / name, was.get(name, "")))]
    atomic_write.write(folder / LIST, json.dumps({name: _digest(source / name) for name in names}))
    return [(name, kept.relative_to(folder).as_posix()) for name, kept in moved]


def _bring(new: Path, file: Path, was: str) -> Path | None:
    """Copy one file, unless the learner's is newer than ours. Returns where theirs is now, if it had to move."""
    kept = None
    if file.exists():
        here, coming = _digest(file), _digest(new)
        if here == coming or (here != was and was == coming):
            return None
        if here != was:
            kept = aside(file)
            file.rename(kept)
    file.parent.mkdir(parents=True, exist_ok=True)
    beside = file.with_name(f"{file.name}.new")
    shutil.copyfile(new, beside)
    shutil.copymode(new, beside)
    beside.chmod(beside.stat().st_mode | 0o200)  # where nobody may write the original, as on a shared computer
    beside.replace(file)
    return kept


def _listed(folder: Path) -> Mapping[str, str]:
    try:
        return dict(json.loads((folder / LIST).read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
