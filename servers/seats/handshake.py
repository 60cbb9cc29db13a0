"""Read the handshake of a WebSocket client: the show it subscribes to.

    parse_target("/shows/1?since=7&life=5f0c")  # show 1, from change 8 on
"""

import re
from email.message import Message
from typing import NamedTuple
from urllib.parse import parse_qs

from websockets.asyncio.server import ServerConnection
from websockets.http11 import Request, Response

from servers.guard.own_hosts import check_addressee
from servers.guard.request_syntax import Refused
from servers.guard.request_syntax import parse_target as split_target

SHOW_PATH = re.compile(r"/shows/([0-9]{1,9})")


class Subscription(NamedTuple):
    """The show whose changes a client wants, and the last change that it knows.

    `since` is the number of that change, None if the client knows nothing yet. `life` names the series of
    numbers that it belongs to: see servers.seats.journal.
    """

    show: int
    since: int | None
    life: str


def parse_target(target: str) -> Subscription:
    """What a client subscribes to, from the request target of its handshake.

    Raises LookupError if the path names no show, and ValueError if `since` is not the number of a change.
    """
    try:
        parts = split_target(target)
    except Refused as refused:
        raise LookupError(target) from refused
    match = SHOW_PATH.fullmatch(parts.path)
    if match is None:
        raise LookupError(target)
    query = parse_qs(parts.query)
    since = query.get("since", [""])[0]
    if since and not re.fullmatch("[0-9]{1,15}", since):
        raise ValueError("since has to be the number of a change")
    return Subscription(int(match[1]), int(since) if since else None, query.get("life", [""])[0])


def refuse_foreign_host(websocket: ServerConnection, request: Request) -> Response | None:
    """The response that refuses a handshake whose Host is not ours: 400 or 421. None goes on."""
    headers = Message()
    for host in request.headers.get_all("Host"):
        headers["Host"] = host
    try:
        check_addressee("HTTP/1.1", request.path, headers)
    except Refused as refused:
        return websocket.respond(refused.status, f"{refused}\n")
    return None
