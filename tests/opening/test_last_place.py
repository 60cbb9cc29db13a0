"""The course opens where it was left, and else at what comes next."""

import json
from pathlib import Path

import pytest

from wirelab import progress_file
from wirelab.opening.last_place import OWN_PLACE, has_documents, landing_page, next_notebook


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN_PLACE, str(tmp_path))
    monkeypatch.setenv(progress_file.PLACE, str(tmp_path / "verdicts.jsonl"))


def test_the_first_start_opens_the_first_lesson() -> None:
    assert landing_page() == "/lab/tree/notebooks/00-start-here.ipynb"


def test_what_was_open_is_opened_as_it_was(tmp_path: Path) -> None:
    kept = {"data": {"layout-restorer:data": {}, "notebook:exercises/12-web-server.ipynb": {"data": {}}}}
    (tmp_path / "default-37a8.jupyterlab-workspace").write_text(json.dumps(kept))
    assert landing_page() == "/lab"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"data": null}', '{"data": {"terminal:1": {}}}'])
def test_a_workspace_without_documents_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "default.jupyterlab-workspace").write_text(text)
    assert not has_documents(tmp_path.glob("*"))


def test_a_lesson_whose_exercises_are_begun_opens_these() -> None:
    for exercise in ("00.1", "00.2"):
        progress_file.record(exercise, passed=True)
    assert next_notebook() == "notebooks/11-http-messages.ipynb"
    progress_file.record("11.1", passed=False)
    assert next_notebook() == "exercises/11-http-messages.ipynb"
