"""Which names and which pages are this computer's, and that a stranger's get nothing."""

from email.message import Message
from http import HTTPStatus

import pytest

from servers.guard.own_hosts import (
    ANY_ORIGIN,
    OWN_ORIGIN,
    check_addressee,
    is_own_host,
    is_own_origin,
    own_origins,
)
from servers.guard.request_syntax import Refused

HUB = "JUPYTERHUB_SERVICE_PREFIX"
OURS = ["127.0.0.1", "127.0.0.1:8001", "127.1.2.3", "localhost", "LOCALHOST:8888", "[::1]:8001", "[::1]"]
STRANGERS = ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example", "10.0.0.1", "[::2]"]


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HUB, raising=False)
    monkeypatch.delenv("ALLOWED_HOSTS", raising=False)


@pytest.mark.parametrize("host", OURS)
def test_loopback_is_ours_under_each_of_its_names(host: str) -> None:
    assert is_own_host(host)
    assert is_own_origin(f"http://{host}".lower())


@pytest.mark.parametrize("host", STRANGERS)
def test_another_name_is_a_strangers(host: str) -> None:
    assert not is_own_host(host)
    assert not is_own_origin(f"http://{host}")


@pytest.mark.parametrize("origin", ["null", "", "localhost", "file://", "ftp://localhost", "http://localhost@evil"])
def test_what_is_no_address_of_a_page_is_not_ours(origin: str) -> None:
    assert not is_own_origin(origin)


def test_a_proxy_is_named_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "Hub.example, other.example")
    assert is_own_host("hub.example:443")
    assert is_own_origin("https://other.example")
    assert own_origins().fullmatch("https://hub.example:8000")
    assert not own_origins().fullmatch("https://hub.example.evil")
    assert not is_own_host("third.example")


def test_under_a_hub_any_name_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    assert own_origins() is OWN_ORIGIN
    monkeypatch.setenv(HUB, "/user/ada/")
    assert is_own_host("hub.example")
    assert is_own_origin("https://hub.example")
    assert not is_own_origin("null")
    assert own_origins() is ANY_ORIGIN


def headers(**fields: str) -> Message:
    message = Message()
    for name, value in fields.items():
        message[name] = value
    return message


@pytest.mark.parametrize(
    ("target", "fields", "status"),
    [
        ("/", {"Host": "evil.example"}, HTTPStatus.MISDIRECTED_REQUEST),
        ("http://evil.example/", {"Host": "localhost"}, HTTPStatus.MISDIRECTED_REQUEST),
        ("http://me@localhost/", {"Host": "localhost"}, HTTPStatus.BAD_REQUEST),
        ("/", {"Host": "a..b"}, HTTPStatus.BAD_REQUEST),
        ("/", {"Host": "localhost", "Origin": "http://evil.example"}, HTTPStatus.FORBIDDEN),
        ("/", {"Host": "localhost", "Origin": "null"}, HTTPStatus.FORBIDDEN),
    ],
)
def test_a_stranger_is_told_no(target: str, fields: dict[str, str], status: HTTPStatus) -> None:
    with pytest.raises(Refused) as refused:
        check_addressee("HTTP/1.1", target, headers(**fields))
    assert refused.value.status == status


def test_a_host_in_the_target_counts_in_the_place_of_the_header() -> None:
    check_addressee("HTTP/1.1", "http://localhost:8001/", headers(Host="evil.example"))


def test_a_program_of_http_1_0_need_not_name_anyone() -> None:
    check_addressee("HTTP/1.0", "/", headers())
