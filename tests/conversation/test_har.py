"""A conversation as HAR 1.2: http://www.softwareishard.com/blog/har-12-spec/"""

import base64
import gzip
import json
import zlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from recorded import (
    CLOSED,
    DEFLATING,
    GET,
    HANDSHAKE,
    OK,
    SWITCHING,
    UPGRADE,
    Turn,
    conversation,
    examples,
    likely_talks,
    recording,
)

from wirelab.conversation.conversation import read_all
from wirelab.conversation.http_messages import MAX_UNPACKED

# What is not marked as optional there.
REQUIRED = {
    "log": {"version": str, "creator": dict, "entries": list},
    "creator": {"name": str, "version": str},
    "entry": {"startedDateTime": str, "time": float,
              "request": dict, "response": dict, "cache": dict, "timings": dict},
    "request": {"method": str, "url": str, "httpVersion": str, "cookies": list, "headers": list,
                "queryString": list, "headersSize": int, "bodySize": int},
    "response": {"status": int, "statusText": str, "httpVersion": str, "cookies": list, "headers": list,
                 "content": dict, "redirectURL": str, "headersSize": int, "bodySize": int},
    "content": {"size": int, "mimeType": str},
    "postData": {"mimeType": str, "params": list, "text": str},
    "timings": {"send": float, "wait": float, "receive": float},
    "pair": {"name": str, "value": str},
}  # fmt: skip


def assert_has(found: dict[str, Any], kind: str) -> None:
    for name, type_ in REQUIRED[kind].items():
        assert isinstance(found[name], (int, float) if type_ is float else type_), (kind, name)


def assert_whole(har: dict[str, Any]) -> None:
    """It has every field that HAR 1.2 requires, of its type."""
    assert_has(har["log"], "log")
    assert_has(har["log"]["creator"], "creator")
    for entry in har["log"]["entries"]:
        assert_has(entry, "entry")
        assert_has(entry["timings"], "timings")
        assert_has(entry["response"]["content"], "content")
        if "postData" in entry["request"]:
            assert_has(entry["request"]["postData"], "postData")
        for side in ("request", "response"):
            assert_has(entry[side], side)
            for pair in entry[side]["headers"] + entry[side]["cookies"]:
                assert_has(pair, "pair")
        for pair in entry["request"]["queryString"]:
            assert_has(pair, "pair")
        assert min(entry["timings"].values()) >= 0
        assert entry["time"] == pytest.approx(sum(entry["timings"].values()))
        assert datetime.fromisoformat(entry["startedDateTime"]).tzinfo


def entries(*turns: Turn) -> list[dict[str, Any]]:
    har = json.loads(json.dumps(conversation(*turns).har(), allow_nan=False))
    assert_whole(har)
    return list(har["log"]["entries"])


def answered(headers: bytes, body: bytes = b"") -> dict[str, Any]:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body)
    [entry] = entries((">", GET), ("<", head + headers + b"\r\n" + body))
    return dict(entry["response"])


def test_an_exchange_is_an_entry() -> None:
    [entry] = entries((">", GET), ("<", OK))
    assert (entry["request"]["method"], entry["request"]["url"]) == ("GET", "http://127.0.0.1/")
    assert (entry["response"]["status"], entry["response"]["content"]["text"]) == (200, "hello")


def test_times_count_from_the_beginning_of_the_recording() -> None:
    began = datetime(2027, 1, 1, 20, 0, tzinfo=UTC)
    [entry] = read_all([recording((">", GET[:9]), (">", GET[9:]), ("<", OK))], began=began).har()["log"]["entries"]
    assert entry["startedDateTime"] == "2027-01-01T20:00:00+00:00"
    assert (entry["timings"]["send"], entry["timings"]["wait"]) == (pytest.approx(1), pytest.approx(1))


def test_sizes_are_those_on_the_wire() -> None:
    [entry] = entries((">", GET), ("<", OK))
    assert (entry["response"]["headersSize"], entry["response"]["bodySize"]) == (len(OK) - 5, 5)


