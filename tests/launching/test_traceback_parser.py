"""A traceback in a log gives the exception and the learner's line."""

import json

from wirelab.launching.exception_summary import Failure
from wirelab.launching.traceback_parser import parse_last_traceback

TOLD = f"""\
GET / → 200
Traceback (most recent call last):
  File "/home/ada/station.py", line 6, in do_GET
    json.loads("{{")
    ^^^^^^^^^^^^^^^
  File "{json.__file__}", line 346, in loads
    return _default_decoder.decode(s)
json.decoder.JSONDecodeError: Expecting property name: line 1
----------------------------------------""".splitlines()


def test_the_line_is_the_learners_not_the_librarys() -> None:
    found = parse_last_traceback(TOLD)
    assert found == Failure("JSONDecodeError", "Expecting property name: line 1", "do_GET", 6, 'json.loads("{")')


def test_of_several_the_last_counts() -> None:
    again = [line.replace("line 6, in do_GET", "line 9, in do_POST") for line in TOLD]
    found = parse_last_traceback([*TOLD, *again])
    assert found and found.function == "do_POST"


def test_a_log_without_one_has_none() -> None:
    assert parse_last_traceback(TOLD[:1]) is None
    assert parse_last_traceback([]) is None


def test_one_that_is_not_whole_yet_is_none() -> None:
    assert parse_last_traceback(TOLD[:4]) is None


def test_one_without_the_learners_code_names_no_line() -> None:
    found = parse_last_traceback([TOLD[1], *TOLD[5:]])
    assert found and found.where == ""
