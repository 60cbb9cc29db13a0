"""On a real JupyterHub, learners join by the token of their server, and instructors see the board after a login.

It needs a folder with a JupyterHub and its proxy, as WIRELAB_HUB names it:

    python3 -m venv HUB/venv; HUB/venv/bin/pip install 'jupyterhub==6.*'
    npm install --prefix HUB configurable-http-proxy@5
"""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import requests
from boards import COURSE, TOO_LONG, Learner, free_port, new_token, surroundings, told
from waiting import wait_until
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from wirelab.classroom.board_client import BoardClient
from wirelab.classroom.seat_cards import SeatCard

HUB = Path(os.environ.get("WIRELAB_HUB", "nowhere"))
PROXY = HUB / "node_modules" / "configurable-http-proxy" / "bin" / "configurable-http-proxy"
PAGE = (COURSE / "docs" / "board.md").read_text(encoding="utf-8")
[DOCUMENTED] = re.findall(r"```python\n(# in jupyterhub_config\.py.*?)```", PAGE, re.DOTALL)
MORE = """
c.JupyterHub.bind_url = "http://127.0.0.1:{public}"
c.JupyterHub.hub_port = {hub}
c.ConfigurableHTTPProxy.command = ["node", "{proxy}"]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api}"
c.JupyterHub.authenticator_class = "dummy"
c.Authenticator.allow_all = True
c.Authenticator.admin_users = {{"root-of-all"}}
c.JupyterHub.services.append({{"name": "tests", "api_token": "{token}"}})
c.JupyterHub.load_roles.append({{"name": "tests", "services": ["tests"], "scopes": ["admin:users", "tokens"]}})
"""

pytestmark = [pytest.mark.proof, pytest.mark.skipif(not PROXY.exists(), reason="WIRELAB_HUB names no JupyterHub")]


