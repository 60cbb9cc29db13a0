"""Whatever crosses a wire is read: in pairs where it is HTTP, whole in any case."""

import dataclasses
import json

import h11
import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import (
    CLOSED,
    GET,
    HANDSHAKE,
    OK,
    RESET,
    SWITCHING,
    UNREACHABLE,
    UPGRADE,
    Turn,
    conversation,
    cut,
    examples,
    exchanges,
    likely_talks,
    messages,
    raw,
    recording,
    sent,
    troubles,
)

from wirelab.conversation.connection_parser import read
from wirelab.conversation.frames import Frame
from wirelab.conversation.http_messages import Request, Response
from wirelab.conversation.messages import Ending, Message, Unreadable
from wirelab.conversation.recording import End, Memory, Piece, Recorder, Side

HELLO, MASKED_HELLO = bytes.fromhex("810548656c6c6f"), bytes.fromhex("818537fa213d7f9f4d5158")
CLOSE, MASKED_CLOSE = bytes.fromhex("880203e8"), bytes.fromhex("88820000000003e8")


def kinds(*turns: Turn) -> list[type[Message]]:
    return [type(message) for message in messages(*turns)]


# Pairs --------------------------------------------------------------------------------------------------


def test_a_request_belongs_to_its_response() -> None:
    [pair] = exchanges((">", GET), ("<", OK))
    assert pair.response
    assert (pair.request.first_line, pair.response.first_line) == ("GET / HTTP/1.1", "HTTP/1.1 200 OK")


def test_messages_stand_in_the_order_of_time_with_the_time_of_their_bytes() -> None:
    asked, answered = messages((">", GET[:9]), (">", GET[9:]), ("<", OK[:9]), ("<", OK[9:]))
    assert (asked.at, asked.until, answered.at, answered.until) == (0.0, 0.001, 0.002, 0.003)


def test_a_connection_kept_alive_carries_one_pair_after_the_other() -> None:
    pairs = exchanges((">", GET), ("<", OK), (">", GET.replace(b"/ ", b"/2 ")), ("<", OK.replace(b"200", b"404")))
    assert [(one.request.target, one.response and one.response.status) for one in pairs] == [
        ("/", 200),
        ("/2", 404),
    ]


def test_pipelined_requests_are_answered_in_their_order() -> None:
    pairs = exchanges((">", GET + GET.replace(b"/ ", b"/2 ")), ("<", OK + OK.replace(b"200", b"404")))
    assert [(one.request.target, one.response and one.response.status) for one in pairs] == [
        ("/", 200),
        ("/2", 404),
    ]


def test_responses_that_announce_another_belong_to_the_same_request() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\n\r\n"
    [pair] = exchanges((">", GET), ("<", b"HTTP/1.1 102 Processing\r\n\r\n" + hints), ("<", OK))
    assert [response.status for response in pair.responses] == [102, 103, 200]
    assert pair.response is pair.responses[2]


def test_a_client_may_wait_for_100_continue_before_its_body() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
    [pair] = exchanges((">", head), ("<", b"HTTP/1.1 100 Continue\r\n\r\n"), (">", b"abc"), ("<", OK))
    assert (pair.request.body, [response.status for response in pair.responses]) == (b"abc", [100, 200])


def test_a_server_may_answer_before_the_requests_body_is_complete() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 6\r\n\r\n"
    first, second = exchanges((">", head + b"abc"), ("<", OK), (">", b"def" + GET), ("<", OK))
    assert (first.request.body, first.response and first.response.body) == (b"abcdef", b"hello")
    assert second.response


def test_a_server_may_answer_before_the_headers_are_complete() -> None:
    [pair] = exchanges((">", GET[:10]), ("<", OK[:10]), (">", GET[10:]), ("<", OK[10:]))
    assert pair.response


def test_a_request_without_an_answer_is_a_pair_with_none() -> None:
    [pair] = exchanges((">", GET))
    assert (pair.response, pair.responses) == (None, [])


