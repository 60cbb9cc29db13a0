"""Compare an answer with a problem document (RFC 9457). No exercise."""

from typing import Any

from checks.json_documents import as_object
from checks.media_types import media_type
from wirelab.checking import Expect, Reply

PROBLEM_TYPE = "application/problem+json"


def content_type(headers: Any) -> str:
    """The value of Content-Type in a dictionary of headers, however it is spelled; an empty string without one."""
    pairs = headers.items() if hasattr(headers, "items") else []
    return next(
        (value for name, value in pairs if str(name).lower() == "content-type" and isinstance(value, str)), ""
    )


def compare_problem(reply: Reply, status: int, expect: Expect, when: str) -> None:
    """Compare the type and the members of an answer with those of a problem document for this status."""
    hint = ("The function problem makes one.", f'return problem({status}, "...")')
    got = reply.header("Content-Type")
    expect(
        media_type(got) == PROBLEM_TYPE,
        f"sends {status} as a problem document {when}",
        expected=PROBLEM_TYPE,
        got=got,
        hint=hint,
    )
    document = reply.json()
    expect(has_detail(document, status), f"says {status} and a detail in it {when}", got=document, hint=hint)


def is_problem(reply: Reply, status: int) -> bool:
    """Whether an answer is a problem document for a status, by its type and its members."""
    kind = media_type(reply.header("Content-Type"))
    return kind == PROBLEM_TYPE and has_detail(reply.json(), status)


def has_detail(document: Any, status: int) -> bool:
    """Whether this is a problem document for a status, with a detail that is not empty."""
    members = as_object(document)
    return members.get("status") == status and bool(members.get("detail"))
