"""Read what clients of the box office send, and believe none of it."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from servers.ticket_store import Show

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
LARGEST = 2**31 - 1

Number = Annotated[int, Field(ge=1, le=LARGEST)]
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\u0000-\u001f\u007f-\u009f\ufffe\uffff]*$")]


class Strict(BaseModel):
    """No other fields than those named, and no "7" for 7."""

    model_config = ConfigDict(strict=True, extra="forbid")


class NewBooking(Strict):
    show: Number
    seat: Number
    name: Name


class BookingChanges(Strict):
    """A merge patch (RFC 7396): what is not named stays as it is."""

    show: Number = Field(default_factory=int)  # this says that it may be left out; the number is not used
    seat: Number = Field(default_factory=int)
    name: Name = Field(default_factory=str)


class NewCustomer(Strict):
    name: Name


class Page(Strict):
    """Which part of a collection is wanted: at most `limit` bookings, above number `after`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: Annotated[int, Field(ge=0, le=LARGEST)] = 0


Wanted = TypeVar("Wanted", bound=BaseModel)


class Invalid(UnprocessableEntity):
    """It can be read, but makes no sense here: 422 (RFC 9110 §15.5.21). `errors` says where, for programs."""

    def __init__(self, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


def check_type(mimetype: str, charset: str, accepted: tuple[str, ...]) -> None:
    if mimetype not in accepted or charset.lower() not in ("", "utf-8"):
        said = f"send {' or '.join(accepted)} in UTF-8, not {mimetype or 'a body without a Content-Type'}"
        raise UnsupportedMediaType(said)


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object whose names are all different: of two with one name, who knows which one counts (RFC 8259 §4)?"""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name stands in one object twice")
    return found


def no_number(constant: str) -> None:
    raise ValueError(f"{constant} is no number in JSON")


def either_number(text: str) -> int | float:
    """In JSON, and in JSON Schema, 7.0 is the whole number 7."""
    value = float(text)
    return int(value) if value.is_integer() else value


def parse_json(body: bytes) -> Any:
    """JSON as RFC 8259 has it, which is stricter than Python's: no NaN, no name twice."""
    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=once, parse_constant=no_number, parse_float=either_number)
    except RecursionError:
        raise BadRequest("this JSON is nested too deep") from None
    except ValueError as error:  # not UTF-8, no JSON, or one of ours
        raise BadRequest(f"this is not JSON: {error}") from None


def valid(model: type[Wanted], sent: Any) -> Wanted:
    """What was sent, as the model has it. Raises Invalid, which names each field that is wrong."""
    try:
        return model.model_validate(sent)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        errors = [{"pointer": pointer(fault["loc"]), "detail": fault["msg"]} for fault in faults]
        said = "; ".join(f"{error['pointer'][2:] or 'the whole'}: {error['detail']}" for error in errors[:3])
        raise Invalid(said, errors) from None


def pointer(path: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901), as a fragment."""
    return "#" + "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)


def query(model: type[Wanted], sent: Mapping[str, list[str]]) -> Wanted:
    """The same for a query, where numbers are written as text, and each name may stand once."""
    read = {name: value for name, (value, *more) in sent.items() if not more}
    if len(read) < len(sent):
        raise Invalid("each name may be there once")
    return valid(model, {name: number(value) for name, value in read.items()})


def number(text: str) -> int | str:
    return int(text) if re.fullmatch("[0-9]{1,10}", text) else text


def check_seat(shows: Mapping[int, Show], show: int, seat: int) -> None:
    """A show that is played here, and a seat that its hall has. Raises Invalid."""
    if show not in shows:
        raise Invalid(f"there is no show {show}", [{"pointer": "#/show", "detail": "there is no such show"}])
    if seat > shows[show].seats:
        said = f"{shows[show].title} has seats 1 to {shows[show].seats}"
        raise Invalid(said, [{"pointer": "#/seat", "detail": said}])
