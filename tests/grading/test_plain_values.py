"""Values cross by value or as a number, and nothing that comes is ever run."""

import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from wirelab.grading.plain_values import MAX_DEPTH, TooLarge, decode, encode

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.binary()
KEYS = st.integers() | st.text() | st.binary()
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.tuples(inner, inner) | st.dictionaries(KEYS, inner), max_leaves=20
)


def back(value: Any) -> Any:
    return decode(encode(value, refer=lambda one: {"id": id(one)}), resolve=lambda told: told)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(VALUES)
def test_a_plain_value_comes_back_equal_and_of_the_same_type(value: Any) -> None:
    came = back(value)
    assert came == value
    assert type(came) is type(value)


@pytest.mark.parametrize(
    "value",
    [..., {1, b"2"}, frozenset("a"), Path("/tmp/a"), datetime.date(2026, 12, 1), bytearray(b"a"), {"$": 1}],
)
def test_so_do_a_few_others(value: Any) -> None:
    assert back(value) == value


def test_a_status_is_its_number() -> None:
    assert back(HTTPStatus.OK) == 200


def test_an_object_crosses_as_a_number() -> None:
    thing = object()
    assert back([thing]) == [{"id": id(thing)}]


def test_a_value_without_end_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: Any = None
    for _ in range(MAX_DEPTH + 2):
        deep = [deep]
    for value in (endless, deep, list(range(200_000))):
        with pytest.raises(TooLarge):
            back(value)


@pytest.mark.parametrize("told", [{"a": 1}, {"$": ["pickle", "gASVBQ=="]}, {"$": ["eval", "1"], "b": 2}])
def test_what_is_no_encoded_value_is_refused(told: Any) -> None:
    with pytest.raises(ValueError):
        decode(told, resolve=lambda told: told)
