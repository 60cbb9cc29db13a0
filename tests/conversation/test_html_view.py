"""The drawing is whole HTML, in which nothing that crossed the wire can act."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from recorded import GET, HANDSHAKE, OK, Turn, conversation, examples, likely_talks, recording

from wirelab.conversation import formatting
from wirelab.conversation.conversation import read_all
from wirelab.conversation.frames import Frame

HELLO, MASKED_HELLO = bytes.fromhex("810548656c6c6f"), bytes.fromhex("818537fa213d7f9f4d5158")
EVIL = b"<script>alert(1)</script><img src=x onerror=alert(2)>\"'&"


class Page(HTMLParser):
    """What a browser would find."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)

    def all(self, name: str) -> list[str | None]:
        return [value for found, value in self.attributes if found == name]


def drawn(*turns: Turn) -> Page:
    return Page(conversation(*turns)._repr_html_())


def test_each_message_has_its_number_and_its_first_line() -> None:
    text = drawn((">", GET), ("<", OK)).text
    assert "[0] · → GET / HTTP/1.1" in text and "[1] · ← HTTP/1.1 200 OK" in text


def test_each_message_has_its_direction_in_words() -> None:
    assert drawn((">", GET), ("<", OK)).all("aria-label") == ["client to server", "server to client"]


def test_a_short_conversation_stands_open_and_a_longer_one_is_folded() -> None:
    assert len(drawn((">", GET), ("<", OK)).all("open")) == 2
    assert drawn(*HANDSHAKE, ("<", HELLO)).all("open") == []


def test_the_line_of_a_frame_does_not_wrap_since_its_payload_stands_below_it() -> None:
    messages = [name for name in drawn(*HANDSHAKE, (">", MASKED_HELLO)).all("class") if name and "good" in name]
    assert messages == ["client good", "server good", "client good brief"]


def test_what_is_wrong_is_said() -> None:
    assert "⚠ The server sent this before it was asked." in drawn(("<", b"hi")).text


@pytest.mark.parametrize(("status", "tone"), [(200, "good"), (302, "good"), (404, "care"), (500, "bad")])
def test_the_tone_follows_the_status(status: int, tone: str) -> None:
    page = drawn((">", GET), ("<", b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status))
    assert f"server {tone}" in page.all("class")


def test_nothing_is_drawn_as_such() -> None:
    assert drawn().text == "nothing crossed the wire to 127.0.0.1:8001"


def test_a_very_long_conversation_is_shortened_with_a_count() -> None:
    page = drawn(*[(">", GET), ("<", OK)] * 2_000)
    assert len(page.all("aria-label")) == 50
    assert "… 3,950 messages more" in page.text and "[3999]" in page.text and "4,000 messages" in page.text


def test_several_connections_are_told_apart() -> None:
    both = read_all([recording((">", GET), number=0), recording((">", GET), number=1)])
    assert "connection 2" in Page(both._repr_html_()).text


def test_a_part_of_a_conversation_keeps_its_numbers() -> None:
    text = Page(conversation(*HANDSHAKE, ("<", HELLO))[2:]._repr_html_()).text
    assert "[2] · ← text frame: Hello" in text


@pytest.mark.parametrize(
    "turns",
    [
        [(">", GET), ("<", OK[:-10] + b"%d\r\n\r\n" % len(EVIL) + EVIL)],
        [(">", b"GET /" + EVIL.replace(b" ", b"") + b" HTTP/1.1\r\nHost: " + EVIL + b"\r\n\r\n")],
        [(">", EVIL + b"\r\n\r\n"), ("<", EVIL)],
        [("<", b"HTTP/1.1 200 " + EVIL + b"\r\nContent-Type: " + EVIL + b"\r\nContent-Length: 0\r\n\r\n")],
        [*HANDSHAKE, ("<", bytes([0x81, len(EVIL)]) + EVIL)],
        [*HANDSHAKE, ("<", bytes([0x88, len(EVIL) + 2, 3, 232]) + EVIL)],
    ],
)
def test_markup_that_crossed_the_wire_is_text(turns: list[Turn]) -> None:
    page = drawn(*turns)
    assert {"script", "img"}.isdisjoint(page.tags)
    assert "<script>" in page.text


@given(likely_talks())
@examples(150)
def test_whatever_comes_the_html_is_whole_and_loads_nothing(turns: list[Turn]) -> None:
    html = conversation(*turns)._repr_html_()
    page = Page(html)
    assert page.open == []
    assert set(page.tags) <= {"div", "pre", "span", "style", "details", "summary", "ul", "li"}
    assert {name for name, _ in page.attributes} <= {"class", "style", "open", "role", "aria-label", "aria-hidden"}
    assert not re.search(r"url\(|@import|javascript:", html.partition("</style>")[0])


@given(likely_talks())
@examples(100)
def test_whatever_comes_nothing_hidden_is_in_it(turns: list[Turn]) -> None:
    html = conversation(*turns)._repr_html_()
    assert formatting.visible(html) == html


@given(likely_talks())
@examples(100)
def test_the_drawing_and_the_transcript_say_the_same(turns: list[Turn]) -> None:
    talk = conversation(*turns)
    page, told = Page(talk._repr_html_()).text, re.sub(r"\s+", "", talk.text(raw=True))
    for message in talk:
        for part in message.parts():
            if not (isinstance(message, Frame) and part.name == "raw"):  # drawn in the parts of the frame
                assert "\n".join(part.lines) in page
            assert all(re.sub(r"\s+", "", line) in told for line in part.lines)
        assert formatting.visible(message.trouble) in page
        assert re.sub(r"\s+", "", formatting.visible(message.trouble)) in told


def test_the_style_reaches_nothing_but_the_drawing() -> None:
    style = conversation((">", GET))._repr_html_().partition("<style>")[2].partition("</style>")[0]
    selectors = [
        one.strip() for rule in style.split("}") for one in rule.partition("{")[0].split(",") if one.strip()
    ]
    assert selectors and all(".wirelab-wire" in one for one in selectors)
