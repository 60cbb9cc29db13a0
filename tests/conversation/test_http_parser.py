"""HTTP/1.x is read byte by byte; what breaks its rules is shown as it came, with one sentence."""

import gzip

import pytest
from recorded import CLOSED, GET, OK, RESET, Turn, exchanges, messages, troubles

from wirelab.conversation.http_messages import HttpMessage, Request, Response
from wirelab.conversation.other_protocols import TLS_UNANSWERED


def request(data: bytes) -> Request:
    [found] = messages((">", data))
    assert isinstance(found, Request)
    return found


def response(*turns: Turn, to: bytes = GET) -> Response:
    found = messages((">", to), *turns)[1]
    assert isinstance(found, Response)
    return found


HEAD = b"HEAD / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /bookings HTTP/1.1\r\nHost: a\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"

# Messages as they should be -----------------------------------------------------------------------------


def test_a_request_has_a_method_a_target_a_version_and_headers_as_written() -> None:
    asked = request(b"GET /a?b=%20 HTTP/1.1\r\nHOST: a\r\nx-Odd:  two  words \t\r\nEmpty:\r\n\r\n")
    assert (asked.method, asked.target, asked.version) == ("GET", "/a?b=%20", "1.1")
    assert asked.headers == (("HOST", "a"), ("x-Odd", "two  words"), ("Empty", ""))
    assert (asked.complete, asked.trouble) == (True, "")


def test_a_response_has_a_status_and_a_reason() -> None:
    found = response(("<", b"HTTP/1.1 404 Gone fishing\r\nContent-Length: 0\r\n\r\n"))
    assert (found.status, found.reason, found.meaning) == (404, "Gone fishing", "Not Found")


def test_a_response_needs_no_reason() -> None:
    assert response(("<", b"HTTP/1.1 204\r\n\r\n")).first_line == "HTTP/1.1 204"


def test_a_header_beyond_ascii_is_read_as_latin_1() -> None:
    assert request(b"GET / HTTP/1.1\r\nHost: a\r\nX: caf\xe9\r\n\r\n").header("x") == "café"


def test_a_header_folded_over_two_lines_is_one() -> None:
    assert request(b"GET / HTTP/1.1\r\nHost: a\r\nX: one\r\n  two\r\n\r\n").header("x") == "one two"


@pytest.mark.parametrize("target", ["http://127.0.0.1:8001/x?y", "*", "//x", "/\\<>|%zz"])
def test_a_target_of_any_form_stays_as_it_came(target: str) -> None:
    assert request(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % target.encode()).target == target


def test_lines_may_end_in_a_line_feed_alone() -> None:
    asked = request(b"POST / HTTP/1.1\nHost: a\nContent-Length: 3\n\nabc")
    assert (asked.header("Host"), asked.body, asked.trouble) == ("a", b"abc", "")


def test_http_1_0_needs_no_host() -> None:
    assert request(b"GET / HTTP/1.0\r\n\r\n").trouble == ""


def test_a_body_is_as_long_as_the_headers_say() -> None:
    asked = request(POST + b"Content-Length: 3\r\n\r\nabc")
    assert (asked.body, asked.body_size, asked.complete) == (b"abc", 3, True)


def test_a_body_on_its_way_is_not_complete() -> None:
    asked = request(POST + b"Content-Length: 3\r\n\r\na")
    assert (asked.body, asked.complete, asked.trouble) == (b"a", False, "")


def test_chunks_are_put_together() -> None:
    asked = request(POST + CHUNKED + b"3\r\nabc\r\nA;name=value\r\n0123456789\r\n0\r\n\r\n")
    assert (asked.body, asked.body_size, asked.complete) == (b"abc0123456789", 13, True)


def test_trailers_behind_the_last_chunk_belong_to_the_message() -> None:
    [first, second] = messages((">", POST + CHUNKED + b"1\r\na\r\n0\r\nChecksum: x\r\n\r\n" + GET))
    assert first.raw.endswith(b"\r\n0\r\nChecksum: x\r\n\r\n") and second.raw == GET


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\r\nContent-Length: 5\r\n\r\n"])
def test_the_response_to_head_ends_after_its_headers(end: bytes) -> None:
    first, second = exchanges((">", HEAD + GET), ("<", b"HTTP/1.1 200 OK" + end + OK))
    assert first.response and second.response
    assert (first.response.body, first.response.complete, second.response.body) == (b"", True, b"hello")


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_these_statuses_end_after_their_headers(status: bytes) -> None:
    first, second = exchanges((">", GET + GET), ("<", b"HTTP/1.1 %b\r\nContent-Length: 9\r\n\r\n" % status + OK))
    assert first.response and second.response
    assert (first.response.body_size, second.response.body) == (0, b"hello")


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"])
def test_a_body_may_last_until_the_server_closes(head: bytes) -> None:
    found = response(("<", head + b"abc"), ("<", b"def"), ("<", CLOSED))
    assert (found.body, found.complete, found.trouble) == (b"abcdef", True, "")


