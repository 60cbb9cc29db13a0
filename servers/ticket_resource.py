"""What the resources of the box office have in common: who asks, in which format, on what condition."""

from typing import Any, NoReturn, TypeVar
from urllib.parse import quote

from flask import Response, after_this_request, request
from flask_restful import Resource
from pydantic import BaseModel
from werkzeug.datastructures import MIMEAccept, WWWAuthenticate
from werkzeug.exceptions import Forbidden, NotAcceptable, NotFound, Unauthorized

from servers.ticket_conditions import check_change, condition, entity_tag
from servers.ticket_customers import Customer
from servers.ticket_documents import Document, booking_document
from servers.ticket_formats import FORMATS
from servers.ticket_requests import check_type, parse_json, valid
from servers.ticket_store import Booking, Show, Store

PREFERRED = next(iter(FORMATS))
PRIVATE = "private, no-cache"  # a cache for one person may keep it, but has to ask whether it still holds
Model = TypeVar("Model", bound=BaseModel)


def wanted_format(accept: MIMEAccept) -> str:
    """The media type that the client likes best of ours (RFC 9110 §12.5.1). Raises 406 if it likes none."""
    chosen = accept.best_match(FORMATS) if accept else PREFERRED
    if chosen is None:
        raise NotAcceptable(f"this comes as {', '.join(FORMATS)}")
    return chosen


def unauthorized(said: str, **challenge: str | None) -> NoReturn:
    """Raise 401, which has to say how to do better (RFC 9110 §11.6.1, RFC 6750 §3)."""
    bearer = WWWAuthenticate("bearer", {"realm": "box office", **challenge})
    raise Unauthorized(said, www_authenticate=bearer)


def vary(response: Response) -> Response:
    """Tell caches that another Accept gets another answer, whatever the answer is."""
    response.vary.add("Accept")
    return response


def root() -> str:
    """What stands before our addresses, where a proxy has given us a part of its own."""
    prefix = request.script_root.strip("/")
    return "/" + quote(prefix, safe="/%:@!$&'()*+,;=") if prefix else ""


def sent(model: type[Model], *types: str) -> Model:
    """The body of the request, as the model has it. Raises 400, 413, 415 or 422."""
    check_type(request.mimetype, request.mimetype_params.get("charset", ""), types)
    return valid(model, parse_json(request.get_data()))


class TicketResource(Resource):  # type: ignore[misc]  # Flask-RESTful has no types
    def __init__(self, store: Store) -> None:
        self.store = store

    def dispatch_request(self, **values: Any) -> Response:
        """Call get, post … for clients who can be answered, and are who they say."""
        after_this_request(vary)
        self.format = wanted_format(request.accept_mimetypes)
        self.customer = self.bearer()
        response: Response = super().dispatch_request(**values)
        return condition(request, response) if request.method in ("GET", "HEAD") else response

    def bearer(self) -> Customer | None:
        """The customer whose token came along; None if none came."""
        if "Authorization" not in request.headers:
            return None
        token = request.authorization.token if request.authorization else None
        customer = self.store.customers.with_token(token or "")
        return customer or unauthorized("this token is not known here", error="invalid_token")

    @property
    def owner(self) -> int | None:
        """Whose a booking is that is made now."""
        return self.customer.id if self.customer else None

    def show_of(self, id: int) -> Show:
        if id not in self.store.shows:
            raise NotFound(f"there is no show {id}")
        return self.store.shows[id]

    def check_owner(self, owner: int | None) -> None:
        """What a customer has is for that customer alone: 401 for someone unknown, 403 for someone else."""
        if owner is not None and self.customer is None:
            unauthorized("this belongs to a customer: send the token")
        if owner is not None and self.customer and self.customer.id != owner:
            raise Forbidden("this belongs to another customer")

    def document(self, booking: Booking) -> Document:
        return booking_document(booking, self.show_of(booking.show))

    def check_change(self, booking: Booking) -> Booking:
        """The booking, if this client may change it now: see check_owner, and the condition it has to send."""
        self.check_owner(booking.owner)
        document = self.document(booking)
        check_change(request, (entity_tag(write(document, root())) for write in FORMATS.values()))
        return booking

    def answer(self, document: Document, status: int = 200, cache: str = PRIVATE, **headers: str) -> Response:
        body = FORMATS[self.format](document, root())
        response = Response(body, status, {"Cache-Control": cache, **headers}, mimetype=self.format)
        response.set_etag(entity_tag(body))
        return response
