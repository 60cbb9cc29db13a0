"""show() prints the tested source."""

import inspect
from pathlib import Path

import pytest

from servers import web_server
from wirelab import show
from wirelab.building.kernel_client import Kernel
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


CLASSES = """
import functools
class Empty(Exception):
    pass

@functools.total_ordering
class MyHandler:
    # it says hello
    def do_GET(self):
        return "hello"
    def __lt__(self, other):
        return False
"""


def test_a_class_of_a_cell_is_shown_with_its_decorators_and_comments(course: Path) -> None:
    with Kernel(course / "notebooks") as kernel:
        kernel.run(f"from wirelab import show\n{CLASSES}")
        handler, empty = kernel.run("show(MyHandler)").text, kernel.run("show(Empty)").text
    assert handler.startswith("@functools.total_ordering\nclass MyHandler:\n    # it says hello\n    def do_GET")
    assert handler.rstrip().endswith("return False")
    assert empty == "class Empty(Exception):\n    pass\n"


def test_a_function_of_a_cell_is_shown_without_the_name_of_a_file(course: Path) -> None:
    with Kernel(course / "notebooks") as kernel:
        [output] = kernel.run("from wirelab import show\ndef double(x):\n    return 2 * x\nshow(double)").outputs
    assert output.data["text/markdown"] == "```python\ndef double(x):\n    return 2 * x\n```"
