"""Describe the ticket service for programs, in OpenAPI 3.1.

The description uses nothing that is newer than OpenAPI 3.0, so that older tools can read it too.
"""

from typing import Any

from servers.tickets.formats import FORMATS
from servers.tickets.problems import PROBLEM
from servers.tickets.schemas import COMPONENTS, STRING, Tree, ref
from servers.tickets.validation import JSON, MERGE_PATCH

PROBLEMS = {
    "400": "The body is not JSON.",
    "401": "The token is missing, or nobody has it.",
    "403": "This belongs to another customer.",
    "404": "There is no such thing.",
    "406": "There is no representation that the client accepts.",
    "409": "The seat is taken.",
    "412": "It is not what the client has seen.",
    "413": "The body is too long.",
    "415": "The body is in another format than this resource reads.",
    "422": "What was sent makes no sense here; `errors` says where.",
    "428": "If-Match is missing.",
}
ALWAYS_POSSIBLE = ["401", "406"]
BODY_PROBLEMS = ["400", "413", "415", "422"]
CHANGE_PROBLEMS = ["403", "404", "412", "428"]


CHALLENGES = {"401": ["WWW-Authenticate"]}


def with_headers(*names: str) -> Tree:
    """The member `headers` of a response; nothing without names."""
    return {"headers": {name: ref("headers", name) for name in names}} if names else {}


def problem_response(status: str, text: str) -> Tree:
    """A response with problem details (RFC 9457)."""
    body = {"content": {PROBLEM: {"schema": ref("schemas", "Problem")}}}
    return {"description": text, **with_headers(*CHALLENGES.get(status, [])), **body}


def success_response(text: str, schema: str, *headers: str, **more: Tree) -> Tree:
    """A response with JSON as in the schema, or the same in another format. `more` are further members."""
    others: Tree = {format: {"schema": STRING} for format in FORMATS}
    content = {**others, JSON: {"schema": ref("schemas", schema)}}
    return {"description": text, **with_headers(*headers), "content": content, **more}


def request_body(schema: str, example: Tree, *types: str) -> Tree:
    """The body of a request, in any of these media types."""
    content = {type: {"schema": ref("schemas", schema), "example": example} for type in types}
    return {"required": True, "content": content}


def operation(
    id: str,
    summary: str,
    answers: Tree,
    problems: list[str],
    *parameters: str,
    needs_token: bool = False,
    **more: Any,
) -> Tree:
    """One method of a path. `problems` are the error statuses beside those that are always possible."""
    statuses = sorted({*ALWAYS_POSSIBLE, *problems})
    refused = {status: problem_response(status, PROBLEMS[status]) for status in statuses}
    named = {"operationId": id, "summary": summary, "parameters": [ref("parameters", name) for name in parameters]}
    security: Tree = {"security": [{"token": []}]} if needs_token else {}
    return {**named, **more, **security, "responses": {**answers, **refused}}


def read_operation(id: str, summary: str, schema: str, problems: list[str], *parameters: str, **more: Any) -> Tree:
    """A GET, which answers 200, or 304 to a client that has it already."""
    unchanged = {"description": "You have it already.", **with_headers("ETag")}
    answers = {"200": success_response("This is it.", schema, "ETag"), "304": unchanged}
    return operation(id, summary, answers, problems, "known", *parameters, **more)


def link_to(id: str, *, seen: bool = False) -> Tree:
    """A link to an operation on the booking in a response; `seen`: with its ETag in If-Match."""
    condition = {"header.If-Match": "$response.header.ETag"} if seen else {}
    return {"operationId": id, "parameters": {"path.id": "$response.body#/id", **condition}}


HAMLET = {"show": 1, "seat": 7, "name": "Ada"}
BOOKING_LINKS = {
    "show": link_to("getBooking"),
    "replace": link_to("replaceBooking", seen=True),
    "change": link_to("changeBooking", seen=True),
    "cancel": link_to("cancelBooking", seen=True),
}
PATHS: Tree = {
    "/": {"get": read_operation("begin", "Begin here: the links lead to all the rest", "EntryPoint", [])},
    "/shows": {"get": read_operation("listShows", "All shows", "Shows", [])},
    "/shows/{id}": {"get": read_operation("getShow", "One show", "Show", ["404"], "id")},
    "/shows/{id}/seats": {
        "get": read_operation("getSeats", "Its seats, and which are taken", "Seats", ["404"], "id"),
    },
    "/bookings": {
        "get": read_operation(
            "listBookings", "The bookings that you may see, in pages", "Bookings", ["422"], "limit", "after"
        ),
        "post": operation(
            "book",
            "Book a seat; with a token, for that customer alone",
            {"201": success_response("It is yours.", "Booking", "ETag", "Location", links=BOOKING_LINKS)},
            ["409", *BODY_PROBLEMS],
            requestBody=request_body("NewBooking", HAMLET, JSON),
        ),
    },
    "/bookings/{id}": {
        "get": read_operation("getBooking", "One booking", "Booking", ["403", "404"], "id"),
        "put": operation(
            "replaceBooking",
            "Replace a booking",
            {"200": success_response("This is it now.", "Booking")},
            ["409", *CHANGE_PROBLEMS, *BODY_PROBLEMS],
            "id",
            "seen",
            requestBody=request_body("NewBooking", HAMLET, JSON),
        ),
        "patch": operation(
            "changeBooking",
            "Change a part of a booking",
            {"200": success_response("This is it now.", "Booking", "ETag")},
            ["409", *CHANGE_PROBLEMS, *BODY_PROBLEMS],
            "id",
            "seen",
            requestBody=request_body("BookingChanges", {"seat": 8}, JSON, MERGE_PATCH),
        ),
        "delete": operation(
            "cancelBooking",
            "Cancel a booking",
            {"204": {"description": "It is gone."}},
            CHANGE_PROBLEMS,
            "id",
            "seen",
        ),
    },
    "/customers": {
        "post": operation(
            "register",
            "Become a customer, and get a token",
            {"201": success_response("Keep the token: it is told once.", "CustomerWithToken", "Location")},
            BODY_PROBLEMS,
            requestBody=request_body("NewCustomer", {"name": "Ada"}, JSON),
        ),
    },
    "/customers/{id}": {
        "get": read_operation("getCustomer", "Yourself", "Customer", ["403", "404"], "id", needs_token=True),
    },
}
for path, item in PATHS.items():
    for described in item.values():
        described["tags"] = [path.split("/")[1] or "entry point"]  # what tools sort them by
INFO = {
    "title": "The Lantern's box office",
    "version": "1",
    "description": "Shows to look at, seats to book. A booking made with a token is for that customer alone; "
    "one made without is open to everyone, as at a counter.",
}


def description(root: str = "") -> Tree:
    """The whole description, ready for JSON. `root` is the path prefix under which a proxy serves us, or ""."""
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": root or "/"}],
        "security": [{}, {"token": []}],  # a token may come along, and need not
        "paths": PATHS,
        "components": COMPONENTS,
    }
