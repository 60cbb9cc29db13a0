"""Bring readings into a learner's weather service, and read what it keeps. No exercise: for the stages of 41."""

import copy
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from checks.json_documents import as_object
from checks.media_types import media_type
from checks.random_readings import random_degrees
from wirelab.checking import Expect, Probe, Reply

Hints = tuple[str, ...]
NOTHING = "nothing"  # where a list ends, and another one goes on
KNOWN_STATIONS = (1, 2, 3, 4)
UNKNOWN_STATIONS = (5, 0)  # right beside the known ones
UNKNOWN_HINTS = (
    "Which stations are known? Ask that before anything else: STATIONS has them.",
    'if id not in STATIONS: abort(404, "...")',
)
RELAUNCH_HINT = "Run the cell with log = Log() again, and the cells below it."
FAILED_HINT = "An exception came up while it took the reading: in post_reading, or in what it calls, publish too."
STAGES_HINT = "Stages 41.3 and 41.4 come first."
SENDS_JSON_HINT = "Return the dictionary, or jsonify(...) of it: Flask writes JSON, and Content-Type says so."


def measure(service: Probe, station: int, degrees: float | None = None) -> dict[str, Any]:
    """Let a sensor of this station measure, random degrees if none are given, and return the reading that is kept.

    Raises Stopped where the answer is no reading with a number.
    """
    degrees = random_degrees() if degrees is None else degrees
    kept = service.post(f"/sensors/{station}?degrees={degrees}").json()
    if not isinstance(kept, dict) or type(kept.get("number")) is not int:
        raise service.expect.missed("keeps what its sensors measure", repr(kept), hint="Stage 41.1 comes first.")
    return reading_in(kept)


def post_reading(service: Probe, expect: Expect, station: int, degrees: float | None = None) -> dict[str, Any]:
    """POST degrees, random ones if none are given, and return the reading that is made.

    Raises Stopped where it is not taken.
    """
    degrees = random_degrees() if degrees is None else degrees
    reply = service.post(f"/stations/{station}/readings", json={"degrees": degrees})
    made = reading_in(as_object(reply.json()))
    if reply.status != 201 or type(made.get("number")) is not int:
        said = f"it answered {reply.status}"
        hint = FAILED_HINT if reply.status == HTTPStatus.INTERNAL_SERVER_ERROR else STAGES_HINT
        raise expect.missed("takes readings by POST", said, hint=hint)
    return made


def all_readings(service: Probe) -> list[Any]:
    """All that the service keeps, the oldest first; an empty list where its answer is none."""
    listed = service.get("/readings").json()
    return listed if isinstance(listed, list) else []


def readings_at(service: Probe, station: int) -> list[dict[str, Any]]:
    """The readings of this station that the service keeps, the oldest first."""
    readings = (reading_in(as_object(one)) for one in all_readings(service))
    return [one for one in readings if one["station"] == station]


def reading_in(document: dict[str, Any]) -> dict[str, Any]:
    """The reading in a document, as the log keeps it: number, station and degrees, without links."""
    return {name: document.get(name) for name in ("number", "station", "degrees")}


@contextmanager
def written_readings(service: Probe) -> Iterator[list[Any]]:
    """A list that gets what goes through the log's `write` meanwhile, as it is then.

    Raises Stopped where the notebook's log has no watchers.
    """
    watchers = getattr(service.named("log"), "watchers", None)
    if not isinstance(watchers, list):
        raise service.expect.missed("has a log", repr(service.named("log")), hint=RELAUNCH_HINT)
    written: list[Any] = []

    def watch(reading: Any) -> None:
        written.append(copy.copy(reading))

    watchers.append(watch)
    try:
        yield written
    finally:
        watchers.remove(watch)


def expect_404_for_unknown(service: Probe, expect: Expect, method: str, path: str, *, json: Any = None) -> None:
    """Ask for stations that are not known; `path` has `{}` for the station."""
    for station in UNKNOWN_STATIONS:
        reply = service.request(method, path.format(station), json=json)
        expect.equal(
            reply.status,
            404,
            f"answers 404 Not Found for station {station}, which is not known",
            hint=UNKNOWN_HINTS,
        )


def expect_json(reply: Reply, expect: Expect) -> None:
    """Expect that an answer says that it is JSON."""
    kind = reply.header("Content-Type")
    is_json = media_type(kind).endswith(("/json", "+json"))
    expect(is_json, "says that it sends JSON", expected="application/json", got=kind, hint=SENDS_JSON_HINT)


def first_difference(got: list[Any], expected: list[Any]) -> tuple[Any, Any]:
    """What stands at the first place where two lists differ, in each of them; two empty strings where none is."""
    for place in range(max(len(got), len(expected))):
        one, other = (values[place] if place < len(values) else NOTHING for values in (got, expected))
        if one != other:
            return one, other
    return "", ""


@contextmanager
def replaced(thing: Any, name: str, method: Any) -> Iterator[None]:
    """An object of the notebook that has this function in the place of its method meanwhile."""
    setattr(thing, name, method)
    try:
        yield
    finally:
        delattr(thing, name)
