"""Tell the names and the pages of this computer from those of strangers (DNS rebinding, CAPEC-275).

Loopback is no fence. A stranger's page can have a name that leads to 127.0.0.1 all at once; then its requests come
here as if they were our own. But they say that name in Host, and in Origin.
"""

import os
import re
from email.message import Message
from http import HTTPStatus

from servers.guard.request_syntax import Refused, check_host, host_of

LOOPBACK_HOST = r"(127(?:\.[0-9]{1,3}){3}|localhost|\[::1\])"
OWN_HOST = re.compile(rf"{LOOPBACK_HOST}(:[0-9]*)?", re.IGNORECASE)
OWN_ORIGIN = re.compile(rf"https?://{LOOPBACK_HOST}(:[0-9]+)?")
ANY_ORIGIN = re.compile(r"https?://.+")
FOREIGN_HOST = (
    "This server answers for 127.0.0.1 and localhost. Does it stand behind a proxy? Then start it with the "
    "proxy's name in the environment variable ALLOWED_HOSTS."
)
FOREIGN_ORIGIN = "A page of another site may not use this server."


def allowed_hosts() -> frozenset[str]:
    """The names in ALLOWED_HOSTS, such as "hub.example": those of a proxy before us. "*" stands for any.

    A Hub's proxy has looked at the Host itself: there any name will do.
    """
    if "JUPYTERHUB_SERVICE_PREFIX" in os.environ:
        return frozenset("*")
    return frozenset(os.environ.get("ALLOWED_HOSTS", "").lower().replace(",", " ").split())


def is_own_host(host: str) -> bool:
    """Whether a Host header means this computer, or the proxy before it. `host` may have a port."""
    if OWN_HOST.fullmatch(host):
        return True
    allowed = allowed_hosts()
    return "*" in allowed or re.sub(r":[0-9]*$", "", host.lower()) in allowed


def is_own_origin(origin: str) -> bool:
    """Whether an Origin header names a page of ours. "null" is nobody's: a file, a sandbox."""
    if not ANY_ORIGIN.fullmatch(origin):
        return False
    return is_own_host(origin.partition("://")[2])


def own_origins() -> re.Pattern[str]:
    """A pattern for the origins of our own pages, as websockets takes it."""
    names = allowed_hosts()
    if "*" in names:
        return ANY_ORIGIN
    others = "".join(f"|{re.escape(name)}" for name in sorted(names))
    return re.compile(rf"https?://({LOOPBACK_HOST}{others})(:[0-9]+)?") if others else OWN_ORIGIN


def check_addressee(version: str, target: str, headers: Message) -> None:
    """Raise Refused unless a request is meant for this server, and comes from a program or a page of ours.

    400 for a Host that is none, 421 for a stranger's (RFC 9110 §15.5.20), 403 for a stranger's Origin. A host in
    the target counts in the place of the header (RFC 9112 §3.2.2).
    """
    check_host(version, headers.get_all("Host", []))
    named = host_of(target)
    if named:
        check_host(version, [named])
    host = named or headers.get("Host", "")
    if host and not is_own_host(host):
        raise Refused(HTTPStatus.MISDIRECTED_REQUEST, FOREIGN_HOST)
    if not all(map(is_own_origin, headers.get_all("Origin", []))):
        raise Refused(HTTPStatus.FORBIDDEN, FOREIGN_ORIGIN)
