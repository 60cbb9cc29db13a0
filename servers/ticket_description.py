"""Describe the ticket service for programs, in OpenAPI 3.1.

Nothing in it is newer than OpenAPI 3.0, so that tools which know no more than that can read it too.
"""

from typing import Any

from servers.ticket_formats import FORMATS
from servers.ticket_problems import PROBLEM
from servers.ticket_requests import JSON, MERGE_PATCH
from servers.ticket_schemas import COMPONENTS, TEXT, Tree, ref

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
ALWAYS = ["401", "406"]
BODY = ["400", "413", "415", "422"]
CHANGE = ["403", "404", "412", "428"]


CHALLENGES = {"401": ["WWW-Authenticate"]}


def with_headers(*names: str) -> Tree:
    return {"headers": {name: ref("headers", name) for name in names}} if names else {}


def problem(status: str, said: str) -> Tree:
    body = {"content": {PROBLEM: {"schema": ref("schemas", "Problem")}}}
    return {"description": said, **with_headers(*CHALLENGES.get(status, [])), **body}


def answer(said: str, schema: str, *headers: str, **more: Tree) -> Tree:
    """JSON as in the schema, or the same in another format."""
    others: Tree = {format: {"schema": TEXT} for format in FORMATS}
    content = {**others, JSON: {"schema": ref("schemas", schema)}}
    return {"description": said, **with_headers(*headers), "content": content, **more}


def body(schema: str, example: Tree, *types: str) -> Tree:
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
    refused = {status: problem(status, PROBLEMS[status]) for status in sorted({*ALWAYS, *problems})}
    named = {"operationId": id, "summary": summary, "parameters": [ref("parameters", name) for name in parameters]}
    security: Tree = {"security": [{"token": []}]} if needs_token else {}
    return {**named, **more, **security, "responses": {**answers, **refused}}


def read(id: str, summary: str, schema: str, problems: list[str], *parameters: str, **more: Any) -> Tree:
    unchanged = {"description": "You have it already.", **with_headers("ETag")}
    answers = {"200": answer("This is it.", schema, "ETag"), "304": unchanged}
    return operation(id, summary, answers, problems, "known", *parameters, **more)


def then(id: str, *, seen: bool = False) -> Tree:
    """What can be done next with what an answer tells."""
    condition = {"header.If-Match": "$response.header.ETag"} if seen else {}
    return {"operationId": id, "parameters": {"path.id": "$response.body#/id", **condition}}


HAMLET = {"show": 1, "seat": 7, "name": "Ada"}
NEXT = {
    "show": then("getBooking"),
    "replace": then("replaceBooking", seen=True),
    "change": then("changeBooking", seen=True),
    "cancel": then("cancelBooking", seen=True),
}
PATHS: Tree = {
    "/": {"get": read("begin", "Begin here: the links lead to all the rest", "EntryPoint", [])},
    "/shows": {"get": read("listShows", "All shows", "Shows", [])},
    "/shows/{id}": {"get": read("getShow", "One show", "Show", ["404"], "id")},
    "/shows/{id}/seats": {"get": read("getSeats", "Its seats, and which are taken", "Seats", ["404"], "id")},
    "/bookings": {
        "get": read(
            "listBookings", "The bookings that you may see, in pages", "Bookings", ["422"], "limit", "after"
        ),
        "post": operation(
            "book",
            "Book a seat; with a token, for that customer alone",
            {"201": answer("It is yours.", "Booking", "ETag", "Location", links=NEXT)},
            ["409", *BODY],
            requestBody=body("NewBooking", HAMLET, JSON),
        ),
    },
    "/bookings/{id}": {
        "get": read("getBooking", "One booking", "Booking", ["403", "404"], "id"),
        "put": operation(
            "replaceBooking",
            "Replace a booking",
            {"200": answer("This is it now.", "Booking")},
            ["409", *CHANGE, *BODY],
            "id",
            "seen",
            requestBody=body("NewBooking", HAMLET, JSON),
        ),
        "patch": operation(
            "changeBooking",
            "Change a part of a booking",
            {"200": answer("This is it now.", "Booking", "ETag")},
            ["409", *CHANGE, *BODY],
            "id",
            "seen",
            requestBody=body("BookingChanges", {"seat": 8}, JSON, MERGE_PATCH),
        ),
        "delete": operation(
            "cancelBooking", "Cancel a booking", {"204": {"description": "It is gone."}}, CHANGE, "id", "seen"
        ),
    },
    "/customers": {
        "post": operation(
            "register",
            "Become a customer, and get a token",
            {"201": answer("Keep the token: it is told once.", "CustomerWithToken", "Location")},
            BODY,
            requestBody=body("NewCustomer", {"name": "Ada"}, JSON),
        ),
    },
    "/customers/{id}": {
        "get": read("getCustomer", "Yourself", "Customer", ["403", "404"], "id", needs_token=True),
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
    """`root` stands before each address, where the service is not alone on its host."""
    return {
        "openapi": "3.1.0",
        "info": INFO,
        "servers": [{"url": root or "/"}],
        "security": [{}, {"token": []}],  # a token may come along, and need not
        "paths": PATHS,
        "components": COMPONENTS,
    }
