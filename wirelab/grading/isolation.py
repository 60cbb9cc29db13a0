"""Put a process into namespaces of its own (Linux): no network, no other process, nothing that it could write to.

namespaces(7), user_namespaces(7), pivot_root(2), mount_setattr(2), capabilities(7).
"""

import ctypes
import fcntl
import os
import resource
import signal
import socket
import struct
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from wirelab.paths import COURSE

NEW_MOUNTS, NEW_IPC, NEW_USER, NEW_PROCESSES, NEW_NETWORK = 0x20000, 0x8000000, 0x10000000, 0x20000000, 0x40000000
BIND, RECURSIVE, PRIVATE, NO_SUID, NO_DEVICES = 0x1000, 0x4000, 0x40000, 2, 4
DETACH = 2  # umount2(2)
MOUNT_SETATTR, PIVOT_ROOT = 442, {"x86_64": 155, "aarch64": 41}  # numbers of system calls
AT_RECURSIVE, AT_FDCWD, READ_ONLY = 0x8000, -100, 1
DROP_FROM_BOUNDS, NO_NEW_PRIVILEGES, DEATH_SIGNAL = 24, 38, 1  # prctl(2)
LAST_CAPABILITY = 40
FIRST_UID = 60_000  # where root grades: each submission runs as a user of its own
UIDS = 4_000
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32", "/etc", "/opt")
DEVICES = ("null", "zero", "full", "random", "urandom")
HIDDEN = ("checks", "solutions", "sources", "tests", ".git", ".progress")  # of the course
SCRATCH = "size=192m,mode=1777"  # of a file system in memory
LIMITS = {
    resource.RLIMIT_AS: 3 * 2**30,  # bytes of addresses
    resource.RLIMIT_NPROC: 256,  # processes and threads
    resource.RLIMIT_FSIZE: 64 * 2**20,  # bytes of a file
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_CPU: 120,  # seconds
    resource.RLIMIT_CORE: 0,
}

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, what: str) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")


def unshare(flags: int) -> None:
    """Leave the namespaces that others share. Raises OSError."""
    _checked(_libc.unshare(flags), "unshare")


def enter_own_network(scratch: Path) -> None:
    """Namespaces for a judge and what it judges: a loopback of their own, and files in memory at `scratch`."""
    if os.geteuid() == 0:
        unshare(NEW_NETWORK | NEW_IPC | NEW_MOUNTS)
    else:
        _unshare_as_user(NEW_NETWORK | NEW_IPC | NEW_MOUNTS)
    _mount("none", "/", "", RECURSIVE | PRIVATE)
    _mount("tmpfs", scratch, "tmpfs", NO_SUID | NO_DEVICES, SCRATCH)
    _loopback_up()


def _unshare_as_user(flags: int) -> None:
    """The same without being root: as root of a new user namespace, in which nobody else is."""
    uid, gid = os.geteuid(), os.getegid()
    unshare(NEW_USER | flags)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _loopback_up() -> None:
    """As `ip link set lo up` (netdevice(7): SIOCSIFFLAGS with IFF_UP and IFF_RUNNING)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket.fileno(), 0x8914, struct.pack("16sH14s", b"lo", 0x1 | 0x40, b""))


def leave_processes() -> None:
    """From here on, a child is the first process of a namespace in which it sees itself and its children alone."""
    extra = 0 if os.geteuid() == 0 and _maps_all_users() else NEW_USER
    if extra:
        unshare(NEW_USER | NEW_PROCESSES | NEW_MOUNTS | NEW_IPC)
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text("0 0 1")
        Path("/proc/self/gid_map").write_text("0 0 1")
    else:
        unshare(NEW_PROCESSES | NEW_MOUNTS | NEW_IPC)


def _maps_all_users() -> bool:
    """Whether this is the computer's own root, and not that of a user namespace with one user."""
    words = Path("/proc/self/uid_map").read_text().split()
    return int(words[2]) > FIRST_UID + UIDS