def test_the_query_is_taken_apart() -> None:
    [entry] = entries((">", GET.replace(b"/ ", b"/?a=1&b=&a=%20http://x/ ")))
    pairs = [(one["name"], one["value"]) for one in entry["request"]["queryString"]]
    assert pairs == [("a", "1"), ("b", ""), ("a", " http://x/")]
    assert entry["request"]["url"] == "http://127.0.0.1/?a=1&b=&a=%20http://x/"


def test_a_form_is_the_data_of_its_request() -> None:
    kind = b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 5\r\n\r\n"
    [entry] = entries((">", b"POST / HTTP/1.1\r\nHost: a\r\n" + kind + b"a=b&c"))
    assert entry["request"]["postData"]["text"] == "a=b&c"


def test_cookies_are_taken_apart_each_from_its_own_header() -> None:
    found = answered(b"Set-Cookie: a=1; Expires=Fri, 01 Jan 2027 00:00:00 GMT\r\nSet-Cookie: b=2; Path=/\r\n")
    assert [(one["name"], one["value"]) for one in found["cookies"]] == [("a", "1"), ("b", "2")]
    [entry] = entries((">", GET[:-2] + b"Cookie: a=1; b=2\r\n\r\n"))
    assert len(entry["request"]["cookies"]) == 2


def test_a_binary_body_is_in_base64() -> None:
    content = answered(b"Content-Type: image/png\r\n", b"\x89PNG\xff")["content"]
    assert (content["encoding"], base64.b64decode(content["text"])) == ("base64", b"\x89PNG\xff")


def test_a_packed_body_is_unpacked_and_has_both_sizes() -> None:
    packed = gzip.compress(b"x" * 1000)
    found = answered(b"Content-Encoding: gzip\r\n", packed)
    assert (found["content"]["size"], found["content"]["text"], found["bodySize"]) == (
        1000,
        "x" * 1000,
        len(packed),
    )


def test_a_redirect_has_its_address() -> None:
    assert answered(b"Location: /elsewhere\r\n")["redirectURL"] == "/elsewhere"


def test_a_request_without_an_answer_has_the_status_0() -> None:
    [entry] = entries((">", GET), ("<", CLOSED))
    assert (entry["response"]["status"], entry["timings"]["wait"]) == (0, 0)


def test_frames_stand_with_their_handshake() -> None:
    sent, received = bytes.fromhex("818537fa213d7f9f4d5158"), bytes.fromhex("c107f248cdc9c90700820200ff")
    [entry] = entries((">", UPGRADE), ("<", DEFLATING), (">", sent), ("<", received))
    frames = [(one["type"], one["opcode"], one["data"]) for one in entry["_webSocketMessages"]]
    assert frames == [("send", 1, "Hello"), ("receive", 1, "Hello"), ("receive", 2, "AP8=")]
    assert [one["time"] for one in entry["_webSocketMessages"]] == [0.002, 0.003, 0.003]


def test_a_handshake_is_an_entry() -> None:
    [entry] = entries(*HANDSHAKE)
    assert (entry["response"]["status"], entry["_resourceType"]) == (101, "websocket")


def test_nothing_is_an_archive_without_entries() -> None:
    assert entries() == []


def asked(headers: bytes = b"", body: bytes = b"", *, target: bytes = b"/") -> dict[str, Any]:
    """The request of the only entry."""
    head = b"POST " + target + b" HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n" % len(body)
    [entry] = entries((">", head + headers + b"\r\n" + body))
    return dict(entry["request"])


def in_base64(body: bytes) -> tuple[str, str]:
    return base64.b64encode(body).decode(), "base64"


def body_of(found: dict[str, Any]) -> bytes:
    """The bytes that any reader of HAR gets."""
    text = str(found["text"])
    return base64.b64decode(text) if found.get("encoding") == "base64" else text.encode()


