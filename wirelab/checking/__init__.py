"""Try a learner's server, function or value, and say what was expected: what the modules in `checks/` import."""

from wirelab.checking.another_day import today_is
from wirelab.checking.exercises import exercise, exercises
from wirelab.checking.expectations import Expect
from wirelab.checking.function_probe import CallResult, FunctionProbe
from wirelab.checking.html_tree import tags_in
from wirelab.checking.left_threads import ThreadWatch
from wirelab.checking.page_probe import PageProbe, PageSocket
from wirelab.checking.probe import Probe, Reply, path_of, request_in
from wirelab.checking.raised_value import error_in, failure_in, is_raised
from wirelab.checking.result import MIME, Finding, Result, Verdict
from wirelab.checking.runner import check
from wirelab.checking.stub_server import Answer
from wirelab.checking.visible_text import element_text, shown_text
from wirelab.checking.websocket_client import WebSocketClient

__all__ = [
    "MIME",
    "Answer",
    "FunctionProbe",
    "Expect",
    "Finding",
    "PageProbe",
    "PageSocket",
    "WebSocketClient",
    "Probe",
    "Reply",
    "Result",
    "ThreadWatch",
    "Verdict",
    "CallResult",
    "check",
    "element_text",
    "error_in",
    "exercise",
    "exercises",
    "failure_in",
    "is_raised",
    "path_of",
    "request_in",
    "shown_text",
    "tags_in",
    "today_is",
]
