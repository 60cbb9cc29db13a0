"""The checks read any JSON without failing, and write links as the lessons do."""

import pytest

from checks.json_documents import as_object, json_answer, link_in, links, read_json


@pytest.mark.parametrize(
    ("message", "value"),
    [('{"degrees": 17.5}', {"degrees": 17.5}), (b"[1]", [1]), ("warm", "warm"), (b"\xff", b"\xff"), (None, None)],
)
def test_a_message_is_read_as_json_or_stays_as_it_is(message: object, value: object) -> None:
    assert read_json(message) == value


@pytest.mark.parametrize("value", [[1], "text", None, 17.5])
def test_what_is_no_object_is_an_empty_one(value: object) -> None:
    assert as_object(value) == {}


def test_an_answer_says_that_it_is_json() -> None:
    answer = json_answer({"id": 2}, 201, Location="/readings/2")
    assert answer.body == '{"id": 2}'
    assert answer.status == 201
    assert answer.headers == {"Content-Type": "application/json", "Location": "/readings/2"}


def test_a_link_that_was_written_is_found_again() -> None:
    document = links(self="/readings/7", next="/readings/8")
    assert document == {"_links": {"self": {"href": "/readings/7"}, "next": {"href": "/readings/8"}}}
    assert link_in(document, "next") == {"href": "/readings/8"}


@pytest.mark.parametrize("document", [{}, [], "text", {"_links": []}, {"_links": {"next": {}}}])
def test_a_link_that_is_not_there_is_none(document: object) -> None:
    assert link_in(document, "up") is None


@pytest.mark.parametrize("link", ["/readings/8", {"href": 8}, ["/readings/8"], {}])
def test_what_stands_in_place_of_a_link_can_be_told(link: object) -> None:
    assert link_in({"_links": {"up": link}}, "up") == link


def test_what_a_link_says_beside_its_target_is_left_out() -> None:
    assert link_in({"_links": {"up": {"href": "/readings", "title": "All"}}}, "up") == {"href": "/readings"}