@pytest.mark.parametrize("head", [b"HTTP/1.0 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"])
def test_while_such_a_body_comes_nothing_is_wrong(head: bytes) -> None:
    found = response(("<", head + b"abc"))
    assert (found.body, found.complete, found.trouble) == (b"abc", False, "")


def test_a_gzip_body_is_unpacked_and_kept_as_it_came() -> None:
    packed = gzip.compress(b"curtain up", mtime=0)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed)
    found = response(("<", head + packed))
    assert (found.content, found.body) == (b"curtain up", packed)


def test_the_bytes_of_a_message_are_its_own_alone() -> None:
    assert [one.raw for one in messages((">", GET + HEAD), ("<", OK + OK[:-5]))] == [GET, HEAD, OK, OK[:-5]]


def test_very_many_requests_in_one_read_are_read_one_by_one() -> None:
    assert len(messages((">", GET * 2_000))) == 2_000


# Requests that break the rules --------------------------------------------------------------------------

NO_REQUEST = "This is no HTTP request: it has to begin like GET /path HTTP/1.1 (RFC 9112 §3)."
NO_VERSION = (
    "The request line has no version, which means HTTP/0.9: the answer is a body alone, without a status line "
    "(RFC 1945 §4.1). It has to end in HTTP/1.1 (RFC 9112 §3)."
)
BAD_HEADER = "A header is a name, a colon and a value (RFC 9112 §5); b'{}' is not."
BAD_LENGTH = "Content-Length has to be one whole number (RFC 9110 §8.6)."
BAD_CODING = "chunked is the only Transfer-Encoding that every program reads (RFC 9112 §6.1)."
EMPTY_LINE = "An empty line before a request: a client must not send it, a server passes over it (RFC 9112 §2.2)."


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"hello there\r\n\r\n", NO_REQUEST),
        (b"GET\r\n\r\n", NO_REQUEST),
        (b"GET / HTTP/1.1 now\r\n\r\n", NO_REQUEST),
        (b"get\xff / HTTP/1.1\r\n\r\n", NO_REQUEST),
        (b"\x16\x03\x01\x02\x00", TLS_UNANSWERED),
        (b"\r\n\r\n", EMPTY_LINE),
        (b"GET / HTTP/1.1\r\nHost a\r\n\r\n", BAD_HEADER.format("Host a")),
        (b"GET / HTTP/1.1\r\n: a\r\n\r\n", BAD_HEADER.format(": a")),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", BAD_HEADER.format("X: \\x00")),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
         "There is more than one header Host: which one is meant? (RFC 9112 §3.2)"),
        (POST + b"Content-Length: ten\r\n\r\n", BAD_LENGTH),
        (POST + b"Content-Length: -1\r\n\r\n", BAD_LENGTH),
        (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n",
         "There is more than one Content-Length: where does the body end? (RFC 9112 §6.3)"),
        (POST + b"Content-Length: %b\r\n\r\n" % (b"9" * 30), BAD_LENGTH),
        (POST + b"Transfer-Encoding: gzip, chunked\r\n\r\n", BAD_CODING),
        (POST + CHUNKED + b"five\r\nhello\r\n",
         "A chunk begins with its size in hexadecimal digits (RFC 9112 §7.1); b'five\\r\\n' is none."),
        (POST + CHUNKED + b"-5\r\nhello\r\n",
         "A chunk begins with its size in hexadecimal digits (RFC 9112 §7.1); b'-5\\r\\n' is none."),
        (POST + CHUNKED + b"3\r\nhello\r\n",
         "A chunk is longer than the size at its beginning says (RFC 9112 §7.1)."),
    ],
)  # fmt: skip
def test_a_request_that_breaks_a_rule_is_told_which(data: bytes, trouble: str) -> None:
    found = messages((">", data))
    assert [one.trouble for one in found][:1] == [trouble]
    assert b"".join(one.raw for one in found) == data


