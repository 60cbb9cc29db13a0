"""A server as a command: its options, and how it ends in one line."""

import sqlite3

import pytest

from servers.commands.server_command import add_database, one_line_end, server_parser


def test_the_port_has_a_default() -> None:
    parser = server_parser("Serve a theatre.", 8001)
    assert (parser.parse_args([]).port, parser.parse_args(["--port", "0"]).port) == (8001, 0)


def test_help_begins_with_the_description() -> None:
    assert "\n\nServe a theatre.\n\n" in server_parser("Serve a theatre.", 8001).format_help()


def test_bookings_are_kept_in_memory_by_default() -> None:
    parser = server_parser("Serve a theatre.", 8001)
    add_database(parser)
    assert parser.parse_args([]).database == ":memory:"


def test_ctrl_c_ends_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    with one_line_end(8001, "the port is free again"):
        raise KeyboardInterrupt
    assert capsys.readouterr().out == "Ctrl+C received, the port is free again\n"


def test_a_server_that_catches_ctrl_c_itself_ends_in_the_same_line(capsys: pytest.CaptureFixture[str]) -> None:
    with one_line_end(8001, "the port is free again"):
        pass
    assert capsys.readouterr().out == "Ctrl+C received, the port is free again\n"


def test_a_port_that_is_taken_ends_with_advice(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended, one_line_end(8001, "the port is free again"):
        raise OSError(98, "Address already in use")
    assert ended.value.code == "Port 8001: Address already in use. Choose another with --port"
    assert capsys.readouterr().out == ""


def test_a_file_that_is_no_database_ends_with_advice() -> None:
    with pytest.raises(SystemExit) as ended, one_line_end(8001, "", "notes.txt"):
        raise sqlite3.DatabaseError("file is not a database")
    assert ended.value.code == "Database notes.txt: file is not a database. Choose another with --database"


def test_a_fault_of_ours_keeps_its_traceback() -> None:
    with pytest.raises(ZeroDivisionError), one_line_end(8001, ""):
        raise ZeroDivisionError
