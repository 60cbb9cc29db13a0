"""A board knows whether a Hub has started it, and believes no cookie and no page of a stranger."""

import pytest

from wirelab.classroom.hub_access import SESSION, STATE, cookies_in, hub_access, is_same_host

SERVICE = {
    "JUPYTERHUB_SERVICE_NAME": "board",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:10101",
    "JUPYTERHUB_SERVICE_PREFIX": "/hub/base/services/board/",
    "JUPYTERHUB_BASE_URL": "/hub/base/",
    "JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api",
    "JUPYTERHUB_API_TOKEN": "the token of the service",
}


def test_outside_of_a_hub_there_is_none_and_a_learners_server_is_no_service() -> None:
    assert hub_access({}) is None
    assert hub_access({name: told for name, told in SERVICE.items() if name != "JUPYTERHUB_SERVICE_NAME"}) is None


def test_a_service_sends_browsers_to_the_hubs_login_and_back() -> None:
    hub = hub_access(SERVICE)
    assert hub and hub.service == "board" and hub.group == "instructors"
    address = hub.login_address("random", "room/")
    assert address.startswith("/hub/base/hub/api/oauth2/authorize?client_id=service-board&")
    assert "redirect_uri=%2Fhub%2Fbase%2Fservices%2Fboard%2Foauth_callback" in address
    assert "the+token" not in address


@pytest.mark.parametrize(
    "query", ["", "code=x", "code=x&state=", "code=x&state=.room/", "code=x&state=other.room/"]
)
def test_a_login_with_another_state_is_not_asked_about(query: str) -> None:
    hub = hub_access(SERVICE)  # port 9 answers nobody: a question would raise
    assert hub and hub.logged_in(query, {STATE: "random"}) is None
    assert hub.logged_in("code=x&state=random.room/", {}) is None


def test_a_session_that_is_none_is_nobodys() -> None:
    hub = hub_access(SERVICE)
    assert hub and hub.visitor({}) is hub.visitor({SESSION: ""}) is hub.visitor({SESSION: "x"}) is None


@pytest.mark.parametrize("header", ["", "=", ";;", 'a="', "a b=c", "\0=\0"])
def test_cookies_that_cannot_be_read_are_none(header: str) -> None:
    assert SESSION not in cookies_in(header)


def test_a_cookie_is_found_among_others() -> None:
    assert cookies_in(f"_xsrf=1; {SESSION}=abc; x=y")[SESSION] == "abc"


@pytest.mark.parametrize(
    ("origin", "host", "same"),
    [
        ("", "hub.example", True),  # a program
        ("https://hub.example", "hub.example", True),
        ("http://hub.example:8000", "hub.example:8000", True),
        ("https://ada.hub.example", "hub.example", False),
        ("https://hub.example:8443", "hub.example", False),
        ("null", "hub.example", False),
    ],
)
def test_only_a_page_of_the_same_address_is_ours(origin: str, host: str, *, same: bool) -> None:
    assert is_same_host(origin, host) is same