@pytest.mark.parametrize(
    "words", [b"Content-Length", b"Missing mandatory Host", b"multiple Host", b"request line"]
)
def test_the_words_in_a_bad_header_do_not_change_what_is_said_of_it(words: bytes) -> None:
    assert troubles((">", b"GET / HTTP/1.1\r\n" + words + b"\r\n\r\n")) == [BAD_HEADER.format(words.decode())]


def test_a_long_bad_header_is_shortened_where_it_is_quoted() -> None:
    [trouble] = troubles((">", b"GET / HTTP/1.1\r\n" + b"x" * 5_000 + b"\r\n\r\n"))
    assert len(trouble) < 130 and "xxx…" in trouble


def test_a_request_without_a_host_is_still_read() -> None:
    asked = request(b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc")
    assert (asked.method, asked.headers, asked.body) == ("POST", (("Content-Length", "3"),), b"abc")
    assert asked.trouble == "The header Host is missing; HTTP/1.1 asks for it in every request (RFC 9112 §3.2)."


def test_a_request_without_a_host_is_answered_and_followed_by_others() -> None:
    pairs = exchanges((">", b"GET / HTTP/1.1\n\n" + GET), ("<", OK + OK))
    assert [pair.response and pair.response.body for pair in pairs] == [b"hello", b"hello"]


def test_a_request_without_a_host_may_break_another_rule() -> None:
    [found] = messages((">", b"GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n"))
    assert found.trouble == BAD_LENGTH and isinstance(found, Request)


SPACES = "A request line is a method, one space, a target, one space and a version (RFC 9112 §3); {} is not."
VERSIONS = "A request line ends in HTTP/1.1 or HTTP/1.0, in capital letters (RFC 9112 §2.3); {} is neither."
ESCAPES = "{} in a request target has to be written {} (RFC 3986 §2.1)."


@pytest.mark.parametrize(
    ("line", "shown", "trouble"),
    [
        ("GET /é HTTP/1.1".encode(), "GET /é HTTP/1.1", ESCAPES.format("é", "%C3%A9")),
        ("GET /東京?é HTTP/1.1".encode(), "GET /東京?é HTTP/1.1", ESCAPES.format("東京", "%E6%9D%B1%E4%BA%AC")),
        (b"GET /caf\xe9 HTTP/1.1", "GET /café HTTP/1.1", ESCAPES.format("\\xe9", "%E9")),
        (b"GET /a b c HTTP/1.1", "GET /a b c HTTP/1.1", ESCAPES.format("A space", "%20")),
        (b"GET /a?b=\"1\" HTTP/1.1", 'GET /a?b="1" HTTP/1.1', ESCAPES.format('"', "%22")),
        (b"GET /a[0] HTTP/1.1", "GET /a[0] HTTP/1.1", ESCAPES.format("[", "%5B")),
        (b"GET /100% HTTP/1.1", "GET /100% HTTP/1.1", ESCAPES.format("%", "%25")),
        (b"GET /\x00 HTTP/1.1", "GET /\0 HTTP/1.1", ESCAPES.format("\\x00", "%00")),
        (b"GET /a#b HTTP/1.1", "GET /a#b HTTP/1.1",
         "What stands behind # in an address is for the client alone, and is not sent (RFC 9110 §7.1); "
         "a # that belongs to a name has to be written %23."),
        (b"GET index.html HTTP/1.1", "GET index.html HTTP/1.1",
         "A request target has to begin with a slash (RFC 9112 §3.2.1): /index.html and not index.html."),
        (b"GET /", "GET /", NO_VERSION),
        (b"GET / http/1.1", "GET / HTTP/1.1", VERSIONS.format("http/1.1")),
        (b"GET / HTTP/1", "GET / HTTP/1", VERSIONS.format("HTTP/1")),
        (b"GET / HTTP/2.0", "GET / HTTP/2.0",
         "This says HTTP/2.0, and only HTTP/1.1 and HTTP/1.0 are written in lines like these (RFC 9110 §2.5)."),
        (b"GET  / HTTP/1.1", "GET / HTTP/1.1", SPACES.format(b"GET  / HTTP/1.1")),
        (b"GET / HTTP/1.1 ", "GET / HTTP/1.1", SPACES.format(b"GET / HTTP/1.1 ")),
        (b"get / HTTP/1.1", "get / HTTP/1.1",
         "The case of a method counts (RFC 9110 §9.1): get is another method than GET."),
    ],
)  # fmt: skip
def test_a_request_line_that_breaks_a_rule_is_told_why_and_read(line: bytes, shown: str, trouble: str) -> None:
    first, second = exchanges((">", line + b"\r\nHost: a\r\nX: b\r\n\r\n" + GET), ("<", OK + OK))
    assert (first.request.trouble, first.request.first_line) == (trouble, shown)
    assert first.request.headers == (("Host", "a"), ("X", "b"))
    assert first.response and second.response and not second.request.trouble


@pytest.mark.parametrize(
    ("method", "target"),
    [("GET", "/a%20b/%C3%A9?x=1&y=(2)"), ("GET", "/~ada/;v=1,2:@!$'*+/?/?"), ("GET", "http://[::1]:8001/a"),
     ("OPTIONS", "*"), ("CONNECT", "[::1]:443"), ("brew", "/"), ("GET", "//x")],
)  # fmt: skip
def test_a_target_in_order_is_no_trouble(method: str, target: str) -> None:
    assert request(f"{method} {target} HTTP/1.1\r\nHost: a\r\n\r\n".encode()).trouble == ""


def test_the_bytes_of_a_target_can_be_had_from_it_and_its_url_is_ascii() -> None:
    asked = request("GET /é HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    assert (asked.target.encode("latin-1"), asked.url) == ("/é".encode(), "http://a/%C3%A9")


@pytest.mark.parametrize(
    ("headers", "read", "trouble"),
    [
        (b"Host : a\r\nX: b", (("Host", "a"), ("X", "b")),
         "No space may stand between the name of a header and its colon (RFC 9112 §5.1), as in b'Host : a'."),
        (b" X: y\r\nHost: a", (("X", "y"), ("Host", "a")),
         "No space may stand between the first line and the first header (RFC 9112 §2.2)."),
        (b"Host: a\r\nfoo\r\nX: b", (("Host", "a"), ("X", "b")), BAD_HEADER.format("foo")),
        (b"Host: a\r\nX: b\r\n  c", (("Host", "a"), ("X", "b c")),
         "A header that goes on in a second line: a sender must not write one any more (RFC 9112 §5.2)."),
        (b"Host: a\r\nHost: b", (("Host", "a"), ("Host", "b")),
         "There is more than one header Host: which one is meant? (RFC 9112 §3.2)"),
        (b"Host: http://a/", (("Host", "http://a/"),),
         "Host is the name of a computer, perhaps with a port (RFC 9112 §3.2), and 'http://a/' is not."),
        (b"Host: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
         (("Host", "a"), ("Content-Length", "1"), ("Transfer-Encoding", "chunked")),
         "Content-Length and Transfer-Encoding in one message: they may not stand together (RFC 9112 §6.2)."),
        (b"Host: a\r\nContent-Length: ten", (("Host", "a"), ("Content-Length", "ten")), BAD_LENGTH),
        (b"Host: a\r\nContent-Length:", (("Host", "a"), ("Content-Length", "")), BAD_LENGTH),
        (b"Host: a\r\nTransfer-Encoding: gzip, chunked", (("Host", "a"), ("Transfer-Encoding", "gzip, chunked")),
         BAD_CODING),
    ],
)  # fmt: skip
def test_headers_that_break_a_rule_are_told_why_and_read(
    headers: bytes, read: tuple[tuple[str, str], ...], trouble: str
) -> None:
    [pair] = exchanges((">", b"POST / HTTP/1.1\r\n" + headers + b"\r\n\r\n"), ("<", OK))
    assert (pair.request.trouble, pair.request.headers) == (trouble, read)
    assert pair.response


@pytest.mark.parametrize("host", [b"", b"a:80", b"127.0.0.1:8001", b"[::1]:80", b"under_score.example"])
def test_a_host_in_order_is_no_trouble(host: bytes) -> None:
    assert request(b"GET / HTTP/1.1\r\nHost: %b\r\n\r\n" % host).trouble == ""


def test_what_follows_a_request_whose_length_is_no_number_is_its_body() -> None:
    asked = request(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: x\r\n\r\nabc" + GET)
    assert (asked.body, asked.complete) == (b"abc" + GET, False)


def test_to_a_request_without_a_version_a_body_alone_is_in_order() -> None:
    assert troubles((">", b"GET /\r\n\r\n"), ("<", b"hello"), ("<", CLOSED)) == [NO_VERSION]


@pytest.mark.parametrize("line", [b"\r\n", b"\n"])
def test_a_request_behind_an_empty_line_is_read(line: bytes) -> None:
    empty, asked = messages((">", POST + b"Content-Length: 3\r\n\r\nabc" + line + GET))[1:]
    assert (empty.raw, empty.trouble) == (line, EMPTY_LINE)
    assert isinstance(asked, Request)


def test_an_empty_line_may_come_in_two_pieces() -> None:
    assert [one.raw for one in messages((">", b"\r"), (">", b"\n" + GET))] == [b"\r\n", GET]


def test_from_where_it_cannot_be_read_a_side_is_one_message() -> None:
    [found] = messages((">", b"?\r\n\r\n"), (">", GET), (">", b"more"))
    assert found.raw == b"?\r\n\r\n" + GET + b"more"
    assert (found.at, found.until) == (0.0, 0.002)


# Responses that break the rules -------------------------------------------------------------------------

NO_RESPONSE = "This is no HTTP response: it has to begin like HTTP/1.1 200 OK (RFC 9112 §4)."
TOO_MUCH = "More than was promised: the response before this said Content-Length: 5."


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"hello", NO_RESPONSE),
        (b"\0", NO_RESPONSE),
        (b"\r\n" + OK, NO_RESPONSE),
        (b"HTTP/1.1 OK\r\n\r\n", NO_RESPONSE),
        (b"HTTP/1.1  200 OK\r\n\r\n", NO_RESPONSE),
        (b"HTTP/1.1 99 Odd\r\n\r\n", NO_RESPONSE),
        (b"HTTP/1.1 099 Odd\r\n\r\n", "A status is a number from 100 to 599 (RFC 9110 §15)."),
        (b"HTTP/1.1 200 OK\r\nServer\r\n\r\n", BAD_HEADER.format("Server")),
        (b"HTTP/1.1 101 Go\r\nUpgrade: x\r\n\r\n",
         "101 agrees to an upgrade that the client did not ask for (RFC 9110 §7.8)."),
        (OK + b" world", TOO_MUCH),
        (b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"0\r\n\r\n" + b"more",
         "More than was promised: the response before this said that its last chunk was the last."),
        (b"HTTP/1.1 204 No Content\r\n\r\nmore",
         "A body where none may be: 204 ends after its headers (RFC 9110 §6.4.1)."),
    ],
)  # fmt: skip
def test_a_response_that_breaks_a_rule_is_told_which(data: bytes, trouble: str) -> None:
    found = messages((">", GET), ("<", data))[1:]
    assert [one.trouble for one in found if one.trouble] == [trouble]
    assert b"".join(one.raw for one in found) == data


