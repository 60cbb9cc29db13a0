"""The checks of lesson 32: the handshake and the frames of RFC 6455, without a library."""

import base64
import hashlib
import random
from collections.abc import Sequence
from contextlib import closing
from typing import NamedTuple

from checks.raw_websocket import HANDSHAKE_KEY, RawWebSocket
from wirelab.checking import Expect, FunctionProbe, Probe, exercise, is_raised

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MASKING_KEY = bytes.fromhex("37 fa 21 3d")
KEYS = ["AAAAAAAAAAAAAAAAAAAAAA==", "x3JJHMbDL1EzLkh9GBhXDw==", "bTI/9G9c0+AdzfPyoJ6cQA=="]


def accept_for(key: str) -> str:
    """The Sec-WebSocket-Accept that belongs to a Sec-WebSocket-Key (RFC 6455 §4.2.2)."""
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


@exercise(
    "32.1", "The answer to a key", of="function",
    learned="The answer to the key proves that the server read a WebSocket handshake, and nothing more.",
)
def answer_to_a_key(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a Sec-WebSocket-Key to its Sec-WebSocket-Accept, both strings (RFC 6455 §4.2.2).

    Raises Stopped where it hangs.
    """
    got = function.returns(HANDSHAKE_KEY)
    expect(isinstance(got, str), "gives a string", got=got, hint=_string_hint(got))
    expect(
        _decoded(got) == accept_for(HANDSHAKE_KEY),
        "gives the answer to the standard's own key",
        expected=accept_for(HANDSHAKE_KEY),
        got=got,
        hint=_accept_hints(got),
    )
    for key in KEYS:
        got = function.returns(key)
        expect(
            _decoded(got) == accept_for(key),
            f"gives the answer to the key {key[:8]}…",
            expected=accept_for(key),
            got=got,
            hint=OTHER_KEY_HINTS,
        )


def _decoded(got: object) -> object:
    """Bytes as a string: a function that does not decode misses one expectation, not all of them."""
    return got.decode("ascii", "replace") if isinstance(got, bytes) else got


def _string_hint(got: object) -> str | Sequence[str]:
    """What to do about a value that is no string; a failed call gave none, and its exception says more."""
    if is_raised(got, "Exception"):
        return ACCEPT_HINTS
    if isinstance(got, bytes) and len(got) == 20:
        return "Those are the twenty bytes of SHA-1. base64.b64encode(...) comes next, and then decode()."
    return "b64encode gives bytes, and decode() makes a string of them."


def _accept_hints(got: object) -> Sequence[str]:
    """What to do about a value that is not the right one."""
    text = str(_decoded(got)).strip()
    if text == hashlib.sha1((HANDSHAKE_KEY + GUID).encode()).hexdigest():
        return ("That is SHA-1 in hexadecimal. Take digest(), its bytes, and write those as base64.",)
    if text == accept_for(HANDSHAKE_KEY):
        return ("A line end belongs to no header: b64encode adds none, encodebytes does.",)
    if text == accept_for(HANDSHAKE_KEY).replace("+", "-").replace("/", "_"):
        return ("There are two alphabets of base64. A handshake uses the one with + and /: b64encode.",)
    return ACCEPT_HINTS


ACCEPT_HINTS = (
    "The key comes first, then GUID. digest() gives the bytes themselves, and base64 is made of those.",
    "hashlib.sha1((key + GUID).encode()).digest(), then base64.b64encode(...).decode().",
)
OTHER_KEY_HINTS = (
    "Every connection has another key: calculate with the one that you are given.",
    "The key is used as it is, a string, and not decoded.",
)


def masked(payload: bytes, key: bytes = MASKING_KEY) -> bytes:
    """The payload as a client sends it, masked with a key of four bytes (RFC 6455 §5.3)."""
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(payload))


PAYLOADS = [
    (b"17.5", "unmasks four bytes"),
    (b"17.5 degrees at the harbour", "unmasks a payload that is longer than the key"),
    (b"", "gives nothing for an empty payload"),
    (b"!", "unmasks a single byte"),
    (b"\xff\x00\xfe\x01\xfd", "unmasks bytes that are no text"),
    (b"\x00\x00 zeros before", "keeps zeros at the beginning"),
    (b"zeros behind \x00\x00", "keeps zeros at the end"),
    (b"0123456789abcdef" * 1250 + b"end", "unmasks 20003 bytes"),
]


@exercise(
    "32.2", "Take the mask off", points=2, of="function",
    learned="Each byte of the payload is masked by one of the four bytes of the key, in turn.",
)
def take_the_mask_off(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a masking key and a masked payload, of any length, to the payload as bytes.

    Raises Stopped where it hangs.
    """
    got = function.returns(MASKING_KEY, masked(b"17.5"))
    expect(isinstance(got, bytes), "gives bytes", got=got, hint=_payload_hints(got, b"17.5"))
    for payload, what in PAYLOADS:
        got = function.returns(MASKING_KEY, masked(payload))
        expect.equal(got, payload, what, hint=_payload_hints(got, payload))
    generator = random.Random(322)
    for key in [bytes.fromhex("00 ff 00 01"), generator.randbytes(4)]:
        payload = generator.randbytes(9)
        got = function.returns(key, masked(payload, key))
        expect.equal(got, payload, f"unmasks with the key {key.hex(' ')}", hint=OTHER_MASK_HINTS)


def _payload_hints(got: object, payload: bytes) -> Sequence[str]:
    """What to do about a value that is not this payload."""
    if is_raised(got, "Exception"):
        return XOR_HINTS
    if not isinstance(got, bytes):
        return TEXT_HINTS if isinstance(got, str) else BYTES_HINTS
    if len(got) > len(payload) and not any(got):
        return ZEROS_HINTS
    if len(got) < len(payload) and payload.startswith(got):
        return END_HINTS
    if len(got) < len(payload) and payload.endswith(got):
        return ("Zeros are bytes like any others, also at the beginning; only a number forgets them.",)
    if len(got) > len(payload):
        return ("As many bytes come out as went in: the last piece may have fewer than four.",)
    if got[:4] == payload[:4]:
        return CYCLE_HINTS
    return XOR_HINTS


BYTES_HINTS = (
    "bytes(...) makes bytes of numbers from 0 to 255, and of a bytearray.",
    "return bytes(...), with all that the function made in the brackets.",
)
TEXT_HINTS = (
    "The payload is bytes, and stays bytes: whether it is text, only the opcode knows.",
    "Leave decode(), chr() and str() out.",
)
ZEROS_HINTS = (
    "bytes(5) makes five zeros. A single byte of a number is made of a list: bytes([5]).",
    "bytes([byte ^ other]), or one bytearray that takes each number with append.",
)
END_HINTS = (
    "The end is missing: zip and map stop where the shorter one ends, and the key has four bytes.",
    "Take byte number % 4 of the key for byte number of the payload.",
)
CYCLE_HINTS = (
    "Begin again with the first byte of the key when you are through.",
    "number % 4 is 0, 1, 2, 3, 0, 1, …",
)
XOR_HINTS = (
    "byte ^ other mixes two bytes; so it takes the mixing back as well.",
    "bytes(byte ^ key[number % 4] for number, byte in enumerate(mixed))",
)
OTHER_MASK_HINTS = ("Every frame has another key: it is the first argument.", "key[number % 4]")


class _Case(NamedTuple):
    """The beginning of a frame, what is in its header, and what a function does that reads it."""

    frame: bytes
    right: tuple[bool, int, int]
    what: str


FRAMES = [
    _Case(b"\x81\x0417.5", (True, 1, 4), "reads a short frame"),
    _Case(b"\x01\x0417.5", (False, 1, 4), "tells a frame that does not end the message"),
    _Case(b"\x00\x03, 1", (False, 0, 3), "reads a continuation"),
    _Case(b"\x80\x028.", (True, 0, 2), "reads the last piece of a message"),
    _Case(b"\x82\x84" + MASKING_KEY + masked(b"17.5"), (True, 2, 4), "reads a masked frame"),
    _Case(b"\x88\x02\x03\xe8", (True, 8, 2), "reads a close frame"),
    _Case(b"\x89\x00", (True, 9, 0), "reads a ping without a payload"),
    _Case(b"\x8a\x01?", (True, 10, 1), "reads a pong"),
    _Case(b"\xc1\x05" + b"x" * 5, (True, 1, 5), "reads a frame with a reserved bit"),
    _Case(b"\x81\x7d" + b"x" * 125, (True, 1, 125), "reads a length of 125 bytes"),
    _Case(b"\x81\x7e\x00\x7e" + b"x" * 126, (True, 1, 126), "reads a length of 126 bytes"),
    _Case(b"\x81\x7e\x00\x7f" + b"x" * 127, (True, 1, 127), "reads a length of 127 bytes"),
    _Case(b"\x81\x7e\x00\xc8" + b"x" * 200, (True, 1, 200), "reads a length of 200 bytes"),
    _Case(
        b"\x82\xfe\x01\x02" + MASKING_KEY + masked(b"x" * 258), (True, 2, 258), "reads a masked frame of 258 bytes"
    ),
    _Case(b"\x82\x7e\xff\xff" + b"x" * 9, (True, 2, 65535), "reads the length where the payload is still to come"),
    _Case(
        b"\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70" + b"x" * 70000,
        (True, 2, 70000),
        "reads a length of 70000 bytes",
    ),
    _Case(
        b"\x02\xff\x00\x00\x01\x00\x00\x00\x00\x07" + MASKING_KEY + b"x" * 9,
        (False, 2, 2**40 + 7),
        "reads a length that needs all eight bytes",
    ),
]


@exercise(
    "32.3", "The header of a frame", points=3, of="function",
    learned="A frame's first bytes hold FIN, the opcode and the length, which may need more bytes.",
)
def header_of_a_frame(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the bytes of a frame to three values: FIN, the opcode, and the length of the payload.

    The length is in 7, 16 or 64 bits (RFC 6455 §5.2). Raises Stopped where it hangs.
    """
    got = function.returns(FRAMES[0].frame)
    is_triple = isinstance(got, tuple) and len(got) == 3
    hints = BYTE_HINTS if is_raised(got, "Exception") else TRIPLE_HINTS
    expect(is_triple, "gives a tuple of three", expected=FRAMES[0].right, got=got, hint=hints)
    fin = got[0] if isinstance(got, tuple | list) and got else None
    expect(isinstance(fin, bool), "says True or False about the end", expected=True, got=fin, hint=BOOL_HINTS)
    for frame, right, what in FRAMES:
        got = function.returns(frame)
        hints = _header_hints(got, right, frame)
        expect(_same_values(got, right), what, expected=right, got=got, hint=hints)


def _same_values(got: object, right: tuple[bool, int, int]) -> bool:
    """Whether the values are equal. A list, and 1 for True, miss an expectation of their own."""
    return isinstance(got, list | tuple) and len(got) == 3 and (bool(got[0]), got[1], got[2]) == right


def _header_hints(got: object, right: tuple[bool, int, int], frame: bytes) -> Sequence[str]:
    """What to do about the first of the three values that is not right."""
    if is_raised(got, "Exception"):
        return BYTE_HINTS
    if not isinstance(got, list | tuple) or len(got) != 3:
        return TRIPLE_HINTS
    if bool(got[0]) != right[0]:
        return FIN_HINTS
    if got[1] != right[1]:
        return OPCODE_HINTS
    return _length_hints(got[2], right[2], frame)


def _length_hints(got: object, right: int, frame: bytes) -> Sequence[str]:
    """What to do about a length that is not right."""
    is_masked, size = frame[1] >= 128, frame[1] & 127
    if is_masked and got == frame[1]:
        return MASK_BIT_HINTS
    if got == len(frame) - 2:
        return COUNTED_HINTS
    if size > 125 and got and got in [int.from_bytes(frame[2:end], "little") for end in (4, 10)]:
        return ORDER_HINTS
    if size == 127:
        return EIGHT_BYTES_HINTS
    return TWO_BYTES_HINTS if size == 126 else SEVEN_BITS_HINTS


TRIPLE_HINTS = ("return is_last, opcode, length", "Three values with commas between them are a tuple.")
BYTE_HINTS = (
    "The header begins with two bytes. Each is a number: frame[0] and frame[1].",
    "frame[0] & 0b00001111",
)
COUNTED_HINTS = (
    "That is how many bytes have come behind the first two. The header says how long the payload is: a part of it "
    "may be on its way, and a key may stand before it.",
    "frame[1] & 0b01111111",
)
BOOL_HINTS = (
    "A number is no answer to a question with yes or no: a comparison is, and bool(...) makes one.",
    "bool(frame[0] & 0b10000000)",
)
FIN_HINTS = (
    "The first bit of the first byte is FIN, whatever the opcode: frame[0] & 0b10000000 is 0 without it.",
    "bool(frame[0] & 0b10000000)",
)
OPCODE_HINTS = (
    "The opcode is the last four bits of the first byte: neither FIN nor the three reserved bits belong to it.",
    "frame[0] & 0b00001111",
)
SEVEN_BITS_HINTS = ("The length is the last seven bits of the second byte.", "frame[1] & 0b01111111")
MASK_BIT_HINTS = (
    "Only seven bits are the length: the first bit of the second byte is the mask. Take it off first.",
    "length = frame[1] & 0b01111111",
)
ORDER_HINTS = ("The most significant byte comes first.", 'int.from_bytes(..., "big")')
TWO_BYTES_HINTS = (
    "126 says that the length stands in the next two bytes. What stands there is the length, also 127.",
    'if length == 126: int.from_bytes(frame[2:4], "big"), elif length == 127: …',
)
EIGHT_BYTES_HINTS = (
    "127 says that the length stands in the next eight bytes: frame[2:10].",
    'int.from_bytes(frame[2:10], "big")',
)


@exercise(
    "32.4", "A station without a library", points=4, given=["do_GET"],
    learned="After status 101 the same connection speaks another protocol: frames instead of messages of HTTP.",
)
def station_without_a_library(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server made of `http.server`: a text frame `17.5`, then a close frame with 1000.

    Any other `GET` gets 426. Raises Stopped where the handshake fails, or an answer is missing.
    """
    with closing(RawWebSocket(station)) as client:
        _compare_handshake(client, expect)
        came = client.frames
        if _compare_text_frame(came, expect) and _compare_close_frame(came[len(TEXT_FRAME) :], expect):
            _try_goodbye(client, expect)
    if all(finding.passed for finding in expect.findings):
        _try_library(station, expect)
    _try_other_requests(station, expect)
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    status = station.get("/", headers=upgrade, hint=NO_KEY_HINTS).status
    expect.equal(status, 400, "answers a handshake without a key with 400", hint=NO_KEY_HINTS)


def _try_other_requests(station: Probe, expect: Expect) -> None:
    """Send what is no request for a WebSocket."""
    another = {"Connection": "Upgrade", "Upgrade": "h2c", "Sec-WebSocket-Key": HANDSHAKE_KEY}
    for name, headers in [("an ordinary GET", {}), ("a GET for another protocol", another)]:
        reply = station.get("/", headers=headers, hint=REQUIRED_HINTS)
        expect.equal(reply.status, 426, f"answers {name} with 426", hint=REQUIRED_HINTS)
        protocols = [one.strip().lower() for one in reply.header("Upgrade").split(",")]
        expect(
            "websocket" in protocols,
            f"tells {name} in the header Upgrade what it speaks",
            expected="websocket",
            got=reply.header("Upgrade"),
            hint=('self.send_header("Upgrade", "websocket")', "It comes before end_headers(), with 426 too."),
        )
        is_alone = b"HTTP/1.1 101" not in reply.content and b"\x81\x04" not in reply.content
        expect(is_alone, f"sends nothing else to {name}", got=reply.content, hint=ALONE_HINTS)


def _compare_handshake(client: RawWebSocket, expect: Expect) -> None:
    """Compare the answer to a request for a WebSocket. Raises Stopped where it is not 101."""
    if client.status != "101":
        what = "answers a request for a WebSocket with 101"
        raise expect.missed(what, client.first_line or client.state, hint=_status_hints(client))
    for name, right, hints in HANDSHAKE_HEADERS:
        got = client.header(name)
        what = f"sends the header {name}"
        is_there = right.lower() in [one.strip().lower() for one in got.split(",")]
        if name == "Sec-WebSocket-Accept":
            is_there = got == right
        expect(is_there, what, expected=right, got=got, hint=hints)


def _status_hints(client: RawWebSocket) -> Sequence[str]:
    """What to do about a first line that is not that of a 101."""
    if not client.first_line.startswith("HTTP/"):
        return (
            "The status line and the headers are sent by end_headers(), before the first frame.",
            "send_response(101), three times send_header(...), end_headers(), and then self.wfile.write(...).",
        )
    if client.status == "426":
        return ('The header Upgrade is "websocket" here: look at self.headers.get("Upgrade").',)
    return ("101 Switching Protocols says that both sides go on with a WebSocket.", "self.send_response(101)")


HANDSHAKE_HEADERS = [
    ("Upgrade", "websocket", ('self.send_header("Upgrade", "websocket")', "With 101 as well as with 426.")),
    ("Connection", "Upgrade", ('self.send_header("Connection", "Upgrade")', "The value is the header's name.")),
    (
        "Sec-WebSocket-Accept",
        accept_for(HANDSHAKE_KEY),
        (
            "It is the answer to the key that the client sent in Sec-WebSocket-Key: exercise 32.1.",
            'accept_value(self.headers["Sec-WebSocket-Key"])',
        ),
    ),
]
NO_KEY_HINTS = (
    "Without a key there is nothing to answer. Look for it before you send 101.",
    'if "Sec-WebSocket-Key" not in self.headers: self.send_error(400), and return.',
)
REQUIRED_HINTS = (
    'self.headers.get("Upgrade") is None then, or names another protocol: look before you send anything.',
    'if self.headers.get("Upgrade") != "websocket": send_response(426), the headers, end_headers(), return',
)
ALONE_HINTS = ("After 426 and its headers there is nothing more to do.", "return, after end_headers().")
TEXT_FRAME = b"\x81\x04" + b"17.5"


def _compare_text_frame(came: bytes, expect: Expect) -> bool:
    """Compare what came behind the headers with a text frame that says 17.5."""
    got = came[:6].hex(" ") or "nothing came behind the headers"
    what = "sends one text frame that says 17.5"
    is_right = came.startswith(TEXT_FRAME)
    return expect(is_right, what, expected=TEXT_FRAME.hex(" "), got=got, hint=_text_frame_hints(came))


def _text_frame_hints(came: bytes) -> Sequence[str]:
    """What to do about bytes that are no such frame: the first fault that applies."""
    faults = [
        (came.startswith(b"\xc2\x81"), LETTERS_HINTS),
        (came[:1] == b"\x01", ("The message ends with this frame, so FIN is set: 81, not 01.",)),
        (came[:1] == b"\x82", ("82 is a binary frame; the opcode of text is 1: 81.",)),
        (came[:1] == b"\x81" and came[1:2] >= b"\x80", UNMASKED_HINTS),
        (came[:1] == b"\x81" and came[1:2] != b"\x04", FRAME_LENGTH_HINTS),
    ]
    return next((hints for applies, hints in faults if applies), FRAME_HINTS)


LETTERS_HINTS = (
    r'"\x81" in a string is a letter, and encode() makes two bytes of it. b"\x81" is one byte.',
    r'self.wfile.write(b"\x81\x04" + b"17.5")',
)
UNMASKED_HINTS = (
    "Only clients mask: a server's second byte is just the length, and no key follows.",
    r'self.wfile.write(b"\x81\x04" + b"17.5")',
)
FRAME_LENGTH_HINTS = ("The second byte is the number of bytes in the payload: 17.5 has four.", r'b"\x81\x04"')
FRAME_HINTS = (
    "A frame begins with two bytes: 81 for FIN and text, and the length.",
    r'self.wfile.write(b"\x81\x04" + b"17.5")',
)


def _compare_close_frame(came: bytes, expect: Expect) -> bool:
    """Compare what came behind the text frame with a close frame of code 1000; a reason may follow the code."""
    length = came[1] if len(came) > 1 else 0
    is_right = came[:1] == b"\x88" and came[2:4] == b"\x03\xe8" and 2 <= length <= 125
    is_right = is_right and len(came) == 2 + length
    got = came.hex(" ") or "nothing more came"
    what = "then sends one close frame with the code 1000"
    return expect(is_right, what, expected="88 02 03 e8", got=got, hint=_close_frame_hints(came))


def _close_frame_hints(came: bytes) -> Sequence[str]:
    """What to do about bytes that are no such frame."""
    if came[:1] == b"\x81":
        return ("One text frame is asked for, and behind it the close frame.",)
    if came[:1] == b"\x88" and came[2:].startswith(b"1000"):
        return ("The code is a number of two bytes, and not text.", '(1000).to_bytes(2, "big")')
    if came[2:4] == b"\xe8\x03":
        return ORDER_HINTS[:1]
    return CLOSE_FRAME_HINTS


CLOSE_FRAME_HINTS = (
    "A close frame begins with 88; its payload is the code, two bytes: 03 e8.",
    r'self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))',
)
READ_HINTS = (
    "The client answers with a close frame of its own, and takes its time: read it before you return.",
    "self.rfile.read(8) waits until eight bytes have come.",
)
RETURN_HINTS = (
    "The close frame is 8 bytes, and no more will come: who waits for more, waits in vain.",
    "self.rfile.read(8), and then return.",
)


def _try_goodbye(client: RawWebSocket, expect: Expect) -> None:
    """Send a close frame, late and in two pieces, and see when the server hangs up."""
    bye = b"\x88\x82" + MASKING_KEY + masked(b"\x03\xe8")
    is_open = client.is_open()
    expect(is_open, "waits for the client's close frame", got=client.state, hint=READ_HINTS)
    if not is_open:
        return
    client.send(bye[:7])
    is_open = client.is_open()
    got = f"{client.state} when seven of the 8 bytes had come"
    expect(is_open, "reads the client's close frame to its end", got=got, hint=READ_HINTS)
    if is_open:
        client.send(bye[7:])
        has_ended = not client.is_open(seconds=0.7)
        expect(has_ended, "returns when it has read the close frame", got=client.state, hint=RETURN_HINTS)
        got = "it hung up, and had not read them"
        expect(not client.was_ignored(), "reads the 8 bytes before it hangs up", got=got, hint=READ_HINTS)


def _try_library(station: Probe, expect: Expect) -> None:
    """Connect with a library's client, which draws a key at random."""
    with station.connect(hint=OTHER_KEY_HINTS) as client:
        expect.equal(client.receive(), "17.5", "is understood by a client of the library")
        expect.equal(client.close_code(), 1000, "says goodbye to it with 1000")
