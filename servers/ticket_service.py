"""Serve a theatre's box office as a REST service: shows to look at, seats to book.

python -m servers.ticket_service
curl -i http://127.0.0.1:8003/shows
"""

import json
from dataclasses import replace
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from flask import Flask, Response, request
from flask_restful import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from servers.commands.server_command import add_database, one_line_end, server_parser
from servers.guard.asgi_guard import App, Guard
from servers.guard.asgi_server import AsgiServer
from servers.tickets.addressee import refuse_strangers
from servers.tickets.openapi import description
from servers.tickets.problems import register_problems
from servers.tickets.representations import (
    Document,
    bookings_document,
    customer_document,
    entry_point,
    page_links,
    seats_document,
    show_document,
    shows_document,
)
from servers.tickets.resource import TicketResource, request_body, root
from servers.tickets.store import Booking, Store
from servers.tickets.swagger import cacheable, docs
from servers.tickets.validation import (
    JSON,
    MERGE_PATCH,
    BookingChanges,
    NewBooking,
    NewCustomer,
    Page,
    check_seat,
    validate_query,
)

HOST, PORT = "127.0.0.1", 8003
MAX_BODY = 10_000  # bytes
MAX_READ = 1_000_000  # bytes: what is longer is not even read
THREADS = 8  # in which the app is called
NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PUBLIC_CACHE = "no-cache"  # any cache may keep it, but has to revalidate it


class EntryPoint(TicketResource):
    """Where a client begins."""

    def get(self) -> Response:
        return self.answer(entry_point(), cache=PUBLIC_CACHE)


class Shows(TicketResource):
    """The collection of shows."""

    def get(self) -> Response:
        return self.answer(shows_document(self.store.shows.values()), cache=PUBLIC_CACHE)


class OneShow(TicketResource):
    """One show, by its number."""

    def get(self, id: int) -> Response:
        return self.answer(show_document(self.find_show(id)), cache=PUBLIC_CACHE)


class Seats(TicketResource):
    """The seats of a show, and which are taken."""

    def get(self, id: int) -> Response:
        return self.answer(seats_document(self.find_show(id), self.store.taken(id)), cache=PUBLIC_CACHE)


class Bookings(TicketResource):
    """The collection of bookings that this client may see, in pages."""

    def get(self) -> Response:
        return self.answer(self.page(validate_query(Page, request.args.to_dict(flat=False))))

    def post(self) -> Response:
        wanted = request_body(NewBooking, JSON)
        check_seat(self.store.shows, wanted.show, wanted.seat)
        self.check_addition(lambda: self.page(Page()))
        booking = self.store.book(wanted.show, wanted.seat, wanted.name, self.owner)
        return self.answer(self.document(booking), 201, Location=f"{root()}/bookings/{booking.id}")

    def page(self, page: Page) -> Document:
        """A page of the bookings. One more is read than is shown: it tells whether a page follows."""
        found = self.store.bookings(page.after, page.limit + 1, self.owner)
        shown, more = found[: page.limit], len(found) > page.limit
        preceding = self.store.page_before(page.after, page.limit, self.owner)
        links = page_links(page, shown[-1].id if more else None, preceding)
        return bookings_document(shown, self.store.shows, links)


class OneBooking(TicketResource):
    """One booking, by its number."""

    def get(self, id: int) -> Response:
        booking = self.store.booking(id)
        self.check_owner(booking.owner)
        return self.answer(self.document(booking))

    def put(self, id: int) -> Response:
        response = self.change(id, request_body(NewBooking, JSON))
        del response.headers["ETag"]  # RFC 9110 §9.3.4: these are not the bytes that the client has sent
        response.headers["Cache-Control"] = "no-store"  # so there is nothing to ask about later
        return response

    def patch(self, id: int) -> Response:
        return self.change(id, request_body(BookingChanges, JSON, MERGE_PATCH))

    def change(self, id: int, wanted: NewBooking | BookingChanges) -> Response:
        """Change the fields that were sent, in one transaction. Raises 401, 403, 404, 409, 412, 422 or 428."""
        def decide(booking: Booking) -> Booking:
            changed = replace(self.check_change(booking), **wanted.model_dump(exclude_unset=True))
            check_seat(self.store.shows, changed.show, changed.seat)
            return changed

        return self.answer(self.document(self.store.change(id, decide)))

    def delete(self, id: int) -> Response:
        self.store.cancel(id, self.check_change)
        return Response(status=204)  # No Content: there is nothing to say


