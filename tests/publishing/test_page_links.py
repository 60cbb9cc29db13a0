"""A link between files of the course becomes one between pages of the book."""

import pytest

from wirelab.publishing.page_links import Shelf, lead, slug

PAGES = {
    "README.md": "index.md",
    "README.md#start": "start.md",
    "notebooks/12-web-server.ipynb": "notebooks/12-web-server.ipynb",
    "servers/web_server.py": "servers/web_server.py.md",
    "docs/glossary.md": "docs/glossary.md",
}
HERE = Shelf(PAGES, lambda path: "")
ON_THE_WEB = Shelf(PAGES, lambda path: f"https://code.example/{path}")


def in_lesson(text: str, shelf: Shelf = HERE) -> str:
    return lead(text, shelf, at="notebooks/11.ipynb", to="notebooks/11.ipynb")


def test_a_link_to_a_notebook_leads_to_its_page() -> None:
    assert in_lesson("[next](12-web-server.ipynb)") == "[next](12-web-server.ipynb)"


def test_a_link_to_a_servers_file_leads_to_the_page_that_shows_it() -> None:
    assert in_lesson("[it](../servers/web_server.py)") == "[it](../servers/web_server.py.md)"


def test_a_heading_in_jupyterlabs_spelling_is_found() -> None:
    link = "[Lesson 12](../notebooks/12-web-server.ipynb#heading=Break-it:-a-string-instead-of-bytes)"
    said = lead(link, HERE, at="docs/glossary.md", to="docs/glossary.md")
    assert said == "[Lesson 12](../notebooks/12-web-server.ipynb#break-it-a-string-instead-of-bytes)"


def test_a_section_that_is_a_page_of_its_own_is_found() -> None:
    assert in_lesson("[install](../README.md#start)") == "[install](../start.md)"


def test_a_link_is_followed_from_where_its_text_stands_now() -> None:
    assert (
        lead("[it](servers/web_server.py)", HERE, at="README.md", to="servers/index.md")
        == "[it](web_server.py.md)"
    )


def test_a_file_that_is_nowhere_to_be_read_becomes_its_words() -> None:
    assert in_lesson("built from [this](../sources/notebooks/11.py).") == "built from this."


def test_a_file_outside_of_the_book_is_read_at_its_repository() -> None:
    said = in_lesson("[this](../sources/notebooks/11.py)", ON_THE_WEB)
    assert said == "[this](https://code.example/sources/notebooks/11.py)"


@pytest.mark.parametrize("link", ["[RFC](https://www.rfc-editor.org/rfc/rfc9110)", "[above](#start)"])
def test_other_links_stay_as_they_are(link: str) -> None:
    assert in_lesson(link, ON_THE_WEB) == link


def test_an_address_of_this_computer_becomes_code() -> None:
    assert in_lesson("see <http://127.0.0.1:8001/account>") == "see `http://127.0.0.1:8001/account`"


@pytest.mark.parametrize(
    "code", ["`[it](gone.py)`", "```\n[it](gone.py)\n```", "  ```text\n<http://localhost/>\n  ```"]
)
def test_code_is_no_link(code: str) -> None:
    assert in_lesson(code) == code


def test_an_anchor_is_what_myst_makes_of_a_heading() -> None:
    assert slug("Ping, pong, and a message in pieces") == "ping-pong-and-a-message-in-pieces"
