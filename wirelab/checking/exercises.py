"""Know every exercise: what is checked in it, and how."""

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from wirelab.checking.expectations import Expect
from wirelab.checking.result import Result, Verdict

Kind = Literal["server", "function", "async function", "value"]
TryOut = Callable[[Any, Expect], None]


@dataclass(frozen=True)
class Exercise:
    """What is checked, and how. `kind` says what the learner hands in."""

    id: str
    title: str
    points: int
    kind: Kind
    try_out: TryOut
    writes: Sequence[str] = ()
    given: Sequence[str] = ()
    learned: str = ""
    is_in_lesson: bool = False
    solution: str = ""

    def result(self, verdict: Verdict, expect: Expect | None = None, said: str = "") -> Result:
        """A result with what `expect` has found, and something `said` about the whole."""
        learned = self.learned if verdict is Verdict.PASSED else ""
        findings = expect.findings if expect else ()
        return Result(self.id, self.title, self.points, verdict, findings, said, learned=learned)

    @property
    def names_written(self) -> set[str]:
        """The names in `writes` without those of their classes."""
        return {name.rpartition(".")[2] for name in self.writes}

    @property
    def lesson(self) -> str:
        """The number of the notebook that it belongs to: 12 for exercise 12.2."""
        return self.id.partition(".")[0]


_EXERCISES: dict[str, Exercise] = {}


def exercise(
    id: str,
    title: str,
    *,
    points: int = 1,
    of: Kind = "server",
    writes: Sequence[str] = (),
    given: Sequence[str] = (),
    learned: str = "",
    is_in_lesson: bool = False,
    solution: str = "",
) -> Callable[[TryOut], Exercise]:
    """Make a function the check of an exercise. For the modules in checks/.

    The function takes what the learner handed in, and an `Expect`. `of` is a "server" from launch(),
    wrapped in a `Probe`; a "function" or an "async function", a client too, wrapped in a `FunctionProbe`; or a
    "value".
    `writes` names the functions that are written in this exercise, as in `keep` or `Day.put`: where only some of
    them are written, the check says which comes next, and where another exercise needs one, that it comes first.
    `given` names those whose first lines the exercise gives, before the line that raises NotImplementedError.
    `learned` is the sentence for whoever has passed it. `is_in_lesson` says that it stands in the lesson itself;
    then `solution` is its code, as there is no notebook with it.
    """

    def register(function: TryOut) -> Exercise:
        more = {"learned": learned, "is_in_lesson": is_in_lesson, "solution": solution}
        _EXERCISES[id] = Exercise(id, title, points, of, function, writes, given, **more)  # type: ignore[arg-type]
        return _EXERCISES[id]

    return register


def exercises() -> dict[str, Exercise]:
    """Every exercise in checks/, by its id."""
    package = importlib.import_module("checks")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"checks.{module.name}")
    return dict(_EXERCISES)


def writer_of(name: str, *, beside: Exercise) -> Exercise | None:
    """The other exercise of the same notebook in which the function `name` is written, if there is one."""
    if name in beside.names_written:
        return None
    others = (one for one in _EXERCISES.values() if one.lesson == beside.lesson)
    return next((other for other in others if name in other.names_written), None)
