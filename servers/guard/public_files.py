"""Find the file in a folder that a path names, and never one outside of it (CWE-22).

    find_file(Path("servers/public").resolve(), "/hello.txt")
"""

import mimetypes
import os
import time
from functools import lru_cache
from pathlib import Path
from stat import S_ISDIR
from typing import NamedTuple


class File(NamedTuple):
    """A file to serve. `changed` is in seconds since 1970."""

    path: Path
    content_type: str
    changed: float


def find_file(root: Path, path: str) -> File | None:
    """The file that `path` names below `root` (a resolved path), or a folder's index.html; None if there is none.

    To follow all links in a path is slow. So the answer is kept for a second, as long as the system says that
    this is still the same file, neither written to nor moved.
    """
    try:
        known = os.stat(f"{root}/{path}")  # noqa: PTH116  # to make a Path takes longer than to ask
    except (OSError, ValueError):  # nothing is there, or it cannot be a name
        return None
    if S_ISDIR(known.st_mode):
        return find_file(root, f"{path.rstrip('/')}/index.html")
    found = cached_file_below(root, path, int(time.monotonic()), known.st_dev, known.st_ino, known.st_ctime_ns)
    return File(found, content_type(found.name), known.st_mtime) if found else None


@lru_cache
def cached_file_below(root: Path, path: str, *second_and_file: int) -> Path | None:
    """file_below(), kept as long as the numbers stay the same: the second, and device, inode and ctime."""
    return file_below(root, path)


def file_below(root: Path, path: str) -> Path | None:
    """The file that `path` names, unless it lies outside of `root` (a resolved path) or is not there."""
    if "\0" in path or "\\" in path:
        return None
    try:
        found = (root / path.lstrip("/")).resolve(strict=True)  # where it leads, once all links are followed
    except (OSError, RuntimeError):  # no such file, a name too long, links in a circle
        return None
    return found if found.is_relative_to(root) and found.is_file() else None


@lru_cache
def content_type(name: str) -> str:
    """The value of Content-Type for a file of this name; text is UTF-8."""
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind
