"""Run a server as a command: its options, and a sentence instead of a traceback when it ends.

    options = server_parser("Serve a folder of files.", 8001).parse_args()
    with one_line_end(options.port, "the port is free again"):
        create_server(port=options.port).serve_forever()
"""

import argparse
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress


def server_parser(description: str, port: int) -> argparse.ArgumentParser:
    """A parser for `--port`, whose default is `port`. `description` is the sentence that --help shows."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=port)
    return parser


def add_database(parser: argparse.ArgumentParser) -> None:
    """Add `--database FILE`, whose default is a database in memory."""
    parser.add_argument("--database", metavar="FILE", default=":memory:", help="where to keep bookings")


@contextmanager
def one_line_end(port: int, result: str, database: str = "") -> Iterator[None]:
    """Run a server inside of the block. Prints `result` after Ctrl+C, or once the server has ended by itself.

    Raises SystemExit, with advice for the terminal, if `port` is taken or `database` cannot be used.
    """
    try:
        with suppress(KeyboardInterrupt):
            yield
    except OSError as error:
        raise SystemExit(f"Port {port}: {error.strerror}. Choose another with --port") from None
    except sqlite3.Error as error:
        raise SystemExit(f"Database {database}: {error}. Choose another with --database") from None
    print(f"Ctrl+C received, {result}")
