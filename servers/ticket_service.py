"""A theatre's box office as a REST service: shows to look at, seats to book.

    python -m servers.ticket_service
    curl -i http://127.0.0.1:8003/shows
"""

import argparse
from dataclasses import asdict
from typing import Any

import waitress
from flask import Flask, Response, request
from flask_restful import Api, Resource, abort

from servers.ticket_store import Booking, Show, Store, fault

HOST, PORT = "127.0.0.1", 8003
MAX_BODY = 10_000  # bytes


def sent() -> Any:
    """The JSON that a client sent. Flask answers 400, 413 or 415 where there is none."""
    try:
        return request.get_json()
    except RecursionError:
        return abort(400, message="this JSON is nested too deep")


class WithStore(Resource):  # type: ignore[misc]  # Flask-RESTful has no types
    def __init__(self, store: Store) -> None:
        self.store = store

    def show(self, id: int) -> Show:
        return self.store.shows.get(id) or abort(404, message=f"there is no show {id}")

    def booking(self, id: int) -> Booking:
        return self.store.bookings.get(id) or abort(404, message=f"there is no booking {id}")

    def valid(self, wanted: Any) -> dict[str, Any]:
        said = fault(wanted, self.store.shows)
        return abort(422, message=said) if said else dict(wanted)


class Shows(WithStore):
    def get(self) -> Any:
        return [asdict(show) for show in self.store.shows.values()]


class OneShow(WithStore):
    def get(self, id: int) -> Any:
        return asdict(self.show(id))


class Bookings(WithStore):
    def get(self) -> Any:
        return [asdict(booking) for booking in list(self.store.bookings.values())]

    def post(self) -> Any:
        booking = self.store.book(**self.valid(sent()))
        return asdict(booking), 201, {"Location": f"/bookings/{booking.id}"}


class OneBooking(WithStore):
    def get(self, id: int) -> Any:
        return asdict(self.booking(id))

    def put(self, id: int) -> Any:
        self.booking(id)
        return asdict(self.store.change(Booking(id, **self.valid(sent()))))

    def patch(self, id: int) -> Any:
        changes, now = sent(), asdict(self.booking(id))
        now.pop("id")
        wanted = self.valid({**now, **changes} if isinstance(changes, dict) else changes)
        return asdict(self.store.change(Booking(id, **wanted)))

    def delete(self, id: int) -> Any:
        self.store.cancel(self.booking(id))
        return "", 204


RESOURCES = [
    (Shows, "/shows"),
    (OneShow, "/shows/<int:id>"),
    (Bookings, "/bookings"),
    (OneBooking, "/bookings/<int:id>"),
]


def sort_allowed(response: Response) -> Response:
    """Name the methods a resource allows in order. Flask's order changes with every start."""
    if response.allow:
        response.headers["Allow"] = ", ".join(sorted(response.allow))
    return response


def create_app(store: Store) -> Flask:
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY
    app.after_request(sort_allowed)
    api = Api(app, catch_all_404s=True)  # a 404 in JSON for unknown routes too
    for resource, route in RESOURCES:
        api.add_resource(resource, route, resource_class_kwargs={"store": store})
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description="A theatre's box office as a REST service.")
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    try:
        server = waitress.create_server(create_app(Store()), host=HOST, port=port)
        print(f"Started REST service at http://{HOST}:{server.effective_port}/shows, Ctrl+C ends it", flush=True)
        server.run()  # until Ctrl+C, which it catches itself
    except KeyboardInterrupt:
        pass  # it came before the server ran
    except OSError as error:
        raise SystemExit(f"Port {port}: {error.strerror}. Choose another with --port") from None
    print("Ctrl+C received, the port is free again")


if __name__ == "__main__":
    main()
