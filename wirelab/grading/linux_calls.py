"""Call what Linux has for namespaces, mounts and rights, by ctypes: Python has no functions for most of it.

unshare(2), mount(2), mount_setattr(2), pivot_root(2), prctl(2), capset(2).
"""

import ctypes
import os
import struct
from pathlib import Path

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
BIND, RECURSIVE, PRIVATE, NO_SUID, NO_DEVICES = 0x1000, 0x4000, 0x40000, 2, 4
READ_ONLY = 1
DETACH = 2  # umount2(2)
MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}  # numbers of system calls
AT_RECURSIVE, AT_FDCWD = 0x8000, -100
DROP_FROM_BOUNDS, NO_NEW_PRIVILEGES, DEATH_SIGNAL, SUBREAPER = 24, 38, 1, 36  # prctl(2)
LAST_CAPABILITY = 40

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces that others share. Raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def mount(source: Path | str, target: Path | str, kind: str, flags: int, options: str = "") -> None:
    """Mount a file system, or a folder at a second place. Raises OSError."""
    words = [str(source).encode(), str(target).encode(), kind.encode() or None]
    _checked(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def unmount(path: Path | str) -> bool:
    """Take a mount away, as soon as nobody uses it. Whether there was one."""
    return not _libc.umount2(str(path).encode(), DETACH)


def set_mount_attributes(path: Path, attributes: int) -> None:
    """Attributes of a mount and of all mounts below it. Raises OSError."""
    told = struct.pack("QQQQ", attributes | NO_SUID, 0, 0, 0)
    number, at, how = ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(AT_FDCWD), ctypes.c_uint(AT_RECURSIVE)
    done = _libc.syscall(number, at, str(path).encode(), how, told, ctypes.c_size_t(len(told)))
    _checked(done, "mount_setattr")


def pivot(place: Path) -> None:
    """Make a folder the root, and leave the old one. Raises OSError."""
    os.chdir(place)
    number = ctypes.c_long(PIVOT_ROOT[os.uname().machine])
    _checked(_libc.syscall(number, b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", DETACH), "umount")
    os.chdir("/")


def drop_from_bounds() -> None:
    """No program that this process becomes can have any capability."""
    for capability in range(LAST_CAPABILITY + 1):
        _libc.prctl(DROP_FROM_BOUNDS, capability, 0, 0, 0)


def drop_capabilities() -> None:
    """Give up every capability, for good. Raises OSError."""
    header, none = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _checked(_libc.capset(header, none), "capset")
    _checked(_libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")


def adopt_orphans() -> None:
    """Be the parent of every process below this one whose own parent ends: there may be no init to wait for it."""
    _libc.prctl(SUBREAPER, 1, 0, 0, 0)


def signal_on_parents_end(number: int) -> None:
    """Have the system send this process a signal as soon as the thread that made it is gone."""
    _libc.prctl(DEATH_SIGNAL, number, 0, 0, 0)
