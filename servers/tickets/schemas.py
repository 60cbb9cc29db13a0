"""Describe the messages of the ticket service: the components of its OpenAPI description."""

from typing import Any

from pydantic import BaseModel

from servers.tickets.validation import BookingChanges, NewBooking, NewCustomer, Page

Tree = dict[str, Any]  # a part of the description, as it becomes JSON

POSITIVE: Tree = {"type": "integer", "minimum": 1}
STRING: Tree = {"type": "string"}
URI_REFERENCE: Tree = {"type": "string", "format": "uri-reference"}
ENTITY_TAG: Tree = {"type": "string", "pattern": '^"[0-9a-f]{16}"$'}


def object_schema(**fields: Tree) -> Tree:
    """The schema of an object with these members, all of them required, and no others."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


def ref(kind: str, name: str) -> Tree:
    """A reference to a component, such as ref("schemas", "Show")."""
    return {"$ref": f"#/components/{kind}/{name}"}


def array_of(name: str) -> Tree:
    """The schema of an array whose items have the schema `name`."""
    return {"type": "array", "items": ref("schemas", name)}


def model_schema(model: type[BaseModel]) -> Tree:
    """The schema that pydantic makes of a model, without the titles that it makes from names."""
    schema = model.model_json_schema()
    for field in (schema, *schema["properties"].values()):
        field.pop("title")
    return schema


LINKS: Tree = {"type": "object", "additionalProperties": object_schema(href=URI_REFERENCE), "required": ["self"]}
SCHEMAS: Tree = {
    "EntryPoint": object_schema(_links=LINKS),
    "Show": object_schema(id=POSITIVE, title=STRING, starts=STRING, seats=POSITIVE, _links=LINKS),
    "Shows": object_schema(shows=array_of("Show"), _links=LINKS),
    "Seats": object_schema(
        show=POSITIVE, seats=POSITIVE, taken={"type": "array", "items": POSITIVE}, _links=LINKS
    ),
    "Booking": object_schema(id=POSITIVE, show=POSITIVE, seat=POSITIVE, name=STRING, _links=LINKS),
    "Bookings": object_schema(bookings=array_of("Booking"), _links=LINKS),
    "Customer": object_schema(id=POSITIVE, name=STRING, _links=LINKS),
    "CustomerWithToken": object_schema(id=POSITIVE, name=STRING, token=STRING, _links=LINKS),
    "Problem": {
        **object_schema(
            type=URI_REFERENCE,
            title=STRING,
            status={"type": "integer"},
            detail=STRING,
        ),
        "additionalProperties": True,
        "description": "Problem details (RFC 9457).",
    },
    **{model.__name__: model_schema(model) for model in (NewBooking, BookingChanges, NewCustomer)},
}


def response_header(schema: Tree, text: str) -> Tree:
    """A header that a response always has, described by `text`."""
    return {"schema": schema, "required": True, "description": text}


HEADERS: Tree = {
    "ETag": response_header(ENTITY_TAG, "Names these bytes: send it back as If-None-Match or If-Match."),
    "Location": response_header(URI_REFERENCE, "Where the new resource is."),
    "Allow": response_header(STRING, "The methods that this resource has."),
    "WWW-Authenticate": response_header(STRING, "How to say who asks (RFC 6750)."),
}

PAGING = {"limit": "At most so many bookings.", "after": "Those above this number: see the link `next`."}


def parameter(name: str, where: str, schema: Tree, text: str, *, required: bool = False) -> Tree:
    """A parameter in `where`: "path", "query" or "header"."""
    return {"name": name, "in": where, "schema": schema, "description": text, "required": required}


PARAMETERS: Tree = {
    "id": parameter("id", "path", {**POSITIVE, "maximum": 2**31 - 1}, "The number.", required=True),
    "seen": parameter("If-Match", "header", STRING, "The ETag of what you have seen, or `*`.", required=True),
    "known": parameter("If-None-Match", "header", STRING, "The ETag of what you have already."),
}
PARAMETERS["seen"]["example"] = "*"
for name, schema in model_schema(Page)["properties"].items():
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
