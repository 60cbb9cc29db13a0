"""Open a box office's SQLite database for many threads and several processes.

A writer holds the only write lock from its first look on (BEGIN IMMEDIATE), so what it read is still true when
it writes. Readers do not wait for writers (WAL). A transaction is over when the disk has it: a process that is
killed after that loses nothing.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from threading import RLock
from weakref import finalize

CONNECTIONS_PER_FILE = 4  # to a file: as many threads can read at once
BUSY_TIMEOUT = 20  # seconds to wait while another process writes

SCHEMA = """
CREATE TABLE IF NOT EXISTS shows (
    id INTEGER PRIMARY KEY, title TEXT NOT NULL, starts TEXT NOT NULL, seats INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, fingerprint TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS bookings (
    id INTEGER PRIMARY KEY AUTOINCREMENT,  -- never given twice, not even after a booking is cancelled
    show INTEGER NOT NULL REFERENCES shows,
    seat INTEGER NOT NULL,
    name TEXT NOT NULL,
    owner INTEGER REFERENCES customers,
    changed TEXT NOT NULL,
    UNIQUE (show, seat)  -- here it is decided who gets a seat
);
CREATE TABLE IF NOT EXISTS changes (
    number INTEGER PRIMARY KEY AUTOINCREMENT, show INTEGER NOT NULL, seat INTEGER NOT NULL, taken INTEGER NOT NULL
);
-- One row: it tells this series of changes from that of another database.
CREATE TABLE IF NOT EXISTS life (name TEXT NOT NULL);
INSERT INTO life SELECT hex(randomblob(4)) WHERE NOT EXISTS (SELECT * FROM life);
"""


def connect(path: str) -> sqlite3.Connection:
    """A connection for any thread, one at a time. A transaction begins where we say so. Raises sqlite3.Error."""
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
    try:
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA synchronous = FULL")
    except BaseException:  # the file is no database
        db.close()
        raise
    return db


def close(idle: LifoQueue[sqlite3.Connection]) -> None:
    """Close the connections that nobody is using. They stay in the queue: whoever takes one then gets an error."""
    closed = []
    with suppress(Empty):
        while True:
            closed.append(idle.get_nowait())
            closed[-1].close()
    for db in closed:
        idle.put(db)


class Database:
    """The connections to one file, or for ":memory:" the one connection to a database in memory.

    `close()` closes them; it also runs when nobody has the database any more, or the process ends. The constructor
    raises sqlite3.Error if the file cannot be used.
    """

    def __init__(self, path: str) -> None:
        self.writer = RLock()  # the threads of this process take turns; SQLite sees to other processes
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self.close = finalize(self, close, self._idle)
        for _ in range(1 if path == ":memory:" else CONNECTIONS_PER_FILE):  # each has a memory of its own
            self._idle.put(connect(path))
        self._use_write_ahead_log()
        with self.writing() as db:
            for statement in SCHEMA.split(";\n"):
                db.execute(statement)

    def _use_write_ahead_log(self) -> None:
        """Write changes into a log beside the file first. Two processes that start at once take turns."""
        deadline = time.monotonic() + BUSY_TIMEOUT
        with self.reading() as db:
            while True:
                try:
                    db.execute("PRAGMA journal_mode = WAL")
                    return
                except sqlite3.OperationalError as error:  # this statement alone does not wait by itself
                    if error.sqlite_errorname != "SQLITE_BUSY" or time.monotonic() > deadline:
                        raise
                time.sleep(0.01)

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for this thread alone. It waits until one is free."""
        db = self._idle.get()
        try:
            yield db
        finally:
            self._idle.put(db)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: rolled back if the block raises an exception, else committed at its end."""
        with self.writer, self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            except BaseException:
                if db.in_transaction:
                    db.execute("ROLLBACK")
                raise
