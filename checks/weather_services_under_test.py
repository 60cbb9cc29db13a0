"""Right and wrong weather services, for a learner's tests to tell apart."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask.testing import FlaskClient

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Service:
    """A service that `does` something, as in "sends no id", and the hints on how a test notices it."""

    does: str
    make_app: Callable[[str], Flask]
    hints: Sequence[str] = ()

    def client(self) -> FlaskClient:
        """A test client of a new app, which is called what the service does."""
        return self.make_app(self.does).test_client()


HILLTOP = {"id": 2, "name": "Hilltop"}
NO_STATION = ({"message": "no such station"}, 404)


def station_app(
    found: Any = HILLTOP, missing: Any = NO_STATION, id: str = "2", methods: Sequence[str] = ("GET",)
) -> Callable[[str], Flask]:
    """What makes an app that answers GET /stations/2 with `found`, and any other number with `missing`.

    `methods` are those that it answers in this way.
    """

    def make(name: str) -> Flask:
        app = Flask(name)

        def answer(asked: str) -> Any:
            return found if asked == id else missing

        app.add_url_rule("/stations/<asked>", view_func=answer, methods=methods)
        return app

    return make


def _spaced(document: JsonObject | None) -> tuple[str, int, JsonObject]:
    """The same JSON in other bytes."""
    return json.dumps(document, indent=3), 200, {"Content-Type": "application/json; charset=utf-8"}


WHOLE_OBJECT_HINTS = ("Compare all of what came.", 'assert reply.get_json() == {"id": 2, "name": "Hilltop"}')
OK_HINTS = ("The status is a part of what was promised: 200, and no other.", "assert reply.status_code == 200")
MISSING_HINTS = (
    "Ask for a number that no station has, too, and look at the status.",
    'assert client.get("/stations/9").status_code == 404',
)
RIGHT_STATIONS = [
    Service("does what the question says", station_app()),
    Service("does the same, with other bytes of JSON", station_app(_spaced({"name": "Hilltop", "id": 2}))),
    Service("does the same, and answers other methods too", station_app(methods=("GET", "POST", "PUT", "DELETE"))),
    Service("does the same, with a 404 of another form", station_app(missing=("<h1>Not Found</h1>", 404))),
]
WRONG_STATIONS = [
    Service("sends another name", station_app({"id": 2, "name": "Harbour"}), WHOLE_OBJECT_HINTS),
    Service("sends the name in small letters", station_app({"id": 2, "name": "hilltop"}), WHOLE_OBJECT_HINTS),
    Service("sends the id as a string", station_app({"id": "2", "name": "Hilltop"}), WHOLE_OBJECT_HINTS),
    Service("sends no id", station_app({"name": "Hilltop"}), WHOLE_OBJECT_HINTS),
    Service("sends one member too many", station_app({**HILLTOP, "secret": "k7Qz"}), WHOLE_OBJECT_HINTS),
    Service("sends a list with the station in it", station_app([HILLTOP]), WHOLE_OBJECT_HINTS),
    Service("answers 201", station_app((HILLTOP, 201)), OK_HINTS),
    Service("answers 500 with the right object", station_app((HILLTOP, 500)), OK_HINTS),
    Service("knows no station 2", station_app(id="3"), OK_HINTS),
    Service("sends Hilltop for every number", station_app(missing=HILLTOP), MISSING_HINTS),
    Service("answers 200 with null where there is no station", station_app(missing=_spaced(None)), MISSING_HINTS),
    Service("answers 400 where there is no station", station_app(missing=({}, 400)), MISSING_HINTS),
    Service("answers 500 where there is no station", station_app(missing=({}, 500)), MISSING_HINTS),
]

Kept = dict[str, JsonObject]  # what is kept at each address
NOT_FOUND = ({"message": "no such reading"}, 404)


def numbered(number: int) -> str:
    """The address of the n-th reading."""
    return f"/readings/{number}"


def readings_app(
    place: Callable[[int], str] = numbered,
    keep: Callable[[Kept, str, JsonObject], None] = dict.__setitem__,
    location: str | None = "{}",
    created: int = 201,
    found: int = 200,
    is_silent: bool = False,
) -> Callable[[str], Flask]:
    """What makes an app that takes readings: `place` is the address of the n-th, and `keep` stores it there.

    `location` is what the header says, with the address in it; None: there is no such header. One that `is_silent`
    answers a POST without a body.
    """

    def make(name: str) -> Flask:
        app, kept = Flask(name), Kept()
        numbers = iter(range(1, 1_000_000))

        def create() -> Any:
            address = place(next(numbers))
            keep(kept, address, request.get_json())
            headers = {"Location": location.format(address)} if location is not None else {}
            return "" if is_silent else request.get_json(), created, headers

        def read(path: str) -> Any:
            return (kept[f"/{path}"], found) if f"/{path}" in kept else NOT_FOUND

        app.add_url_rule("/stations/2/readings", view_func=create, methods=["POST"])
        app.add_url_rule("/<path:path>", view_func=read)
        return app

    return make


def _with(change: Callable[[Any], Any]) -> Callable[[Kept, str, JsonObject], None]:
    """Keep the degrees with a change."""

    def keep(kept: Kept, address: str, sent: JsonObject) -> None:
        kept[address] = {"degrees": change(sent["degrees"])}

    return keep


def _keep_nothing(kept: Kept, address: str, sent: JsonObject) -> None:
    """Forget what was sent."""


def _keep_the_first(kept: Kept, address: str, sent: JsonObject) -> None:
    """What came first is at every address."""
    kept[address] = next(iter(kept.values()), sent)


def _keep_the_last(kept: Kept, address: str, sent: JsonObject) -> None:
    """What came last is at every address."""
    kept[address] = sent
    kept.update(dict.fromkeys(kept, sent))


def _keep_more(kept: Kept, address: str, sent: JsonObject) -> None:
    """A member is there that nobody has sent."""
    kept[address] = {**sent, "id": len(kept)}


CREATED_HINTS = ("The status of the POST was promised: 201.", "assert created.status_code == 201")
LOCATION_HINTS = (
    "Ask for the reading where the service says that it is, in Location.",
    'client.get(created.headers["Location"])',
)
READ_STATUS_HINTS = ("The status of the GET was promised: 200.", "assert reply.status_code == 200")
AS_SENT_HINTS = (
    "Compare what GET brings with what was sent: the whole object.",
    'assert reply.get_json() == {"degrees": 17.5}',
)
TWO_HINTS = (
    "One reading does not show this. Send two that differ, and look at both afterwards.",
    "First send both with POST, and keep both Locations. Then GET the first and the second.",
)
RIGHT_READINGS = [
    Service("does what the question says", readings_app()),
    Service("keeps its readings at other addresses", readings_app(lambda n: f"/stations/2/readings/{n * 37}-a")),
    Service("sends the whole address in Location", readings_app(location="http://localhost{}")),
    Service("answers a POST without a body", readings_app(is_silent=True)),
]
WRONG_READINGS = [
    Service("answers 200 to the POST", readings_app(created=200), CREATED_HINTS),
    Service("answers 202 to the POST", readings_app(created=202), CREATED_HINTS),
    Service("sends no Location", readings_app(location=None), LOCATION_HINTS),
    Service("keeps nothing", readings_app(keep=_keep_nothing), LOCATION_HINTS),
    Service("sends a Location that leads nowhere", readings_app(location="{}0"), LOCATION_HINTS),
    Service("answers 203 to the GET", readings_app(found=203), READ_STATUS_HINTS),
    Service("keeps whole degrees only", readings_app(keep=_with(int)), AS_SENT_HINTS),
    Service("keeps the degrees as a string", readings_app(keep=_with(str)), AS_SENT_HINTS),
    Service("keeps null for degrees", readings_app(keep=_with(lambda degrees: None)), AS_SENT_HINTS),
    Service("adds a member to what was sent", readings_app(keep=_keep_more), AS_SENT_HINTS),
    Service("keeps the first reading for all", readings_app(keep=_keep_the_first), TWO_HINTS),
    Service("keeps the last reading for all", readings_app(keep=_keep_the_last), TWO_HINTS),
    Service("gives all readings one address", readings_app(lambda n: "/readings/1"), TWO_HINTS),
]
