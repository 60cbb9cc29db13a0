"""What right answers to the exercises of lesson 32 do."""

import base64
import hashlib
import random

from wirelab.check import Caller, Expect, Probe, exercise

GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
KEY = bytes.fromhex("37 fa 21 3d")


@exercise("32.1", "The answer to a key", of="function")
def answer_to_a_key(function: Caller, expect: Expect) -> None:
    got = function.returns("dGhlIHNhbXBsZSBub25jZQ==")
    expect(isinstance(got, str), "gives a text", got=got, hint="decode() makes a text of bytes.")
    expect(
        _text(got) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "gives the answer to the standard's own key",
        expected="s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        got=got,
        hint=(
            "The key comes first, then GUID. digest() gives the bytes themselves, and base64 is made of those.",
            "hashlib.sha1((key + GUID).encode()).digest(), then base64.b64encode(...).decode().",
        ),
    )
    key = base64.b64encode(random.randbytes(16)).decode()
    right = base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()
    got = function.returns(key)
    expect(
        _text(got) == right,
        "gives the answer to a key drawn by chance",
        expected=right,
        got=got,
        hint="Every connection has another key: calculate with the one that you are given.",
    )


def _text(got: object) -> object:
    """Bytes as text: whoever forgot to decode is told that alone."""
    return got.decode("ascii", "replace") if isinstance(got, bytes) else got


def masked(payload: bytes, key: bytes = KEY) -> bytes:
    return bytes(byte ^ key[number % 4] for number, byte in enumerate(payload))


PAYLOADS = [
    (b"17.5", "unmasks four bytes", ("byte ^ other mixes two bytes; so it takes the mixing back as well.",)),
    (
        b"17.5 degrees at the harbour",
        "unmasks a payload that is longer than the key",
        ("Begin again with the first byte of the key when you are through.", "number % 4 is 0, 1, 2, 3, 0, 1, …"),
    ),
    (b"", "gives nothing for an empty payload", ()),
    (b"\xff\x00\xfe\x01\xfd", "unmasks bytes that are no text", ("The payload is bytes, and stays bytes.",)),
]


@exercise("32.2", "Take the mask off", points=2, of="function")
def take_the_mask_off(function: Caller, expect: Expect) -> None:
    got = function.returns(KEY, masked(b"17.5"))
    expect(isinstance(got, bytes), "gives bytes", got=got, hint="bytes(...) makes bytes of numbers.")
    for payload, what, hints in PAYLOADS:
        expect.equal(function.returns(KEY, masked(payload)), payload, what, hint=hints)
    key, payload = random.randbytes(4), random.randbytes(9)
    got = function.returns(key, masked(payload, key))
    expect.equal(got, payload, "unmasks with whatever key it is given", hint="The key is the first argument.")


FRAMES = [
    (
        b"\x81\x0417.5",
        (True, 1, 4),
        "reads a short frame",
        ("frame[0] is a number. & 0b00001111 leaves its last four bits, which are the opcode.",),
    ),
    (
        b"\x01\x0417.5",
        (False, 1, 4),
        "tells a frame that does not end the message",
        ("The first bit of the first byte is FIN: frame[0] & 0b10000000 is 0 without it.",),
    ),
    (
        b"\x82\x84" + KEY + masked(b"17.5"),
        (True, 2, 4),
        "reads a masked frame",
        ("Only seven bits are the length: the first bit of the second byte is the mask.", "frame[1] & 0b01111111"),
    ),
    (b"\x8a\x00", (True, 10, 0), "reads a pong without a payload", ()),
    (b"\x81\x7d" + b"x" * 125, (True, 1, 125), "reads a length of 125 bytes", ()),
    (
        b"\x81\x7e\x00\xc8" + b"x" * 200,
        (True, 1, 200),
        "reads a length of 200 bytes",
        ("126 says that the length stands in the next two bytes.", 'int.from_bytes(frame[2:4], "big")'),
    ),
    (
        b"\x82\xfe\x01\x02" + KEY + masked(b"x" * 258),
        (True, 2, 258),
        "reads a masked frame of 258 bytes",
        ("Take the mask bit off before you compare with 126.",),
    ),
    (
        b"\x82\x7f\x00\x00\x00\x00\x00\x01\x11\x70" + b"x" * 70000,
        (True, 2, 70000),
        "reads a length of 70000 bytes",
        ("127 says that the length stands in the next eight bytes: frame[2:10].",),
    ),
]


@exercise("32.3", "The header of a frame", points=3, of="function")
def header_of_a_frame(function: Caller, expect: Expect) -> None:
    for frame, right, what, hints in FRAMES:
        got = function.returns(frame)
        expect(_same(got, right), what, expected=right, got=got, hint=hints)


def _same(got: object, right: tuple[bool, int, int]) -> bool:
    """A list will do, and 1 for True."""
    return isinstance(got, list | tuple) and tuple(got) == right


@exercise("32.4", "A station without a library", points=4)
def station_without_a_library(station: Probe, expect: Expect) -> None:
    with station.connect() as guest:
        got = guest.receive()
        expect.equal(
            got,
            "17.5",
            "sends a reading as a text frame",
            hint=(
                "A frame begins with two bytes: 81 for FIN and text, and the length.",
                r'self.wfile.write(b"\x81\x04" + b"17.5")',
            ),
        )
        code = guest.close_code()
        expect(
            code == 1000,
            "closes with 1000",
            expected=1000,
            got=code,
            hint=(
                "A close frame begins with 88; its payload is the code, two bytes: 03 e8.",
                r'self.wfile.write(b"\x88\x02" + (1000).to_bytes(2, "big"))',
            ),
        )
    reply = station.get("/")
    expect.equal(
        reply.status,
        426,
        "answers an ordinary GET with 426",
        hint='self.headers.get("Upgrade") is None then: look before you send anything.',
    )
    expect(
        reply.header("Upgrade").lower() == "websocket",
        "says in the header Upgrade what it speaks",
        expected="websocket",
        got=reply.header("Upgrade"),
    )
