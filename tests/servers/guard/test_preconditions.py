"""Conditional requests, in the order of RFC 9110 §13.2.2: which are carried out, and what the others get."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.guard.preconditions import failed_precondition

NEW_YEAR = 1798761600  # 2027-01-01 00:00 UTC
SAME, BEFORE, AFTER = (f"Fri, 01 Jan 2027 00:00:0{n} GMT" for n in (1, 0, 2))
MODIFIED = NEW_YEAR + 1.9


@pytest.mark.parametrize(
    ("method", "conditions", "status"),
    [
        ("GET", {}, None),
        # §13.1.1 If-Match: a strong comparison
        ("GET", {"If-Match": '"a"'}, None),
        ("GET", {"If-Match": '"x", "b"'}, None),
        ("GET", {"If-Match": "*"}, None),
        ("GET", {"If-Match": '"x"'}, 412),
        ("GET", {"If-Match": 'W/"a"'}, 412),
        ("PUT", {"If-Match": '"x"'}, 412),
        ("PUT", {"If-Match": "nonsense"}, 412),
        # §13.1.2 If-None-Match: a weak one
        ("GET", {"If-None-Match": '"a"'}, 304),
        ("HEAD", {"If-None-Match": 'W/"b"'}, 304),
        ("GET", {"If-None-Match": '"x", W/"a"'}, 304),
        ("GET", {"If-None-Match": " * "}, 304),
        ("GET", {"If-None-Match": '"x"'}, None),
        ("GET", {"If-None-Match": "a"}, None),
        ("PUT", {"If-None-Match": "*"}, 412),
        ("PUT", {"If-None-Match": '"x"'}, None),
        # §13.1.3 and §13.1.4: the dates
        ("GET", {"If-Modified-Since": SAME}, 304),
        ("GET", {"If-Modified-Since": AFTER}, 304),
        ("GET", {"If-Modified-Since": BEFORE}, None),
        ("GET", {"If-Modified-Since": "yesterday"}, None),
        ("PUT", {"If-Modified-Since": AFTER}, None),
        ("GET", {"If-Unmodified-Since": SAME}, None),
        ("GET", {"If-Unmodified-Since": BEFORE}, 412),
        ("PUT", {"If-Unmodified-Since": BEFORE}, 412),
        ("PUT", {"If-Unmodified-Since": "9" * 60_000}, None),
        # §13.2.2: a tag comes before a date, what must match before what must not
        ("GET", {"If-Match": '"a"', "If-Unmodified-Since": BEFORE}, None),
        ("GET", {"If-Match": '"x"', "If-None-Match": '"a"'}, 412),
        ("GET", {"If-None-Match": '"x"', "If-Modified-Since": AFTER}, None),
        ("GET", {"If-None-Match": '"a"', "If-Modified-Since": BEFORE}, 304),
        ("GET", {"If-Unmodified-Since": BEFORE, "If-None-Match": '"a"'}, 412),
        ("GET", {"If-Match": "*", "If-Modified-Since": SAME}, 304),
    ],
)
def test_what_becomes_of_a_request(method: str, conditions: dict[str, str], status: int | None) -> None:
    assert failed_precondition(method, conditions, tags=["a", "b"], modified=MODIFIED) == status


def test_a_resource_without_a_date_knows_no_dates() -> None:
    assert failed_precondition("GET", {"If-Modified-Since": AFTER}) is None
    assert failed_precondition("GET", {"If-Unmodified-Since": BEFORE}) is None


def test_a_resource_without_a_tag_matches_any_and_none_that_is_named() -> None:
    assert failed_precondition("GET", {"If-Match": "*"}) is None
    assert failed_precondition("GET", {"If-Match": '"a"'}) == 412


def test_what_is_not_there_matches_nothing() -> None:
    assert failed_precondition("POST", {"If-Match": "*"}, exists=False) == 412
    assert failed_precondition("PUT", {"If-None-Match": "*"}, exists=False) is None


def test_tags_may_be_made_one_by_one() -> None:
    conditions = {"If-Match": '"b"', "If-None-Match": '"a"'}
    assert failed_precondition("PUT", conditions, tags=iter(["a", "b"])) == 412


@given(st.text(max_size=200))
def test_whatever_a_condition_says_it_is_decided(value: str) -> None:
    for name in ("If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"):
        assert failed_precondition("GET", {name: value}, tags=["a"], modified=MODIFIED) in (None, 304, 412)
