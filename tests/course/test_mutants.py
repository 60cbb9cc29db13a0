"""A check catches each change to its solution, but for those that stand in mutants.toml with a reason.

A few mutants of each exercise are tried, always the same; with WIRELAB_ALL_MUTANTS=1, all of them.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from benches.mutants import ANYWHERE, SOURCES, Trial, cases, chosen, listed

ADVICE = "change the check, or list it with a reason in tests/course/mutants.toml"
EXERCISE = re.compile(r'^# %% exercise="(.*)"', re.MULTILINE)
PLACES = [(path, id) for path in SOURCES for id in EXERCISE.findall(path.read_text(encoding="utf-8"))]

pytestmark = pytest.mark.proof


@pytest.fixture(scope="module")
def trial() -> Iterator[Trial]:
    with Trial() as running:
        yield running


@pytest.mark.parametrize(("path", "id"), PLACES, ids=[id for _, id in PLACES])
def test_a_check_catches_every_mutant_that_is_not_listed(trial: Trial, path: Path, id: str) -> None:
    unlisted = [case for case in chosen(path) if case.exercise == id and not case.reason]
    passed = [str(case) for case in unlisted if trial.survives(case)]
    if passed:
        pytest.fail("\n\n".join(["the check lets these pass:", *passed, ADVICE]), pytrace=False)


def test_every_listed_mutant_can_still_be_made() -> None:
    made = {
        (place, *case.mutant.key)
        for path in SOURCES
        for case in cases(path)
        for place in (case.exercise, ANYWHERE)
    }
    gone = [key for key in listed() if key not in made]
    assert not gone, f"take these out of tests/course/mutants.toml: {gone}"


def test_every_listed_mutant_has_a_reason() -> None:
    assert [key for key, reason in listed().items() if len(reason.split()) < 3] == []
