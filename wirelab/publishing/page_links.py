"""Turn a link between files of the course into one between pages of the book."""

import posixpath
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_LINKS_AND_CODE = re.compile(
    r"(?P<code>^(?P<indent> *)(?P<fence>`{3,}|~{3,})[^\n]*\n.*?^(?P=indent)(?P=fence)`*[^\S\n]*$|`[^`\n]+`)"
    r"|(?<!!)\[(?P<words>[^\]]+)\]\((?P<to>[^)\s]+)\)"
    r"|<(?P<local>https?://(?:127\.0\.0\.1|localhost)[^>\s]*)>",
    re.MULTILINE | re.DOTALL,
)
_NOT_IN_SLUGS = re.compile(r"[^\w\- ]")


@dataclass(frozen=True)
class Shelf:
    """What the book has: `pages` leads from a file of the course, or a heading in it, to its page in the book.

    All are paths below the course's folder, with `/`, as in `notebooks/12-web-server.ipynb` or `README.md#start`.
    `elsewhere` gives the address at which a file can be read that the book has not, or nothing.
    """

    pages: Mapping[str, str]
    elsewhere: Callable[[str], str]


def slug(heading: str) -> str:
    """The anchor of a heading in the book. JupyterLab's, with hyphens for blanks, gives the same."""
    return _NOT_IN_SLUGS.sub("", heading.strip().lower().replace(" ", "-"))


def lead(text: str, shelf: Shelf, *, at: str, to: str) -> str:
    """The Markdown of the file `at`, with links as they have to be on the page `to`.

    A link to a file that is neither in the book nor elsewhere becomes its words. An address of this computer
    becomes code, as no server answers there while somebody reads.
    """

    def led(found: re.Match[str]) -> str:
        if found["code"]:
            return found[0]
        if found["local"]:
            return f"`{found['local']}`"
        address = _address(found["to"], shelf, at=at, to=to)
        return f"[{found['words']}]({address})" if address else found["words"]

    return _LINKS_AND_CODE.sub(led, text)


def _address(target: str, shelf: Shelf, *, at: str, to: str) -> str:
    """Where a link leads from the page, or nothing where it cannot."""
    if re.match(r"\w+:|#", target):
        return target
    name, _, anchor = target.partition("#")
    path = posixpath.normpath(posixpath.join(posixpath.dirname(at), name))
    page = shelf.pages.get(f"{path}#{anchor}") or shelf.pages.get(path)
    if not page:
        return shelf.elsewhere(path)
    heading = slug(anchor.removeprefix("heading=")) if f"{path}#{anchor}" not in shelf.pages else ""
    return from_page(page, to) + (f"#{heading}" if heading and "#" not in page else "")


def from_page(page: str, to: str) -> str:
    """A page's path, from another page's folder."""
    return posixpath.relpath(page, posixpath.dirname(to) or ".")
