"""What is a proper request, said of its bytes alone."""

from email.message import Message
from http import HTTPStatus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from servers.guard.request_syntax import (
    Refused,
    Target,
    check_codings,
    check_host,
    closes_connection,
    content_length,
    http_date,
    is_header_field,
    parse_header_field,
    parse_request_line,
    parse_target,
    path_of,
)

NEW_YEAR = 1798761600  # 2027-01-01 00:00 UTC


def message(*headers: tuple[str, str]) -> Message:
    made = Message()
    for name, value in headers:
        made[name] = value
    return made


# The request line ---------------------------------------------------------------------------------------


def test_a_request_line_is_method_target_and_version() -> None:
    assert parse_request_line("GET /a?b HTTP/1.1") == ("GET", "/a?b", "HTTP/1.1")


@pytest.mark.parametrize(("written", "spoken"), [("1.0", "HTTP/1.0"), ("1.1", "HTTP/1.1"), ("1.2", "HTTP/1.1")])
def test_a_minor_version_to_come_is_spoken_to_in_ours(written: str, spoken: str) -> None:
    assert parse_request_line(f"GET / HTTP/{written}")[2] == spoken


def test_two_slashes_do_not_make_a_host_of_a_path() -> None:
    assert parse_target("//example.com/x?y") == Target("//example.com/x", "y", "")


@pytest.mark.parametrize(
    "line",
    [
        "HELLO",
        "GET",
        "GET /",
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        " GET / HTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET\t/\tHTTP/1.1",
        "GET /stage door.html HTTP/1.1",
        "GET /stage\x0bdoor.html HTTP/1.1",
        "GET /\xa0 HTTP/1.1",
        "GET /ë HTTP/1.1",
        "GET /\0 HTTP/1.1",
        "GET /\r HTTP/1.1",
        "G(T / HTTP/1.1",
        "GÉT / HTTP/1.1",
        "GET / http/1.1",
        "GET / HTTP/1",
        "GET / HTTP/1.",
        "GET / HTTP/11.1",
        "GET / HTTP/1.10",
        "GET / HTTP/-1.1",
        "GET / HTTP/1.²",
        "GET / HTTP/1.1\n",
        "GET / FTP/1.1",
    ],
)
def test_what_is_no_request_line_is_400(line: str) -> None:
    with pytest.raises(Refused, match="A request begins with a line like GET /hello.txt") as refused:
        parse_request_line(line)
    assert refused.value.status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("version", ["0.9", "2.0", "3.0", "9.9"])
def test_another_major_version_is_505(version: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_request_line(f"GET / HTTP/{version}")
    assert refused.value.status == HTTPStatus.HTTP_VERSION_NOT_SUPPORTED


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/a%20b", "/a b"),
        ("/%252e", "/%2e"),
        ("/a?b", "/a"),
        ("/a%3Fb", "/a?b"),
        ("http://127.0.0.1:8001/a", "/a"),
        ("http://127.0.0.1:8001", "/"),
        ("//[", "//["),
        ("/a#b?c", "/a"),
        ("HTTP://localhost?a", "/"),
        ("http://", None),
        ("*", None),
        ("?a", None),
        ("a", None),
        ("ftp://a/b", None),
    ],
)
def test_a_target_is_split_first_and_then_decoded_once(target: str, path: str | None) -> None:
    assert path_of(target) == path


# Headers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Host: a", "Host:a", "Host:\t a \t"])
def test_blanks_around_a_value_do_not_count(line: str) -> None:
    assert parse_header_field(line) == ("Host", "a")


def test_a_value_may_be_empty_or_hold_a_colon_or_latin_letters() -> None:
    assert [parse_header_field(line)[1] for line in ("A:", "A: b:c", "A: é")] == ["", "b:c", "é"]


@pytest.mark.parametrize(
    "line",
    ["Host", "Host : a", " Host: a", "\tfolded", ": a", "Ho st: a", "Hóst: a", "A: b\rC: d", "A: \0", "A: \x7f"],
)
def test_what_is_no_header_is_400(line: str) -> None:
    with pytest.raises(Refused, match="A header is a line like Host: 127.0.0.1") as refused:
        parse_header_field(line)
    assert refused.value.status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize(
    ("name", "value", "so"),
    [("A", "b", True), ("A", "", True), ("A", "b\r\nC: d", False), ("A\r\nB", "c", False), ("A B", "c", False)],
)
def test_a_name_and_a_value_make_one_header_or_none(name: str, value: str, so: bool) -> None:
    assert is_header_field(name, value) == so


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.0.0.1:8001",
        "localhost:8888",
        "hub.example.org",
        "a-b_c.example:443",
        "[::1]:8001",
        "[::1]",
        "x:",
        "xn--bhne-5qa.example",
    ],
)
@pytest.mark.parametrize("version", ["HTTP/1.0", "HTTP/1.1"])
def test_any_plain_host_will_do(version: str, host: str) -> None:
    check_host(version, [host])