# Cookies ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "cookies"),
    [
        (b'a=1; t={"dark":1}; id=7', [("a", "1"), ("t", '{"dark":1}'), ("id", "7")]),
        (b"a=1; a=2;b=;c", [("a", "1"), ("a", "2"), ("b", ""), ("c", "")]),
        (b'q="x y, z"; e=a=b==; ; @=[1,2]', [("q", '"x y, z"'), ("e", "a=b=="), ("@", "[1,2]")]),
        ("n=Größe".encode(), [("n", "Größe")]),
        (b"n=\xe9; m=%C3%A9", [("n", "é"), ("m", "%C3%A9")]),
    ],
)
def test_a_cookie_is_kept_as_it_was_sent(sent: bytes, cookies: list[tuple[str, str]]) -> None:
    found = asked(b"Cookie: " + sent + b"\r\n")["cookies"]
    assert [(one["name"], one["value"]) for one in found] == cookies


def test_every_header_with_cookies_counts() -> None:
    assert len(asked(b"Cookie: a=1\r\ncookie: a=2; b\r\n")["cookies"]) == 3
    found = answered(b'Set-Cookie: t={"dark":1}\r\nSet-Cookie: t=2\r\nset-cookie: a=1, b=2\r\n')["cookies"]
    assert [one["value"] for one in found] == ['{"dark":1}', "2", "1, b=2"]


def test_the_attributes_of_a_cookie_have_their_fields() -> None:
    attributes = b"Expires=Fri, 01 Jan 2027 10:00:00 GMT; PATH=/a; Domain=b; secure; HttpOnly; SameSite=Lax"
    [cookie] = answered(b"Set-Cookie: a=1; " + attributes + b"\r\n")["cookies"]
    assert cookie == {
        "name": "a", "value": "1", "expires": "2027-01-01T10:00:00+00:00", "path": "/a", "domain": "b",
        "secure": True, "httpOnly": True, "sameSite": "Lax",
    }  # fmt: skip


@pytest.mark.parametrize("attributes", ["Max-Age=60; Partitioned; Priority=High", "Expires=tomorrow", "secure=1"])
def test_an_attribute_without_a_field_is_a_comment(attributes: str) -> None:
    [cookie] = answered(f"Set-Cookie: a=1; Path=/; {attributes}\r\n".encode())["cookies"]
    assert (cookie["path"], cookie["comment"]) == ("/", attributes)


@pytest.mark.parametrize("date", ["Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"])
def test_an_old_date_of_a_cookie_is_read(date: str) -> None:
    [cookie] = answered(f"Set-Cookie: a=1; Expires={date}\r\n".encode())["cookies"]
    assert cookie["expires"] == "1994-11-06T08:49:37+00:00"


# Bodies -----------------------------------------------------------------------------------------------------

MULTIPART = (
    b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x1a\n\0\xff\r\n--x--\r\n"
)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (b"Content-Type: image/png\r\n", b"\xa4\xff\0"),
        (b"Content-Type: multipart/form-data; boundary=x\r\n", MULTIPART),
        (b"Content-Encoding: gzip\r\n", gzip.compress(b"abc", mtime=0)),
        (b"Content-Encoding: deflate\r\n", zlib.compress(b"abc")),
        (b"Content-Encoding: br\r\n", b"\x0b\x01\x80abc\x03"),
        (b"Content-Encoding: br\r\n", b"only letters"),
        (b"Content-Type: text/plain; charset=latin-1\r\n", b"Gr\xf6\xdfe"),
        (b"Content-Type: text/plain; charset=utf-16\r\n", "Größe".encode("utf-16")),
        (b"Content-Type: text/plain; charset=utf-16-le\r\n", "abc".encode("utf-16-le")),
        (b"Content-Type: text/plain; charset=iso-2022-jp\r\n", "日".encode("iso-2022-jp")),
        (b"Content-Type: text/plain;charset = 'iso-2022-jp'\r\n", "日".encode("iso-2022-jp")),
        (b"Content-Type: text/plain; charset=utf-7\r\n", b"+AGE-"),
        (b"Content-Type: text/plain; charset=ascii\r\n", "Größe".encode()),
        (b"Content-Type: text/plain; charset=utf-8\r\n", b"Gr\xf6\xdfe"),
        (b"Content-Type: text/plain; charset=unheard-of\r\n", b"abc"),
    ],
)
def test_a_body_that_is_not_utf_8_is_in_base64_on_both_sides(headers: bytes, body: bytes) -> None:
    sent = asked(headers, body)["postData"]
    assert (sent["text"], sent["encoding"]) == in_base64(body)
    assert "base64" in sent["comment"]
    content = answered(headers, body)["content"]
    assert body_of(content) == (b"abc" if headers.endswith((b"gzip\r\n", b"deflate\r\n")) else body)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (b"text/html; charset=iso-8859-1", b"<p>abc"),
        (b"text/plain", b"\0\x1b\r\n"),
        (b"text/plain; charset=UTF-8", b"\xef\xbb\xbfGr\xc3\xb6\xc3\x9fe"),
        (b"text/notcharset=utf-16", b"abc"),
    ],
)
def test_a_body_that_is_utf_8_is_text_on_both_sides(kind: bytes, body: bytes) -> None:
    header = b"Content-Type: " + kind + b"\r\n"
    for found in (asked(header, body)["postData"], answered(header, body)["content"]):
        assert (found["text"], "encoding" in found, "comment" in found) == (body.decode(), False, False)


