"""show() prints the tested source."""

import inspect

import pytest

from servers import web_server
from wirelab import show
from wirelab.errors import WirelabError


def test_a_function_is_shown_as_it_stands_in_its_file() -> None:
    assert repr(show(web_server.respond)) == inspect.getsource(web_server.respond).rstrip()


def test_a_method_is_shown_without_its_indentation() -> None:
    assert repr(show(web_server.MyHandler.do_GET)).startswith("def do_GET(self)")


def test_a_notebook_shows_it_as_code_with_a_link_to_the_file() -> None:
    shown = show(web_server.respond)._repr_markdown_()
    assert shown.startswith("[servers/web_server.py](../servers/web_server.py)\n\n```python\ndef respond(")


def test_what_has_no_source_gets_advice() -> None:
    with pytest.raises(WirelabError, match="8001 has no source to show"):
        show(8001)
