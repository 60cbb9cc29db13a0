"""Validate what clients of the box office send."""

import json
import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar
from urllib.parse import quote, unquote

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from werkzeug.exceptions import BadRequest, UnprocessableEntity, UnsupportedMediaType

from servers.guard.noncharacters import NONCHARACTERS
from servers.tickets.store import Show

JSON, MERGE_PATCH = "application/json", "application/merge-patch+json"
MAX_NUMBER, MAX_DIGITS = 2**31 - 1, 20

Number = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
NAME = rf"^[^\u0000-\u001f\u007f-\u009f{NONCHARACTERS}]*$"  # HTML and XML could not say the others
Name = Annotated[str, Field(min_length=1, max_length=100, pattern=NAME)]


class Strict(BaseModel):
    """A model that allows no other fields than those named, and no "7" for 7."""

    model_config = ConfigDict(strict=True, extra="forbid")


class NewBooking(Strict):
    """A booking to be made, or to replace another."""

    show: Number
    seat: Number
    name: Name


class BookingChanges(Strict):
    """A merge patch (RFC 7396): what is not named stays as it is."""

    show: Number = Field(default_factory=int)  # this says that it may be left out; the number is not used
    seat: Number = Field(default_factory=int)
    name: Name = Field(default_factory=str)


class NewCustomer(Strict):
    """A customer to be registered."""

    name: Name


class Page(Strict):
    """A page of the collection of bookings: at most `limit`, above number `after`."""

    limit: Annotated[int, Field(ge=1, le=100)] = 20
    after: Annotated[int, Field(ge=0, le=MAX_NUMBER)] = 0


Model = TypeVar("Model", bound=BaseModel)


class Invalid(UnprocessableEntity):
    """Well-formed, but not valid here: 422 (RFC 9110 §15.5.21). `errors` has a pointer and a detail for each."""

    def __init__(self, detail: str, errors: list[dict[str, str]] | None = None) -> None:
        super().__init__(detail)
        self.errors = errors or []


def check_type(mimetype: str, charset: str, accepted: tuple[str, ...]) -> None:
    """Raise 415 unless a body has one of these media types, and is in UTF-8."""
    if mimetype not in accepted or charset.lower() not in ("", "utf-8"):
        detail = f"send {' or '.join(accepted)} in UTF-8, not {mimetype or 'a body without a Content-Type'}"
        raise UnsupportedMediaType(detail)


def unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The members of a JSON object. Raises ValueError if two have one name (RFC 8259 §4)."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name stands in one object twice")
    return members


def reject_constant(constant: str) -> None:
    """Raise ValueError for NaN, Infinity and -Infinity (RFC 8259 §6)."""
    raise ValueError(f"{constant} is no number in JSON")


def parse_integer(text: str) -> int:
    """An integer of any length. Python reads 4300 digits at most; no number here may be as large by far."""
    return int(text) if len(text) <= MAX_DIGITS else int(f"{text[0]}{'9' * MAX_DIGITS}")


def parse_number(text: str) -> int | float:
    """A number with a fraction or an exponent. In JSON Schema, 7.0 is the integer 7."""
    value = float(text)
    return int(value) if value.is_integer() else value


DECODER = json.JSONDecoder(
    object_pairs_hook=unique_names,
    parse_constant=reject_constant,
    parse_float=parse_number,
    parse_int=parse_integer,
)


def parse_json(body: bytes) -> Any:
    """Strict JSON (RFC 8259): unlike Python's, no NaN, and no name twice. Raises 400."""
    try:
        return DECODER.decode(body.decode("utf-8"))
    except RecursionError:
        raise BadRequest("this JSON is nested too deep") from None
    except ValueError as error:  # not UTF-8, no JSON, or one of ours
        raise BadRequest(f"this is not JSON: {error}") from None


def validate(model: type[Model], data: Any) -> Model:
    """The data as an instance of the model. Raises Invalid, which names each field that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        errors = [{"pointer": json_pointer(fault["loc"]), "detail": fault["msg"]} for fault in faults]
        where = [unquote(error["pointer"][2:]) or "the whole" for error in errors[:3]]
        detail = "; ".join(f"{place}: {error['detail']}" for place, error in zip(where, errors, strict=False))
        raise Invalid(detail, errors) from None


def json_pointer(path: tuple[int | str, ...]) -> str:
    """A JSON pointer (RFC 6901), as a URI fragment: "#/seat"."""
    steps = (str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "#" + "".join("/" + quote(step, safe="!$&'()*+,;=:@?~") for step in steps)  # §6: as in a fragment


def validate_query(model: type[Model], values: Mapping[str, list[str]]) -> Model:
    """The query of a request as an instance of the model. Raises Invalid, also where a name stands there twice."""
    single = {name: value for name, (value, *more) in values.items() if not more}
    if len(single) < len(values):
        raise Invalid("each name may be there once")
    return validate(model, {name: integer_or_text(value) for name, value in single.items()})


def integer_or_text(text: str) -> int | str:
    """The integer that a query writes as text; any other text as it is."""
    return int(text) if re.fullmatch("[0-9]{1,10}", text) else text


def check_seat(shows: Mapping[int, Show], show: int, seat: int) -> None:
    """Raise Invalid unless there is such a show, and it has such a seat."""
    if show not in shows:
        raise Invalid(f"there is no show {show}", [{"pointer": "#/show", "detail": "there is no such show"}])
    if seat > shows[show].seats:
        detail = f"{shows[show].title} has seats 1 to {shows[show].seats}"
        raise Invalid(detail, [{"pointer": "#/seat", "detail": detail}])