@pytest.mark.parametrize("coding", [b"br", b"gzip", b"gzip, zstd", b"utf-8"])
def test_a_body_that_cannot_be_unpacked_is_as_it_came_and_says_so(coding: bytes) -> None:
    content = answered(b"Content-Encoding: " + coding + b"\r\n", b"curtain up")["content"]
    assert (content["size"], content["text"], content["encoding"]) == (10, *in_base64(b"curtain up"))
    assert content["comment"] == f"packed with {coding.decode()}, and not unpacked"


@pytest.mark.parametrize(("more", "size"), [(0, MAX_UNPACKED), (1, -1), (2**22, -1)])
def test_the_limit_of_unpacking_is_said_and_is_no_size(more: int, size: int) -> None:
    content = answered(b"Content-Encoding: gzip\r\n", gzip.compress(bytes(MAX_UNPACKED + more)))["content"]
    assert (content["size"], len(body_of(content))) == (size, MAX_UNPACKED)
    said = "unpacked from gzip to more than 4,194,304 bytes" if more else None
    assert content.get("comment") == said


def test_a_packed_body_without_its_end_says_so() -> None:
    content = answered(b"Content-Encoding: gzip\r\n", gzip.compress(b"curtain up")[:-3])["content"]
    assert (content["size"], content["text"]) == (-1, "curtain up")
    assert content["comment"] == "unpacked from gzip to 10 bytes, without its end"


def test_a_body_that_was_not_kept_whole_says_so_on_both_sides() -> None:
    head = b"Host: a\r\nContent-Length: 3000\r\n\r\n"
    [entry] = entries(
        (">", b"POST / HTTP/1.1\r\n" + head + b"abc"), (">", 2990), (">", b"1234567"),
        ("<", b"HTTP/1.1 200 OK\r\n" + head + b"abc"), ("<", 2990), ("<", b"1234567"),
    )  # fmt: skip
    said = "2,997 of the 3,000 bytes of its body were not kept"
    sent, content = entry["request"]["postData"], entry["response"]["content"]
    assert (sent["text"], sent["comment"], entry["request"]["bodySize"]) == ("abc", said, 3000)
    assert (content["text"], content["comment"], content["size"]) == ("abc", said, 3000)


def test_a_body_that_did_not_come_whole_says_so_on_both_sides() -> None:
    head = b"Host: a\r\nContent-Length: 3000\r\n\r\n"
    [entry] = entries(
        (">", b"POST / HTTP/1.1\r\n" + head + b"abc"), ("<", b"HTTP/1.1 200 OK\r\n" + head + b"abc")
    )
    assert "3 of 3000 bytes" in entry["request"]["postData"]["comment"]
    assert "3 of 3000 bytes" in entry["response"]["content"]["comment"]


