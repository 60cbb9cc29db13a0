"""Find what a class handed in, in the folders and archives in which it comes.

A learner's name, a file's name and a path in an archive are text to show. None of them ever decides where
something is written.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path, PurePosixPath

from wirelab.errors import GradingError
from wirelab.grading.course_notebooks import stem_in
from wirelab.grading.notebook_files import MAX_NOTEBOOK

MAX_FILES = 50_000
MOODLE = re.compile(r"(?P<name>[^/]+)_(?P<id>\d+)_assignsubmission_[^/]*")
CANVAS = re.compile(r"(?P<name>[^_/]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+_(?P<file>.+)")
NOT_HERE = "There is no {}: name a folder with what was handed in, or a .zip file from Moodle or Canvas."
NO_NOTEBOOK = "There is no notebook in {}: it needs .ipynb files, in a folder for each learner or in a .zip file."
IS_LINK = "it is a link to another file: hand in the file itself"
BROKEN_ZIP = "it is a .zip file that cannot be read ({}): upload it again"
TOO_MANY = "{} has more than {} files: name a folder that has submissions alone."


@dataclass(frozen=True, order=True)
class Learner:
    """Whose work it is: an id, and a name to show."""

    id: str
    name: str = ""


@dataclass(frozen=True)
class HandedIn:
    """A file that a learner handed in: its bytes when they are asked for, its time, and what is wrong with it."""

    learner: Learner
    name: str  # of the file, to show
    at: float  # seconds since 1970; 0 where nobody knows
    read: Callable[[], bytes]  # at most one byte more than a notebook may have
    fault: str = ""


def collect(place: Path) -> list[HandedIn]:
    """Everything in a folder or an archive that is to be graded, by learner and name. Raises GradingError.

    A folder for each learner, nbgrader's `submitted/`, what Moodle and Canvas give as .zip files or what was in
    them, and files that stand by themselves.
    """
    if not place.exists():
        raise GradingError(NOT_HERE.format(place))
    found = list(_in_zip(place, None) if place.is_file() else _in_folder(place))
    if not found:
        raise GradingError(NO_NOTEBOOK.format(place))
    return sorted(found, key=lambda one: (one.learner, one.name, one.at))


def _in_folder(folder: Path) -> Iterator[HandedIn]:
    top = folder / "submitted" if (folder / "submitted").is_dir() else folder
    for count, path in enumerate(sorted(top.rglob("*"))):
        if count > MAX_FILES:
            raise GradingError(
                f"{folder} has more than {MAX_FILES} files: name a folder that has submissions alone."
            )
        inner = PurePosixPath(path.relative_to(top).as_posix())
        if path.suffix == ".zip" and path.is_file() and not path.is_symlink():
            yield from _in_zip(path, _learner_of(inner) if len(inner.parts) > 1 else None)
        elif _is_notebook(inner):
            yield _file(path, inner)


def _is_notebook(inner: PurePosixPath) -> bool:
    hidden = any(part.startswith((".", "__MACOSX")) for part in inner.parts)
    return inner.suffix == ".ipynb" and not hidden


def _file(path: Path, inner: PurePosixPath) -> HandedIn:
    learner = _learner_of(inner)
    if path.is_symlink() or not path.is_file():
        return HandedIn(learner, inner.name, 0, lambda: b"", IS_LINK)
    return HandedIn(learner, inner.name, path.stat().st_mtime, lambda: _start_of(path))


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(MAX_NOTEBOOK + 1)


def _in_zip(path: Path, learner: Learner | None) -> Iterator[HandedIn]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()[:MAX_FILES]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield HandedIn(learner or Learner(path.stem), path.name, 0, lambda: b"", BROKEN_ZIP.format(error))
        return
    for member in members:
        inner = _inner(member.filename)
        if _is_notebook(inner) and not member.is_dir():
            whose = learner or (_learner_of(inner) if _says_whose(inner) else Learner(path.stem))
            yield HandedIn(whose, inner.name, _time_of(member), partial(_member, path, member))


def _inner(name: str) -> PurePosixPath:
    """A path of an archive, without what would lead out of it."""
    parts = name.replace("\\", "/").split("/")
    return PurePosixPath(*(part for part in parts if part not in ("", ".", "..")))


def _says_whose(inner: PurePosixPath) -> bool:
    return len(inner.parts) > 1 or bool(CANVAS.fullmatch(inner.name))


def _member(path: Path, member: zipfile.ZipInfo) -> bytes:
    """Its bytes, at most as many as are read. A member may say that it is small, and unpack to very much."""
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        return stream.read(MAX_NOTEBOOK + 1)


def _time_of(member: zipfile.ZipInfo) -> float:
    try:
        return datetime(*member.date_time).timestamp()
    except (ValueError, OverflowError, OSError):
        return 0.0


def _learner_of(inner: PurePosixPath) -> Learner:
    """Whose file this is, by the folder that it stands in, or by its own name."""
    folder = inner.parts[0] if len(inner.parts) > 1 else ""
    if found := MOODLE.fullmatch(folder):
        return Learner(found["id"], found["name"])
    if found := CANVAS.fullmatch(inner.name):
        return Learner(found["id"], found["name"])
    if folder:
        return Learner(folder, folder)
    before = inner.stem.split(stem_in(inner.name) or inner.stem)[0].strip(" _-.")
    return Learner(before or inner.stem, before or inner.stem)
