"""Let in at a Hub's board who may come: learners by the token of their notebook, instructors by a login."""

import asyncio
import secrets
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
from websockets.http11 import Request, Response

from wirelab.classroom import board_pages
from wirelab.classroom.board_pages import Place
from wirelab.classroom.hub_access import SESSION, STATE, HubAccess, HubUser, cookies_in, is_same_host

NO_HUB = "The Hub does not answer now. Try again in a moment."
NO_SCOPE = (
    "The Hub does not allow this token to use the board: its administrator gives it access:services!service={}."
)
NOT_INSTRUCTOR = "This page is for instructors: those in the Hub's group {}, and its administrators."
NOT_SENT_BY_US = "This login was not begun here, or has been used already. Open the board's page again."


class HubDoor:
    """What is asked of the Hub before a request goes on."""

    def __init__(self, hub: HubAccess) -> None:
        self.hub = hub

    async def learner(self, request: Request) -> HubUser | Response:
        """Whose notebook wants to join, or why it may not."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        try:
            user = await asyncio.to_thread(self.hub.user_of, token) if kind.lower() == "token" and token else None
        except (OSError, ValueError, requests.RequestException):
            return board_pages.refusal(HTTPStatus.SERVICE_UNAVAILABLE, NO_HUB)
        if user is None or not user.may_join:
            return board_pages.refusal(HTTPStatus.FORBIDDEN, NO_SCOPE.format(self.hub.service))
        return user

    async def visitor(self, request: Request, place: Place) -> Response | None:
        """None where an instructor asks; else the login, or why not."""
        if not is_same_host(request.headers.get("Origin", ""), request.headers.get("Host", "")):
            return board_pages.refusal(HTTPStatus.FORBIDDEN, NOT_INSTRUCTOR.format(self.hub.group))
        try:
            user = await asyncio.to_thread(self.hub.visitor, cookies_in(request.headers.get("Cookie", "")))
        except (OSError, ValueError, requests.RequestException):
            return board_pages.refusal(HTTPStatus.SERVICE_UNAVAILABLE, NO_HUB)
        if user is None:
            return self._no() if place.name else self._login(request, place)
        return None if user.is_instructor else self._no()

    def _no(self) -> Response:
        return board_pages.refusal(HTTPStatus.FORBIDDEN, NOT_INSTRUCTOR.format(self.hub.group))

    def _login(self, request: Request, place: Place) -> Response:
        state = secrets.token_urlsafe(16)
        return self._redirect(request, self.hub.login_address(state, f"{place.who}/"), STATE, state)

    async def back_from_login(self, request: Request) -> Response:
        """What a browser is answered that comes back from the Hub."""
        query, cookies = urlsplit(request.path).query, cookies_in(request.headers.get("Cookie", ""))
        try:
            found = await asyncio.to_thread(self.hub.logged_in, query, cookies)
        except (OSError, ValueError, KeyError, requests.RequestException):
            return board_pages.refusal(HTTPStatus.SERVICE_UNAVAILABLE, NO_HUB)
        if found is None:
            return board_pages.refusal(HTTPStatus.FORBIDDEN, NOT_SENT_BY_US)
        session, then = found
        return self._redirect(request, f"{self.hub.prefix}{then}", SESSION, session)

    def _redirect(self, request: Request, address: str, name: str, value: str) -> Response:
        response = board_pages.refusal(HTTPStatus.FOUND, "Go on there.")
        response.headers["Location"] = address
        is_secure = request.headers.get("X-Forwarded-Proto", "").partition(",")[0] == "https"
        ends = "; Secure" if is_secure else ""
        response.headers["Set-Cookie"] = f"{name}={value}; Path={self.hub.prefix}; HttpOnly; SameSite=Lax{ends}"
        return response
