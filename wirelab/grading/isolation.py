"""Put a process into namespaces of its own (Linux): no network, no other process, nothing that it could write to.

namespaces(7), user_namespaces(7), capabilities(7), getrlimit(2).
"""

import contextlib
import fcntl
import os
import resource
import signal
import socket
import struct
import tempfile
from pathlib import Path

from wirelab.grading import linux_calls
from wirelab.grading.linux_calls import (
    NEW_IPC,
    NEW_MOUNTS,
    NEW_NETWORK,
    NEW_PROCESSES,
    NEW_USER,
    NO_DEVICES,
    NO_SUID,
    PIVOT_ROOT,
    PRIVATE,
    RECURSIVE,
    unshare,
)
from wirelab.grading.private_root import enter_private_root

FIRST_UID = 60_000  # where root grades: each submission runs as a user of its own
UIDS = 4_000
FINE = "fine"  # what the child writes that tries it out
SCRATCH = "size=192m,mode=1777"  # of a file system in memory
LIMITS = {
    resource.RLIMIT_AS: 3 * 2**30,  # bytes of addresses
    resource.RLIMIT_NPROC: 256,  # processes and threads
    resource.RLIMIT_FSIZE: 64 * 2**20,  # bytes of a file
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_CPU: 120,  # seconds
    resource.RLIMIT_CORE: 0,
}


def enter_own_network(scratch: Path) -> None:
    """Namespaces for a judge and what it judges: a loopback of their own, and files in memory at `scratch`."""
    if os.geteuid() == 0:
        unshare(NEW_NETWORK | NEW_IPC | NEW_MOUNTS)
    else:
        _unshare_as_user(NEW_NETWORK | NEW_IPC | NEW_MOUNTS)
    linux_calls.mount("none", "/", "", RECURSIVE | PRIVATE)
    linux_calls.mount("tmpfs", scratch, "tmpfs", NO_SUID | NO_DEVICES, SCRATCH)
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
    enter_private_root(scratch, place)
    limit_resources()
    _drop_rights(FIRST_UID + number % UIDS)


def fault() -> str:
    """Why a process cannot be put apart on this computer, which a child tries; an empty string where it can."""
    if os.uname().machine not in PIVOT_ROOT:
        return f"its processor is {os.uname().machine}, and known are {', '.join(PIVOT_ROOT)}"
    reads, writes = os.pipe()
    child = os.fork()
    if not child:
        with contextlib.suppress(Exception):
            os.write(writes, (_try_out() or FINE).encode())
        os._exit(0)
    os.close(writes)
    with os.fdopen(reads) as stream:
        said = stream.read()
    os.waitpid(child, 0)
    return "" if said == FINE else said or "the try failed"


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
            linux_calls.unmount(place)
            linux_calls.unmount(scratch)


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
    linux_calls.drop_from_bounds()
    become_user(uid)
    linux_calls.drop_capabilities()
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
    linux_calls.signal_on_parents_end(signal.SIGKILL)
