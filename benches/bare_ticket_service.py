"""Answer as the ticket service does, with as little Flask as will do, or Flask-RESTful, on the same server.

python -m benches.bare_ticket_service --with flask
"""

import argparse
from dataclasses import asdict
from itertools import count
from threading import Lock
from typing import Any

from a2wsgi import WSGIMiddleware
from flask import Flask, request
from flask_restful import Api, Resource

from servers.guard.asgi_server import AsgiServer
from servers.ticket_service import THREADS
from servers.tickets.store import SHOWS

HOST, PORT = "127.0.0.1", 8093
SHOW = asdict(SHOWS[0])
numbers, taken, lock = count(1), set[int](), Lock()


def book() -> tuple[Any, int, dict[str, str]]:
    """A seat, kept in memory, believed as it was sent."""
    wanted = request.get_json()
    with lock:
        if wanted["seat"] in taken:
            return {"message": "this seat is taken"}, 409, {}
        taken.add(wanted["seat"])
        id = next(numbers)
    return {"id": id, **wanted}, 201, {"Location": f"/bookings/{id}"}


def with_flask() -> Flask:
    app = Flask(__name__)
    app.get("/shows/<int:id>")(lambda id: SHOW)
    app.post("/bookings")(book)
    return app


class Show(Resource):  # type: ignore[misc]  # Flask-RESTful has no types
    def get(self, id: int) -> Any:
        return SHOW


class Bookings(Resource):  # type: ignore[misc]
    def post(self) -> Any:
        return book()


def with_flask_restful() -> Flask:
    app = Flask(__name__)
    api = Api(app)
    api.add_resource(Show, "/shows/<int:id>")
    api.add_resource(Bookings, "/bookings")
    return app


WAYS = {"flask": with_flask, "flask-restful": with_flask_restful}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--with", dest="way", choices=WAYS, default="flask")
    wanted = parser.parse_args()
    app: Any = WSGIMiddleware(WAYS[wanted.way](), THREADS)  # type: ignore[arg-type]
    with AsgiServer((HOST, wanted.port), app) as server:
        print(f"Started REST service at http://{HOST}:{server.server_port}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
