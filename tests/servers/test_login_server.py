"""The login server: a session begins with a password, ends with a logout, and its id cannot be guessed."""

from functools import partial

import pytest
import requests

from servers import login_server
from servers.login_server import Sessions, cookies_in
from wirelab import Server, launch

ADA = {"name": "Ada", "password": "to-be-or-not"}


@pytest.fixture
def sessions() -> Sessions:
    return Sessions()


@pytest.fixture
def server(sessions: Sessions) -> Server:
    return launch(partial(login_server.create_server, sessions=sessions), port=0)


def log_in(server: Server, **form: str) -> requests.Response:
    return requests.post(server.url + "/login", data={**ADA, **form}, timeout=20, allow_redirects=False)


def account(server: Server, **cookies: str) -> requests.Response:
    return requests.get(server.url + "/account", cookies=cookies, timeout=20, allow_redirects=False)


def test_a_member_sees_the_account_after_the_login(server: Server) -> None:
    with requests.Session() as browser:
        reply = browser.post(server.url + "/login", data=ADA, timeout=20)
    assert [earlier.status_code for earlier in reply.history] == [303]
    assert "Welcome, Ada" in reply.text


def test_the_cookie_is_random_and_for_http_alone(server: Server) -> None:
    first, second = (log_in(server).headers["Set-Cookie"] for _ in range(2))
    assert first.endswith("; HttpOnly; SameSite=Lax; Max-Age=3600")
    assert first.split(";")[0] != second.split(";")[0]
    assert len(first.split(";")[0]) == len("session=") + 43


@pytest.mark.parametrize("form", [{"password": "x"}, {"password": ""}, {"name": "Ben"}, {"name": ""}])
def test_a_wrong_name_or_password_begins_no_session(
    server: Server, sessions: Sessions, form: dict[str, str]
) -> None:
    reply = log_in(server, **form)
    assert reply.status_code == 403
    assert "Set-Cookie" not in reply.headers
    assert sessions.found == {}


@pytest.mark.parametrize("cookies", [{}, {"session": ""}, {"session": "Ada"}, {"member": "Ada"}])
def test_without_a_session_the_account_leads_to_the_login(server: Server, cookies: dict[str, str]) -> None:
    reply = account(server, **cookies)
    assert (reply.status_code, reply.headers["Location"]) == (303, "login")


def test_after_the_logout_a_copy_of_the_cookie_is_worth_nothing(server: Server) -> None:
    id = cookies_in(log_in(server).headers["Set-Cookie"])["session"]
    other = cookies_in(log_in(server).headers["Set-Cookie"])["session"]
    assert account(server, session=id).status_code == 200
    reply = requests.post(server.url + "/logout", cookies={"session": id}, timeout=20, allow_redirects=False)
    assert reply.headers["Set-Cookie"].startswith("session=; ")
    assert reply.headers["Set-Cookie"].endswith("; Max-Age=0")
    assert account(server, session=id).status_code == 303
    assert account(server, session=other).status_code == 200


def test_a_login_ends_the_session_before_it(server: Server) -> None:
    with requests.Session() as browser:
        browser.post(server.url + "/login", data=ADA, timeout=20)
        before = browser.cookies["session"]
        browser.post(server.url + "/login", data=ADA, timeout=20)
    assert account(server, session=before).status_code == 303


def test_a_logout_by_a_link_is_not_possible(server: Server) -> None:
    assert requests.get(server.url + "/logout", timeout=20).status_code == 404


def test_a_form_of_another_site_is_refused(server: Server) -> None:
    headers = {"Origin": "http://stranger.example"}
    assert requests.post(server.url + "/login", data=ADA, headers=headers, timeout=20).status_code == 403


def test_a_session_ends_by_itself(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_server, "SESSION_AGE", 0)
    assert sessions.member(sessions.begin("Ada")) is None


def test_the_oldest_session_makes_room(sessions: Sessions, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login_server, "MAX_SESSIONS", 2)
    first, second, third = (sessions.begin("Ada") for _ in range(3))
    assert [sessions.member(id) for id in (first, second, third)] == [None, "Ada", "Ada"]


def test_no_password_is_kept() -> None:
    assert b"to-be-or-not" not in b"".join(login_server.MEMBERS.values())


@pytest.mark.parametrize(
    ("header", "found"),
    [("session=x", {"session": "x"}), ("a=1; session=y=z", {"a": "1", "session": "y=z"}), ("", {"": ""})],
)
def test_cookies_are_read_by_their_names(header: str, found: dict[str, str]) -> None:
    assert cookies_in(header) == found