@pytest.mark.parametrize(
    ("head", "trouble"),
    [
        (b"Server : x\r\nContent-Length: 3",
         "No space may stand between the name of a header and its colon (RFC 9112 §5.1), as in b'Server : x'."),
        (b"Content-Length:", BAD_LENGTH),
        (b"Content-Length: 3 bytes", BAD_LENGTH),
        (b"Content-Length: 3\r\nServer", BAD_HEADER.format("Server")),
    ],
)  # fmt: skip
def test_a_response_with_a_faulty_head_is_read(head: bytes, trouble: str) -> None:
    found = response(("<", b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\nabc"), ("<", CLOSED))
    assert (found.body, found.trouble) == (b"abc", trouble)


@pytest.mark.parametrize("line", [b"HTTP/1.1 200", b"HTTP/1.1 200 ", b"HTTP/1.1 200 \xe9\xe9", b"HTTP/1.2 299 ?"])
def test_a_status_line_in_order_is_no_trouble(line: bytes) -> None:
    assert response(("<", line + b"\r\nContent-Length: 0\r\n\r\n")).trouble == ""


def test_a_second_answer_to_one_request_is_told() -> None:
    assert troubles((">", GET), ("<", OK + OK)) == [
        "The server answers once more than it was asked (RFC 9112 §9.2)."
    ]


def test_a_body_that_was_taken_for_a_request_is_told() -> None:
    assert troubles((">", POST + b"Content-Length: 3\r\n\r\nabc"), ("<", OK + OK)) == [
        "The server answers once more than it was asked. The request before had a body: a server that does not "
        "read it takes it for the next request (RFC 9112 §9.3)."
    ]


def test_a_body_in_the_response_to_head_is_told() -> None:
    [trouble] = troubles((">", HEAD), ("<", OK))
    assert trouble == "A body where none may be: the response to HEAD is its headers alone (RFC 9110 §6.4.1)."


def test_a_server_that_speaks_first_is_told() -> None:
    assert troubles(("<", b"220 ready\r\n")) == ["The server sent this before it was asked."]


def test_a_server_that_answers_garbage_with_garbage_was_asked() -> None:
    assert troubles((">", b"hi\r\n\r\n"), ("<", b"<!doctype html>")) == [NO_REQUEST, NO_RESPONSE]


def test_a_response_nobody_asked_for_is_read() -> None:
    [found] = messages(("<", b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n"))
    assert isinstance(found, Response) and found.trouble == ""


NO_LENGTH = "The response says neither Content-Length nor chunked, and"
KEPT_OPEN = "the server keeps the connection open: the client cannot know where the body ends, and waits"
ENDLESS = f"{NO_LENGTH} {KEPT_OPEN} (RFC 9112 §6.3)."
LEFT = "the client left before the server closed: it could not know where the body ends"
ABANDONED = f"{NO_LENGTH} {LEFT} (RFC 9112 §6.3)."


def test_a_response_without_a_length_on_a_connection_kept_open_is_told() -> None:
    found = response(("<", b"HTTP/1.1 200 OK\r\n\r\nhello"))
    assert (found.body, found.trouble) == (b"hello", ENDLESS)


@pytest.mark.parametrize("end", [[], [("<", CLOSED)], [("<", RESET)]])
def test_it_is_still_told_when_the_client_has_given_up(end: list[Turn]) -> None:
    found = response(("<", b"HTTP/1.1 200 OK\r\n\r\nhello"), (">", CLOSED), *end)
    assert (found.body, found.trouble) == (b"hello", ABANDONED)


# Cut off ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"HTTP/1.1 200", "The server sent no empty line, which ends the headers, then closed."),
        (b"HTTP/1.1 200 OK\r\nDate: x\r\n", "The server sent no empty line, which ends the headers, then closed."),
        (b"HTTP/1.1 200 OK\r\nDate\r\n", BAD_HEADER.format("Date")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 120\r\n\r\n" + b"x" * 87,
         "The server promised 120 bytes and sent 87, then closed."),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n", "The server promised 1 byte and sent 0, then closed."),
        (b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"5\r\nhello\r\n",
         "The server sent no last chunk (0 and an empty line), then closed (RFC 9112 §8)."),
        (b"HTTP/1.1 200 OK\r\n" + CHUNKED + b"5\nhello\n0\n\n",
         "The server sent no last chunk (0 and an empty line), then closed (RFC 9112 §8)."),
    ],
)  # fmt: skip
def test_a_server_that_closes_in_the_middle_is_told_where(data: bytes, trouble: str) -> None:
    found = messages((">", GET), ("<", data), ("<", CLOSED))[1]
    assert (found.trouble, found.raw) == (trouble, data)
    assert not (isinstance(found, HttpMessage) and found.complete)


def test_a_server_that_breaks_off_is_told() -> None:
    found = response(("<", OK[:-2]), ("<", RESET))
    assert found.trouble == "The server promised 5 bytes and sent 3, then broke off the connection."


def test_a_body_until_the_end_of_the_connection_may_be_broken_off() -> None:
    found = response(("<", b"HTTP/1.0 200 OK\r\n\r\nhello"), ("<", RESET))
    assert found.trouble == "The server sent 5 bytes of the body, then broke off the connection."


@pytest.mark.parametrize(
    ("data", "trouble"),
    [
        (b"GET / HT", "The client sent no empty line, which ends the headers, then closed."),
        (b"GET / HTTP/1.1\r\n", "The client sent no empty line, which ends the headers, then closed."),
        (b"GET /\r\n", NO_VERSION),
        (b"GET / HTTP/1.1\rHost: a\r\r", "A line ends in \\r\\n, and a \\r alone ends none (RFC 9112 §2.2)."),
        (b"GET / HTTP/1.1\r\nHost\r\n", BAD_HEADER.format("Host")),
        (POST + b"Content-Length: 9\r\n\r\nabc", "The client promised 9 bytes and sent 3, then closed."),
        (POST + b"Content-Length: 3\r\n\r\nabcdef",
         "More than was promised: the request before this said Content-Length: 3."),
    ],
)  # fmt: skip
def test_a_client_that_leaves_in_the_middle_is_told_where(data: bytes, trouble: str) -> None:
    assert trouble in troubles((">", data), (">", CLOSED))
