"""Sign the course's notebooks, so that JupyterLab shows their outputs as they were made.

JupyterLab takes styles out of outputs that it does not trust, and with them the lanes of a wire view. It trusts
what ran on this computer, and notebooks that are signed, as `jupyter trust` does it
(https://jupyter-server.readthedocs.io/en/latest/operators/security.html#notebook-security).
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat.sign import NotebookNotary

BUILT_FROM = {"notebooks": "notebooks", "solutions": "exercises"}  # folder → the folder of its sources


def sign(course: Path) -> list[Path]:
    """Sign the notebooks with outputs that are not signed yet, and return their paths.

    A notebook without a source, or one that cannot be read, is left alone. Where the computer's signatures
    cannot be read or kept, nothing is signed: the outputs then look plainer until their cells are run.
    """
    signed: list[Path] = []
    with contextlib.suppress(OSError, sqlite3.Error):
        notary = NotebookNotary()  # type: ignore[no-untyped-call]
        with contextlib.closing(notary.store):
            for path in _built(course):
                if _sign(path, notary):
                    signed.append(path)
    return signed


def _built(course: Path) -> Iterator[Path]:
    for folder, sources in BUILT_FROM.items():
        for source in sorted((course / "sources" / sources).glob("*.py")):
            yield course / folder / f"{source.stem}.ipynb"


def _sign(path: Path, notary: NotebookNotary) -> bool:
    """Whether the notebook has been signed now."""
    try:
        notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    except Exception:  # it is missing, or half a file
        return False
    if notary.check_signature(notebook):  # type: ignore[no-untyped-call]
        return False
    notary.sign(notebook)  # type: ignore[no-untyped-call]
    return True