class RunningHub:
    """A JupyterHub with the board as its service, as docs/board.md has it."""

    def __init__(self, folder: Path) -> None:
        self.public, self.token = f"http://127.0.0.1:{free_port()}", new_token()
        self.board = f"http://127.0.0.1:{free_port()}"
        environment = {**surroundings(folder), "WIRELAB_BOARD_FOLDER": str(folder / "boards")}
        del environment["JPY_SESSION_NAME"]
        words = {"public": self.public.rpartition(":")[2], "hub": free_port(), "api": free_port()}
        config = DOCUMENTED.replace("http://127.0.0.1:10101", self.board)
        config = config.replace("/opt/wirelab-course/.venv/bin/python", sys.executable)
        config = config.replace('"WIRELAB_BOARD_FOLDER": "/var/lib/wirelab-board"', repr(environment)[1:-1])
        config += MORE.format(**words, proxy=PROXY, token=self.token)
        (folder / "jupyterhub_config.py").write_text(config)
        with (folder / "hub.log").open("w") as log:
            self.process = subprocess.Popen(
                [HUB / "venv" / "bin" / "python", "-m", "jupyterhub"],
                cwd=folder, env=environment, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self.log = folder / "hub.log"
        assert wait_until(self.is_up, seconds=120), self.log.read_text()

    def is_up(self) -> bool:
        try:
            return requests.get(f"{self.public}/services/board/", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    @property
    def code(self) -> str:
        return re.findall(r'join\("(\w+)"', self.log.read_text())[-1]

    def ask(self, method: str, path: str, **words: Any) -> Any:
        headers = {"Authorization": f"token {self.token}"}
        answer = requests.request(method, f"{self.public}/hub/api{path}", headers=headers, json=words, timeout=30)
        assert answer.ok, answer.text
        return answer.json()

    def token_of(self, name: str, role: str) -> str:
        """A token of a user, such as the one that their server has."""
        self.browser(name)  # who has never logged in is nobody
        return str(self.ask("POST", f"/users/{name}/tokens", roles=[role])["token"])

    def browser(self, name: str) -> requests.Session:
        """A browser in which this user has logged in."""
        session = requests.Session()
        page = session.get(f"{self.public}/hub/login", timeout=30)
        form = {
            "username": name,
            "password": "x",
            "_xsrf": re.findall(r'name="_xsrf" value="([^"]+)"', page.text)[0],
        }
        session.post(f"{self.public}/hub/login?next=/hub/token", data=form, timeout=30)
        return session


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    running = RunningHub(tmp_path_factory.mktemp("hub"))
    yield running
    os.killpg(running.process.pid, signal.SIGTERM)
    running.process.wait(TOO_LONG)


@contextmanager
def learner(hub: RunningHub, address: str, token: str) -> Iterator[Learner]:
    headers = {"Authorization": f"token {token}"}
    url = f"{address.replace('http', 'ws', 1)}/services/board/join"
    with connect(url, compression=None, additional_headers=headers, proxy=None) as connection:
        words = {"code": hub.code, "token": new_token(), "notebook": new_token()[:12], "nickname": "Ada"}
        connection.send(json.dumps({"type": "join", **words}))
        yield Learner(connection, told(connection))


@contextmanager
def watching(hub: RunningHub, session: requests.Session, page: str = "instructor") -> Iterator[ClientConnection]:
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
    url = f"{hub.public.replace('http', 'ws', 1)}/services/board/{page}/watch"
    with connect(
        url, compression=None, additional_headers={"Cookie": cookies}, origin=hub.public, proxy=None
    ) as one:  # type: ignore[arg-type]
        yield one


def test_a_learner_has_one_seat_by_the_token_of_their_server(hub: RunningHub) -> None:
    token = hub.token_of("ada", "server")
    with learner(hub, hub.board, token) as direct, learner(hub, hub.public, token) as through_the_proxy:
        assert direct.welcome["seat"] == through_the_proxy.welcome["seat"]
        assert direct.check()["type"] == through_the_proxy.check("12.2")["type"] == "ack"
    with learner(hub, hub.board, hub.token_of("bob", "server")) as other:
        assert other.welcome["seat"] != direct.welcome["seat"]


@pytest.mark.parametrize("token", ["", "wrong", "xyz" * 1000])
def test_who_has_no_token_of_the_hub_may_not_join(hub: RunningHub, token: str) -> None:
    with pytest.raises(InvalidStatus, match="403"), learner(hub, hub.board, token):
        raise AssertionError("they may")


def test_a_token_without_the_scope_may_not_join(hub: RunningHub) -> None:
    hub.browser("ada")
    narrow = hub.ask("POST", "/users/ada/tokens", scopes=["read:users:name!user"])["token"]
    with pytest.raises(InvalidStatus) as refused, learner(hub, hub.board, narrow):
        raise AssertionError("they may")
    assert b"access:services!service=board" in (refused.value.response.body or b"")


@pytest.mark.parametrize("name", ["grace", "root-of-all"])
def test_an_instructor_sees_the_class_after_a_login(hub: RunningHub, name: str) -> None:
    session = hub.browser(name)
    page = session.get(f"{hub.public}/services/board/instructor/", timeout=30)
    assert page.status_code == 200 and page.url.endswith("/services/board/instructor/")
    assert session.get(f"{hub.public}/services/board/instructor/instructor.js", timeout=30).status_code == 200
    with watching(hub, session) as board, learner(hub, hub.board, hub.token_of("ada", "server")) as ada:
        ada.check()
        message = told(board)
        while not any(seat["seat"] == ada.welcome["seat"] for seat in message.get("seats", [])):
            message = told(board)
    assert (message["line"], message["room"]) == (f'join("{hub.code}")', "../room/")


def test_a_learner_does_not_see_the_class(hub: RunningHub) -> None:
    session = hub.browser("ada")
    for page in ("instructor", "room"):
        answer = session.get(f"{hub.public}/services/board/{page}/", timeout=30)
        assert answer.status_code == 403 and "for instructors" in answer.text
        with pytest.raises(InvalidStatus, match="403"), watching(hub, session, page):
            raise AssertionError("they do")


def test_nobody_sees_the_class_without_a_login(hub: RunningHub) -> None:
    answer = requests.get(f"{hub.public}/services/board/instructor/", timeout=30)
    assert "/hub/login" in answer.url
    assert requests.get(f"{hub.public}/services/board/instructor/instructor.js", timeout=30).status_code == 403
    with pytest.raises(InvalidStatus, match="403"), watching(hub, requests.Session()):
        raise AssertionError("they do")


def test_a_login_that_was_not_begun_here_is_refused(hub: RunningHub) -> None:
    session = hub.browser("grace")
    answer = session.get(f"{hub.public}/services/board/oauth_callback?code=x&state=y.instructor/", timeout=30)
    assert answer.status_code == 403


def test_a_notebook_shows_its_hub_token_to_the_hubs_own_board_alone(
    hub: RunningHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", hub.token_of("ada", "server"))
    own = SeatCard(f"{hub.board}/services/board/", hub.code, new_token(), is_at_hub=True)
    for card, seat in ((own, True), (replace(own, is_at_hub=False), False)):
        client = BoardClient(card)
        client.start()
        assert client.wait_for_seat(TOO_LONG)
        client.stop()
        assert bool(client.seat) == seat and ("403" in client.trouble) != seat


def test_the_board_keeps_no_name_of_the_hub(hub: RunningHub) -> None:
    with learner(hub, hub.board, hub.token_of("bartholomew", "server")) as one:
        one.check()
    kept = b"".join(path.read_bytes() for path in (hub.log.parent / "boards").iterdir())
    assert b"12.1" in kept and b"bartholomew" not in kept
