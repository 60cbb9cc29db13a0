"""Give each resource of the box office as a document: its state and its links, in no format yet.

Where IANA has a word for a link relation it is used (self, collection, up, next …), else our own: shows, seats,
bookings, customers. Addresses are those of a service that is alone on its host; formats add what comes before.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from servers.tickets.auth import Customer
from servers.tickets.store import Booking, Show
from servers.tickets.validation import Page

ANNOUNCED = "2026-09-01T10:00:00Z"  # when the season was


@dataclass(frozen=True)
class Document:
    """A resource as it is now. `items` are those of a collection, None for any other resource."""

    name: str  # what it is, for programs
    title: str  # and for people
    links: Mapping[str, str]  # from a link relation to an address
    state: Mapping[str, Any] = field(default_factory=dict)
    items: "tuple[Document, ...] | None" = None
    updated: str = ANNOUNCED


def entry_point() -> Document:
    """Where a client begins, and the only address it has to know."""
    links = {
        "self": "/",
        "shows": "/shows",
        "bookings": "/bookings",
        "customers": "/customers",
        "service-desc": "/openapi.json",
        "service-doc": "/docs",
    }
    return Document("box-office", "The Lantern's box office", links)


def show_document(show: Show) -> Document:
    """One show, with links to its seats and to the bookings."""
    here = f"/shows/{show.id}"
    links = {"self": here, "collection": "/shows", "seats": f"{here}/seats", "bookings": "/bookings"}
    return Document("show", show.title, links, vars(show))


def shows_document(shows: Iterable[Show]) -> Document:
    """The collection of all shows."""
    return Document("shows", "Shows", {"self": "/shows", "up": "/"}, items=tuple(map(show_document, shows)))


def seats_document(show: Show, taken: list[int]) -> Document:
    """How many seats a show has, and the numbers of those that are taken."""
    here = f"/shows/{show.id}"
    links = {"self": f"{here}/seats", "up": here, "bookings": "/bookings"}
    state = {"show": show.id, "seats": show.seats, "taken": taken}
    return Document("seats", f"Seats for {show.title}", links, state)


def booking_document(booking: Booking, show: Show) -> Document:
    """One booking, for this show."""
    links = {"self": f"/bookings/{booking.id}", "collection": "/bookings", "about": f"/shows/{show.id}"}
    state = {"id": booking.id, "show": show.id, "seat": booking.seat, "name": booking.name}
    title = f"Booking {booking.id}: {show.title}, seat {booking.seat}"
    return Document("booking", title, links, state, updated=booking.changed)


def bookings_document(bookings: Iterable[Booking], shows: Mapping[int, Show], links: dict[str, str]) -> Document:
    """A page of the collection of bookings. `shows` maps numbers to shows; for `links` see page_links()."""
    items = tuple(booking_document(booking, shows[booking.show]) for booking in bookings)
    updated = max((item.updated for item in items), default=ANNOUNCED)
    return Document("bookings", "Bookings", links, items=items, updated=updated)


def page_links(page: Page, following: int | None, preceding: int | None) -> dict[str, str]:
    """The links of one page of bookings. `following` and `preceding` are the `after` of its neighbours, if any."""
    starts = {"self": page.after, "first": 0, "prev": preceding, "next": following}
    return {"up": "/", **{rel: page_address(page.limit, at) for rel, at in starts.items() if at is not None}}


def page_address(limit: int, after: int) -> str:
    """The address of a page of bookings: `/bookings?after=20`."""
    wanted = Page(limit=limit, after=after).model_dump(exclude_defaults=True)
    return f"/bookings?{urlencode(wanted)}" if wanted else "/bookings"


def customer_document(customer: Customer, token: str | None = None) -> Document:
    """One customer. The token is in it once, when it is made."""
    state = {**vars(customer), "token": token} if token else vars(customer)
    links = {"self": f"/customers/{customer.id}", "bookings": "/bookings"}
    return Document("customer", customer.name, links, state)
