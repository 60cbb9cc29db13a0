"""Compare what `Content-Type` says, however it is written (RFC 9110 §8.3)."""

import re
from contextlib import suppress

MEDIA_TYPE = re.compile(r"\s*([\w!#$&^.+-]+/[\w!#$&^.+-]+)\s*(?:;(.*))?", re.DOTALL)
UTF_8 = {"utf-8", "utf8"}  # the second is not registered, but every browser knows it
META = re.compile(rb"<meta[^>]*\bcharset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
META_BYTES = 1024  # of a page, where a browser looks for it
UNNAMED = "windows-1252"  # what a browser takes where nothing names an encoding that it knows


def media_type(value: object) -> str:
    """The media type in small letters, without parameters: `text/plain`. An empty string where there is none."""
    found = MEDIA_TYPE.fullmatch(value) if isinstance(value, str) else None
    return found[1].lower() if found else ""


def charset(value: object) -> str:
    """The charset that a media type names, in small letters: `utf-8`. An empty string where it names none."""
    found = MEDIA_TYPE.fullmatch(value) if isinstance(value, str) else None
    parameters = (one.strip().partition("=") for one in (found[2] or "").split(";")) if found else ()
    named = [given for name, _, given in parameters if name.lower() == "charset"]
    return named[0].strip('"').lower() if named else ""


def is_utf_8(value: object) -> bool:
    """Whether a media type says that its text is in UTF-8."""
    return charset(value) in UTF_8


def page_text(content: bytes, value: object) -> str:
    """A page as a browser decodes it: `value` names the charset, or a meta element of the page does."""
    meta = META.search(content[:META_BYTES])
    named = [charset(value), meta[1].decode() if meta else "", UNNAMED]
    for name in filter(None, named):
        with suppress(LookupError, ValueError):  # one that nobody knows, or that Python alone knows
            return content.decode(name, "replace")
    return ""
