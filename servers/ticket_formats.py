"""Write a document of the box office as JSON, XML, HTML, plain text or Atom.

`root` stands before each address where the service is not alone on its host, as in "/user/ada/proxy/8003".
"""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from servers.ticket_documents import Document
from servers.ticket_pages import as_html

ATOM = "http://www.w3.org/2005/Atom"
OURS = {"shows", "seats", "bookings", "customers"}  # relations that IANA has not registered


def as_json(document: Document, root: str = "") -> bytes:
    return json.dumps(tree(document, root), ensure_ascii=False).encode() + b"\n"


def tree(document: Document, root: str) -> dict[str, Any]:
    said = dict(document.state)
    if document.items is not None:
        said[document.name] = [tree(item, root) for item in document.items]
    return {**said, "_links": {rel: {"href": root + path} for rel, path in document.links.items()}}


def as_text(document: Document, root: str = "") -> bytes:
    return "\n".join(lines(document, root)).encode() + b"\n"


def lines(document: Document, root: str) -> list[str]:
    said = [document.title, *(f"{name}: {plain(value)}" for name, value in document.state.items())]
    for item in document.items or ():
        said += ["", *lines(item, root)]
    return [*said, *(f"{rel}: {root}{path}" for rel, path in document.links.items())]


def plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def as_xml(document: Document, root: str = "") -> bytes:
    return written(element(document, root))


def element(document: Document, root: str) -> ElementTree.Element:
    made = ElementTree.Element(document.name)
    for name, value in document.state.items():
        for one in value if isinstance(value, list) else [value]:
            ElementTree.SubElement(made, name).text = str(one)
    made.extend(element(item, root) for item in document.items or ())
    for rel, path in document.links.items():
        ElementTree.SubElement(made, "link", rel=rel, href=root + path)
    return made


def written(made: ElementTree.Element) -> bytes:
    ElementTree.indent(made)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{ElementTree.tostring(made, encoding="unicode")}\n'.encode()


def as_atom(document: Document, root: str = "") -> bytes:
    """A collection is a feed, anything else an entry (RFC 4287)."""
    made = atom_element(document, root, "entry" if document.items is None else "feed")
    made.set("xmlns", ATOM)
    author = ElementTree.SubElement(made, "author")
    ElementTree.SubElement(author, "name").text = "The Lantern"
    made.extend(atom_element(item, root, "entry") for item in document.items or ())
    return written(made)


def atom_element(document: Document, root: str, kind: str) -> ElementTree.Element:
    made, here = ElementTree.Element(kind), document.links["self"]
    said = {"id": f"tag:lantern.example,2027:{here}", "title": document.title, "updated": document.updated}
    for name, value in said.items():
        ElementTree.SubElement(made, name).text = value
    ElementTree.SubElement(made, "link", rel="alternate", type="text/html", href=root + here)
    for rel, path in document.links.items():
        if rel not in OURS:  # Atom takes words for relations from IANA alone (RFC 4287 §4.2.7.2)
            ElementTree.SubElement(made, "link", rel=rel, href=root + path)
    if kind == "entry":
        ElementTree.SubElement(made, "content").text = "\n".join(lines(document, root))
    return made


FORMATS: dict[str, Callable[[Document, str], bytes]] = {  # the first is for clients who do not say what they want
    "application/json": as_json,
    "application/xml": as_xml,
    "text/html": as_html,
    "text/plain": as_text,
    "application/atom+xml": as_atom,
}
