"""What there is to show of a message, as short texts: the drawing and the transcript say the same."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from websockets.frames import Opcode

from wirelab.messages import Ending, Frame, HttpMessage, Message, Response, Unreadable

MOST_LINES, MOST_CHARACTERS = 20, 1200  # of a body; what is longer is shortened, and says so
MOST_BYTES = 96  # of a body shown in hexadecimal digits
TEXTS = re.compile(r"text/|application/(.*\+)?(json|xml|javascript|x-www-form-urlencoded)", re.IGNORECASE)
PYTHONS_OWN = {"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined"}  # no charsets of the web
# What would move the cursor, colour a terminal, or turn the reading direction (CWE-150, CWE-1007).
_TURNING = [0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)]
_HIDDEN = [*range(32), *range(127, 160), *_TURNING, *range(0xD800, 0xE000)]  # the last cannot be encoded
_VISIBLE = {code: f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" for code in _HIDDEN if code not in (9, 10)}


@dataclass(frozen=True)
class Part:
    """A piece of a message: a title, and lines that are code or bytes. `name` is headers, body, frame or raw."""

    name: str
    title: str
    lines: Sequence[str]


def visible(text: str) -> str:
    """The text with every character that would not be seen, but do something, written as an escape."""
    return text.translate(_VISIBLE)


def plural(count: int, noun: str) -> str:
    """`1 byte`, `1,834 bytes`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def moment(at: float) -> str:
    """The time of a message, relative to the first."""
    return f"{at * 1000:+.0f} ms" if at < 10 else f"{at:+.1f} s"


def first_line(message: Message) -> str:
    """The message in one line: a request's or response's own first line, or what kind of frame it is."""
    if isinstance(message, HttpMessage):
        return visible(message.first_line)  # type: ignore[attr-defined]
    if isinstance(message, Frame):
        return _frame_line(message)
    if isinstance(message, Ending):
        return "end of the connection"
    line = message.raw.partition(b"\n")[0].rstrip(b"\r")
    return _shortened_line(visible(line.decode("utf-8", "backslashreplace"))) or plural(message.size, "byte")


def _frame_line(frame: Frame) -> str:
    more = "" if frame.fin or frame.opcode >= 8 else ", to be continued"
    said = ""
    if frame.opcode is Opcode.CLOSE:
        said = f" {frame.code} {frame.meaning}" if frame.code is not None else " without a code"
        said += f": {frame.text}" if frame.text else ""
    elif frame.is_text:
        said = f": {frame.text}" if frame.payload else ", empty"
    elif frame.payload:
        said = f": {frame.payload[:16].hex(' ')}{' …' if len(frame.payload) > 16 else ''}"
    return _shortened_line(visible(f"{frame.kind} frame{more}{said}".replace("\n", " ⏎ ")))


def _shortened_line(text: str, most: int = 200) -> str:
    return text if len(text) <= most else f"{text[:most]}…"


def summary(message: Message) -> str:
    """What else is worth knowing without looking into the message, in a few words."""
    if isinstance(message, Frame):
        return plural(message.length, "byte") + (", masked" if message.masked else "") + _packed(message)
    if isinstance(message, HttpMessage):
        headers = plural(len(message.headers), "header")
        size = plural(message.body_size, "byte") if message.body_size else "no body"
        promised = message.header("Content-Length")
        if not message.complete:
            size = f"{message.body_size:,} of {promised} bytes" if promised.isdigit() else f"{size} so far"
        return f"{headers}, {size}"
    return "" if isinstance(message, Ending) else plural(message.size, "byte")


def _packed(frame: Frame) -> str:
    return f", {len(frame.payload):,} inflated" if frame.compressed else ""


def parts(message: Message) -> list[Part]:
    """Everything in the message, from its headers to its bytes."""
    found: list[Part] = []
    if isinstance(message, HttpMessage):
        headers = [visible(f"{name}: {value}") for name, value in message.headers]
        found += [Part("headers", "headers", headers)] if headers else []
        found += [_body(message)] if message.body_size else []
    elif isinstance(message, Frame):
        found += [_payload(message)] if message.payload and message.opcode is not Opcode.CLOSE else []
        found.append(Part("frame", "the frame", anatomy(message)))
        found.append(Part("raw", "raw bytes", hex_lines(message.raw, message.size)))
    elif isinstance(message, Unreadable):  # there is nothing else to see
        return [Part("body", f"{plural(message.size, 'byte')}, as they came", raw_lines(message))]
    if isinstance(message, HttpMessage):
        found.append(Part("raw", "raw bytes", raw_lines(message)))
    return found


def _body(message: HttpMessage) -> Part:
    kind = message.header("Content-Type")
    size = plural(message.body_size, "byte")
    title = f"body, {size}" + (f" of {kind.partition(';')[0].strip()}" if kind else "")
    content = message.content
    if content is not message.body:
        title += f", unpacked from {message.header('Content-Encoding')} to {plural(len(content), 'byte')}"
    if "chunked" in message.header("Transfer-Encoding").lower():
        title += ", sent in chunks"
    return Part("body", visible(title), _content(content, kind, len(content) + message.lost))


