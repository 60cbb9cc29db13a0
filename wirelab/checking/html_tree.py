"""Read HTML as a browser does, into a tree of tags, attributes and text.

A tree is a list of nodes. A node is a string, or `[tag, attributes, nodes in it]`, or `["!", text]` for a
comment: what JSON can carry to a page that runs. The parser follows the HTML standard, which says what all HTML
means, faulty HTML too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Tree = list[Any]
Place = tuple[int, int]


@dataclass(frozen=True)
class Document:
    """A page's tree, the line and column where the text of each script begins, and how many lines there are.

    Both are counted from 1. A script that is never closed has no place, and a browser does not run it.
    """

    tree: Tree
    scripts: list[Place | None]
    lines: int


def read_page(html: str) -> Document:
    """The tree of a whole page."""
    from justhtml import JustHTML  # here, as it takes a tenth of a second, and most kernels never need it

    scripts: list[Place] = []
    root = JustHTML(html, sanitize=False, track_node_locations=True).root
    tree = _nodes(root, scripts)
    places = [place if _is_closed(html, place) else None for place in scripts]
    return Document(tree, places, html.count("\n") + 1)


def _is_closed(html: str, script: Place) -> bool:
    line, column = script
    return "</script" in "\n".join(html.split("\n")[line - 1 :])[column - 1 :].lower()


def read_fragment(html: str, context: str) -> Tree:
    """The nodes of a piece of HTML in an element with the tag `context`, as innerHTML makes them."""
    from justhtml import JustHTML
    from justhtml.parser.context import FragmentContext

    return _nodes(JustHTML(html, sanitize=False, fragment_context=FragmentContext(context)).root, [])


def elements(tree: Tree) -> Iterator[Any]:
    """Each element of a tree, in the order of the page."""
    for node in tree:
        if is_element(node):
            yield node
            yield from elements(node[2])


def is_element(node: Any) -> bool:
    return isinstance(node, list) and node[0] != "!"


def tags_in(html: str) -> list[str]:
    """Each element of a page as its tag with the names of its attributes, as in `<img onerror src>`.

    Two pages that differ in a visitor's text only have the same ones, unless the text became a part of the HTML.
    """
    tags = ((tag, sorted(attributes)) for tag, attributes, _ in elements(read_page(html).tree))
    return ["<" + " ".join([tag, *names]) + ">" for tag, names in tags]


def _nodes(parent: Any, scripts: list[Place]) -> Tree:
    found = [_node(child, scripts) for child in parent.children or ()]
    return [node for node in found if node is not None]


def _node(node: Any, scripts: list[Place]) -> Any:
    if node.name == "#text":
        return node.data
    if node.name == "#comment":
        return ["!", node.data or ""]
    if node.name.startswith(("!", "#")):
        return None  # the document type
    content = getattr(node, "template_content", None)
    if content is not None:
        return [node.name, _attributes(node), _nodes(content, [])]
    if node.name == "script":
        scripts.append(_beginning(node))
    return [node.name, _attributes(node), _nodes(node, scripts)]


def _attributes(node: Any) -> dict[str, str]:
    return {name: value or "" for name, value in node.attrs.items()}


def _beginning(script: Any) -> Place:
    place = script.children[0] if script.children else script
    return place.origin_location or (1, 1)
