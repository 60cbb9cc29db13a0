"""The web server: files, pages made on the fly, a form, and no way out of its folder."""

import os
import re
import socket
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from pathlib import Path
from typing import NoReturn

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from links import link_to, may_link
from plain_http import CLOSE, exchange, get, post

from servers import web_server
from servers.web_server import PUBLIC, made_page, page, respond, respond_to_form
from wirelab import Server

NEW_YEAR = time.strptime("2027-01-01", "%Y-%m-%d")


# Pages made on the fly ----------------------------------------------------------------------------------


def test_what_ends_in_zzz_is_made_for_each_request(web: Server) -> None:
    now = time.localtime()
    text = requests.get(web.url + "/any/where.zzz", timeout=5).text
    assert f"<p>You requested /any/where.zzz on day {now.tm_yday} in {now.tm_year}</p>" in text


def test_a_made_page_names_the_path_the_day_of_the_year_and_the_year() -> None:
    assert b"<p>You requested /x.zzz on day 1 in 2027</p>" in made_page("/x.zzz", NEW_YEAR).body


def test_a_path_cannot_put_markup_into_the_page(web: Server) -> None:
    reply = requests.get(web.url + "/<script>alert('x')</script>&.zzz", timeout=5)
    assert "/&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&amp;.zzz" in reply.text


def test_a_name_that_is_not_found_cannot_put_markup_into_the_page(web: Server) -> None:
    assert "&lt;b&gt;" in requests.get(web.url + "/<b>", timeout=5).text


@pytest.mark.parametrize("target", ["/x.zzz?a=1", "/x.zzz?a=.html", "/x.zzz#part", "http://127.0.0.1/x.zzz"])
def test_the_query_makes_no_difference(target: str) -> None:
    assert respond(PUBLIC, target, NEW_YEAR) == made_page("/x.zzz", NEW_YEAR)


def test_zzz_in_the_query_makes_no_page() -> None:
    assert respond(PUBLIC, "/missing?x.zzz", NEW_YEAR).status == HTTPStatus.NOT_FOUND


def test_letters_beyond_ascii_come_back(web: Server) -> None:
    reply = requests.get(web.url + "/Größe 😀.zzz", timeout=5)
    assert reply.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "/Größe 😀.zzz" in reply.text


def test_a_page_says_its_text_and_the_name_of_its_status() -> None:
    made = page(HTTPStatus.NOT_FOUND, "1 < 2")
    assert made.body == b'<!doctype html>\n<html lang="en">\n<title>Not Found</title>\n<p>1 &lt; 2</p>\n'


# Files --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        ("index.html", {"text/html; charset=utf-8"}),
        ("style.css", {"text/css; charset=utf-8"}),
        ("stage.svg", {"image/svg+xml"}),
        ("ticket.png", {"image/png"}),
        ("favicon.ico", {"image/vnd.microsoft.icon", "image/x-icon"}),  # systems differ
    ],
)
def test_a_file_arrives_byte_for_byte_with_its_type(web: Server, name: str, kinds: set[str]) -> None:
    reply = requests.get(f"{web.url}/{name}", timeout=5)
    assert (reply.status_code, reply.content) == (200, (PUBLIC / name).read_bytes())
    assert reply.headers["Content-Type"] in kinds
    assert reply.headers["Content-Length"] == str(len(reply.content))


def test_a_file_of_no_known_type_is_a_stream_of_bytes(tmp_path: Path) -> None:
    (tmp_path / "x.unheard-of").write_bytes(b"\0\xff")
    reply = respond(tmp_path, "/x.unheard-of", NEW_YEAR)
    assert (reply.content_type, reply.body) == ("application/octet-stream", b"\0\xff")


def test_a_folder_shows_its_index(web: Server) -> None:
    assert requests.get(web.url, timeout=5).content == (PUBLIC / "index.html").read_bytes()


def test_an_encoded_name_finds_its_file(tmp_path: Path) -> None:
    (tmp_path / "the stage.txt").write_text("boards", encoding="utf-8")
    assert respond(tmp_path, "/the%20stage.txt", NEW_YEAR).body == b"boards"


