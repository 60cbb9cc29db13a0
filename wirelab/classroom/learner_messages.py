"""Read what a learner's notebook sends, and refuse what no notebook of ours sends."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from wirelab.checking.result import Verdict

MAX_SAID = 65_536  # bytes of a message; a longer one closes the connection with 1009
MAX_SHARED = 49_152  # characters of a result that is shared
MAX_NICKNAME, MAX_VOTE, MAX_MISSED = 24, 40, 160  # characters
PACES = ("too fast", "too slow", "all right")


class Unreadable(ValueError):
    """A message that no notebook of ours sends."""


def plain(text: str) -> str:
    """The text on one line, without what cannot be seen: no control character, none that turns the line round."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _line(length: int) -> Any:
    return Annotated[str, Field(max_length=length), AfterValidator(plain)]


class _Message(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


class Join(_Message):
    """The first message: who comes, and with which code."""

    type: Literal["join"]
    code: str = Field(max_length=20)
    token: str = Field(pattern="^[A-Za-z0-9_-]{43}$")
    notebook: str = Field(pattern="^[A-Za-z0-9_-]{8,32}$")
    nickname: _line(MAX_NICKNAME)  # type: ignore[valid-type]


class _Numbered(_Message):
    n: int = Field(ge=1, le=10**9)


class Checked(_Numbered):
    """What came of the checks of an exercise: `tries` of them, the last with this verdict."""

    type: Literal["result"]
    exercise: str = Field(max_length=12)
    verdict: str
    earned: float = Field(ge=0, le=1000)
    points: int = Field(ge=0, le=1000)
    tries: int = Field(ge=1, le=10_000)
    missed: _line(MAX_MISSED)  # type: ignore[valid-type]


class Hand(_Numbered):
    """A hand that is raised, or taken down."""

    type: Literal["hand"]
    up: bool


class Pace(_Numbered):
    """How fast the lesson is for a learner."""

    type: Literal["pace"]
    pace: Literal["too fast", "too slow", "all right"]


class Vote(_Numbered):
    """An answer to the open question."""

    type: Literal["vote"]
    answer: Annotated[_line(MAX_VOTE), Field(min_length=1)]  # type: ignore[valid-type]


class Shared(_Numbered):
    """A whole result, as docs/check-result.schema.json has it, from a learner who wants it to be seen."""

    type: Literal["shared"]
    exercise: str = Field(max_length=12)
    result: dict[str, Any]


class Leave(_Numbered):
    """The learner leaves, and what the board knows of them is to be forgotten."""

    type: Literal["leave"]


Said = Checked | Hand | Pace | Vote | Shared | Leave
_FIRST: TypeAdapter[Join] = TypeAdapter(Join)
_LATER: TypeAdapter[Said] = TypeAdapter(Annotated[Said, Field(discriminator="type")])


def read_join(message: str | bytes) -> Join:
    """The first message of a connection. Raises Unreadable."""
    join: Join = _read(_FIRST, message)
    return join


def read_said(message: str | bytes) -> Said:
    """Any later message. Raises Unreadable."""
    said: Said = _read(_LATER, message)
    if isinstance(said, Checked) and (said.verdict not in list(Verdict) or said.earned > said.points):
        raise Unreadable("there is no such result")
    return said


def _read(kind: TypeAdapter[Any], message: str | bytes) -> Any:
    try:
        return kind.validate_json(message)
    except (ValidationError, RecursionError) as error:
        raise Unreadable("this is no message of a notebook") from error
