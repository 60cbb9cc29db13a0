"""The checks of a kernel are remembered, and the server that was checked as long as it runs."""

from http.server import BaseHTTPRequestHandler

from wirelab import launch
from wirelab.checking.attempts import Attempts
from wirelab.checking.result import Result, Verdict

RESULT = Result("0.1", "Say hello", 1, Verdict.PASSED)


def test_the_last_attempt_counts() -> None:
    attempts = Attempts()
    attempts.add(Result("0.1", "Say hello", 1, Verdict.WRONG), None)
    attempts.add(RESULT, None)
    last = attempts.last("0.1")
    assert last and last.result.passed
    assert attempts.last("0.2") is None


def test_a_server_is_known_while_it_runs() -> None:
    attempts, server = Attempts(), launch(BaseHTTPRequestHandler, port=0)
    attempts.add(RESULT, server)
    last = attempts.last("0.1")
    assert last and last.running_server is server
    server.stop()
    assert last.running_server is None