def test_what_is_not_there_is_404_and_the_connection_stays(web: Server) -> None:
    with requests.Session() as session:
        reply = session.get(web.url + "/missing.html", timeout=5)
    assert (reply.status_code, "Connection" in reply.headers) == (404, False)
    assert "There is no /missing.html here." in reply.text


@pytest.mark.parametrize("path", ["/ticket.png", "/", "/x.zzz", "/missing"])
def test_head_has_the_headers_and_no_body(web: Server, path: str) -> None:
    full = requests.get(web.url + path, timeout=5)
    raw = exchange(web, b"HEAD %b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" % path.encode())
    assert raw.startswith(b"HTTP/1.1 %d " % full.status_code)
    assert b"\r\nContent-Length: %d\r\n" % len(full.content) in raw
    assert raw.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "BREW"])
def test_another_method_is_501(web: Server, method: str) -> None:
    assert requests.request(method, web.url, data="x", timeout=5).status_code == 501


# No way out of the folder (CWE-22) ----------------------------------------------------------------------


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder with a secret beside it, and links that lead there."""
    root = tmp_path / "public"
    for folder in (root / "with", root / "without", tmp_path / "public-not"):
        folder.mkdir(parents=True)
    for name in ("secret.txt", "public-not/secret.txt", "index.html"):
        (tmp_path / name).write_text("the secret", encoding="utf-8")
    (root / "with" / "index.html").write_text("an index", encoding="utf-8")
    may_link(root / "link.txt", tmp_path / "secret.txt")
    may_link(root / "folder", tmp_path)
    may_link(root / "circle", root / "circle")
    return root


def test_an_absolute_path_is_read_below_the_folder(root: Path) -> None:
    secret = (root.parent / "secret.txt").as_posix()
    for target in (secret, "/" + secret, "//" + secret, "/" + secret.replace("/", "%2f")):
        assert respond(root, target, NEW_YEAR).status == HTTPStatus.NOT_FOUND


def test_a_folder_below_shows_its_own_index(root: Path) -> None:
    assert respond(root, "/with/", NEW_YEAR).body == b"an index"


def test_a_link_that_stays_inside_is_followed(root: Path) -> None:
    link_to(root / "inside.html", root / "with" / "index.html")
    assert respond(root, "/inside.html", NEW_YEAR).body == b"an index"


def test_an_address_that_is_none_is_400(web: Server) -> None:
    assert exchange(web, get(b"http://[", CLOSE)).startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_an_address_longer_than_a_line_may_be_is_414(web: Server) -> None:
    assert exchange(web, get(b"/" + b"x" * 66_000, CLOSE)).startswith(b"HTTP/1.1 414 ")


@given(st.text(st.characters(codec="latin-1")))
def test_whatever_the_target_there_is_a_reply(target: str) -> None:
    assert respond(PUBLIC, target, NEW_YEAR).status in (200, 400, 404, 405)


# A file that the client has already ---------------------------------------------------------------------


def test_a_file_that_did_not_change_is_304_without_a_body(web: Server) -> None:
    date = requests.get(web.url + "/hello.txt", timeout=5).headers["Last-Modified"].encode()
    raw = exchange(web, get(b"/hello.txt", b"If-Modified-Since: " + date, CLOSE))
    assert raw.startswith(b"HTTP/1.1 304 Not Modified\r\n")
    assert raw.endswith(b"\r\n\r\n")
    assert b"\r\nLast-Modified: " + date in raw
    assert b"\r\nContent-" not in raw


def test_after_a_304_the_connection_goes_on(web: Server) -> None:
    later = b"If-Modified-Since: Fri, 31 Dec 9999 23:59:59 GMT"
    replies = exchange(web, get(b"/hello.txt", later), get(b"/hello.txt", CLOSE))
    assert re.findall(rb"HTTP/1.1 (\d+) ", replies) == [b"304", b"200"]


@pytest.mark.parametrize("since", ["Sat, 01 Jan 2000 00:00:00 GMT", "yesterday", "0", "9" * 5000])
def test_a_file_that_changed_since_or_since_no_date_comes_whole(web: Server, since: str) -> None:
    reply = requests.get(web.url + "/hello.txt", headers={"If-Modified-Since": since}, timeout=5)
    assert (reply.status_code, reply.content) == (200, (PUBLIC / "hello.txt").read_bytes())


def test_a_file_is_to_be_asked_for_again_and_a_made_page_not_to_be_kept(web: Server) -> None:
    kept = [requests.get(web.url + path, timeout=5).headers["Cache-Control"] for path in ("/hello.txt", "/x.zzz")]
    assert kept == ["no-cache", "no-store"]


def test_a_made_page_is_made_whatever_the_client_has(web: Server) -> None:
    later = {"If-Modified-Since": "Fri, 31 Dec 9999 23:59:59 GMT"}
    assert requests.get(web.url + "/x.zzz", headers=later, timeout=5).status_code == 200


def test_a_file_from_the_future_was_changed_now(tmp_path: Path) -> None:
    file = tmp_path / "new.txt"
    file.write_text("new", encoding="utf-8")
    os.utime(file, (4e9, 4e9))
    changed = parsedate_to_datetime(respond(tmp_path, "/new.txt", NEW_YEAR).headers["Last-Modified"])
    assert changed.timestamp() <= time.time()


def test_a_file_that_may_not_be_read_is_403(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError

    (tmp_path / "locked.txt").write_text("locked", encoding="utf-8")
    monkeypatch.setattr(Path, "open", refuse)
    assert respond(tmp_path, "/locked.txt", NEW_YEAR).status == HTTPStatus.FORBIDDEN


# Forms --------------------------------------------------------------------------------------------------


def test_a_form_is_answered(web: Server) -> None:
    reply = requests.post(web.url + "/reminder", data={"name": "Ada & Bo", "show": "Hamlet"}, timeout=5)
    assert reply.status_code == 200
    assert "<p>Thank you, Ada &amp; Bo. We remind you of Hamlet.</p>" in reply.text


def test_a_form_may_have_a_query_behind_its_address(web: Server) -> None:
    body = b"name=Ada&show=Hamlet"
    reply = exchange(web, post(b"/reminder?from=poster", body, b"Content-Length: 20", CLOSE))
    assert reply.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("form", [{}, {"name": ["Ada"]}, {"show": ["Hamlet"]}, {"name": [""], "show": ["Hamlet"]}])
def test_a_missing_field_is_400(form: dict[str, list[str]]) -> None:
    reply = respond_to_form(PUBLIC, "/reminder", form)
    assert reply.status == HTTPStatus.BAD_REQUEST
    assert b"Both fields of the form are needed: name and show." in reply.body


def test_a_form_that_is_none_is_400(web: Server) -> None:
    assert requests.post(web.url + "/reminder", data=b"\xff%%%&&==;", timeout=5).status_code == 400


@pytest.mark.parametrize(("target", "status"), [(b"/reminder/", 404), (b"/missing", 404), (b"http://[", 400)])
def test_a_form_sent_to_what_is_not_there_gets_what_a_get_would(web: Server, target: bytes, status: int) -> None:
    reply = exchange(web, post(target, b"", b"Content-Length: 0", CLOSE))
    assert reply.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("path", ["/", "/index.html", "/x.zzz"])
def test_a_form_sent_to_a_page_is_405_and_says_what_it_is_for(web: Server, path: str) -> None:
    reply = requests.post(web.url + path, data={"name": "Ada"}, timeout=5)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_the_address_of_the_form_takes_a_post_alone(web: Server, method: str) -> None:
    reply = requests.request(method, web.url + "/reminder", timeout=5)
    assert (reply.status_code, reply.headers["Allow"]) == (405, "POST")


def test_a_form_without_a_length_is_411_and_the_connection_closes(web: Server) -> None:
    reply = exchange(web, post(b"/reminder", b""))
    assert reply.startswith(b"HTTP/1.1 411 Length Required\r\n")
    assert b"\r\nConnection: close\r\n" in reply


@pytest.mark.parametrize("length", [b"10001", b"99999999999999999999", b"9" * 5000, b"0" * 10 + b"99999999999"])
def test_a_form_too_long_is_413_and_the_connection_closes(web: Server, length: bytes) -> None:
    reply = exchange(web, post(b"/reminder", b"", b"Content-Length: " + length))
    assert reply.startswith(b"HTTP/1.1 413 ")
    assert b"\r\nConnection: close\r\n" in reply


def test_the_longest_form_is_taken(web: Server) -> None:
    body = b"show=Hamlet&name=" + b"x" * (web_server.MAX_FORM - 17)
    assert requests.post(web.url + "/reminder", data=body, timeout=5).status_code == 200


def test_a_form_of_10_megabytes_is_told_why_it_is_refused(web: Server) -> None:
    assert requests.post(web.url + "/reminder", data=b"x" * 10_000_000, timeout=10).status_code == 413


def test_a_client_that_waits_for_100_continue_gets_it(web: Server) -> None:
    asked = post(b"/reminder", b"", b"Content-Length: 20", b"Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", web.port), timeout=5) as client:
        client.sendall(asked)
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"name=Ada&show=Hamlet")
        assert client.recv(15) == b"HTTP/1.1 200 OK"


# The connection -----------------------------------------------------------------------------------------


def test_a_picture_and_what_is_asked_next_go_over_one_connection(web: Server) -> None:
    replies = exchange(web, *[get(b"/ticket.png")] * 50, get(b"/", CLOSE))
    assert replies.count(b"HTTP/1.1 200 OK\r\n") == 51
    assert replies.count((PUBLIC / "ticket.png").read_bytes()) == 50


def test_two_requests_go_over_one_connection(web: Server) -> None:
    replies = exchange(web, get(b"/style.css"), get(b"/missing"), get(b"/about.html", CLOSE))
    assert re.findall(rb"HTTP/1.1 (\d+) ", replies) == [b"200", b"404", b"200"]


def test_a_form_and_a_page_go_over_one_connection(web: Server) -> None:
    form = post(b"/reminder", b"name=Ada&show=Hamlet", b"Content-Length: 20")
    assert exchange(web, form, get(b"/", CLOSE)).count(b"HTTP/1.1 200 OK\r\n") == 2


def test_a_body_that_comes_with_get_is_not_taken_for_a_request(web: Server) -> None:
    replies = exchange(web, get(b"/style.css", b"Content-Length: 33"), get(b"/secret"), get(b"/", CLOSE))
    assert replies.count(b"HTTP/1.1 ") == 1
    assert b"\r\nConnection: close\r\n" in replies


def test_a_client_of_http_1_0_is_answered(web: Server) -> None:
    reply = exchange(web, b"GET /ticket.png HTTP/1.0\r\n\r\n")
    assert reply.endswith((PUBLIC / "ticket.png").read_bytes())


def test_a_client_that_leaves_in_the_middle_does_no_harm(web: Server) -> None:
    with socket.create_connection(("127.0.0.1", web.port), timeout=5) as client:
        client.sendall(post(b"/reminder", b"name=", b"Content-Length: 20"))
    web.log.wait(1)
    assert requests.get(web.url, timeout=5).ok
    assert not web.failures


# Another make of client ---------------------------------------------------------------------------------


def test_curl_reads_a_made_page(web: Server, curl: Callable[..., str]) -> None:
    assert "You requested /today.zzz on day" in curl(web.url + "/today.zzz")


def test_curl_asks_for_the_headers_alone(web: Server, curl: Callable[..., str]) -> None:
    lines = curl("--head", web.url + "/ticket.png").splitlines()
    assert lines[0] == "HTTP/1.1 200 OK"
    assert "Content-Type: image/png" in lines


def test_curl_sends_the_form(web: Server, curl: Callable[..., str]) -> None:
    said = curl("--data", "name=Ada", "--data", "show=Hamlet", web.url + "/reminder")
    assert "Thank you, Ada. We remind you of Hamlet." in said


def test_curl_keeps_the_path_as_it_is(web: Server, curl: Callable[..., str]) -> None:
    said = curl("--path-as-is", "--include", web.url + "/../web_server.py")
    assert said.startswith("HTTP/1.1 404 Not Found")


def test_a_browser_shows_the_theatre(web: Server, browser: Callable[[str], str]) -> None:
    assert "<h1>Three plays by lamplight</h1>" in browser(web.url)
    asked = {line for line in web.log if line.startswith("GET ")}
    assert {"GET / HTTP/1.1 → 200", "GET /style.css HTTP/1.1 → 200", "GET /stage.svg HTTP/1.1 → 200"} <= asked