@pytest.mark.parametrize(
    "hosts",
    [
        [],
        [""],
        ["a", "a"],
        ["a", "b"],
        ["a b"],
        ["a,b"],
        ["a/b"],
        ["user@a"],
        ["http://a"],
        ["a:port"],
        ["a:80:80"],
        ["a:999999"],
        ["a:99999"],
        ["a..b"],
        ["-a"],
        [f"{'a' * 64}.example"],
        ["[:]:1:"],
        ["[1.2.3]"],
        ["::1"],
        ["[::1"],
        ["[x]"],
        ["<a>"],
        ["ä"],
        ["a\\b"],
        ["a?b"],
        ["%61"],
    ],
)
def test_no_host_several_or_a_strange_one_is_400(hosts: list[str]) -> None:
    with pytest.raises(Refused, match="Say in one Host header") as refused:
        check_host("HTTP/1.1", hosts)
    assert refused.value.status == HTTPStatus.BAD_REQUEST


def test_http_1_0_needs_no_host() -> None:
    check_host("HTTP/1.0", [])


@pytest.mark.parametrize(
    ("options", "closed"),
    [([], False), (["keep-alive"], False), (["close"], True), (["TE, Close"], True), (["TE", "close"], True)],
)
def test_a_connection_is_closed_when_the_client_asks_for_it(options: list[str], closed: bool) -> None:
    assert closes_connection("HTTP/1.1", options) == closed
    assert closes_connection("HTTP/1.0", options)


# The length of a body -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("written", "length"), [("0", 0), ("5", 5), ("007", 7), ("9" * 5000, 10**18)])
def test_a_length_is_read(written: str, length: int) -> None:
    assert content_length(message(("Content-Length", written))) == length


def test_no_length_is_none() -> None:
    assert content_length(message()) is None


@pytest.mark.parametrize("written", ["", "-1", "+5", "ten", "1e3", "0x10", "1_0", "5, 5", "5;", "1 0", "²", "５"])
def test_a_length_that_is_no_number_is_400(written: str) -> None:
    with pytest.raises(Refused, match="Content-Length is one number, 0 or more") as refused:
        content_length(message(("Content-Length", written)))
    assert refused.value.status == HTTPStatus.BAD_REQUEST


def test_two_lengths_are_400_even_if_they_agree() -> None:
    with pytest.raises(Refused, match="Content-Length is one number"):
        content_length(message(("Content-Length", "5"), ("content-length", "5")))


@pytest.mark.parametrize(
    ("version", "codings", "status"),
    [
        ("HTTP/1.1", ["gzip"], 400),  # RFC 9112 §6.3, rule 4: nobody can tell where such a body ends
        ("HTTP/1.1", ["chunked, gzip"], 400),
        ("HTTP/1.1", ["chunked", "identity"], 400),
        ("HTTP/1.1", ["chunked, chunked"], 400),  # §6.1: a sender must not apply it twice
        ("HTTP/1.1", ["\x0bchunked"], 400),
        ("HTTP/1.1", [""], 400),
        ("HTTP/1.0", ["chunked"], 400),  # §6.1: its framing is faulty
        ("HTTP/1.1", ["gzip, chunked"], 501),  # §6.1: a coding that is not understood
        ("HTTP/1.1", ["gzip", "Chunked"], 501),
    ],
)
def test_a_coding_that_is_not_chunked_is_refused(version: str, codings: list[str], status: int) -> None:
    with pytest.raises(Refused) as refused:
        check_codings(version, message(*(("Transfer-Encoding", coding) for coding in codings)))
    assert refused.value.status == status


@pytest.mark.parametrize(("fields", "chunked"), [([], False), ([("transfer-encoding", "Chunked ")], True)])
def test_a_body_may_come_in_chunks(fields: list[tuple[str, str]], chunked: bool) -> None:
    assert check_codings("HTTP/1.1", message(*fields)) == chunked


def test_a_transfer_coding_and_a_length_are_400() -> None:
    with pytest.raises(Refused, match="exclude each other") as refused:
        check_codings("HTTP/1.1", message(("Transfer-Encoding", "chunked"), ("Content-Length", "5")))
    assert refused.value.status == HTTPStatus.BAD_REQUEST


# Dates --------------------------------------------------------------------------------------------------


def test_a_date_is_written_as_headers_have_it() -> None:
    assert http_date(NEW_YEAR) == "Fri, 01 Jan 2027 00:00:00 GMT"


# Whatever comes -----------------------------------------------------------------------------------------


@given(st.text(st.characters(codec="latin-1")))
def test_a_line_is_understood_or_refused(line: str) -> None:
    for read in (parse_request_line, parse_header_field):
        try:
            assert all(isinstance(part, str) for part in read(line))
        except Refused as refused:
            assert refused.status in (400, 505)


@given(st.text(st.characters(codec="latin-1")))
def test_a_length_is_understood_or_refused(value: str) -> None:
    try:
        assert (content_length(message(("Content-Length", value))) or 0) >= 0
    except Refused as refused:
        assert refused.status == HTTPStatus.BAD_REQUEST


@pytest.mark.parametrize("line", [" " * 60_000, "a" * 60_000, "A:" + " " * 60_000 + "\0", "GET " + "/" * 60_000])
def test_a_long_line_is_refused_as_soon_as_a_short_one(line: str) -> None:
    for read in (parse_request_line, parse_header_field):
        with pytest.raises(Refused):
            read(line)
    closes_connection("HTTP/1.1", ["a" + " " * 60_000 + "b"])
