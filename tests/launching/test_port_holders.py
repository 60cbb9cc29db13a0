"""A port that another notebook of the course has is told by that notebook's name."""

import json
import os
import socket
from pathlib import Path

import pytest

from wirelab import launch
from wirelab.building.kernel_client import Kernel
from wirelab.launching import port_holders

HELLO = """
from http.server import BaseHTTPRequestHandler
from wirelab import launch, stop_all
web = launch(BaseHTTPRequestHandler, port={})
"""


def test_another_notebook_is_named_as_long_as_it_has_the_port(course: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        free_port = listener.getsockname()[1]
    told = {"JUPYTER_RUNTIME_DIR": str(tmp_path), "WIRELAB_PORTS": "any"}
    first = {**told, "JPY_SESSION_NAME": str(course / "exercises" / "00-start-here.ipynb")}
    second = {**told, "JPY_SESSION_NAME": str(course / "notebooks" / "11-http-messages.ipynb")}
    with Kernel(tmp_path, env=first) as ada, Kernel(tmp_path, env=second) as ben:
        ada.run(HELLO.format(free_port))
        said = ben.run(HELLO.format(free_port) + "web").text
        assert f"Port {free_port} is still used by exercises/00-start-here, so " in said
        ada.run("stop_all()")
        assert "still used" not in ben.run("web.stop()" + HELLO.format(free_port) + "web").text


@pytest.mark.parametrize("text", ["", "[]", '{"pid": 4194304, "notebook": "x"}', '{"notebook": "x"}'])
def test_what_is_left_of_a_notebook_that_is_gone_is_not_believed(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / "wirelab-port-8001.json").write_text(text)
    assert port_holders.holder(8001) == ""


def test_a_script_remembers_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    from http.server import BaseHTTPRequestHandler

    launch(BaseHTTPRequestHandler, port=0)
    assert list(tmp_path.iterdir()) == []


def test_only_its_own_notebook_forgets_a_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    file = tmp_path / "wirelab-port-8001.json"
    file.write_text(json.dumps({"pid": os.getppid(), "notebook": "x.ipynb"}))
    port_holders.forget(8001)
    assert port_holders.holder(8001) == "x"
