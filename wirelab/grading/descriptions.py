"""Describe an exception, and make one of such a description that a check takes for the same."""

import builtins
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from wirelab.launching.exception_summary import TOLD_FAILURE, Failure, summary_of

MAX_CLASSES = 20
PLAIN_ATTRIBUTES = (type(None), bool, int, float, str)


def describe(error: BaseException) -> dict[str, Any]:
    """The classes of an exception by their names, its message, its plain attributes, and where it came up."""
    failed = summary_of(error)
    kinds = [one.__name__ for one in type(error).__mro__][:MAX_CLASSES]
    return {"kinds": kinds, "attributes": _plain(error), "failure": asdict(failed)}


def _plain(error: BaseException) -> dict[str, Any]:
    try:
        return {name: value for name, value in vars(error).items() if type(value) in PLAIN_ATTRIBUTES}
    except Exception:  # an exception of the learner's own may do anything
        return {}


def failure_of(told: Any) -> Failure:
    """What went wrong and where, of what the other process told. Raises nothing."""
    told = told if isinstance(told, Mapping) else {}
    words = {name: str(told.get(name, ""))[:1000] for name in ("kind", "message", "function", "source")}
    number = told.get("number")
    more = told.get("has_other_lines") is True
    return Failure(**words, number=number if isinstance(number, int) else 0, has_other_lines=more)


def exception_of(told: Any) -> BaseException:
    """An exception with these classes, this message and these attributes. Raises nothing."""
    told = told if isinstance(told, Mapping) else {}
    failed = failure_of(told.get("failure"))
    listed = told.get("kinds")
    kinds = [str(kind) for kind in listed][:MAX_CLASSES] if isinstance(listed, list) else []
    attributes = told.get("attributes")
    made: BaseException = _class_of(kinds or ["Exception"]).__new__(_class_of(kinds or ["Exception"]))
    for name, value in attributes.items() if isinstance(attributes, Mapping) else ():
        if isinstance(name, str) and name.isidentifier() and not name.startswith("_"):
            made.__dict__[name] = value
    made.__dict__[TOLD_FAILURE] = failed
    return made


def _class_of(kinds: list[str]) -> type[BaseException]:
    known = [kind for name in kinds if isinstance(kind := getattr(builtins, name, None), type)]
    real = [kind for kind in known if issubclass(kind, BaseException)] or [Exception]
    base: type[BaseException] = _most_special(real)
    for name in reversed([name for name in kinds if not hasattr(builtins, name)]):
        base = type(name, (base,), {"__str__": _message})
    return base if "__str__" in vars(base) else type(base.__name__, (base,), {"__str__": _message})


def _most_special(kinds: list[type[BaseException]]) -> type[BaseException]:
    """One class that is below all of these, where Python can make it."""
    bases = tuple(one for one in kinds if not any(other is not one and issubclass(other, one) for other in kinds))
    try:
        return bases[0] if len(bases) == 1 else type(bases[0].__name__, bases, {})
    except TypeError:
        return bases[0]


def _message(error: BaseException) -> str:
    failed = error.__dict__.get(TOLD_FAILURE)
    return failed.message if isinstance(failed, Failure) else ""
