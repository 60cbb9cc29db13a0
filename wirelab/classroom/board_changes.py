"""Keep every change of a class board by its number, in a database that a killed board finds again.

The write-ahead log takes a change before anybody is told of it. https://www.sqlite.org/wal.html
"""

import contextlib
import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from wirelab.errors import BoardError

TABLES = """
CREATE TABLE IF NOT EXISTS board (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, time REAL NOT NULL, kind TEXT NOT NULL,
    seat INTEGER NOT NULL, notebook TEXT NOT NULL, n INTEGER NOT NULL, told TEXT NOT NULL
);
"""
# EXCLUSIVE: a second board on the same file is refused. NORMAL: what is written outlives the process.
PRAGMAS = "journal_mode = WAL", "synchronous = NORMAL", "locking_mode = EXCLUSIVE", "secure_delete = ON"
BESIDE_DATABASE = ("", "-wal", "-shm")


@dataclass(frozen=True)
class BoardChange:
    """Something that has happened, with its number; `time` is in seconds since 1970.

    `seat` is 0 for what the instructor did. `notebook` and `n` name the message that it came in.
    """

    number: int
    time: float
    kind: str
    seat: int = 0
    notebook: str = ""
    n: int = 0
    told: Mapping[str, Any] = field(default_factory=dict)


class BoardDatabase:
    """The changes of one board, and a few settings of it. For one thread."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it. Raises BoardError where another board has it, or nothing can be written."""
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            self._database = sqlite3.connect(path, isolation_level=None, timeout=1)
            for pragma in PRAGMAS:
                self._database.execute(f"PRAGMA {pragma}")
            self._database.executescript(TABLES)
            self._database.execute("BEGIN EXCLUSIVE")  # takes the lock, which is then kept
            self._database.execute("COMMIT")
        except (OSError, sqlite3.Error) as error:
            raise BoardError(_advice(path, error)) from None

    def setting(self, name: str, otherwise: str = "") -> str:
        """A setting of the board, or `otherwise`."""
        row = self._database.execute("SELECT value FROM board WHERE name = ?", (name,)).fetchone()
        return str(row[0]) if row else otherwise

    def set(self, name: str, value: str) -> None:
        """Keep a setting. Raises sqlite3.Error."""
        self._database.execute("INSERT OR REPLACE INTO board VALUES (?, ?)", (name, value))

    def append(self, change: BoardChange) -> BoardChange:
        """Write a change down, and give it its number. Raises sqlite3.Error where the disk is full.

        Of what a seat has shared, the last alone is kept.
        """
        if change.kind == "shared":
            self._database.execute("DELETE FROM changes WHERE seat = ? AND kind = 'shared'", (change.seat,))
        told = json.dumps(dict(change.told), ensure_ascii=False)
        values = (change.time, change.kind, change.seat, change.notebook, change.n, told)
        words = "INSERT INTO changes (time, kind, seat, notebook, n, told) VALUES (?, ?, ?, ?, ?, ?)"
        number = self._database.execute(words, values).lastrowid
        return replace(change, number=number or 0)

    def forget(self, seat: int) -> None:
        """Delete what a seat did and its nickname; that somebody has it stays. Raises sqlite3.Error."""
        self._database.execute("BEGIN")
        self._database.execute("DELETE FROM changes WHERE seat = ? AND kind NOT IN ('seat', 'removed')", (seat,))
        nameless = "UPDATE changes SET told = json_set(told, '$.nickname', '') WHERE seat = ? AND kind = 'seat'"
        self._database.execute(nameless, (seat,))
        self._database.execute("COMMIT")

    def changes(self) -> Iterator[BoardChange]:
        """All of them, oldest first."""
        rows = self._database.execute(
            "SELECT number, time, kind, seat, notebook, n, told FROM changes ORDER BY number"
        )
        for number, time, kind, seat, notebook, n, told in rows:
            yield BoardChange(number, time, kind, seat, notebook, n, json.loads(told))

    def close(self) -> None:
        """Close the file; it stays."""
        self._database.close()

    def delete(self) -> None:
        """Close the file and delete it."""
        self.close()
        delete_database(self.path)


def delete_database(path: Path) -> None:
    """Delete a board's file, and what SQLite keeps beside it. Raises OSError."""
    for ending in BESIDE_DATABASE:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).unlink()


def _advice(path: Path, error: Exception) -> str:
    if "locked" in str(error):
        return f"another board uses {path.name} already: end it, or start this one with --port and another number"
    if "not a database" in str(error) or "malformed" in str(error):
        return f"{path} cannot be read ({error}): start the board with --new, which puts it aside"
    return (
        f"{path} cannot be written ({error}): make room on the disk, or set WIRELAB_BOARD_FOLDER to another folder"
    )
