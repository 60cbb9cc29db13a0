"""A JupyterLab is taken for the course's if it shows the course's folder, and answers."""

import json
import os
from pathlib import Path

import pytest

from wirelab.opening.running_course import address_of, linked, running_course


def test_an_address_has_its_token() -> None:
    assert address_of({"url": "http://localhost:8888/", "token": "a1"}) == "http://127.0.0.1:8888/lab?token=a1"
    assert address_of({"url": "http://127.0.0.1:1/x/", "token": ""}) == "http://127.0.0.1:1/x/lab"


def test_notebooks_are_links_while_the_course_is_open() -> None:
    text = "Next: lesson 12 (notebooks/12-web-server.ipynb)"
    assert linked(text, "") == text
    opened = linked(text, "http://127.0.0.1:8888/lab?token=a1")
    assert opened == "Next: lesson 12 (http://127.0.0.1:8888/lab/tree/notebooks/12-web-server.ipynb)"


def test_a_file_about_a_server_that_is_gone_is_not_believed(
    course: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    about = {"pid": os.getpid(), "root_dir": str(course), "url": "http://127.0.0.1:1/", "token": "a1"}
    (tmp_path / f"jpserver-{os.getpid()}.json").write_text(json.dumps(about))
    assert running_course() == ""
