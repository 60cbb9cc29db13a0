"""A theatre's box office as a REST service: shows to look at, seats to book.

python -m servers.ticket_service
curl -i http://127.0.0.1:8003/shows
"""

import argparse
import json
import logging
import sqlite3
from dataclasses import replace

import waitress
from flask import Flask, Response, request
from flask_restful import Api
from werkzeug.middleware.proxy_fix import ProxyFix

from servers.ticket_description import description
from servers.ticket_docs import docs, kept
from servers.ticket_documents import (
    bookings_document,
    customer_document,
    entry_point,
    page_links,
    seats_document,
    show_document,
    shows_document,
)
from servers.ticket_problems import register_problems
from servers.ticket_requests import (
    JSON,
    MERGE_PATCH,
    BookingChanges,
    NewBooking,
    NewCustomer,
    Page,
    check_seat,
    query,
)
from servers.ticket_resource import TicketResource, root, sent
from servers.ticket_store import Booking, Store

HOST, PORT = "127.0.0.1", 8003
MAX_BODY = 10_000  # bytes
MAX_READ = 1_000_000  # bytes: waitress does not even begin to read what is longer
NO_SCRIPTS = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
PUBLIC = "no-cache"  # anybody may keep it, but has to ask whether it still holds


class EntryPoint(TicketResource):
    def get(self) -> Response:
        return self.answer(entry_point(), cache=PUBLIC)


class Shows(TicketResource):
    def get(self) -> Response:
        return self.answer(shows_document(self.store.shows.values()), cache=PUBLIC)


class OneShow(TicketResource):
    def get(self, id: int) -> Response:
        return self.answer(show_document(self.show_of(id)), cache=PUBLIC)


class Seats(TicketResource):
    def get(self, id: int) -> Response:
        return self.answer(seats_document(self.show_of(id), self.store.taken(id)), cache=PUBLIC)


class Bookings(TicketResource):
    def get(self) -> Response:
        page = query(Page, request.args.to_dict(flat=False))
        found = self.store.bookings(
            page.after, page.limit + 1, self.owner
        )  # one more tells whether a page follows
        shown, more = found[: page.limit], len(found) > page.limit
        preceding = self.store.page_before(page.after, page.limit, self.owner)
        links = page_links(page, shown[-1].id if more else None, preceding)
        return self.answer(bookings_document(shown, self.store.shows, links))

    def post(self) -> Response:
        wanted = sent(NewBooking, JSON)
        check_seat(self.store.shows, wanted.show, wanted.seat)
        booking = self.store.book(wanted.show, wanted.seat, wanted.name, self.owner)
        return self.answer(self.document(booking), 201, Location=f"{root()}/bookings/{booking.id}")


class OneBooking(TicketResource):
    def get(self, id: int) -> Response:
        booking = self.store.booking(id)
        self.check_owner(booking.owner)
        return self.answer(self.document(booking))

    def put(self, id: int) -> Response:
        response = self.change(id, sent(NewBooking, JSON))
        del response.headers["ETag"]  # RFC 9110 §9.3.4: these are not the bytes that the client has sent
        response.headers["Cache-Control"] = "no-store"  # so there is nothing to ask about later
        return response

    def patch(self, id: int) -> Response:
        return self.change(id, sent(BookingChanges, JSON, MERGE_PATCH))

    def change(self, id: int, wanted: NewBooking | BookingChanges) -> Response:
        def decide(booking: Booking) -> Booking:
            changed = replace(self.check_change(booking), **wanted.model_dump(exclude_unset=True))
            check_seat(self.store.shows, changed.show, changed.seat)
            return changed

        return self.answer(self.document(self.store.change(id, decide)))

    def delete(self, id: int) -> Response:
        self.store.cancel(id, self.check_change)
        return Response(status=204)  # No Content: there is nothing to say


class Customers(TicketResource):
    def post(self) -> Response:
        customer, token = self.store.customers.register(sent(NewCustomer, JSON).name)
        where = f"{root()}/customers/{customer.id}"
        response = self.answer(customer_document(customer, token), 201, "no-store", Location=where)
        del response.headers["ETag"]  # no GET will have these bytes again
        return response


class OneCustomer(TicketResource):
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


def finish(response: Response) -> Response:
    """What every answer has to say. Flask names the allowed methods in an order that changes with every start."""
    if response.allow:
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    if "PATCH" in response.allow:
        response.headers["Accept-Patch"] = f"{MERGE_PATCH}, {JSON}"  # RFC 5789 §3.1
    if not response.content_length:
        del response.headers["Content-Type"]  # of nothing
    if response.mimetype == "text/html":
        response.headers.setdefault("Content-Security-Policy", NO_SCRIPTS)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def openapi() -> Response:
    return kept(json.dumps(description(root())), JSON)


class Routes(Api):  # type: ignore[misc]  # Flask-RESTful has no types
    def error_router(self, original_handler, error):  # type: ignore[no-untyped-def]
        return original_handler(error)  # Flask knows what to do with errors: see register_problems


def create_app(store: Store) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.url_map.merge_slashes = False  # //shows is another address than /shows
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=0, x_host=0, x_prefix=1)  # type: ignore[method-assign]
    app.after_request(finish)
    register_problems(app)
    routes = Routes(app)
    app.register_blueprint(docs)
    app.add_url_rule("/openapi.json", view_func=openapi)
    for resource, route in RESOURCES:
        routes.add_resource(resource, route, resource_class_kwargs={"store": store})
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description="A theatre's box office as a REST service.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--database", metavar="FILE", default=":memory:", help="where to keep bookings")
    wanted = parser.parse_args()
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # who has to wait a moment is no news
    try:
        app = create_app(Store(wanted.database))
        server = waitress.create_server(app, host=HOST, port=wanted.port, max_request_body_size=MAX_READ)
        print(f"Started REST service at http://{HOST}:{server.effective_port}/shows, Ctrl+C ends it", flush=True)
        server.run()  # until Ctrl+C, which it catches itself
    except KeyboardInterrupt:
        pass  # it came before the server ran
    except OSError as error:
        raise SystemExit(f"Port {wanted.port}: {error.strerror}. Choose another with --port") from None
    except sqlite3.Error as error:
        raise SystemExit(f"Database {wanted.database}: {error}. Choose another with --database") from None
    print("Ctrl+C received, the port is free again")


if __name__ == "__main__":
    main()
