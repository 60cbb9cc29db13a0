"""Write a file whole, or leave what is there as it was."""

import contextlib
import errno
from pathlib import Path

from wirelab.errors import NotWritten

DISK_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write(path: Path, text: str, *, keep_as: Path | None = None) -> None:
    """All of the text or nothing, even where the disk is full or somebody interrupts. Raises NotWritten.

    What is there now may be kept under another name; it is renamed once the new text is safe.
    """
    beside = path.with_name(f"{path.name}.new")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        if keep_as:
            path.rename(keep_as)
        beside.replace(path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            beside.unlink()
        if isinstance(error, OSError):
            raise NotWritten(advice(path, error)) from None
        raise


def advice(path: Path, error: OSError) -> str:
    """What happened to the file, and what to do."""
    do = "make room on the disk, then try again"
    if error.errno not in DISK_FULL:
        do = "choose a folder that you may write in, or copy the course to a folder of your own"
    return f"{path.name} could not be written ({error.strerror or error}): {do}"
