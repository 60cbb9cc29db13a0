"""A kernel is prepared for local servers without losing what its user has set."""

import logging
import os

import pytest

from wirelab import prepare


def test_loopback_is_added_to_what_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "intranet.example, localhost")
    monkeypatch.delenv("no_proxy", raising=False)
    prepare.past_proxies()
    assert os.environ["NO_PROXY"] == "intranet.example,localhost,127.0.0.1,::1"


def test_doing_it_again_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "")
    prepare.past_proxies()
    once = os.environ["NO_PROXY"]
    prepare.past_proxies()
    assert os.environ["NO_PROXY"] == once == "127.0.0.1,localhost,::1"


def test_a_star_stays_a_star(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    prepare.past_proxies()
    assert os.environ["NO_PROXY"] == "*"


def test_in_a_plain_script_there_is_nothing_to_keep_turning() -> None:
    prepare.interruptible()
    assert not prepare._tasks


def test_matplotlib_says_nothing_of_its_fonts() -> None:
    prepare.without_a_word_about_fonts()
    assert not logging.getLogger("matplotlib.font_manager").isEnabledFor(logging.WARNING)
