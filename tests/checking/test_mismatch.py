"""A difference that has a name gets its sentence, any other none."""

from typing import Any

import pytest

from wirelab.checking import mismatch
from wirelab.checking.mismatch import explain


async def later() -> int:
    return 1


@pytest.mark.parametrize(
    ("got", "expected", "sentence"),
    [
        ("200", 200, mismatch.NUMBER),
        ("-17.5", -17.5, mismatch.NUMBER),
        (200, "200", mismatch.DIGITS),
        (b"hello", "hello", mismatch.BYTES_FOR_STRING),
        ("hello", b"hello", mismatch.STRING_FOR_BYTES),
        ((one for one in "a"), "a", mismatch.GENERATOR),
        (len, 3, mismatch.FUNCTION),
        ("hello\n", "hello", mismatch.SPACES),
        ("Hello", "hello", mismatch.CAPITALS),
        ("hallo", "hello", ""),
        (201, 200, ""),
        ("x", 200, ""),
        (None, 200, ""),
    ],
)
def test_a_difference_with_a_name_is_told(got: Any, expected: Any, sentence: str) -> None:
    assert explain(got, expected) == sentence


def test_a_coroutine_is_told_from_its_value() -> None:
    coroutine = later()
    assert explain(coroutine, 1) == mismatch.COROUTINE
    coroutine.close()


def test_none_from_a_function_is_a_missing_return() -> None:
    assert explain(None, 200, returned=True) == mismatch.RETURNED_NONE


def test_none_after_a_print_is_a_print_for_a_return() -> None:
    assert explain(None, 200, returned=True, printed="200\n") == mismatch.PRINTED


def test_none_that_was_asked_for_is_no_mistake() -> None:
    assert explain(None, None, returned=True) == ""
