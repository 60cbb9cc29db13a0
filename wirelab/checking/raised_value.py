"""Stand in for the value of a call that raised an exception."""

from typing import Any

from wirelab.launching.exception_summary import Failure, summary_of


class Raised:
    """What a learner's function gave instead of a value: an exception.

    A check may go on with it as with any value, so that every expectation is tried: it is equal to nothing, empty,
    and not true, and each attribute, item or call of it is itself.
    """

    def __init__(self, error: BaseException) -> None:
        self._error = error

    def __repr__(self) -> str:
        return summary_of(self._error).what

    def __getattr__(self, name: str) -> "Raised":
        if name.startswith("__"):  # what a library asks for, as copy does
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> "Raised":
        if isinstance(key, int):  # iteration by index would have no end
            raise IndexError(key)
        return self

    def __call__(self, *arguments: Any, **named: Any) -> "Raised":
        return self

    def __len__(self) -> int:
        return 0

    def __iter__(self) -> Any:
        return iter(())

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]


def failure_in(value: Any) -> Failure | None:
    """The failure behind a value that stands for an exception; None for any other value."""
    return summary_of(value._error) if isinstance(value, Raised) else None


def error_in(value: Any) -> BaseException | None:
    """The exception that a value stands for; None for any other value, one that was returned among them."""
    return value._error if isinstance(value, Raised) else None


def is_raised(value: Any, kind: str) -> bool:
    """Whether a value stands for an exception of the class of that name, or of one below it."""
    error = error_in(value)
    return error is not None and kind in (one.__name__ for one in type(error).__mro__)