def test_a_body_of_which_nothing_came_says_so() -> None:
    expecting = b"POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 9\r\n\r\n"
    [entry] = entries((">", expecting), ("<", OK.replace(b"200 OK", b"417 No")))
    assert ("postData" in entry["request"], entry["request"]["bodySize"]) == (False, 0)
    assert "0 of 9 bytes" in entry["request"]["comment"]


@pytest.mark.parametrize("start", [b"HEAD / HTTP/1.1", b"GET / HTTP/1.1"])
def test_an_answer_without_a_body_has_none(start: bytes) -> None:
    status = b"200 OK" if start.startswith(b"HEAD") else b"304 Not Modified"
    [entry] = entries(
        (">", start + b"\r\nHost: a\r\n\r\n"),
        ("<", b"HTTP/1.1 " + status + b"\r\nContent-Length: 5\r\nContent-Encoding: gzip\r\n\r\n"),
    )
    assert entry["response"]["content"] == {"size": 0, "mimeType": "", "text": ""}
    assert (entry["response"]["bodySize"], "comment" in entry["response"]) == (0, False)


# Targets and headers ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "url", "said"),
    [
        (b"/a?b=c", "http://a/a?b=c", None),
        (b"//a/..?", "http://a//a/..?", None),
        (b"http://b:1/c?d", "http://b:1/c?d", "the request target was http://b:1/c?d"),
        (b"ws://b/c", "ws://b/c", "the request target was ws://b/c"),
        (b"*", "http://a/", "the request target was *"),
        (b"/a?b#c?d", "http://a/a?b", "the request target was /a?b#c?d"),
    ],
)
def test_a_target_is_part_of_the_address_or_told_beside_it(target: bytes, url: str, said: str | None) -> None:
    found = asked(target=target)
    assert (found["url"], found.get("comment")) == (url, said)


def test_a_tunnel_has_the_address_that_it_asks_for() -> None:
    [entry] = entries((">", b"CONNECT [::1]:443 HTTP/1.1\r\nHost: a\r\n\r\n"), ("<", b"HTTP/1.1 400 No\r\n\r\n"))
    assert (entry["request"]["url"], entry["request"]["method"]) == ("http://[::1]:443", "CONNECT")


@pytest.mark.parametrize(
    ("line", "url"), [(b"Host: [::1]:8001\r\n", "http://[::1]:8001/"), (b"", "http://127.0.0.1:8001/")]
)
def test_an_address_is_in_the_host_or_the_server_s_own(line: bytes, url: str) -> None:
    [entry] = entries((">", b"GET / HTTP/1.0\r\n" + line + b"\r\n"))
    assert (entry["request"]["url"], entry["request"]["httpVersion"]) == (url, "HTTP/1.0")


def test_a_query_is_kept_where_it_is_not_utf_8() -> None:
    found = asked(target=b"/?a=%FF&b+c=d+e&=f&a=1&&g&h=%C3%A9&i=%zz")["queryString"]
    pairs = [("a", "%FF"), ("b c", "d e"), ("", "f"), ("a", "1"), ("g", ""), ("h", "é"), ("i", "%zz")]
    assert [(one["name"], one["value"]) for one in found] == pairs
    assert [one["name"] for one in found if "comment" in one] == ["a"]


def test_a_header_is_the_text_that_its_bytes_are() -> None:
    found = asked(b"X: Gr\xc3\xb6\xc3\x9fe\r\nX: \xeb\r\nx-Y: \"a\\%\t\x01\"\r\n")["headers"]
    assert [one["name"] for one in found[2:]] == ["X", "X", "x-Y"]
    assert [one["value"] for one in found[2:]] == ["Größe", "ë", '"a\\%\t\x01"']
    assert [one["value"] for one in found if "comment" in one] == ["ë"]


