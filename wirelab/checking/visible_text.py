"""Tell what a browser shows of a page: its text, with spaces and lines as they are drawn."""

import re

from wirelab.checking.html_tree import Tree, is_element, read_page

NEVER_SHOWN = {"head", "title", "meta", "link", "base", "script", "style", "template", "noscript", "datalist"}
NEVER_SHOWN |= {"iframe", "audio", "video", "canvas"}  # what stands in them is for browsers that do not know them
BLOCKS = {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dialog"}
BLOCKS |= {
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
}
BLOCKS |= {"header", "hgroup", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre"}
BLOCKS |= {"search", "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul"}
KEEPS_SPACES = {"pre", "textarea", "listing"}
FIELDS_WITHOUT_TEXT = {"hidden", "checkbox", "radio", "password", "range", "color", "file", "image"}
HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*(hidden|collapse)")
WHITESPACE = re.compile(r"[ \t\n\r\f]+")
LINE, HARD_SPACE = "\n", "\0"  # a space that stays where it is


def shown_text(html: str) -> str:
    """What a browser shows of a page, one line for each paragraph, heading or row."""
    return shown(read_page(html).tree)


def element_text(html: str, id: str) -> str | None:
    """What a browser shows of the element with this id, or None if there is none."""
    return shown_of(read_page(html).tree, id)


def shown(tree: Tree) -> str:
    """What is shown of a tree."""
    text = "".join(_written(node, keeps=False) for node in tree)
    lines = (line.strip(" ").replace(HARD_SPACE, " ") for line in re.sub(r" +", " ", text).split(LINE))
    return "\n".join(filter(str.strip, lines))


def shown_of(tree: Tree, id: str) -> str | None:
    """What is shown of the first element with this id, or None if there is none."""
    for node in filter(is_element, tree):
        if node[1].get("id") == id:
            return shown([node])
        found = shown_of(node[2], id)
        if found is not None:
            return "" if _is_hidden(node) else found
    return None


def _written(node: object, *, keeps: bool) -> str:
    """The text of one node. Lines begin and end with LINE; a run of spaces may still stand where one is drawn."""
    if isinstance(node, str):
        return node.replace(" ", HARD_SPACE) if keeps else WHITESPACE.sub(" ", node)
    if not is_element(node):
        return ""
    assert isinstance(node, list)
    tag, attributes, inside = node
    if _is_hidden(node):
        return ""
    if tag == "br":
        return LINE
    if tag == "input":
        return "" if attributes.get("type", "").lower() in FIELDS_WITHOUT_TEXT else attributes.get("value", "")
    if tag == "details" and "open" not in attributes:
        inside = [one for one in inside if is_element(one) and one[0] == "summary"][:1]
    text = "".join(_written(one, keeps=keeps or tag in KEEPS_SPACES) for one in inside)
    return f"{LINE}{text}{LINE}" if tag in BLOCKS else f"{text} " if tag in ("td", "th") else text


def _is_hidden(node: Tree) -> bool:
    tag, attributes, _ = node
    style = attributes.get("style", "").lower()
    return (
        tag in NEVER_SHOWN
        or "hidden" in attributes
        or (tag == "dialog" and "open" not in attributes)
        or bool(HIDING.search(style))
    )
