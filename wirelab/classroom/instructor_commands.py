"""Read what the instructor's page may ask of the board."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from wirelab.classroom.learner_messages import MAX_VOTE, Unreadable, plain

MAX_QUESTION, MAX_CHOICES, MAX_LEFT_OUT = 300, 8, 100


class _Command(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class Open(_Command):
    """Ask the room a question. Without choices, a learner answers in words of their own."""

    do: Literal["open"]
    question: Annotated[str, Field(max_length=MAX_QUESTION), AfterValidator(plain)]
    choices: list[Annotated[str, Field(min_length=1, max_length=MAX_VOTE), AfterValidator(plain)]] = Field(
        default=[], max_length=MAX_CHOICES
    )


class Plain(_Command):
    """Close the question, hide what the room sees of one, or forget the pace."""

    do: Literal["close", "hide", "settle"]


class Show(_Command):
    """Show a closed question to the room, without some of its answers."""

    do: Literal["show"]
    id: int
    without: list[Annotated[str, Field(max_length=MAX_VOTE), AfterValidator(plain)]] = Field(
        default=[], max_length=MAX_LEFT_OUT
    )


class End(_Command):
    """End the board, for everyone."""

    do: Literal["end"]


class Lower(_Command):
    """Take one hand down; 0 means all."""

    do: Literal["lower"]
    seat: int = 0


class Remove(_Command):
    """Throw a seat out."""

    do: Literal["remove"]
    seat: int


class Look(_Command):
    """Show the result that a learner has shared."""

    do: Literal["look"]
    seat: int
    exercise: str


Command = Open | Plain | Show | End | Lower | Remove | Look
_COMMANDS: TypeAdapter[Command] = TypeAdapter(Annotated[Command, Field(discriminator="do")])


def read_command(message: str | bytes) -> Command:
    """A command. Raises Unreadable."""
    try:
        return _COMMANDS.validate_json(message)
    except (ValidationError, RecursionError) as error:
        raise Unreadable("the board has no such command") from error
