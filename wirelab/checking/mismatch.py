"""Say in a sentence how a value differs from the one that was expected, where the difference has a name."""

import inspect
from collections.abc import Callable
from typing import Any

PRINTED = "It printed something, and returned None. What print() shows is gone: give it back with return."
RETURNED_NONE = "It returned None: the way that it took through the function has no return, or one that says None."
COROUTINE = "That is a coroutine, a call that has not run yet: write await in front of the call."
GENERATOR = "That is a generator, because there is a yield in the function: give the whole value back with return."
BYTES_FOR_STRING = "Those are bytes, and a string is asked for: decode() makes one of them."
STRING_FOR_BYTES = "That is a string, and bytes are asked for: encode() makes them of it."
NUMBER = "That is a string, and a number is asked for: int() or float() makes one of it."
DIGITS = "That is a number, and a string is asked for: str() makes one of it."
FUNCTION = "That is a function: to get what it returns, call it, with brackets behind its name."
SPACES = "It is right but for spaces or line ends around it."
CAPITALS = "It differs in capital and small letters alone."


def explain(got: Any, expected: Any, *, returned: bool = False, printed: str = "") -> str:
    """What most likely went wrong, or nothing.

    `returned` says that `got` is what a learner's function returned; `printed` what it printed meanwhile.
    """
    if got is None and expected is not None:
        return (PRINTED if printed.strip() else RETURNED_NONE) if returned else ""
    return next((sentence for fits, sentence in DIFFERENCES if fits(got, expected)), "")


def _number_in_a_string(got: Any, expected: Any) -> bool:
    if not isinstance(got, str) or isinstance(expected, bool) or not isinstance(expected, int | float):
        return False
    try:
        return float(got) == expected
    except ValueError:
        return False


def _string_for_bytes(got: Any, expected: Any) -> bool:
    return isinstance(got, str) and isinstance(expected, bytes)


def _differ_after(change: Callable[[str], str]) -> Callable[[Any, Any], bool]:
    """Whether two strings differ, and no more once both are changed so."""

    def fits(got: Any, expected: Any) -> bool:
        texts = isinstance(got, str) and isinstance(expected, str)
        return texts and got != expected and change(got) == change(expected)

    return fits


DIFFERENCES: list[tuple[Callable[[Any, Any], bool], str]] = [
    (lambda got, expected: inspect.iscoroutine(got), COROUTINE),
    (lambda got, expected: inspect.isgenerator(got), GENERATOR),
    (lambda got, expected: inspect.isroutine(got) and not callable(expected), FUNCTION),
    (lambda got, expected: isinstance(got, bytes) and isinstance(expected, str), BYTES_FOR_STRING),
    (_string_for_bytes, STRING_FOR_BYTES),
    (_number_in_a_string, NUMBER),
    (lambda got, expected: _number_in_a_string(expected, got), DIGITS),
    (_differ_after(str.strip), SPACES),
    (_differ_after(str.casefold), CAPITALS),
]
