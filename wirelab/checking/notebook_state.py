"""See what happened around a check: a cell that failed, a class that has changed, a stub that is left."""

import inspect
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from types import CodeType
from typing import Any

from flask import Flask

from wirelab.checking.result import Result, Verdict
from wirelab.launching.exception_summary import Failure
from wirelab.launching.server import Server
from wirelab.notebook.cell_history import history

STUB_ERROR = "NotImplementedError"
STUB_WORDS = "your code here"
CELL_FAILED = "The cell that was to make {name} failed with {kind}: this checks what was there before."
LAST_FAILED = "The cell that ran before this one failed with {kind}: this checks what was there before."
CHANGED = "{name} has changed since it was launched: run the launch cell again, then this one."
ADVICE_BY_ERROR = [  # patterns of kind and message, and what to do about what says little to a beginner
    (
        "ConnectionRefusedError|ConnectionError|InvalidURI|MissingSchema|InvalidSchema|gaierror|InvalidURL",
        "",
        "It reached no server: does it use the address that it is given?",
    ),
    ("ReadTimeout|Timeout|TimeoutError", "", "It waited for an answer that did not come in time."),
    ("TypeError", "object is required, not 'str'", "The wire carries bytes: encode() makes them of text."),
    ("TypeError", "must be encoded before hashing", "A hash is made of bytes: encode() makes them of text."),
    (
        "TypeError",
        "in 'await' expression",
        "await stands in front of a call of an async function alone: this is none, or has its await already.",
    ),
    (
        "AttributeError|TypeError",
        "NoneType",
        "Something is None there. An argument may be None, and a function without return gives None. "
        "Many functions also give None where they find nothing.",
    ),
    (
        "TypeError",
        "data must be str|must contain bytes or str|data is a dict-like",
        "A message is a string: str() makes one of a number, json.dumps() one of a dictionary or a list.",
    ),
    (
        "TypeError",
        "unsupported operand type.s. for [&|^]",
        "A single byte is a number, and & | ^ need numbers: data[0] is one, data[0:1] and data are bytes.",
    ),
    (
        "TypeError",
        "unsupported operand .*'str'|can only concatenate str .not \"(?!bytes)",
        "A string and something else stand together there: float() makes a number of text, str() makes text.",
    ),
    (
        "TypeError",
        "Response is not JSON serializable",
        "jsonify makes a whole response: what stands inside of another value is a dictionary.",
    ),
    (
        "RuntimeError",
        "un-acquired lock",
        "A thread has to hold a condition to wait for it: with and the condition first, the wait in that block.",
    ),
    (
        "AttributeError",
        "'connect' object",
        "That is no connection yet: await websockets.connect(...) gives it, and async with does.",
    ),
    ("IndexError", "out of range", "The list has fewer places than that, perhaps none: how long is it?"),
    ("TypeError", "can't concat str to bytes", "Bytes and a string cannot be joined: encode() the string."),
    ("AttributeError", "'bytes' object has no attribute 'encode'", "Bytes need no encode(): it is for strings."),
    ("AttributeError", "'str' object has no attribute 'decode'", "A string needs no decode(): it is for bytes."),
    ("AttributeError", "'tuple' object has", "That is a tuple, several values in one: [0] is the first of them."),
    ("AttributeError", "'list' object has", "That is a list, several values in one: [0] is the first of them."),
    (
        "NameError",
        "is not defined",
        "Nothing has that name there. Is it spelled as where it was made, or imported? A string needs quotes.",
    ),
    (
        "UnboundLocalError",
        "",
        "A name that gets a value inside a function is a local variable, which has no value before that line. "
        "A variable of a class is written with the class in front of it, and a dot.",
    ),
    ("KeyError", "", "There is no such key: ask first, with if ... in ..., or use get(), which gives None then."),
    ("UnicodeEncodeError", "", "That encoding does not have this character. UTF-8 has all of them."),
    (
        "ValueError",
        "values to unpack",
        "On the left of the = there have to be as many names as there are values on the right.",
    ),
    (
        "TypeError",
        "is not JSON serializable",
        "JSON can hold dictionaries, lists, strings, numbers, True, False and None, and nothing else.",
    ),
    ("JSONDecodeError", "", "What came is no JSON: look at the status first, and at the bytes below."),
]


