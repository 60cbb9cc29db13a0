"""Errors are advice, and their docstring is their tree."""

import wirelab.errors
from wirelab.errors import WirelabError


def family(kind: type[WirelabError]) -> list[type[WirelabError]]:
    return [kind, *(member for child in kind.__subclasses__() for member in family(child))]


def test_the_tree_in_the_docstring_names_every_error() -> None:
    assert wirelab.errors.__doc__
    drawn = [line.strip(" │├└─").split()[0] for line in wirelab.errors.__doc__.splitlines() if "   " in line]
    assert sorted(drawn) == sorted(kind.__name__ for kind in family(WirelabError))


def test_a_notebook_shows_the_message_alone() -> None:
    shown = WirelabError("port 8001 is taken: stop the other program")._render_traceback_()
    assert [line.replace("\x1b[31m", "").replace("\x1b[0m", "") for line in shown] == [
        "WirelabError: port 8001 is taken: stop the other program"
    ]
