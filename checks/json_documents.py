"""Write and read the JSON documents that a check and a learner's program send each other. No exercise."""

import json
from typing import Any

from wirelab.checking import Answer

JSON = "application/json"
JSON_HEADERS = {"Content-Type": JSON}


def json_answer(document: Any, status: int = 200, **headers: str) -> Answer:
    """What a stub server answers: a document as JSON, with the headers for it and any others."""
    return Answer(json.dumps(document), status, {**JSON_HEADERS, **headers})


def read_json(message: object) -> Any:
    """A string or bytes read as JSON. What is no JSON comes back as it is, None too. Raises nothing."""
    try:
        return json.loads(message) if isinstance(message, str | bytes) else message
    except ValueError:
        return message


def as_object(value: Any) -> dict[str, Any]:
    """A JSON object as a dictionary; an empty one for any other value."""
    return value if isinstance(value, dict) else {}


def links(**targets: str) -> dict[str, Any]:
    """The member `_links` of a document: a link for each relation, as in `links(next="/readings?page=2")`."""
    return {"_links": {relation: {"href": target} for relation, target in targets.items()}}


def link_in(document: Any, relation: str) -> Any:
    """A link in a document: a dictionary with its `href` alone; where it has none, what stands there, or None."""
    link = as_object(as_object(document).get("_links")).get(relation)
    href = as_object(link).get("href")
    return {"href": href} if isinstance(href, str) else link
