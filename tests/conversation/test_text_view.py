"""The transcript tells a conversation in 80 columns, the same each time."""

import gzip

import pytest
from hypothesis import given
from recorded import GET, HANDSHAKE, OK, Turn, conversation, examples, likely_talks, recording

from wirelab.conversation.conversation import read_all

HELLO = bytes.fromhex("810548656c6c6f")


def body(data: bytes, kind: str = "text/plain") -> str:
    """How a response's body is told."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n" % (kind.encode(), len(data))
    return conversation((">", GET), ("<", head + data)).text()


def test_a_short_conversation_is_told_in_full() -> None:
    assert repr(conversation((">", GET), ("<", OK))).splitlines() == [
        "2 messages, 1 connection to 127.0.0.1:8001",
        "[0] client → server  GET / HTTP/1.1                                   +0 ms",
        "    Host: 127.0.0.1",
        "[1] client ← server  HTTP/1.1 200 OK                                  +1 ms",
        "    Content-Length: 5",
        "    (body, 5 bytes)",
        "    hello",
    ]


def test_a_longer_one_takes_a_line_for_each_message() -> None:
    assert repr(conversation(*HANDSHAKE, ("<", HELLO))).splitlines()[1:] == [
        "[0] client → server  GET /feed HTTP/1.1                               +0 ms",
        "[1] client ← server  HTTP/1.1 101 Switching Protocols                 +1 ms",
        "[2] client ← server  text frame: Hello                                +2 ms",
    ]


def test_the_text_is_always_in_full() -> None:
    assert (
        "    81                        FIN (the whole message), opcode 1 (text)"
        in conversation(*HANDSHAKE, ("<", HELLO)).text().splitlines()
    )


def test_nothing_is_told_as_such() -> None:
    assert repr(conversation()) == "nothing crossed the wire to 127.0.0.1:8001"


def test_a_very_long_one_is_shortened_with_a_count() -> None:
    lines = repr(conversation(*[(">", GET), ("<", OK)] * 50)).splitlines()
    assert (len(lines), lines[41]) == (52, "… 50 messages more")
    assert (lines[1][:3], lines[40][:4], lines[42][:4], lines[51][:4]) == ("[0]", "[39]", "[90]", "[99]")


def test_in_full_it_is_not_shortened() -> None:
    assert conversation(*[(">", GET), ("<", OK)] * 50).text().count("client → server") == 50


def test_trouble_is_a_line_that_begins_with_a_mark() -> None:
    lines = repr(conversation(("<", b"hi"))).splitlines()
    assert lines[2] == "    ! The server sent this before it was asked."


def test_several_connections_are_told_apart() -> None:
    both = read_all([recording((">", GET), number=0), recording((">", GET), number=1)])
    assert [line for line in repr(both).splitlines() if line.startswith("connection")] == [
        "connection 1",
        "connection 2",
    ]


def test_the_bytes_show_each_end_of_a_line() -> None:
    lines = conversation((">", b"GET / HTTP/1.1\r\nHost: a\n\r\n")).text(raw=True).splitlines()
    assert lines[-3:] == [r"    GET / HTTP/1.1\r\n", r"    Host: a\n", r"    \r\n"]


def test_a_backslash_is_not_taken_for_the_end_of_a_line() -> None:
    head = b"GET /\\x0d HTTP/1.1\r\nHost: a\r\n\r\n"
    assert r"    GET /\x0d HTTP/1.1\r\n" in conversation((">", head)).text(raw=True).splitlines()


def test_json_is_laid_out() -> None:
    assert body(b'{"seats":[1,2]}', "application/json").endswith(
        '    {\n      "seats": [\n        1,\n        2\n      ]\n    }'
    )


def test_json_in_a_frame_is_laid_out() -> None:
    frame = bytes([0x81, 9]) + b'{"a": 12}'
    assert '    {\n      "a": 12\n    }\n' in conversation(*HANDSHAKE, ("<", frame)).text()


@pytest.mark.parametrize("data", [b'{"a":', b"[" * 50_000, b"[" + b"9" * 10_000 + b"]", b'"a"'])
def test_what_is_no_json_object_or_list_is_told_as_it_is(data: bytes) -> None:
    assert data[:60].decode() in body(data, "application/json")


def test_half_a_pair_of_surrogates_is_told_as_an_escape() -> None:
    assert '"a": "\\ud800"' in body(b'{"a": "\\ud800"}', "application/json")


def test_binary_is_told_in_hexadecimal_digits() -> None:
    assert "    00 ff 41                                         ··A" in body(b"\0\xffA", "image/png")


def test_a_binary_frame_is_told_in_hexadecimal_digits() -> None:
    text = conversation(*HANDSHAKE, ("<", bytes.fromhex("820300ff41"))).text()
    assert "binary frame: 00 ff 41" in text and "··A" in text


def test_a_long_body_is_shortened_with_a_count() -> None:
    assert "… 80 lines more" in body(b"line\n" * 100)
    assert "… 904 bytes more" in body(b"\0" * 1000, "image/png")


def test_a_long_target_is_shortened_with_a_mark() -> None:
    lines = repr(conversation((">", b"GET /%b HTTP/1.1\r\nHost: a\r\n\r\n" % (b"x" * 9_000)))).splitlines()
    assert lines[5].strip() == "…"


def test_an_unpacked_body_says_so() -> None:
    packed = gzip.compress(b"curtain up", mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    text = conversation((">", GET), ("<", head + packed)).text()
    assert "unpacked from gzip to 10 bytes)\n    curtain up" in text


@pytest.mark.parametrize(
    ("kind", "data", "told"),
    [
        ("text/plain; charset=latin-1", "Größe".encode("latin-1"), "Größe"),
        ('text/plain; Charset="utf-16-le"', "Größe".encode("utf-16-le"), "Größe"),
        ("text/plain; charset=unheard-of", b"abc", "abc"),
        ("text/plain; charset=unicode_escape", b"\\d\\x1b", "\\d\\x1b"),
        ("text/plain; charset=idna", b"xn--\xff", "xn--\ufffd"),
        ("text/plain; charset=hex", b"abc", "abc"),
        ("text/plain; charset=utf-7", b"+2AA-", "\\ud800"),
    ],
)
def test_a_body_is_told_in_its_charset_if_there_is_such_a_one(kind: str, data: bytes, told: str) -> None:
    assert body(data, kind).splitlines()[-1] == f"    {told}"


@pytest.mark.parametrize(
    "hidden", ["\x1b[2J", "\x07", "\x9b", "\u202e", "\u2066", "\u061c", "\u2028", "\r", "\x0b"]
)
def test_what_would_move_the_cursor_or_turn_the_text_is_told_as_an_escape(hidden: str) -> None:
    told = body(f"a{hidden}b".encode())
    assert hidden not in told and "a\\" in told


def test_an_escape_in_the_name_of_a_protocol_is_visible() -> None:
    asked = b"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: x\x1b\r\n\r\n"
    talk = conversation((">", asked), ("<", b"HTTP/1.1 101 Go\r\nUpgrade: x\x1b[2J\r\n\r\nhello"))
    assert "\x1b" not in talk.text(raw=True) + repr(talk) + talk._repr_html_()


@given(likely_talks())
@examples(200)
def test_no_line_is_longer_than_80_columns(turns: list[Turn]) -> None:
    talk = conversation(*turns)
    assert max(map(len, (talk.text(raw=True) + "\n" + repr(talk)).split("\n"))) <= 80


@given(likely_talks())
@examples(50)
def test_the_same_bytes_give_the_same_text(turns: list[Turn]) -> None:
    assert conversation(*turns).text(raw=True) == conversation(*turns).text(raw=True)


def test_of_a_picture_the_headers_are_raw_text_and_the_body_is_digits() -> None:
    picture = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\x89PNG\0\xff\xff\xff\xff"
    lines = conversation((">", GET), ("<", picture)).text(raw=True).splitlines()
    assert lines[-4:-1] == [r"    HTTP/1.1 200 OK\r\n", r"    Content-Length: 9\r\n", r"    \r\n"]
    assert lines[-1].startswith("    89 50 4e 47 00 ff ff ff ff")