def test_a_response_to_a_request_nobody_can_read_stands_alone() -> None:
    said = messages((">", b"hello?\r\n\r\n"), ("<", b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"))
    assert [type(one) for one in said] == [Unreadable, Response]


# Other protocols ----------------------------------------------------------------------------------------


def test_after_an_upgrade_to_websocket_come_frames() -> None:
    assert kinds(*HANDSHAKE, (">", MASKED_HELLO), ("<", HELLO)) == [Request, Response, Frame, Frame]


def test_frames_may_come_in_the_same_read_as_the_101() -> None:
    found = messages((">", UPGRADE), ("<", SWITCHING + HELLO + HELLO))
    assert [type(one) for one in found] == [Request, Response, Frame, Frame]


def test_frames_sent_before_the_101_are_frames() -> None:
    assert kinds((">", UPGRADE + MASKED_HELLO), ("<", SWITCHING)) == [Request, Frame, Response]


def test_an_upgrade_may_be_refused() -> None:
    [pair] = exchanges((">", UPGRADE), ("<", b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"))
    assert pair.response and pair.response.status == 403


def test_after_a_refused_upgrade_http_goes_on() -> None:
    pairs = exchanges((">", UPGRADE), ("<", OK), (">", GET), ("<", OK))
    assert [bool(pair.response) for pair in pairs] == [True, True]


def test_what_was_sent_behind_a_refused_upgrade_is_http() -> None:
    pairs = exchanges((">", UPGRADE + UPGRADE + GET), ("<", OK + OK + OK))
    assert [bool(pair.response) for pair in pairs] == [True, True, True]


def test_an_upgrade_refused_before_the_requests_body_is_complete_holds_nothing_back() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n"
    pairs = exchanges((">", head), ("<", OK), (">", b"abc" + GET), ("<", OK))
    assert [bool(pair.response) for pair in pairs] == [True, True]


def test_an_upgrade_waits_for_the_end_of_the_requests_body() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n"
    asked, _, hello = messages((">", head), ("<", SWITCHING), (">", b"abc" + MASKED_HELLO))
    assert isinstance(asked, Request) and isinstance(hello, Frame)
    assert (asked.body, hello.text) == (b"abc", "Hello")


def test_an_answer_to_the_request_before_the_upgrade_does_not_refuse_it() -> None:
    found = kinds((">", GET + UPGRADE + MASKED_HELLO), ("<", OK), ("<", SWITCHING))
    assert found == [Request, Request, Frame, Response, Response]


def test_after_an_upgrade_to_something_else_come_bytes() -> None:
    asked = UPGRADE.replace(b"websocket", b"irc")
    said = messages(
        (">", asked), ("<", SWITCHING.replace(b"websocket", b"irc") + b"PING"), (">", b"PO"), (">", b"NG")
    )
    assert [one.raw for one in said[2:]] == [b"PING", b"PONG"]
    assert [(one.first_line, one.summary, one.trouble) for one in said[2:3]] == [
        ("irc", "4 bytes, not read here", "")
    ]


def test_connect_opens_a_tunnel() -> None:
    asked = b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
    said = messages(
        (">", asked), ("<", b"HTTP/1.1 200 OK\r\n\r\n"), (">", b"\x16\x03\x01"), ("<", b"\x16\x03\x03")
    )
    assert [one.raw for one in said[2:]] == [b"\x16\x03\x01", b"\x16\x03\x03"]


def test_after_a_refused_connect_http_goes_on() -> None:
    asked = b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
    refused = b"HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"
    assert len(exchanges((">", asked + GET), ("<", refused + OK))) == 2


def test_what_is_sent_behind_an_upgrade_that_nobody_answers_is_shown() -> None:
    assert troubles((">", UPGRADE + b"abc")) == ["The server has not answered the request to upgrade."]


# Endings ------------------------------------------------------------------------------------------------

NO_GOODBYE = (
    "The connection ended without a close frame: a program reports that as 1006, a code that never crosses the "
    "wire (RFC 6455 §7.1.5)."
)


@pytest.mark.parametrize(
    ("turns", "trouble"),
    [
        ([(">", GET), ("<", CLOSED)], "The server closed the connection without an answer."),
        ([(">", GET), ("<", RESET)], "The server broke off the connection (reset) without an answer."),
        ([(">", GET), (">", CLOSED)], "The client closed the connection before there was an answer."),
        ([(">", GET), (">", RESET)], "The client broke off the connection (reset) before there was an answer."),
        ([(">", GET), ("<", UNREACHABLE)], "Nobody listens there: the connection was refused."),
        ([("<", UNREACHABLE)], "Nobody listens there: the connection was refused."),
        ([(">", CLOSED), ("<", UNREACHABLE)], "Nobody listens there: the connection was refused."),
        ([(">", GET), ("<", b"HTTP/1.1 100 Continue\r\n\r\n"), ("<", CLOSED)],
         "The server closed the connection without an answer."),
        ([(">", UPGRADE), ("<", CLOSED)], "The server closed the connection without an answer."),
        ([*HANDSHAKE, ("<", CLOSED)], NO_GOODBYE),
        ([*HANDSHAKE, (">", MASKED_HELLO), (">", RESET)], NO_GOODBYE),
    ],
)  # fmt: skip
def test_an_end_where_there_should_be_none_is_told(turns: list[Turn], trouble: str) -> None:
    assert troubles(*turns) == [trouble]
    assert isinstance(messages(*turns)[-1], Ending)


NINE = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc"
CHUNK = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n"
WAITING = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
REFUSED = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


@pytest.mark.parametrize(
    ("turns", "trouble"),
    [
        ([(">", NINE), ("<", REFUSED), ("<", CLOSED), (">", CLOSED)],
         "The server closed the connection before it had read the request: 3 of 9 bytes of its body were sent."),
        ([(">", NINE), ("<", OK), ("<", RESET)],
         "The server broke off the connection (reset) before it had read the request: 3 of 9 bytes of its body "
         "were sent."),
        ([(">", NINE), ("<", RESET)],
         "The server broke off the connection (reset) without an answer, before it had read the request: "
         "3 of 9 bytes of its body were sent."),
        ([(">", CHUNK), ("<", OK), ("<", CLOSED)],
         "The server closed the connection before it had read the request: 1 byte of its body was sent."),
        ([(">", NINE), ("<", OK), (">", CLOSED)], "The client promised 9 bytes and sent 3, then closed."),
    ],
)  # fmt: skip
def test_a_request_that_was_not_sent_whole_is_told_whose_doing_it_was(turns: list[Turn], trouble: str) -> None:
    assert troubles(*turns) == [trouble]


@pytest.mark.parametrize(
    "turns",
    [
        [(">", NINE), ("<", REFUSED), (">", CLOSED), ("<", CLOSED)],
        [(">", WAITING), ("<", REFUSED), (">", CLOSED), ("<", CLOSED)],
        [(">", WAITING), ("<", REFUSED), ("<", CLOSED), (">", CLOSED)],
        [(">", WAITING), ("<", OK), (">", CLOSED), ("<", CLOSED)],
        [(">", NINE), ("<", OK), ("<", CLOSED), (">", b"defghi")],
    ],
)
def test_a_client_may_keep_a_body_that_the_server_does_not_want(turns: list[Turn]) -> None:
    assert troubles(*turns) == []


@pytest.mark.parametrize(
    "turns",
    [
        [(">", CLOSED), ("<", CLOSED)],
        [(">", GET), ("<", OK), ("<", CLOSED), (">", CLOSED)],
        [(">", GET), (">", CLOSED), ("<", OK), ("<", CLOSED)],
        [(">", GET), ("<", OK), (">", RESET)],
        [*HANDSHAKE, (">", MASKED_CLOSE), ("<", CLOSE), ("<", CLOSED), (">", CLOSED)],
        [*HANDSHAKE, ("<", CLOSE), ("<", RESET)],
    ],
)
def test_an_end_in_its_place_is_no_trouble(turns: list[Turn]) -> None:
    assert troubles(*turns) == []


def test_an_unmasked_close_frame_is_a_goodbye_all_the_same() -> None:
    assert len(troubles(*HANDSHAKE, (">", CLOSE), (">", CLOSED))) == 1


def test_a_connection_without_bytes_has_no_messages() -> None:
    assert messages() == messages((">", CLOSED)) == []


# Anything -----------------------------------------------------------------------------------------------


@given(likely_talks())
@examples(500)
def test_whatever_bytes_come_they_are_shown_and_come_back_whole(turns: list[Turn]) -> None:
    talk = conversation(*turns)
    assert (raw(list(talk), ">"), raw(list(talk), "<")) == (sent(turns, ">"), sent(turns, "<"))
    told = talk.text(raw=True) + repr(talk) + talk._repr_html_() + json.dumps(talk.har(), ensure_ascii=False)
    assert told.encode()


@given(likely_talks())
@examples(150)
def test_whatever_comes_what_is_wrong_is_one_sentence(turns: list[Turn]) -> None:
    for trouble in troubles(*turns):
        assert trouble[-1] == "." and "\n" not in trouble


@given(likely_talks())
@examples(150)
def test_whatever_comes_each_request_is_in_one_pair_and_each_response_in_one_at_most(turns: list[Turn]) -> None:
    reading = read(recording(*turns))
    paired = [id(response) for pair in reading.exchanges for response in pair.responses]
    assert [pair.request for pair in reading.exchanges] == [
        one for one in reading.messages if isinstance(one, Request)
    ]
    assert len(paired) == len(set(paired))
    assert set(paired) <= {id(one) for one in reading.messages if isinstance(one, Response)}


def timeless(turns: list[Turn]) -> list[Message]:
    """Each side's messages, and the ends, without their times."""
    found = [dataclasses.replace(message, at=0.0, until=0.0) for message in messages(*turns)]
    return sorted(found, key=lambda message: (message.side, isinstance(message, Ending)))


@given(likely_talks(), st.lists(st.integers(1, 30), min_size=1, max_size=5))
@examples(400)
def test_where_the_bytes_are_cut_makes_no_difference(turns: list[Turn], sizes: list[int]) -> None:
    assert timeless(cut(turns, sizes)) == timeless(turns)


@given(likely_talks(), st.integers(0, 1500), st.integers(0, 1500), st.integers(0, 3000))
@examples(300)
def test_whatever_is_lost_all_bytes_are_counted(turns: list[Turn], head: int, tail: int, budget: int) -> None:
    times = iter(range(1000))
    recorder = Recorder(0, Memory(budget), lambda: next(times) / 1000, head=head, tail=tail)
    for side, what in ((Side.CLIENT if who == ">" else Side.SERVER, what) for who, what in turns):
        recorder.ended(side, what) if isinstance(what, End) else recorder.sent(side, what)
    found = read(recorder.recording()).messages
    for side, letter in ((Side.CLIENT, ">"), (Side.SERVER, "<")):
        assert sum(one.size for one in found if one.side is side) == len(sent(turns, letter))


@given(likely_talks(), st.data())
@examples(300)
def test_bytes_may_be_lost_anywhere(turns: list[Turn], data: st.DataObject) -> None:
    whole = recording(*turns)
    places = st.sampled_from([0, 0, 1, 40, 70_000])
    pieces = [piece if piece.end else dataclasses.replace(piece, lost=data.draw(places)) for piece in whole.pieces]
    talk = read(dataclasses.replace(whole, pieces=pieces)).messages
    assert sum(one.size for one in talk) == sum(len(piece.data) + piece.lost for piece in pieces)


def test_bytes_lost_in_a_body_are_counted_and_what_comes_behind_it_is_read() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    late = Piece(0.003, Side.SERVER, b"c" * 10_000 + OK, lost=80_000)
    pieces = [*recording((">", GET + GET), ("<", head), ("<", b"a" * 10_000)).pieces, late]
    first, second = read(dataclasses.replace(recording(), pieces=pieces)).exchanges
    assert first.response and second.response
    assert (first.response.body_size, first.response.lost, len(first.response.body)) == (100_000, 80_000, 10_000)
    assert (second.response.body, second.response.trouble) == (b"hello", "")


@pytest.mark.parametrize(
    "before",
    [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5", OK],
)  # fmt: skip
def test_bytes_lost_elsewhere_end_the_reading_and_that_is_told(before: bytes) -> None:
    pieces = [*recording((">", GET), ("<", before)).pieces, Piece(0.1, Side.SERVER, OK + b"\r\n\r\n", lost=70_000)]
    last = read(dataclasses.replace(recording(), pieces=pieces)).messages[-1]
    assert last.trouble == "Bytes from here on were not kept, and where the next message begins cannot be told."
    assert last.lost == 70_000


def test_bytes_lost_behind_an_upgrade_belong_to_the_frames() -> None:
    head = b"POST / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\n"
    lossy = Piece(0.002, Side.CLIENT, MASKED_HELLO, lost=5)
    pieces = [*recording((">", head), ("<", SWITCHING)).pieces, lossy]
    asked, _, rest = read(dataclasses.replace(recording(), pieces=pieces)).messages
    assert (asked.lost, rest.lost, rest.raw) == (3, 2, MASKED_HELLO)
    assert rest.trouble == "2 bytes from here on were not kept: the next frame cannot be found."


# Round trips --------------------------------------------------------------------------------------------

words = st.text("abcXYZ-", min_size=1, max_size=8)
values = st.text(st.characters(min_codepoint=33, max_codepoint=255, exclude_characters="\x85\xa0"), max_size=12)
fields = st.lists(
    st.tuples(words.map(lambda word: b"X-" + word.encode()), values.map(lambda value: value.encode("latin-1"))),
    max_size=4,
)
bodies = st.binary(max_size=60)


@st.composite
def http_by_h11(draw: st.DrawFn) -> tuple[list[tuple[object, ...]], bytes, bytes]:
    """Some exchanges over one connection, and what each side sent."""
    client, server, asked, answered = h11.Connection(h11.CLIENT), h11.Connection(h11.SERVER), b"", b""
    facts = []
    for _ in range(draw(st.integers(1, 4))):
        method = draw(st.sampled_from(["GET", "POST", "HEAD", "PUT", "BREW"]))
        status = draw(st.sampled_from([200, 204, 301, 304, 404, 500]))
        target, body, reply = "/" + draw(words), draw(bodies), draw(bodies)
        framing = (
            [(b"Content-Length", b"%d" % len(body))]
            if draw(st.booleans())
            else [(b"Transfer-Encoding", b"chunked")]
        )
        head = h11.Request(method=method, target=target, headers=[(b"Host", b"a"), *draw(fields), *framing])
        headers = [*draw(fields), *([(b"Content-Length", b"%d" % len(reply))] if draw(st.booleans()) else [])]
        out = [client.send(event) or b"" for event in (head, h11.Data(data=body), h11.EndOfMessage())]
        asked += b"".join(out)
        server.receive_data(b"".join(out))
        while type(server.next_event()) is not h11.EndOfMessage:
            pass
        bare = method == "HEAD" or status in (204, 304)
        back = [h11.Response(status_code=status, reason="Fine", headers=headers)]
        back += [] if bare else [h11.Data(data=reply)]
        out = [server.send(event) or b"" for event in (*back, h11.EndOfMessage())]
        answered += b"".join(out)
        client.receive_data(b"".join(out))
        while type(client.next_event()) is not h11.EndOfMessage:
            pass
        facts.append((method, target, body, status, b"" if bare else reply))
        client.start_next_cycle()
        server.start_next_cycle()
    return facts, asked, answered


@given(http_by_h11(), st.lists(st.integers(1, 90), min_size=1, max_size=4))
@examples(120)
def test_what_h11_writes_is_read_as_it_was_meant(
    written: tuple[list[tuple[object, ...]], bytes, bytes], sizes: list[int]
) -> None:
    facts, asked, answered = written
    pairs = exchanges(*cut([(">", asked), ("<", answered)], sizes))
    replies = [pair.response for pair in pairs if pair.response]
    requests = [(pair.request.method, pair.request.target, pair.request.body) for pair in pairs]
    assert [(*r, reply.status, reply.body) for r, reply in zip(requests, replies, strict=True)] == facts
    assert troubles((">", asked), ("<", answered)) == []


@given(http_by_h11(), st.integers(0, 400), st.binary(min_size=1, max_size=3))
@examples(150)
def test_what_h11_writes_may_be_spoilt(
    written: tuple[list[tuple[object, ...]], bytes, bytes], place: int, spoilt: bytes
) -> None:
    _, asked, answered = written
    asked, answered = (
        asked[:place] + spoilt + asked[place + 1 :],
        answered[:place] + spoilt + answered[place + 1 :],
    )
    turns: list[Turn] = [(">", asked), ("<", answered), ("<", CLOSED), (">", CLOSED)]
    talk = conversation(*turns)
    assert (raw(list(talk), ">"), raw(list(talk), "<")) == (asked, answered)
    assert talk.text(raw=True) and talk._repr_html_() and talk.har()