class Customers(TicketResource):
    """The collection of customers, which can be added to and not read."""

    def post(self) -> Response:
        wanted = request_body(NewCustomer, JSON)
        self.check_addition(None)
        customer, token = self.store.customers.register(wanted.name)
        where = f"{root()}/customers/{customer.id}"
        response = self.answer(customer_document(customer, token), 201, "no-store", Location=where)
        del response.headers["ETag"]  # no GET will have these bytes again
        return response


class OneCustomer(TicketResource):
    """One customer, for that customer alone."""

    def get(self, id: int) -> Response:
        self.check_owner(id)
        assert self.customer
        return self.answer(customer_document(self.customer))


RESOURCES = [
    (EntryPoint, "/"),
    (Shows, "/shows"),
    (OneShow, "/shows/<int:id>"),
    (Seats, "/shows/<int:id>/seats"),
    (Bookings, "/bookings"),
    (OneBooking, "/bookings/<int:id>"),
    (Customers, "/customers"),
    (OneCustomer, "/customers/<int:id>"),
]


def complete_headers(response: Response) -> Response:
    """Add the headers of every response. Flask names the allowed methods in an order that changes by the start."""
    headers = response.headers
    if allowed := headers.get("Allow"):
        headers["Allow"] = ", ".join(sorted(allowed.split(", ")))
        if "PATCH" in allowed:
            headers["Accept-Patch"] = f"{MERGE_PATCH}, {JSON}"  # RFC 5789 §3.1
    if headers.get("Content-Length", "0") == "0":
        del headers["Content-Type"]  # of nothing
    elif headers["Content-Type"].startswith("text/html"):
        headers.setdefault("Content-Security-Policy", NO_SCRIPTS)
    headers["X-Content-Type-Options"] = "nosniff"
    return response


def openapi() -> Response:
    """The description of this service in OpenAPI."""
    return cacheable(json.dumps(description(root())).encode(), JSON)


class Routes(Api):  # type: ignore[misc]  # Flask-RESTful has no types
    """Flask-RESTful's routes, which leave errors to Flask."""

    def error_router(self, original_handler, error):  # type: ignore[no-untyped-def]
        return original_handler(error)  # see register_problems


def create_app(store: Store) -> Flask:
    """The service over a store, as a WSGI app."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.merge_slashes = False  # //shows is another address than /shows
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=0, x_host=0, x_prefix=1)  # type: ignore[method-assign]
    app.before_request(refuse_strangers)
    app.after_request(complete_headers)
    register_problems(app)
    routes = Routes(app)
    app.register_blueprint(docs)
    app.add_url_rule("/openapi.json", view_func=openapi)
    for resource, route in RESOURCES:
        routes.add_resource(resource, route, resource_class_kwargs={"store": store})
    return app


def create_asgi_app(store: Store) -> App:
    """The service as an ASGI app: a2wsgi calls the WSGI app in threads."""
    return cast(App, WSGIMiddleware(cast(Any, create_app(store)), THREADS))


def create_server(host: str = HOST, port: int = PORT, store: Store | None = None) -> AsgiServer:
    """The service on uvicorn. Port 0 takes a free one; without a store, bookings are kept in memory.

    Raises OSError if the port is taken.
    """
    return AsgiServer((host, port), Guard(create_asgi_app(store or Store()), MAX_READ))


def main() -> None:
    parser = server_parser("A theatre's box office as a REST service.", PORT)
    add_database(parser)
    options = parser.parse_args()
    with (
        one_line_end(options.port, "the port is free again", options.database),
        create_server(port=options.port, store=Store(options.database)) as server,
    ):
        print(f"Started REST service at http://{HOST}:{server.server_port}/shows, Ctrl+C ends it", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
