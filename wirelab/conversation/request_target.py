"""Say what is wrong with the target of a request, and how it has to be written."""

import re
from urllib.parse import quote_from_bytes

from wirelab.conversation.formatting import visible

# RFC 3986 §3.3 and §3.4 say what may stand in a path and a query as it is.
FORBIDDEN = re.compile(rb"(?:%(?![0-9A-Fa-f]{2})|[^%A-Za-z0-9!$&'()*+,\-./:;=?@_~])+")
ABSOLUTE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*://[^/?]*")
NO_SLASH = "A request target has to begin with a slash (RFC 9112 §3.2.1): /{0} and not {0}."
FRAGMENT = (
    "What stands behind # in an address is for the client alone, and is not sent (RFC 9110 §7.1); "
    "a # that belongs to a name has to be written %23."
)
ESCAPE = "{} in a request target has to be written {} (RFC 3986 §2.1)."
BLANK_NAMES = {b" ": "A space", b"\t": "A tab"}
MAX_QUOTED = 50  # characters or bytes, of what stands in a sentence


def escaped(target: bytes) -> bytes:
    """The target with everything percent-encoded that may not stand in it as it is."""
    return FORBIDDEN.sub(lambda found: quote_from_bytes(found[0], safe="").encode(), target)


def target_fault(method: bytes, target: bytes) -> str:
    """What is wrong with a target, as a sentence, or nothing."""
    if method == b"CONNECT" or target == b"*":
        return ""
    start = ABSOLUTE.match(target)
    if not start and not target.startswith(b"/"):
        return NO_SLASH.format(_shown(target))
    found = FORBIDDEN.search(target, start.end() if start else 0)
    if not found:
        return ""
    if found[0].startswith(b"#"):
        return FRAGMENT
    said = BLANK_NAMES.get(found[0]) or _shown(found[0])
    return ESCAPE.format(said, _short(quote_from_bytes(found[0], safe="")))


def _shown(data: bytes) -> str:
    """Bytes as the letters they are in UTF-8, or as Python writes them where they are none."""
    return visible(_short(data.decode("utf-8", "backslashreplace")))


def _short(text: str) -> str:
    return text if len(text) <= MAX_QUOTED else text[:MAX_QUOTED] + "…"
