"""The command does what its help says."""

import contextlib
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from wirelab import launch
from wirelab.cli import CALLED_FROM, main, parser
from wirelab.commands import _root_settings


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    shown = capsys.readouterr().out
    for name in ("open", "test", "build"):
        assert re.search(rf"^ +{name} +\w+", shown, re.MULTILINE)


@pytest.mark.parametrize("words", [["nonsense"], ["build", "--nonsense"], ["open", "--port", "many"]])
@pytest.mark.parametrize(("folder", "called"), [(None, "wirelab"), (".", "python3 start.py")])
def test_words_that_make_no_sense_are_refused(
    words: list[str],
    folder: str | None,
    called: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(CALLED_FROM, raising=False)
    if folder:
        monkeypatch.setenv(CALLED_FROM, folder)
    with pytest.raises(SystemExit) as refused:
        main(words)
    assert refused.value.code == 2
    assert f"usage: {called}" in capsys.readouterr().err


def test_an_unknown_stem_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "99-nothing"]) == 1
    assert capsys.readouterr().err == "sources/ has no 99-nothing: give a stem, as in 12-web-server\n"


def test_no_words_mean_open() -> None:
    assert parser().parse_args(["open", "--no-browser"]).no_browser


def test_the_courses_notebooks_are_not_stale(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["build", "--check"]) == 0, capsys.readouterr().out


def test_the_parser_that_nothing_uses_is_not_built() -> None:
    code = "import wirelab.cli, nbformat, sys; print('jsonschema' in sys.modules, 'lark' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert said == "True False\n"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that `wirelab --no-browser` started, from another folder."""
    command = [sys.executable, "-m", "wirelab", "--no-browser", "--port", "18888"]
    settings = ["--ServerApp.port_retries=50", "--IdentityProvider.token=secret"]
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    said = elsewhere / "said"
    with said.open("w") as output, subprocess.Popen(
        [*command, *settings], cwd=elsewhere, stdout=output, stderr=subprocess.STDOUT
    ) as process:
        yield wait_for(said, r"http://127\.0\.0\.1:\d+")
        process.terminate()


def wait_for(file: Path, pattern: str) -> str:
    """The first match in a file that another program is writing, once a server answers there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = re.search(pattern, file.read_text(encoding="utf-8"))
        with contextlib.suppress(requests.ConnectionError):
            if found and requests.get(found[0], timeout=30):
                return found[0]
        time.sleep(0.1)
    raise AssertionError(file.read_text(encoding="utf-8"))


def test_the_course_opens_in_jupyterlab(lab: str) -> None:
    asked: dict[str, Any] = {"headers": {"Authorization": "token secret"}, "timeout": 30}
    first = requests.get(f"{lab}/api/contents/notebooks/00-start-here.ipynb", **asked)
    assert first.json()["type"] == "notebook"
    assert requests.get(f"{lab}/lab", **asked).status_code == 200
    start = requests.get(lab, **asked, allow_redirects=False)
    assert start.headers["Location"].startswith("/lab/tree/notebooks/00-start-here.ipynb")


def test_a_launched_server_is_reached_through_jupyterlab(lab: str) -> None:
    class Hello(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.wfile.write(b"HTTP/1.0 200 OK\r\n\r\nhello " + self.path.encode())

    server = launch(Hello, port=0)
    asked: dict[str, Any] = {"headers": {"Authorization": "token secret"}, "timeout": 30}
    assert requests.get(f"{lab}/proxy/{server.port}/x", **asked).text == "hello /x"


ROOT = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root sees this")
OPEN_TO_ALL = "c.ServerApp.ip = '0.0.0.0'\n"  # a setting of the user's own


@ROOT
def test_root_is_let_in_from_this_computer_only_and_told_so(tmp_path: Path) -> None:
    (tmp_path / "jupyter_server_config.py").write_text(OPEN_TO_ALL)
    command = [sys.executable, "-m", "wirelab", "--no-browser", "--ServerApp.port=0"]
    said = tmp_path / "said"
    environment = {**os.environ, "JUPYTER_CONFIG_DIR": str(tmp_path)}
    with said.open("w") as output, subprocess.Popen(
        command, env=environment, stdout=output, stderr=subprocess.STDOUT
    ) as process:
        wait_for(said, r"http://127\.0\.0\.1:\d+")
        found = psutil.Process(process.pid).net_connections("tcp")
        process.terminate()
    assert said.read_text().startswith("You are root, so JupyterLab runs as root, and on this computer only.\n")
    assert {one.laddr.ip for one in found if one.status == psutil.CONN_LISTEN} == {"127.0.0.1"}


@pytest.mark.parametrize("words", [["--ip=0.0.0.0"], ["--ServerApp.ip", "0.0.0.0"], ["--ip", "0.0.0.0"]])
def test_an_address_of_ones_own_is_not_called_this_computer_only(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _root_settings(words) == ["--allow-root"]
    assert capsys.readouterr().err == "You are root, so JupyterLab runs as root.\n"
