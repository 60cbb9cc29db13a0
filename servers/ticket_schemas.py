"""What the messages of the ticket service look like: the components of its OpenAPI description."""

from typing import Any

from pydantic import BaseModel

from servers.ticket_requests import BookingChanges, NewBooking, NewCustomer, Page

Tree = dict[str, Any]  # a part of the description, as it becomes JSON

WHOLE: Tree = {"type": "integer", "minimum": 1}
TEXT: Tree = {"type": "string"}
ADDRESS: Tree = {"type": "string", "format": "uri-reference"}
TAG: Tree = {"type": "string", "pattern": '^"[0-9a-f]{16}"$'}


def record(**fields: Tree) -> Tree:
    """An object with these fields and no others."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def ref(kind: str, name: str) -> Tree:
    return {"$ref": f"#/components/{kind}/{name}"}


def listed(name: str) -> Tree:
    return {"type": "array", "items": ref("schemas", name)}


def plain(model: type[BaseModel]) -> Tree:
    """What pydantic says of a model, without the titles that it makes from names."""
    told = model.model_json_schema()
    for field in (told, *told["properties"].values()):
        field.pop("title")
    return told


LINKS: Tree = {"type": "object", "additionalProperties": record(href=ADDRESS), "required": ["self"]}
SCHEMAS: Tree = {
    "EntryPoint": record(_links=LINKS),
    "Show": record(id=WHOLE, title=TEXT, starts=TEXT, seats=WHOLE, _links=LINKS),
    "Shows": record(shows=listed("Show"), _links=LINKS),
    "Seats": record(show=WHOLE, seats=WHOLE, taken={"type": "array", "items": WHOLE}, _links=LINKS),
    "Booking": record(id=WHOLE, show=WHOLE, seat=WHOLE, name=TEXT, _links=LINKS),
    "Bookings": record(bookings=listed("Booking"), _links=LINKS),
    "Customer": record(id=WHOLE, name=TEXT, _links=LINKS),
    "CustomerWithToken": record(id=WHOLE, name=TEXT, token=TEXT, _links=LINKS),
    "Problem": {
        **record(type=ADDRESS, title=TEXT, status={"type": "integer"}, detail=TEXT, instance=ADDRESS),
        "additionalProperties": True,
        "description": "Problem details (RFC 9457).",
    },
    **{model.__name__: plain(model) for model in (NewBooking, BookingChanges, NewCustomer)},
}


def header(schema: Tree, said: str) -> Tree:
    return {"schema": schema, "required": True, "description": said}


HEADERS: Tree = {
    "ETag": header(TAG, "Names these bytes: send it back as If-None-Match or If-Match."),
    "Location": header(ADDRESS, "Where the new resource is."),
    "Allow": header(TEXT, "The methods that this resource has."),
    "WWW-Authenticate": header(TEXT, "How to say who asks (RFC 6750)."),
}

PAGING = {"limit": "At most so many bookings.", "after": "Those above this number: see the link `next`."}


def parameter(name: str, where: str, schema: Tree, said: str, *, required: bool = False) -> Tree:
    return {"name": name, "in": where, "schema": schema, "description": said, "required": required}


PARAMETERS: Tree = {
    "id": parameter("id", "path", {**WHOLE, "maximum": 2**31 - 1}, "The number.", required=True),
    "seen": parameter("If-Match", "header", TEXT, "The ETag of what you have seen, or `*`.", required=True),
    "known": parameter("If-None-Match", "header", TEXT, "The ETag of what you have already."),
}
PARAMETERS["seen"]["example"] = "*"
for name, schema in plain(Page)["properties"].items():
    PARAMETERS[name] = parameter(name, "query", schema, PAGING[name])
SECURITY: Tree = {
    "token": {"type": "http", "scheme": "bearer", "description": "POST to /customers to get a token."}
}
COMPONENTS: Tree = {
    "schemas": SCHEMAS,
    "headers": HEADERS,
    "parameters": PARAMETERS,
    "securitySchemes": SECURITY,
}
