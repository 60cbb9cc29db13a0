"""Ask a JupyterHub who somebody is, for a board that is one of its services.

The Hub says where it is in variables, and what it knows of a person who has logged in, or of a notebook's token.
https://jupyterhub.readthedocs.io/en/stable/reference/services.html
"""

import os
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

GROUP_VARIABLE = "WIRELAB_BOARD_GROUP"  # which group of the Hub instructs; "instructors" if it is not set
HUB_TIMEOUT = 2  # seconds for one question; a handshake has five for all of them
KNOWN_FOR = 60  # seconds for which the Hub is not asked again about a token
SESSION_LASTS = 8 * 3600  # seconds, after which an instructor logs in again
SESSION, STATE = "wirelab-board", "wirelab-board-state"  # cookies
MAX_LOGINS = 1000


@dataclass(frozen=True)
class HubUser:
    """A person at the Hub. `may_join` says that the token was allowed to use this service."""

    name: str
    is_instructor: bool
    may_join: bool


@dataclass
class HubAccess:
    """The Hub, as its variables describe it. `prefix` is where the service stands, as in /services/board/."""

    api: str
    token: str
    client: str
    prefix: str
    base: str
    host: str = ""
    group: str = "instructors"
    _known: dict[str, tuple[float, HubUser | None]] = field(default_factory=dict)
    _sessions: dict[str, tuple[float, str]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def service(self) -> str:
        """The name of the service at the Hub."""
        return self.client.removeprefix("service-")

    # Who is it -------------------------------------------------------------------------------------

    def user_of(self, token: str) -> HubUser | None:
        """Whose token it is; None for nobody's. Waits for the Hub. Raises OSError where it does not answer."""
        with self._lock:
            then, known = self._known.get(token, (0.0, None))
        if then > time.monotonic() - KNOWN_FOR:
            return known
        found = self._asked(token)
        with self._lock:
            if len(self._known) > MAX_LOGINS:
                self._known.clear()
            self._known[token] = time.monotonic(), found
        return found

    def _asked(self, token: str) -> HubUser | None:
        told = self._get("/user", token)
        if not told or told.get("kind") != "user" or not isinstance(told.get("name"), str):
            return None
        # The token of a page or of a notebook may be told little; the service's own may be allowed to know more.
        more = self._get(f"/users/{told['name']}", self.token) or {}
        groups = {*told.get("groups", []), *more.get("groups", [])}
        is_instructor = self.group in groups or bool(told.get("admin") or more.get("admin"))
        wanted = {"access:services", f"access:services!service={self.service}"}
        return HubUser(told["name"], is_instructor, bool(wanted & set(told.get("scopes", []))))

    def _get(self, path: str, token: str) -> dict[str, Any] | None:
        headers = {"Authorization": f"token {token}"}
        answer = requests.get(f"{self.api}{path}", headers=headers, timeout=HUB_TIMEOUT)
        return dict(answer.json()) if answer.status_code == 200 else None

    # Log in: OAuth 2, RFC 6749 §4.1 ----------------------------------------------------------------

    def login_address(self, state: str, then: str) -> str:
        """Where a browser is sent that has not logged in; `then` is the path of the page that it wanted."""
        words = {
            "client_id": self.client,
            "redirect_uri": f"{self.prefix}oauth_callback",
            "response_type": "code",
            "state": f"{state}.{then}",
        }
        return f"{self.host}{self.base}hub/api/oauth2/authorize?{urlencode(words)}"

    def logged_in(self, query: str, cookies: Mapping[str, str]) -> tuple[str, str] | None:
        """The session and the page of a browser that comes back from the Hub; None where it was not sent by us.

        Waits for the Hub. Raises OSError where it does not answer.
        """
        words = {name: values[0] for name, values in parse_qs(query).items()}
        state, _, then = words.get("state", "").partition(".")
        if not state or not secrets.compare_digest(state.encode(), cookies.get(STATE, "").encode()):
            return None
        told = {"client_id": self.client, "client_secret": self.token, "grant_type": "authorization_code"}
        told |= {"code": words.get("code", ""), "redirect_uri": f"{self.prefix}oauth_callback"}
        answer = requests.post(f"{self.api}/oauth2/token", data=told, timeout=HUB_TIMEOUT)
        if answer.status_code != 200:
            return None
        session = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._sessions) >= MAX_LOGINS:
                self._sessions.clear()
            self._sessions[session] = time.monotonic(), str(answer.json()["access_token"])
        return session, then if then in ("instructor/", "room/") else "instructor/"

    def visitor(self, cookies: Mapping[str, str]) -> HubUser | None:
        """Who a browser belongs to; None where nobody has logged in. Waits for the Hub; OSError."""
        with self._lock:
            then, token = self._sessions.get(cookies.get(SESSION, ""), (0.0, ""))
        return self.user_of(token) if token and then > time.monotonic() - SESSION_LASTS else None


def hub_access(environment: Mapping[str, str] | None = None) -> HubAccess | None:
    """The Hub that has started this program as a service; None where none has."""
    told = os.environ if environment is None else environment
    if "JUPYTERHUB_SERVICE_NAME" not in told or "JUPYTERHUB_SERVICE_URL" not in told:
        return None
    return HubAccess(
        api=told["JUPYTERHUB_API_URL"],
        token=told["JUPYTERHUB_API_TOKEN"],
        client=told.get("JUPYTERHUB_CLIENT_ID") or f"service-{told['JUPYTERHUB_SERVICE_NAME']}",
        prefix=told["JUPYTERHUB_SERVICE_PREFIX"],
        base=told.get("JUPYTERHUB_BASE_URL", "/"),
        host=told.get("JUPYTERHUB_HOST", ""),
        group=told.get(GROUP_VARIABLE) or "instructors",
    )


def cookies_in(header: str) -> dict[str, str]:
    """The cookies of a request; none where they cannot be read."""
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}


def is_same_host(origin: str, host: str) -> bool:
    """Whether a page comes from the address at which it asks: behind a Hub, any name may be the Hub's."""
    return not origin or urlsplit(origin).netloc.lower() == host.lower()
