"""What the kit shows as HTML cannot be broken by what a learner's server says."""

from http.server import BaseHTTPRequestHandler

import pytest
import requests

from wirelab import launch
from wirelab.notebook import markup


def test_words_may_hold_any_character() -> None:
    for show in (markup.text, markup.strong, markup.code):
        assert "<script>" not in show("<script>alert(1)</script>")


def test_a_links_address_stays_within_its_quotes() -> None:
    assert markup.link('/" onclick="x', "open") == (
        '<a href="/&quot; onclick=&quot;x" target="_blank" rel="noopener">open</a>'
    )


def test_colours_come_from_the_theme() -> None:
    assert "var(--jp-success-color1, " in markup.panel("head", [], tone=markup.GOOD_COLOUR)


def test_a_word_without_an_end_stays_within_its_panel() -> None:
    assert "overflow-wrap: anywhere" in markup.panel("x" * 1000, [])


def test_an_exceptions_message_is_escaped() -> None:
    class Broken(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            raise ValueError("<script>alert(1)</script>")

    server = launch(Broken, port=0)
    with pytest.raises(requests.ConnectionError):
        requests.get(server.url, timeout=5)
    assert "ValueError: &lt;script&gt;" in server._repr_html_()
