"""In a project whose stages stand on each other, a check says which stage comes first."""

import pytest
from exercise_runs import SOURCES, kernel, shown, text

from wirelab.building.answers import Answer, with_answer
from wirelab.building.kernel_client import Kernel
from wirelab.building.notebook_source import exercise
from wirelab.checking import MIME

__all__ = ["kernel"]
pytestmark = pytest.mark.proof
[PROJECT] = [path for path in SOURCES if path.stem == "41-weather-live"]


def left_out(stage: str) -> Answer:
    """The stage as it is before a learner begins with it."""
    stubs = [cell for cell in exercise(*text(PROJECT)).cells if cell.metadata.get("nbgrader", {}).get("solution")]
    [stub] = [cell for cell in stubs if cell.metadata.nbgrader.grade_id == stage.replace(".", "-")]
    return Answer(stage, stub.source, caught_by="not started yet", is_whole=True)


@pytest.mark.parametrize("stage", ["41.1", "41.3", "41.4", "41.6"])
def test_a_stage_left_out_is_named_by_those_that_need_it(kernel: Kernel, stage: str) -> None:
    told = {data[MIME]["exercise"]: data for data in shown(kernel, with_answer(*text(PROJECT), left_out(stage)))}
    assert told.pop(stage)[MIME]["verdict"] == "not started yet"
    red = {id: data["text/plain"] for id, data in told.items() if data[MIME]["verdict"] != "passed"}
    assert red
    assert [said for said in red.values() if f"Exercise {stage}" not in said] == []
    assert [said for said in red.values() if "comes first" not in said] == []


def test_without_the_feed_the_service_is_green(kernel: Kernel) -> None:
    told = shown(kernel, with_answer(*text(PROJECT), left_out("41.7")))
    assert [data[MIME]["verdict"] for data in told[:6]] == ["passed"] * 6
