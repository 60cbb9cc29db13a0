"""Write a document of the box office as JSON, XML, HTML, plain text or Atom.

`root` stands before each link where the service is not alone on its host, as in "/user/ada/proxy/8003".
"""

import json
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

from servers.tickets.html_pages import as_html
from servers.tickets.representations import Document

ATOM_NAMESPACE = "http://www.w3.org/2005/Atom"
ENCODER = json.JSONEncoder(ensure_ascii=False)  # json.dumps() would make one for each document
OWN_RELATIONS = {"shows", "seats", "bookings", "customers"}  # relations that IANA has not registered


def as_json(document: Document, root: str = "") -> bytes:
    """Its state, its items under its name, and its links under `_links`, as HAL writes links."""
    return ENCODER.encode(json_tree(document, root)).encode() + b"\n"


def json_tree(document: Document, root: str) -> dict[str, Any]:
    """What as_json() writes."""
    members = dict(document.state)
    if document.items is not None:
        members[document.name] = [json_tree(item, root) for item in document.items]
    return {**members, "_links": {rel: {"href": root + path} for rel, path in document.links.items()}}


def as_text(document: Document, root: str = "") -> bytes:
    """Its title, then a line for each value, the items, and a line for each link."""
    return "\n".join(text_lines(document, root)).encode() + b"\n"


def text_lines(document: Document, root: str) -> list[str]:
    """What as_text() writes, line by line."""
    lines = [document.title, *(f"{name}: {plain_value(value)}" for name, value in document.state.items())]
    for item in document.items or ():
        lines += ["", *text_lines(item, root)]
    return [*lines, *(f"{rel}: {root}{path}" for rel, path in document.links.items())]


def plain_value(value: Any) -> str:
    """A value as text; a list with commas in between."""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def as_xml(document: Document, root: str = "") -> bytes:
    """An element for each value and item, and a `link` for each link."""
    return xml_bytes(xml_element(document, root))


def xml_element(document: Document, root: str) -> ElementTree.Element:
    """What as_xml() writes."""
    element = ElementTree.Element(document.name)
    for name, value in document.state.items():
        for one in value if isinstance(value, list) else [value]:
            ElementTree.SubElement(element, name).text = str(one)
    element.extend(xml_element(item, root) for item in document.items or ())
    for rel, path in document.links.items():
        ElementTree.SubElement(element, "link", rel=rel, href=root + path)
    return element


def xml_bytes(element: ElementTree.Element) -> bytes:
    """An XML document in UTF-8, indented."""
    ElementTree.indent(element)
    text = ElementTree.tostring(element, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def as_atom(document: Document, root: str = "") -> bytes:
    """A collection is a feed, anything else an entry (RFC 4287)."""
    element = atom_element(document, root, "entry" if document.items is None else "feed")
    element.set("xmlns", ATOM_NAMESPACE)
    author = ElementTree.SubElement(element, "author")
    ElementTree.SubElement(author, "name").text = "The Lantern"
    element.extend(atom_element(item, root, "entry") for item in document.items or ())
    return xml_bytes(element)


def atom_element(document: Document, root: str, kind: str) -> ElementTree.Element:
    """A `feed` or an `entry` without its author. `kind` is one of the two."""
    element, here = ElementTree.Element(kind), document.links["self"]
    values = {"id": f"tag:lantern.example,2027:{here}", "title": document.title, "updated": document.updated}
    for name, value in values.items():
        ElementTree.SubElement(element, name).text = value
    ElementTree.SubElement(element, "link", rel="alternate", type="text/html", href=root + here)
    for rel, path in document.links.items():
        if rel not in OWN_RELATIONS:  # Atom takes words for relations from IANA alone (RFC 4287 §4.2.7.2)
            ElementTree.SubElement(element, "link", rel=rel, href=root + path)
    if kind == "entry":
        ElementTree.SubElement(element, "content").text = "\n".join(text_lines(document, root))
    return element


FORMATS: dict[str, Callable[[Document, str], bytes]] = {  # the first is for clients who do not say what they want
    "application/json": as_json,
    "application/xml": as_xml,
    "text/html": as_html,
    "text/plain": as_text,
    "application/atom+xml": as_atom,
}