def _content(content: bytes, kind: str, size: int) -> list[str]:
    """A body's lines: JSON laid out, text as text, all else as bytes."""
    charset = re.search(r"charset=\"?([\w-]+)", kind, re.IGNORECASE)
    text = _decoded(content, charset[1] if charset else "utf-8")
    is_text = bool(TEXTS.match(kind)) or (text is not None and "\0" not in text)
    if not is_text:
        return hex_lines(content, size)
    text = content.decode("utf-8", "replace") if text is None else text
    return shortened(_lines(pretty(text)), missing=size - len(content))


def _decoded(content: bytes, charset: str) -> str | None:
    """The text, or None if it is none in this charset, or if there is no such charset."""
    if charset.lower().replace("-", "_") in PYTHONS_OWN:
        return None
    try:
        return content.decode(charset)
    except (UnicodeError, LookupError):
        return None


def _lines(text: str) -> list[str]:
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
    left = MOST_CHARACTERS
    for line in lines[:MOST_LINES]:
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
    for start in range(0, min(len(data), MOST_BYTES), 16):
        row = data[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in row)
        rows.append(f"{row.hex(' '):<47}  {letters}")
    rest = size - min(len(data), MOST_BYTES)
    return rows + [f"… {plural(rest, 'byte')} more"] * (rest > 0)


def _payload(frame: Frame) -> Part:
    title = f"payload, {plural(len(frame.payload), 'byte')}"
    if frame.is_text:
        return Part("body", f"{title} of text", shortened(_lines(pretty(frame.text))))
    return Part("body", title, hex_lines(frame.payload, len(frame.payload)))


def anatomy(frame: Frame) -> list[str]:
    """The frame taken apart, from its first byte to its last (RFC 6455 §5.2)."""
    width = {126: 4, 127: 10}.get(frame.raw[1] & 0x7F, 2)  # of the header, without the mask
    mask = "masked" if frame.masked else "not masked"
    rows = [
        (frame.raw[:1], ", ".join(_bits(frame))),
        (frame.raw[1:width], f"{mask}, {plural(frame.length, 'byte')} of payload"),
    ]
    if frame.masked:
        rows.append((frame.key, "mask key"))
    if frame.length:
        packed = ", compressed" if frame.compressed else ""
        said = f": the code {frame.code}" if frame.code is not None else ""
        said += ", then the reason" if said and frame.text else ""
        rows.append((frame.raw[width + len(frame.key) :], f"{'masked ' * frame.masked}payload{packed}{said}"))
    return [f"{_start(digits):<25} {what}" for digits, what in rows]


def _bits(frame: Frame) -> Iterator[str]:
    """What the frame's first byte says."""
    whole = "the whole message" if frame.opcode else "the last of the message"
    yield f"FIN ({whole})" if frame.fin else "no FIN (more follows)"
    for number, is_set in enumerate(frame.rsv, start=1):
        if is_set:
            yield "RSV1 (compressed)" if number == 1 and frame.compressed else f"RSV{number}"
    yield f"opcode {frame.opcode:d} ({frame.kind})"


def _start(digits: bytes) -> str:
    """The first bytes in hexadecimal digits."""
    return digits[:8].hex(" ") + (" …" if len(digits) > 8 else "")


def raw_lines(message: Message) -> list[str]:
    """The bytes as they crossed the wire: text with each line end visible, and digits for what is no text."""
    head, gap, body = message.raw.partition(b"\r\n\r\n")
    if isinstance(message, HttpMessage) and _is_text(head) and not _is_text(body):
        return [*_text_lines(head + gap, len(head + gap)), *hex_lines(body, len(body) + message.lost)]
    if not _is_text(message.raw):
        return hex_lines(message.raw, message.size)
    return _text_lines(message.raw, message.size)


def _is_text(data: bytes) -> bool:
    start = data[: 2 * MOST_CHARACTERS]
    return b"\0" not in start and sum(byte > 127 for byte in start) <= len(start) // 3


def _text_lines(data: bytes, size: int) -> list[str]:
    lines = re.findall(rb"[^\n]*\n|[^\n]+", data[: 2 * MOST_CHARACTERS])[: 2 * MOST_LINES]
    rest = size - sum(map(len, lines))
    return [*map(_ended, lines), *[f"… {plural(rest, 'byte')} more"] * (rest > 0)]


def _ended(line: bytes) -> str:
    """A line with its end written out, as Python does, so that a missing or a lone one is seen."""
    return visible(line.decode("utf-8", "backslashreplace").translate({13: r"\r", 10: r"\n"}))


def status_tone(message: Message) -> str:
    """good, care or bad, for the colour of a response; the words say the same."""
    if message.trouble or (isinstance(message, Response) and message.status >= 500):
        return "bad"
    return "care" if isinstance(message, Response) and message.status >= 400 else "good"
