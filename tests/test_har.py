"""A conversation as HAR 1.2: http://www.softwareishard.com/blog/har-12-spec/"""

import base64
import gzip
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from recorded import (
    CLOSED,
    DEFLATING,
    GET,
    HANDSHAKE,
    OK,
    UPGRADE,
    Turn,
    conversation,
    examples,
    likely_talks,
    recording,
)

from wirelab.wire import read_all

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


@given(likely_talks())
@examples(200)
def test_whatever_comes_the_archive_is_whole(turns: list[Turn]) -> None:
    entries(*turns)
