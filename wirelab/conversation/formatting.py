"""Write bytes, counts and times as short texts, so that nothing in them is hidden and nothing acts."""

import json
import re
from collections.abc import Sequence

MAX_BODY_LINES, MAX_BODY_CHARACTERS = 20, 1200  # of a body; what is longer is shortened, and says so
MAX_HEX_BYTES = 96  # of a body shown in hexadecimal digits
MAX_FIRST_LINE = 200  # characters
TEXT_TYPES = re.compile(r"text/|application/(.*\+)?(json|xml|javascript|x-www-form-urlencoded)", re.IGNORECASE)
NOT_CHARSETS = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}  # no charsets of the web
# What would move the cursor, colour a terminal, or turn the reading direction (CWE-150, CWE-1007).
_TURNING = [0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
_HIDDEN = [*range(32), *range(127, 160), *_TURNING, *range(0xD800, 0xE000)]  # the last cannot be encoded
_VISIBLE = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _HIDDEN if code not in (9, 10)}


def visible(text: str) -> str:
    """The text with every character that would not be seen, but do something, written as an escape."""
    return text.translate(_VISIBLE)


def plural(count: int, noun: str) -> str:
    """`1 byte`, `1,834 bytes`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def moment(at: float) -> str:
    """The time of a message, relative to the first."""
    return f"{at * 1000:+.0f} ms" if at < 10 else f"{at:+.1f} s"


def shortened_line(text: str) -> str:
    """The text, or its beginning where it is long."""
    return text if len(text) <= MAX_FIRST_LINE else f"{text[:MAX_FIRST_LINE]}…"


def content_lines(content: bytes, kind: str, size: int) -> list[str]:
    """A body's lines: JSON laid out, text as text, all else as bytes.

    `kind` is its `Content-Type`; `size` how many bytes it had, of which `content` may be a part.
    """
    text = decoded(content, charset_of(kind) or "utf-8")
    is_text = bool(TEXT_TYPES.match(kind)) or (text is not None and "\0" not in text)
    if not is_text:
        return hex_lines(content, size)
    text = content.decode("utf-8", "replace") if text is None else text
    return shortened(text_lines(pretty(text)), missing=size - len(content))


def charset_of(kind: str) -> str:
    """The charset that a `Content-Type` names, or nothing (RFC 9110 §8.3.2)."""
    named = re.search(r";\s*charset\s*=\s*[\"']?([^\s;,\"']+)", kind, re.IGNORECASE)
    return named[1] if named else ""


def decoded(content: bytes, charset: str) -> str | None:
    """The text, or None where the bytes are not of this charset, or there is no such charset."""
    if charset.lower().replace("-", "_") in NOT_CHARSETS:
        return None
    try:
        return content.decode(charset)
    except (ValueError, LookupError):
        return None


def text_lines(text: str) -> list[str]:
    """The lines without their ends; any other character that could end a line stays, to be seen."""
    lines = re.split("\r?\n", text)
    return lines if lines[-1] else lines[:-1]


def pretty(text: str) -> str:
    """JSON objects and lists laid out over several lines; all other text as it is."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return text


def shortened(lines: Sequence[str], *, missing: int = 0) -> list[str]:
    """The first lines, and how much more there is."""
    shown: list[str] = []
    left = MAX_BODY_CHARACTERS
    for line in lines[:MAX_BODY_LINES]:
        if left <= 0:
            break
        shown.append(visible(line if len(line) <= left else f"{line[:left]}…"))
        left -= len(line)
    rest = len(lines) - len(shown)
    shown += [f"… {plural(rest, 'line')} more"] * bool(rest)
    return shown + [f"… {plural(missing, 'byte')} not kept"] * bool(missing)


def hex_lines(data: bytes, size: int) -> list[str]:
    """Sixteen bytes a line: as hexadecimal digits, and as the characters they would be."""
    rows = []
    for start in range(0, min(len(data), MAX_HEX_BYTES), 16):
        row = data[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        rows.append(f"{row.hex(' '):<47}  {letters}")
    rest = size - min(len(data), MAX_HEX_BYTES)
    return rows + [f"… {plural(rest, 'byte')} more"] * (rest > 0)


def raw_lines(data: bytes, size: int) -> list[str]:
    """Bytes as they crossed the wire: text with each line end visible, and digits for what is no text."""
    return ended_lines(data, size) if is_text(data) else hex_lines(data, size)


def is_text(data: bytes) -> bool:
    """Whether bytes are shown as text: no zero among their first, and two thirds of those ASCII."""
    start = data[: 2 * MAX_BODY_CHARACTERS]
    return b"\0" not in start and sum(byte > 127 for byte in start) <= len(start) // 3


def ended_lines(data: bytes, size: int) -> list[str]:
    """The lines of a text with their ends written out, and how many bytes of `size` are not shown."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", data[: 2 * MAX_BODY_CHARACTERS])[: 2 * MAX_BODY_LINES]
    rest = size - sum(map(len, lines))
    return [*map(_ended, lines), *[f"… {plural(rest, 'byte')} more"] * (rest > 0)]


def _ended(line: bytes) -> str:
    """A line with its end written out, as Python does, so that a missing or a lone one is seen."""
    return visible(line.decode("utf-8", "backslashreplace").translate({13: r"\r", 10: r"\n"}))