def test_trailers_are_kept() -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n"
    [entry] = entries((">", b"POST / HTTP/1.1\r\nHost: a\r\n" + chunked), ("<", b"HTTP/1.1 200 OK\r\n" + chunked))
    assert entry["request"]["_trailers"] == entry["response"]["_trailers"] == [{"name": "X-Sum", "value": "7"}]
    assert (entry["request"]["postData"]["text"], entry["response"]["headersSize"]) == ("abc", 47)


def test_interim_responses_are_kept() -> None:
    hints = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
    [entry] = entries((">", GET), ("<", b"HTTP/1.1 100 Continue\r\n\r\n" + hints + OK))
    assert [(one["status"], len(one["headers"])) for one in entry["_interimResponses"]] == [(100, 0), (103, 1)]
    assert (entry["response"]["status"], "103 Early Hints" in entry["comment"]) == (200, True)


def test_what_belongs_to_no_exchange_is_counted() -> None:
    har = conversation((">", GET), ("<", OK + OK), ("<", b"more")).har()
    assert len(har["log"]["entries"]) == 1
    assert har["log"]["comment"] == "2 messages of no HTTP exchange (47 bytes), for which HAR has no place"


# WebSockets -------------------------------------------------------------------------------------------------


def talk(*frames: bytes, answer: bytes = SWITCHING) -> list[dict[str, Any]]:
    [entry] = entries((">", UPGRADE), ("<", answer), *[("<", frame) for frame in frames])
    return list(entry["_webSocketMessages"])


def test_a_message_in_several_frames_is_one() -> None:
    first, second, ping = bytes.fromhex("0102e282"), bytes.fromhex("8001ac"), bytes.fromhex("890161")
    found = talk(first, ping, second)
    assert [(one["opcode"], one["data"]) for one in found] == [(9, "YQ=="), (1, "€")]
    assert (found[1]["comment"], found[1]["time"]) == ("in 2 frames", 0.004)


def test_a_message_without_its_last_frame_says_so() -> None:
    found = talk(bytes.fromhex("01026162"), bytes.fromhex("810163"))
    assert [one["data"] for one in found] == ["ab", "c"]
    assert ["did not come" in one.get("comment", "") for one in found] == [True, False]


@pytest.mark.parametrize("frame", ["8102ff61", "c103616263"])
def test_a_text_message_that_is_no_text_is_in_base64(frame: str) -> None:
    [found] = talk(bytes.fromhex(frame))
    assert (found["opcode"], base64.b64decode(found["data"])) == (1, bytes.fromhex(frame)[2:])
    assert found["encoding"] == "base64"


def test_another_protocol_is_no_websocket() -> None:
    [entry] = entries(
        (">", UPGRADE.replace(b"websocket", b"chat")), ("<", SWITCHING.replace(b"websocket", b"chat")), ("<", b"x")
    )
    assert "_webSocketMessages" not in entry


# Whatever comes ---------------------------------------------------------------------------------------------

KINDS = ["text/plain", "text/html; charset=utf-16", "text/a; charset=shift_jis", "a/b; charset=x", ""]


@given(st.binary(max_size=60), st.sampled_from(KINDS), st.sampled_from(["", "br", "gzip", "deflate", "identity"]))
@examples(300)
def test_every_body_comes_back(body: bytes, kind: str, coding: str) -> None:
    headers = f"Content-Type: {kind}\r\nContent-Encoding: {coding}\r\n".encode()
    assert body_of(asked(headers, body).get("postData", {"text": ""})) == body
    if "unpacked from" not in (found := answered(headers, body)["content"]).get("comment", ""):
        assert body_of(found) == body


@given(st.lists(st.binary(max_size=20).map(lambda data: data.translate(None, b"\0\n\x0b\x0c\r").strip(b" \t"))))
@examples(200)
def test_every_header_comes_back(values: list[bytes]) -> None:
    found = answered(b"".join(b"X: " + value + b"\r\n" for value in values))["headers"][1:]
    assert [one["value"].encode("latin-1" if "comment" in one else "utf-8") for one in found] == values


@given(likely_talks())
@examples(200)
def test_whatever_comes_the_archive_is_whole(turns: list[Turn]) -> None:
    entries(*turns)
