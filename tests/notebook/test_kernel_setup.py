"""A kernel is prepared for local servers without losing what its user has set."""

import logging
import os
from pathlib import Path

import pytest
from requests.utils import should_bypass_proxies

from wirelab.building.kernel_client import Kernel
from wirelab.notebook import kernel_setup


def test_loopback_is_added_to_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "intranet.example, localhost")
    kernel_setup.past_proxies()
    assert os.environ["NO_PROXY"] == "intranet.example,localhost,127.0.0.1,::1"


@pytest.mark.parametrize("name", ["no_proxy", "NO_PROXY"])
def test_a_host_that_needs_no_proxy_needs_none_afterwards(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for both in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(both, raising=False)
    monkeypatch.setenv(name, "intranet.example")
    kernel_setup.past_proxies()
    assert should_bypass_proxies("http://intranet.example/", None)
    assert should_bypass_proxies("http://127.0.0.1:8001/", None)


def test_doing_it_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("NO_PROXY", "")
    kernel_setup.past_proxies()
    once = os.environ["NO_PROXY"]
    kernel_setup.past_proxies()
    assert os.environ["NO_PROXY"] == once == "127.0.0.1,localhost,::1"


def test_a_star_stays_a_star(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    kernel_setup.past_proxies()
    assert os.environ["NO_PROXY"] == "*"


def test_in_a_plain_script_there_is_nothing_to_keep_turning() -> None:
    kernel_setup.interruptible()
    assert not kernel_setup._tasks


def test_matplotlib_says_nothing_of_its_fonts() -> None:
    kernel_setup.without_a_word_about_fonts()
    assert not logging.getLogger("matplotlib.font_manager").isEnabledFor(logging.WARNING)


TAKEN = """
import socket, wirelab
from http.server import BaseHTTPRequestHandler, HTTPServer
taken = socket.create_server(("127.0.0.1", 0))
"""


def test_a_taken_port_is_told_below_the_traceback(tmp_path: Path) -> None:
    with Kernel(tmp_path) as kernel:
        kernel.run(TAKEN)
        result = kernel.run("HTTPServer(taken.getsockname(), BaseHTTPRequestHandler)")
        assert result.status == "error"
        assert "Another server has this port" in "\n".join(result.outputs[-1].traceback)
        kernel.run("taken.close()")