def told_in(result: Result, target: Any) -> Result:
    """The result with a sentence on what happened around it, where something did that matters."""
    if result.verdict in (Verdict.NOT_RUNNING,):
        return result
    said = [sentence for sentence in (_cell_failed(target), _has_changed(result, target)) if sentence]
    return replace(result, said="\n".join([*said, *([result.said] if result.said else [])])) if said else result


def _cell_failed(target: Any) -> str:
    name = name_of(target)
    if kind := history.failure_of(name):
        return CELL_FAILED.format(name=name, kind=kind)
    return LAST_FAILED.format(kind=history.last_failure) if history.last_failure else ""


def name_of(target: Any) -> str:
    """The name of a server, a function or a class; nothing where it has none."""
    try:
        name = target.name if isinstance(target, Server) else target.__name__
    except Exception:  # a learner's object may do anything
        return ""
    return name if isinstance(name, str) else ""


def _has_changed(result: Result, target: Any) -> str:
    if result.passed or not isinstance(target, Server):
        return ""
    changed = [name for name, launched in _definitions(target.target) if not _is_current(name, launched)]
    return CHANGED.format(name=changed[0]) if changed else ""


def _definitions(target: Any) -> Iterator[tuple[str, Any]]:
    """The notebook's classes and functions from which a server was launched, by their names."""
    things = [target]
    if isinstance(target, Flask):
        things = [getattr(view, "view_class", view) for view in target.view_functions.values()]
    for thing in things:
        kinds = thing.__mro__ if isinstance(thing, type) else (thing,)
        for kind in kinds:
            if getattr(kind, "__module__", "") == "__main__" and isinstance(getattr(kind, "__name__", None), str):
                yield kind.__name__, kind


def _is_current(name: str, launched: Any) -> bool:
    """Whether the notebook has the same code under that name now."""
    now = getattr(sys.modules["__main__"], name, launched)
    return now is launched or _code(now) == _code(launched)


def _code(thing: Any) -> list[tuple[str, Any]]:
    """What a function or a class does, as something to compare: equal where a cell was only run again."""
    functions = vars(thing).items() if isinstance(thing, type) else [("", thing)]
    return [(name, _essence(value.__code__)) for name, value in functions if hasattr(value, "__code__")]


def _essence(code: CodeType) -> tuple[Any, ...]:
    inner = [_essence(one) if isinstance(one, CodeType) else repr(one) for one in code.co_consts]
    return code.co_code, code.co_names, inner


def advice_on(failed: Failure) -> list[str]:
    """What to do about an exception that says little to a beginner; an empty list for any other."""
    return [
        advice
        for kinds, words, advice in ADVICE_BY_ERROR
        if re.fullmatch(kinds, failed.kind) and re.search(words, failed.message)
    ][:1]


def is_stub(function: Any) -> bool:
    """Whether a function is as the exercise gave it, or still holds that line."""
    code = getattr(_unwrapped(function), "__code__", None)
    return isinstance(code, CodeType) and STUB_WORDS in code.co_consts


def is_async(function: Any) -> bool:
    """Whether a call of it gives a coroutine: `async def`, behind decorators too."""
    return inspect.iscoroutinefunction(_unwrapped(function))


def _unwrapped(function: Any) -> Any:
    try:
        return inspect.unwrap(function)
    except Exception:  # a learner's object may do anything
        return function


def is_stub_named(name: str) -> bool:
    """The same for a name of the notebook, as in `Day.put`. A name that is not there counts as a stub."""
    thing: Any = sys.modules["__main__"]
    for part in name.split("."):
        thing = getattr(thing, part, None)
    return thing is None or is_stub(thing)


def is_stub_failure(failed: Failure) -> bool:
    """Whether an exception comes from a stub, and not from a library that cannot do something."""
    return failed.kind == STUB_ERROR and (not failed.source or "raise " in failed.source)


def has_more_than_a_stub(failed: Failure) -> bool:
    """Whether the function that raised has other lines beside the one that raises."""
    return failed.has_other_lines