def confine(scratch: Path, place: Path, *, number: int) -> None:
    """Give this process a root of its own at `place`, in which only `scratch` can be written, and take its rights.

    `number` is that of the submission: no two that run at once may have the same.
    """
    _mount("none", "/", "", RECURSIVE | PRIVATE)
    _mount("tmpfs", place, "tmpfs", NO_SUID, "size=1m,mode=755")
    for path in _visible():
        _bind(path, place)
    for name in DEVICES:
        _bind(Path("/dev") / name, place)
    writable = (COURSE / "exercises", Path("/tmp"), scratch)
    for path in (*writable, Path("/proc")):
        _make(place, path, is_folder=True)
    _set_attributes(place, READ_ONLY)
    for path in writable:
        _make(place, path, is_folder=True)
        _mount(scratch, _below(place, path), "", BIND)
    for path in (COURSE / name for name in HIDDEN):
        if path.is_dir():
            _mount("tmpfs", _below(place, path), "tmpfs", NO_SUID | NO_DEVICES, "size=4k,mode=755")
    _own_proc(place)
    _pivot(place)
    limit_resources()
    _drop_rights(FIRST_UID + number % UIDS)


def _visible() -> Iterator[Path]:
    """What a process needs to run Python and the course."""
    programs = Path(sys.executable).parent
    python = [Path(sys.prefix), Path(sys.base_prefix), COURSE, programs, *(Path(one) for one in sys.path if one)]
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
    _mount(path, target, "", BIND | RECURSIVE)


def _own_proc(place: Path) -> None:
    """The processes of this namespace. A container that hides parts of /proc refuses this: then there is none."""
    try:
        _mount("proc", place / "proc", "proc", NO_SUID | NO_DEVICES)
    except OSError:
        return


def _mount(source: Path | str, target: Path | str, kind: str, flags: int, options: str = "") -> None:
    words = [str(source).encode(), str(target).encode(), kind.encode() or None]
    _checked(_libc.mount(*words, ctypes.c_ulong(flags), options.encode() or None), f"mount {target}")


def _set_attributes(path: Path, attributes: int) -> None:
    """Attributes of a mount and of all mounts below it."""
    told = struct.pack("QQQQ", attributes | NO_SUID, 0, 0, 0)
    number, at, how = ctypes.c_long(MOUNT_SETATTR), ctypes.c_int(AT_FDCWD), ctypes.c_uint(AT_RECURSIVE)
    done = _libc.syscall(number, at, str(path).encode(), how, told, ctypes.c_size_t(len(told)))
    _checked(done, "mount_setattr")


def _pivot(place: Path) -> None:
    os.chdir(place)
    number = ctypes.c_long(PIVOT_ROOT[os.uname().machine])
    _checked(_libc.syscall(number, b".", b"."), "pivot_root")
    _checked(_libc.umount2(b".", DETACH), "umount")
    os.chdir("/")


def fault() -> str:
    """Why a process cannot be put apart on this computer, which a child tries; an empty string where it can."""
    if os.uname().machine not in PIVOT_ROOT:
        return f"its processor is {os.uname().machine}, and known are {', '.join(PIVOT_ROOT)}"
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        os.write(writes, _try_out().encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return said


def _try_out() -> str:
    with tempfile.TemporaryDirectory() as folder:
        scratch, place = Path(folder) / "scratch", Path(folder) / "root"
        try:
            scratch.mkdir()
            place.mkdir()
            enter_own_network(scratch)
            leave_processes()
            child = os.fork()
            if not child:
                os._exit(_confined(scratch, place))
            return "" if os.waitpid(child, 0)[1] == 0 else "a file system of its own is refused"
        except OSError as error:
            return str(error)
        finally:
            _libc.umount2(str(scratch).encode(), DETACH)


def _confined(scratch: Path, place: Path) -> int:
    try:
        confine(scratch, place, number=0)
    except OSError:
        return 1
    return 0


def limit_resources() -> None:
    """Bounds for this process and its children, which it cannot raise."""
    for kind, most in LIMITS.items():
        _, hard = resource.getrlimit(kind)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def _drop_rights(uid: int) -> None:
    """No capability, none to be had again, and where this is the computer's root, a user without files."""
    for capability in range(LAST_CAPABILITY + 1):
        _libc.prctl(DROP_FROM_BOUNDS, capability, 0, 0, 0)
    become_user(uid)
    header, none = struct.pack("Ii", 0x20080522, 0), bytes(24)
    _checked(_libc.capset(header, none), "capset")
    _checked(_libc.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0), "prctl")
    end_with_parent()


def become_user(uid: int) -> None:
    """Give up being the computer's root; nothing where this is none."""
    if os.geteuid() == 0 and _is_computers_root():
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)


def _is_computers_root() -> bool:
    try:
        return _maps_all_users()
    except OSError:  # no /proc: then this came from a container's root
        return True


def end_with_parent() -> None:
    """Have the system end this process as soon as the thread that made it is gone."""
    _libc.prctl(DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
