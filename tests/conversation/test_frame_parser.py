"""WebSocket frames are taken apart bit by bit; the bytes are those of RFC 6455 §5.7 and RFC 7692 §7.2.3."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import CLOSED, DEFLATING, RESET, SWITCHING, UPGRADE, Turn, conversation, cut, examples, messages, raw
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import Frame as Written
from websockets.frames import Opcode

from wirelab.conversation.frame_parser import MAX_INFLATED
from wirelab.conversation.frames import Frame
from wirelab.conversation.http_messages import MAX_UNPACKED
from wirelab.conversation.messages import Message, Unreadable

HELLO, MASKED_HELLO = "81 05 48656c6c6f", "81 85 37fa213d 7f9f4d5158"
DEFLATED_HELLO = "c1 07 f248cdc9c90700"


def behind(*turns: Turn, answer: bytes = SWITCHING) -> list[Message]:
    """The messages behind the handshake."""
    return messages((">", UPGRADE), ("<", answer), *turns)[2:]


def frame(data: str, *, side: str = "<", answer: bytes = SWITCHING) -> Frame:
    [found] = behind((side, bytes.fromhex(data)), answer=answer)
    assert isinstance(found, Frame)
    return found


def frames(data: str, *, side: str = "<", answer: bytes = SWITCHING) -> list[Frame]:
    return [found for found in behind((side, bytes.fromhex(data)), answer=answer) if isinstance(found, Frame)]


# Frames as they should be -------------------------------------------------------------------------------


def test_a_frame_of_the_server_is_not_masked() -> None:
    found = frame(HELLO)
    assert (found.kind, found.fin, found.rsv, found.masked) == ("text", True, (False, False, False), False)
    assert (found.length, found.payload, found.text, found.trouble) == (5, b"Hello", "Hello", "")


def test_a_masked_frame_is_shown_with_its_key_and_its_payload_in_clear() -> None:
    found = frame(MASKED_HELLO, side=">")
    assert (found.masked, found.key, found.payload) == (True, bytes.fromhex("37fa213d"), b"Hello")
    assert (found.raw, found.trouble) == (bytes.fromhex(MASKED_HELLO), "")


@pytest.mark.parametrize(("size", "header"), [(0, "8200"), (125, "827d"), (126, "827e007e"), (256, "827e0100"),
                                              (65535, "827effff"), (65536, "827f0000000000010000")])  # fmt: skip
def test_a_length_takes_7_16_or_64_bits(size: int, header: str) -> None:
    found = frame(header + "00" * size)
    assert (found.length, len(found.payload), found.kind, found.trouble) == (size, size, "binary", "")


def test_a_message_may_come_in_several_frames_with_a_ping_between() -> None:
    found = frames("01 03 48656c" + "89 00" + "80 02 6c6f")
    assert [(one.kind, one.fin, one.text) for one in found] == [
        ("text", False, "Hel"), ("ping", True, ""), ("continuation", True, "lo")]  # fmt: skip
    assert [one.is_text for one in found] == [True, False, True]
    assert not any(one.trouble for one in found)


def test_a_letter_may_be_cut_by_the_border_of_two_frames() -> None:
    assert [one.trouble for one in frames("01 02 e282" + "80 01 ac")] == ["", ""]


@pytest.mark.parametrize(("data", "kind"), [("89 05 48656c6c6f", "ping"), ("8a 05 48656c6c6f", "pong")])
def test_a_ping_and_a_pong_carry_bytes(data: str, kind: str) -> None:
    assert (frame(data).kind, frame(data).payload) == (kind, b"Hello")


@pytest.mark.parametrize(
    ("data", "code", "meaning", "reason"),
    [
        ("88 02 03e8", 1000, "OK", ""),
        ("88 06 03e9 67616d65", 1001, "going away", "game"),
        ("88 02 0bb8", 3000, "registered for a framework", ""),
        ("88 02 0fa1", 4001, "an application's own", ""),
        ("88 00", None, "", ""),
    ],
)
def test_a_close_frame_has_a_code_with_a_meaning_and_a_reason(
    data: str, code: int | None, meaning: str, reason: str
) -> None:
    found = frame(data)
    assert (found.code, found.meaning, found.text, found.trouble) == (code, meaning, reason, "")


@pytest.mark.parametrize("cuts", [1, 2, 3, 7])
def test_a_frame_may_come_in_pieces(cuts: int) -> None:
    turns = cut([("<", bytes.fromhex(HELLO + "827e0002abcd"))], [cuts])
    assert [one.raw.hex() for one in behind(*turns)] == ["810548656c6c6f", "827e0002abcd"]


def test_a_frame_on_its_way_is_bytes_without_trouble() -> None:
    [found] = behind(("<", bytes.fromhex(HELLO)[:4]))
    assert isinstance(found, Unreadable) and found.trouble == ""


# Compressed ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", "<>")
def test_a_compressed_payload_is_inflated(side: str) -> None:
    data = DEFLATED_HELLO if side == "<" else "c1 87 00000000 f248cdc9c90700"
    found = frame(data, side=side, answer=DEFLATING)
    assert (found.text, found.compressed, found.length, found.rsv[0], found.trouble) == (
        "Hello",
        True,
        7,
        True,
        "",
    )


def test_a_compressed_message_may_come_in_several_frames() -> None:
    found = frames("41 03 f248cd" + "80 04 c9c90700", answer=DEFLATING)
    assert [(one.text, one.compressed, one.trouble) for one in found] == [("He", True, ""), ("llo", True, "")]


def test_a_compressed_message_may_look_back_at_the_one_before() -> None:
    found = frames(DEFLATED_HELLO + "c1 05 f200110000", answer=DEFLATING)
    assert [one.text for one in found] == ["Hello", "Hello"]


def test_without_context_takeover_each_message_is_compressed_alone() -> None:
    answer = DEFLATING[:-4] + b"; server_no_context_takeover\r\n\r\n"
    found = frames(DEFLATED_HELLO + DEFLATED_HELLO + "c1 05 f200110000", answer=answer)
    assert [one.text for one in found[:2]] == ["Hello", "Hello"]
    assert found[2].trouble == "The payload is marked as compressed, and cannot be inflated (RFC 7692 §6.2)."


@pytest.mark.parametrize(
    "data", ["c1 0b 000500faff48656c6c6f00", "c1 08 f348cdc9c9070000", "c1 0d f24805000000ffffcac9c90700"]
)
def test_compressed_blocks_of_other_kinds_are_inflated(data: str) -> None:
    assert frame(data, answer=DEFLATING).text == "Hello"


def test_a_message_that_is_not_compressed_stays_as_it_is_where_compression_is_agreed_on() -> None:
    found = frame(HELLO, answer=DEFLATING)
    assert (found.text, found.compressed) == ("Hello", False)


@pytest.mark.parametrize("bits", [9, 10, 15])
def test_a_small_window_is_inflated(bits: int) -> None:
    answer = DEFLATING[:-4] + b"; server_max_window_bits=%d; client_max_window_bits=8\r\n\r\n" % bits
    packer = zlib.compressobj(wbits=-bits)
    text = b"Row 12, seat 7. " * 200
    data = (packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH))[:-4]
    assert frame(f"c1 7e {len(data):04x} {data.hex()}", answer=answer).payload == text


@pytest.mark.parametrize(
    "words", [b"x-else", b"permessage-deflate; =;", b'"', b"", b"permessage-deflate, permessage-deflate"]
)
def test_extensions_that_cannot_be_understood_do_no_harm(words: bytes) -> None:
    answer = SWITCHING[:-2] + b"Sec-WebSocket-Extensions: " + words + b"\r\n\r\n"
    assert frame(HELLO, answer=answer).text == "Hello"


def bomb(size: int) -> str:
    packed = zlib.compress(bytes(size), 9, wbits=-15)
    return f"c2 7f {len(packed):016x} {packed.hex()}"


TOO_MUCH = "The payloads of this side inflate to more than is kept here: from here on they stand as they came."


def test_a_bomb_is_not_inflated() -> None:
    found = frames(bomb(MAX_UNPACKED * 4) + DEFLATED_HELLO + "89 00", answer=DEFLATING)
    assert [one.trouble for one in found] == [TOO_MUCH, TOO_MUCH, ""]
    assert len(found[0].payload) == found[0].length


def test_many_bombs_are_not_inflated_either() -> None:
    answer = DEFLATING[:-4] + b"; server_no_context_takeover\r\n\r\n"
    found = frames(bomb(MAX_UNPACKED - 1) * 20, answer=answer)
    assert sum(len(one.payload) for one in found) < MAX_INFLATED + 20 * 2**16
    assert found[-1].trouble == TOO_MUCH


# Frames that break the rules ----------------------------------------------------------------------------

UNMASKED = "A client has to mask every frame, and this one is not (RFC 6455 §5.1)."
RESERVED = "A reserved bit is set, and no extension uses it here (RFC 6455 §5.2)."
NOT_UTF8 = "A text message has to be UTF-8, and this is not: the answer to it is close code 1007 (RFC 6455 §8.1)."
FORBIDDEN = "This close code must not cross the wire (RFC 6455 §7.4.1)."
NONE_BEGUN = "This continues a message, and none has begun (RFC 6455 §5.4)."
NOT_ENDED = "A new message begins before the one before it has ended (RFC 6455 §5.4)."


@pytest.mark.parametrize(
    ("side", "data", "troubles"),
    [
        (">", HELLO, [UNMASKED]),
        ("<", MASKED_HELLO, ["A server must not mask its frames, and this one is (RFC 6455 §5.1)."]),
        ("<", "a1 00", [RESERVED]),
        ("<", "91 00", [RESERVED]),
        ("<", DEFLATED_HELLO, [RESERVED]),
        ("<", "81 01 ff", [NOT_UTF8]),
        ("<", "81 02 e282", [NOT_UTF8]),
        ("<", "01 02 e282" + "80 01 20", ["", NOT_UTF8]),
        ("<", "81 03 eda080", [NOT_UTF8]),
        ("<", "80 00", [NONE_BEGUN]),
        ("<", "01 00" + "81 00" + "80 00", ["", NOT_ENDED, NONE_BEGUN]),
        ("<", "88 02 03ed", [FORBIDDEN]),
        ("<", "88 02 03ee", [FORBIDDEN]),
        ("<", "88 02 03e7", [FORBIDDEN]),
        ("<", "88 02 1388", [FORBIDDEN]),
        ("<", "88 01 03", ["A close frame is empty, or begins with two bytes for the code (RFC 6455 §5.5.1)."]),
        ("<", "88 03 03e8ff", ["The reason of a close has to be UTF-8, and this is not (RFC 6455 §5.5.1)."]),
        ("<", "09 00", ["Close, ping and pong cannot be cut into several frames (RFC 6455 §5.5)."]),
        ("<", "89 7e 007e" + "00" * 126, ["Close, ping and pong carry 125 bytes at most (RFC 6455 §5.5)."]),
        ("<", "88 02 03e8" + HELLO,
         ["", "A side sends no more messages after its close frame (RFC 6455 §5.5.1)."]),
        (">", "01 03 48656c" + "80 82 00000000 6c6f", [UNMASKED, ""]),
        (">", "88 02 03e8", [UNMASKED]),
    ],
)  # fmt: skip
def test_a_frame_that_breaks_a_rule_is_still_a_frame_and_told_which(
    side: str, data: str, troubles: list[str]
) -> None:
    assert [found.trouble for found in frames(data, side=side)] == troubles


def test_a_reserved_opcode_ends_the_reading() -> None:
    [found] = behind(("<", bytes.fromhex("83 00" + HELLO)))
    assert found.trouble == "No frame has this opcode: 0, 1, 2, 8, 9 and 10 are known (RFC 6455 §5.2)."
    assert (type(found), found.raw) == (Unreadable, bytes.fromhex("83 00" + HELLO))


def test_a_compressed_message_given_up_does_not_spoil_the_next() -> None:
    answer = DEFLATING[:-4] + b"; server_no_context_takeover\r\n\r\n"
    found = frames("41 03 f248cd" + DEFLATED_HELLO + "01 01 61" + "80 01 62", answer=answer)
    assert [one.text for one in found] == ["He", "Hello", "a", "b"]
    assert [one.trouble for one in found] == ["", NOT_ENDED, "", ""]


@pytest.mark.parametrize("end", [CLOSED, RESET])
@pytest.mark.parametrize(
    ("data", "what"),
    [
        ("81", "its header is incomplete"),
        ("82 7e 01", "its header is incomplete"),
        ("81 85 37fa21", "its header is incomplete"),
        ("81 85 37fa213d 7f9f4d", "its header says 5 bytes, 3 came"),
        ("82 7e 0100 00", "its header says 256 bytes, 1 came"),
        ("82 7f ffffffffffffffff 00", "its header says 18,446,744,073,709,551,615 bytes, 1 came"),
    ],
)  # fmt: skip
def test_a_frame_cut_off_is_told_where(data: str, what: str, end: object) -> None:
    [found] = behind(("<", bytes.fromhex(data)), ("<", end))  # type: ignore[arg-type]
    assert found.trouble == f"The connection ended in the middle of a frame: {what}."
    assert found.raw == bytes.fromhex(data)


# Round trips --------------------------------------------------------------------------------------------

data_messages = st.tuples(
    st.sampled_from([Opcode.TEXT, Opcode.BINARY]), st.lists(st.text(max_size=30), min_size=1, max_size=4)
)


def written(opcode: Opcode, parts: list[str], **how: object) -> list[bytes]:
    """The frames of a message, as websockets writes them."""
    last = len(parts) - 1
    made = [Written(Opcode.CONT if n else opcode, part.encode(), fin=n == last) for n, part in enumerate(parts)]
    return [one.serialize(**how) for one in made]  # type: ignore[arg-type]


@given(st.lists(data_messages, max_size=6), st.booleans(), st.booleans(), st.booleans(), st.integers(9, 15))
@examples(150)
def test_what_websockets_writes_is_read_as_it_was_meant(
    talk: list[tuple[Opcode, list[str]]], from_client: bool, deflates: bool, forgets: bool, bits: int
) -> None:
    side, who = (">", "client") if from_client else ("<", "server")
    extensions = [PerMessageDeflate(False, forgets, 15, bits)] if deflates else []
    data = b"".join(b"".join(written(*one, mask=from_client, extensions=extensions)) for one in talk)
    memory = f"; {who}_no_context_takeover" * forgets
    answer = DEFLATING[:-4] + f"{memory}; {who}_max_window_bits={bits}\r\n\r\n".encode() if deflates else SWITCHING
    found = behind((side, data), answer=answer)
    assert [one.payload.decode() for one in found if isinstance(one, Frame)] == [
        t for _, parts in talk for t in parts
    ]
    assert not any(one.trouble for one in found)


@given(st.lists(data_messages, min_size=1, max_size=4), st.booleans(), st.integers(0, 60), st.integers(0, 255))
@examples(200)
def test_what_websockets_writes_may_be_spoilt(
    talk: list[tuple[Opcode, list[str]]], deflates: bool, place: int, byte: int
) -> None:
    extensions = [PerMessageDeflate(False, False, 15, 15)] if deflates else []
    data = b"".join(b"".join(written(*one, mask=True, extensions=extensions)) for one in talk)
    data = data[:place] + bytes([byte]) + data[place + 1 :]
    answer = DEFLATING if deflates else SWITCHING
    shown = conversation((">", UPGRADE), ("<", answer), (">", data), (">", CLOSED))
    assert raw(list(shown), ">") == UPGRADE + data
    assert shown.text(raw=True) and shown._repr_html_() and shown.har()
