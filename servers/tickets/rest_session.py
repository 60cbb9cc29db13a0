"""Call a REST service that answers in JSON with links, with time-outs, retries and a cache."""

import json
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError
from urllib3 import BaseHTTPResponse
from urllib3.exceptions import InvalidHeader, MaxRetryError, NewConnectionError, ReadTimeoutError
from urllib3.util import Retry

RESPONSE_TIMEOUT = (3.0, 10.0)  # seconds for a connection, and for each silence after that
REPEATABLE = {"GET", "DELETE"}  # idempotent (RFC 9110 §9.2.2); a POST that is repeated may be done twice
MAX_RETRY_AFTER = 5  # seconds that a server may ask a client to wait
MAX_CACHED = 100  # documents
TRY_LATER, CHECK_URL = "Try again later", "Is this the right service?"
LOOK_FIRST = "It may be done all the same: look before you try again"
ADVICE_BY_STATUS = {
    401: "Send your token",
    409: "Choose another one",
    412: "Somebody was faster: look at it again, then decide again",
    503: TRY_LATER,
}


class Problem(Exception):
    """What went wrong, in the words of RFC 9457, and advice. `status` is 0 where there was no usable response."""

    def __init__(self, status: int, title: str, detail: str = "", advice: str = "") -> None:
        what = f"{status} {title}" if status else title
        super().__init__(". ".join(filter(None, [f"{what}: {detail}" if detail else what, advice])))
        self.status, self.title, self.detail = status, title, detail


class Document(dict[str, Any]):
    """An object of JSON. To read a member that it lacks raises Problem."""

    def __missing__(self, name: str) -> Any:
        raise Problem(0, f"nothing called {name!r} is there", advice=CHECK_URL)


class LimitedRetry(Retry):
    """Retries when the server says so (Retry-After), but not if that is more than MAX_RETRY_AFTER."""

    def increment(self, method: str | None = None, url: str | None = None, **what: Any) -> Self:  # type: ignore[override]
        response = what.get("response")
        if response and (self.get_retry_after(response) or 0) > MAX_RETRY_AFTER:
            raise MaxRetryError(what["_pool"], url or "")
        return super().increment(method, url, **what)

    def get_retry_after(self, response: BaseHTTPResponse) -> float | None:
        try:
            return super().get_retry_after(response)
        except InvalidHeader:  # neither seconds nor a date
            return None


def advice(reply: requests.Response) -> str:
    """What to do about an error, in a few words; "" if there is nothing to say."""
    if wait := reply.headers.get("Retry-After"):
        return f"Try again later: Retry-After {wait}"
    if moved := reply.headers.get("Location"):
        return f"It is at {moved} now"
    return ADVICE_BY_STATUS.get(reply.status_code, "")


def refused(reply: requests.Response) -> Problem:
    """What the answer tells of the problem; where it tells nothing, its status has to do."""
    try:
        told = dict(reply.json())
    except (ValueError, TypeError, RecursionError):  # no JSON, or no object
        told = {}
    title, detail = str(told.get("title") or reply.reason), str(told.get("detail") or "")
    return Problem(reply.status_code, title, detail, advice(reply))


def unanswered(method: str, error: requests.RequestException) -> Problem:
    """The Problem of a request without a response: it may have been carried out, unless nothing was connected."""
    cause = getattr(error.args[0], "reason", error) if error.args else error  # retries hide it
    if isinstance(error, requests.ConnectTimeout) or isinstance(cause, NewConnectionError):
        return Problem(0, "nobody is there", advice="Is the service running?")
    late = isinstance(cause, requests.Timeout | ReadTimeoutError)
    if not late and not isinstance(error, requests.ConnectionError | ChunkedEncodingError):
        return Problem(0, "no answer", str(error))
    what = "it took too long" if late else "the connection broke off"
    return Problem(0, "no whole answer", what, TRY_LATER if method == "GET" else LOOK_FIRST)


def document_in(content: bytes) -> Document:
    """The document in a body. Raises Problem if it is not a JSON object with `_links`."""
    try:
        found = json.loads(content, object_hook=Document)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, Document) or not isinstance(found.get("_links"), Document):
        raise Problem(0, "no document with links", repr(content[:60])[1:], CHECK_URL)
    return found


def link(document: Document, relation: str) -> str:
    """The target of a link, as it stands there. Raises Problem if the document has no such link."""
    target = document["_links"][relation]
    return str(target["href"] if isinstance(target, Document) else target)


def items(page: Document, name: str) -> list[Document]:
    """The items of a collection. Raises Problem if `name` is no list of objects."""
    found = page[name]
    if not isinstance(found, list) or not all(isinstance(item, Document) for item in found):
        raise Problem(0, f"{name!r} is no list of objects", advice=CHECK_URL)
    return found


class RestSession:
    """A client of one service, with a cache of what it has seen. Use it in a `with` block.

    `timeout` is in seconds, for a connection and for each silence after that. Its methods raise Problem.
    """

    def __init__(self, url: str, token: str = "", timeout: tuple[float, float] = RESPONSE_TIMEOUT) -> None:
        self.url, self.token, self.timeout = url, token, timeout
        self.kept: dict[str, tuple[str, bytes]] = {}  # address → its ETag, and what was there
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, and no password from .netrc
        self.session.headers["Accept"] = "application/json"
        self.session.auth = self.authorize
        retries = LimitedRetry(
            2, other=0, allowed_methods=REPEATABLE, status_forcelist=[502, 503, 504], raise_on_status=False
        )
        for scheme in ("http://", "https://"):
            self.session.mount(scheme, HTTPAdapter(max_retries=retries))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.session.close()

    def authorize(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Add the token, if the request goes to this service: a link may lead elsewhere."""
        if self.token and urlsplit(str(request.url))[:2] == urlsplit(self.url)[:2]:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    def send(self, method: str, href: str, **more: Any) -> requests.Response:
        """One request to a link, and the answer: a success, or 304."""
        follow = method == "GET"  # redirected, a POST may become a GET
        more |= {"timeout": self.timeout, "allow_redirects": follow}
        try:
            reply = self.session.request(method, urljoin(self.url, href), **more)
        except requests.RequestException as error:
            raise unanswered(method, error) from None
        repeated = reply.raw.retries and reply.raw.retries.history
        if method == "DELETE" and reply.status_code == 404 and repeated:
            return reply  # gone: by the first try, whose answer was lost
        if reply.status_code >= 300 and reply.status_code != 304:
            raise refused(reply)
        return reply

    def get(self, href: str) -> Document:
        """The document at a link. While it stays the same, its body is not sent again (304)."""
        tag, content = self.kept.get(urljoin(self.url, href), (None, b""))
        reply = self.send("GET", href, headers={"If-None-Match": tag})
        return document_in(content if reply.status_code == 304 else self.keep(href, reply))

    def keep(self, href: str, reply: requests.Response) -> bytes:
        """Cache a response if it has an ETag. Returns its body."""
        if "ETag" in reply.headers:
            self.kept[urljoin(self.url, href)] = reply.headers["ETag"], reply.content
            while len(self.kept) > MAX_CACHED:
                del self.kept[next(iter(self.kept))]
        return reply.content

    def delete(self, href: str) -> None:
        """Delete what is at a link, if it is still what this client has seen last (If-Match)."""
        address = urljoin(self.url, href)
        if address not in self.kept:
            self.get(address)
        tag, _ = self.kept.pop(address, (None, b""))
        self.send("DELETE", address, headers={"If-Match": tag})
