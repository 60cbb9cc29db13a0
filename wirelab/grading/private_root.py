"""Make a root for a process, with the system, Python and the course to read, and one folder to write to (Linux).

mount_namespaces(7), pivot_root(2), proc(5).
"""

import sys
from collections.abc import Iterator
from pathlib import Path

from wirelab.grading.linux_calls import (
    BIND,
    NO_DEVICES,
    NO_SUID,
    PRIVATE,
    READ_ONLY,
    RECURSIVE,
    mount,
    pivot,
    set_mount_attributes,
)
from wirelab.paths import COURSE

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc")
DEVICES = ("null", "zero", "full", "random", "urandom")
OF_THE_COURSE = ("wirelab", "servers", "data", "notebooks")  # its other folders may hold solutions, or submissions
EMPTY = "size=64k,mode=755"  # of a file system in memory


def enter_private_root(scratch: Path, place: Path) -> None:
    """Give this process a root at `place`, in which only `scratch` can be written. Raises OSError."""
    mount("none", "/", "", RECURSIVE | PRIVATE)
    mount("tmpfs", place, "tmpfs", NO_SUID, "size=1m,mode=755")
    shown = list(_visible())
    for path in (one for one in shown if not one.is_relative_to(COURSE)):
        _bind(path, place)
    _make(place, COURSE, is_folder=True)
    mount("tmpfs", _below(place, COURSE), "tmpfs", NO_SUID | NO_DEVICES, EMPTY)  # the course may be below /usr
    for path in (one for one in shown if one.is_relative_to(COURSE)):
        _bind(path, place)
    for name in DEVICES:
        _bind(Path("/dev") / name, place)
    writable = (COURSE / "exercises", Path("/tmp"), scratch)
    for path in (*writable, Path("/proc")):
        _make(place, path, is_folder=True)
    set_mount_attributes(place, READ_ONLY)
    for path in writable:
        _make(place, path, is_folder=True)
        mount(scratch, _below(place, path), "", BIND)
    _own_proc(place)
    pivot(place)


def _visible() -> Iterator[Path]:
    """What a process needs to run Python and the course."""
    programs = Path(sys.executable).parent
    python = [Path(sys.prefix), Path(sys.base_prefix), programs, *(Path(one) for one in sys.path if one)]
    python = [one for one in python if not COURSE.is_relative_to(one)] + [COURSE / name for name in OF_THE_COURSE]
    shown: list[Path] = []
    for path in [*(Path(name) for name in SYSTEM), *sorted({*python, *(one.resolve() for one in python)})]:
        if path.exists() and not any(path.is_relative_to(one) for one in shown if not one.is_symlink()):
            shown.append(path)
            yield path


def _below(place: Path, path: Path) -> Path:
    return place / str(path).lstrip("/")


def _make(place: Path, path: Path, *, is_folder: bool) -> None:
    target = _below(place, path)
    if target.exists() or target.is_symlink():
        return
    (target if is_folder else target.parent).mkdir(parents=True, exist_ok=True)
    if not is_folder:
        target.touch()


def _bind(path: Path, place: Path) -> None:
    target = _below(place, path)
    if path.is_symlink():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(path.readlink())
        return
    _make(place, path, is_folder=path.is_dir())
    mount(path, target, "", BIND | RECURSIVE)


def _own_proc(place: Path) -> None:
    """The processes of this namespace. A container that hides parts of /proc refuses this: then there is none."""
    try:
        mount("proc", place / "proc", "proc", NO_SUID | NO_DEVICES)
    except OSError:
        return
