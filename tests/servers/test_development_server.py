"""The ticket service on Flask's development server: the same answers, and a warning."""

from collections.abc import Iterator

import pytest
import requests

from wirelab import Server, launch


@pytest.fixture
def development() -> Iterator[Server]:
    with launch("servers.development_server", port=0) as server:
        yield server


def test_it_answers_as_the_ticket_service_does(development: Server) -> None:
    with launch("servers.ticket_service", port=0) as office:
        for path in ("/shows/1", "/bookings", "/shows/99"):
            replies = [requests.get(server.url + path, timeout=10) for server in (development, office)]
            assert replies[0].json() == replies[1].json()
            assert replies[0].status_code == replies[1].status_code


def test_it_closes_each_connection_after_one_answer(development: Server) -> None:
    assert requests.get(development.url + "/shows", timeout=10).headers["Connection"] == "close"


def test_it_says_what_it_is_for(development: Server) -> None:
    requests.get(development.url + "/shows", timeout=10)  # it has said it by then
    assert "WARNING: This is a development server." in str(development.log)
