"""Handle what all resources of the box office share: authentication, content negotiation, conditions."""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

from flask import Response, after_this_request, request
from flask_restful import Resource
from pydantic import BaseModel
from werkzeug.datastructures import MIMEAccept, WWWAuthenticate
from werkzeug.exceptions import Forbidden, NotAcceptable, NotFound, Unauthorized
from werkzeug.http import parse_accept_header

from servers.tickets.auth import Customer
from servers.tickets.conditional_requests import (
    check_precondition,
    conditional_response,
    entity_tag,
    require_precondition,
)
from servers.tickets.formats import FORMATS
from servers.tickets.representations import Document, booking_document
from servers.tickets.store import Booking, Show, Store
from servers.tickets.validation import check_type, parse_json, validate

CHARSET = re.compile(r"\s*;\s*charset=[^;]*", re.IGNORECASE)
DEFAULT_FORMAT = next(iter(FORMATS))
PRIVATE_CACHE = "private, no-cache"  # a cache for one person may keep it, but has to revalidate it
Model = TypeVar("Model", bound=BaseModel)


@lru_cache  # most clients send the same
def wanted_format(wanted: str) -> str:
    """The media type of ours that the client prefers (RFC 9110 §12.5.1). Raises 406 if it accepts none.

    `wanted` is the value of Accept, "" without one. A charset is passed over: text is in UTF-8, and clients that
    name one mean the type.
    """
    accept = parse_accept_header(wanted, MIMEAccept)
    plain = MIMEAccept([(CHARSET.sub("", type), quality) for type, quality in accept])
    chosen = plain.best_match(FORMATS) if plain else DEFAULT_FORMAT
    if chosen is None:
        raise NotAcceptable(f"this comes as {', '.join(FORMATS)}")
    return chosen


def unauthorized(message: str, **challenge: str | None) -> NoReturn:
    """Raise 401 with a challenge, which says how to authenticate (RFC 9110 §11.6.1, RFC 6750 §3)."""
    bearer = WWWAuthenticate("bearer", {"realm": "box office", **challenge})
    raise Unauthorized(message, www_authenticate=bearer)


def vary_by_accept(response: Response) -> Response:
    """Tell caches that another Accept gets another response, also for an error."""
    response.headers["Vary"] = "Accept"
    return response


def root() -> str:
    """The path prefix under which a proxy serves us, as in "/user/ada/proxy/8003"; "" without a proxy."""
    prefix = request.script_root.strip("/")
    return "/" + quote(prefix, safe="/%:@!$&'()*+,;=") if prefix else ""


def request_body(model: type[Model], *types: str) -> Model:
    """The body of the request as the model, if it is one of these media types. Raises 400, 413, 415 or 422."""
    check_type(request.mimetype, request.mimetype_params.get("charset", ""), types)
    return validate(model, parse_json(request.get_data()))


def tags_of(make: Callable[[], Document]) -> Iterator[str]:
    """The entity tag of a document in each format. It is made when the first tag is asked for."""
    document = make()
    for write in FORMATS.values():
        yield entity_tag(write(document, root()))


class TicketResource(Resource):  # type: ignore[misc]  # Flask-RESTful has no types
    """A resource over a store. In its methods, `format` is the media type to answer in, `customer` who asks."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def dispatch_request(self, **values: Any) -> Response:
        """Call get, post … once the format and the customer are known. Raises 401 or 406."""
        after_this_request(vary_by_accept)
        self.format = wanted_format(request.headers.get("Accept", ""))
        self.customer = self.authenticate()
        response: Response = super().dispatch_request(**values)
        return conditional_response(request, response) if request.method in ("GET", "HEAD") else response

    def authenticate(self) -> Customer | None:
        """The customer whose bearer token came along; None without one. Raises 401 for an unknown token."""
        if "Authorization" not in request.headers:
            return None
        token = request.authorization.token if request.authorization else None
        customer = self.store.customers.with_token(token or "")
        return customer or unauthorized("this token is not known here", error="invalid_token")

    @property
    def owner(self) -> int | None:
        """The number of the customer to whom a new booking belongs; None if nobody is known."""
        return self.customer.id if self.customer else None

    def find_show(self, id: int) -> Show:
        """The show with this number. Raises 404."""
        if id not in self.store.shows:
            raise NotFound(f"there is no show {id}")
        return self.store.shows[id]

    def check_owner(self, owner: int | None) -> None:
        """Raise 401 without a token, 403 for another customer, if this belongs to the customer `owner`."""
        if owner is not None and self.customer is None:
            unauthorized("this belongs to a customer: send the token")
        if owner is not None and self.customer and self.customer.id != owner:
            raise Forbidden("this belongs to another customer")

    def document(self, booking: Booking) -> Document:
        """The document of a booking."""
        return booking_document(booking, self.find_show(booking.show))

    def check_change(self, booking: Booking) -> Booking:
        """The booking, if this client may change it now. Raises 401, 403, 412 or 428."""
        self.check_owner(booking.owner)
        require_precondition(request, tags_of(lambda: self.document(booking)))
        return booking

    def check_addition(self, collection: Callable[[], Document] | None) -> None:
        """Raise 412 if a POST has a condition that its collection does not meet. None: it cannot be seen."""
        check_precondition(request, tags_of(collection) if collection else (), exists=collection is not None)

    def answer(
        self, document: Document, status: int = 200, cache: str = PRIVATE_CACHE, **headers: str
    ) -> Response:
        """A response with the document in the client's format, and its ETag. `cache` is for Cache-Control."""
        body = FORMATS[self.format](document, root())
        response = Response(body, status, {"Cache-Control": cache, **headers}, mimetype=self.format)
        response.set_etag(entity_tag(body))
        return response
