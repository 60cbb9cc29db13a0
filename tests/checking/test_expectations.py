"""Expectations are collected with what came instead, whatever the values are made of."""

from http import HTTPStatus
from typing import Any

import pytest
from recorded import GET, conversation

from wirelab.checking.expectations import Expect, Stopped


class Hostile:
    """A value whose every look at it fails."""

    def __eq__(self, other: object) -> bool:
        raise KeyError("eq")

    def __repr__(self) -> str:
        raise KeyError("repr")

    __hash__ = None  # type: ignore[assignment]


class Talkative:
    def __repr__(self) -> str:
        return "x" * 10_000_000


def test_every_expectation_is_tried() -> None:
    expect = Expect()
    expect(False, "answers 200 OK")
    expect(True, "says hello")
    assert [(finding.what, finding.passed) for finding in expect.findings] == [
        ("answers 200 OK", False),
        ("says hello", True),
    ]


@pytest.mark.parametrize(("value", "met"), [(True, True), ("x", True), (0, False), ([], False), (None, False)])
def test_the_call_says_whether_it_is_met(value: object, met: bool) -> None:
    assert Expect()(value, "is there") is met


def test_values_are_shown_as_python_writes_them() -> None:
    expect = Expect()
    expect(False, "says hello", expected=b"hello", got="")
    assert (expect.findings[0].expected, expect.findings[0].got) == ("b'hello'", "''")


def test_no_value_is_shown_where_there_is_none() -> None:
    expect = Expect()
    expect(False, "gives None", expected=None)
    assert (expect.findings[0].expected, expect.findings[0].got) == ("None", "")


@pytest.mark.parametrize(
    ("got", "expected", "same"),
    [
        (1, 1, True),
        (1.0, 1, True),
        (HTTPStatus.OK, 200, True),
        (True, 1, False),
        (1, True, False),
        (True, True, True),
        ("1", 1, False),
        (float("nan"), float("nan"), False),
        (Hostile(), 1, False),
        (1, Hostile(), False),
        ([Hostile()], [1], False),
    ],
)
def test_what_equals_what(got: Any, expected: Any, same: bool) -> None:
    assert Expect().equal(got, expected, "is the same") is same


def test_a_missed_equality_shows_both_sides() -> None:
    expect = Expect()
    expect.equal(404, 200, "answers 200 OK")
    assert (expect.findings[0].expected, expect.findings[0].got) == ("200", "404")


def shown(value: object) -> str:
    expect = Expect()
    expect(False, "is fine", got=value)
    return expect.findings[0].got


def test_a_value_that_cannot_be_shown_is_told_by_its_type() -> None:
    assert shown(Hostile()) == "something of type Hostile that cannot be shown (KeyError)"
    assert shown(10**5000) == "something of type int that cannot be shown (ValueError)"


def test_a_value_without_end_is_told_by_its_type() -> None:
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]
    assert shown(deep) == "something of type list that cannot be shown (RecursionError)"
    while deep:  # else taking it apart takes as deep a recursion
        deep = deep.pop()


@pytest.mark.parametrize("value", [Talkative(), "x" * 9_999_998, b"x" * 10_000_000])
def test_a_long_value_is_shortened_and_says_so(value: object) -> None:
    assert len(shown(value)) < 350
    assert shown(value).endswith("characters)")


def test_a_value_whose_truth_cannot_be_told_is_not_met() -> None:
    class Unclear:
        def __bool__(self) -> bool:
            raise ValueError("ambiguous")

    assert Expect()(Unclear(), "is clear") is False


def test_one_hint_or_several() -> None:
    expect = Expect()
    expect(False, "a", hint="look")
    expect(False, "b", hint=("look", "look again"))
    expect(False, "c")
    assert [tuple(finding.hints) for finding in expect.findings] == [("look",), ("look", "look again"), ()]


def test_what_could_not_be_looked_at_ends_the_check() -> None:
    expect = Expect()
    with pytest.raises(Stopped):
        raise expect.missed("answers GET /", "it closed the connection", hint="stop and go")
    assert (expect.findings[0].passed, expect.findings[0].got) == (False, "it closed the connection")


def test_what_is_missed_keeps_the_request_and_its_bytes() -> None:
    expect, talk = Expect(), conversation((">", GET))
    expect.asked, expect.evidence = "curl -i http://127.0.0.1/", lambda: talk
    expect(False, "says hello")
    assert (expect.findings[0].asked, expect.findings[0].wire) == (expect.asked, talk)


def test_bytes_are_not_read_for_what_is_met() -> None:
    expect = Expect()
    expect.evidence = lambda: 1 / 0  # type: ignore[assignment, return-value]
    assert expect(True, "says hello")
