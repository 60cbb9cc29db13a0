"""A test client whose requests are answered by an app of another process."""

import base64
from typing import Any

import pytest
from flask import Flask, jsonify, make_response, redirect, request
from flask.testing import FlaskClient

from wirelab.grading.wsgi_relay import answer, relay_client

ENVIRONMENT = {"REQUEST_METHOD": "GET", "PATH_INFO": "/echo"}


@pytest.fixture
def app() -> Flask:
    made = Flask("there")

    @made.route("/echo", methods=["GET", "POST"])
    def echo() -> Any:
        said = {"query": request.query_string.decode(), "body": request.get_data(as_text=True)}
        reply = make_response(jsonify(**said, cookie=request.cookies.get("seat")))
        reply.set_cookie("seat", "A1")
        return reply

    made.add_url_rule("/away", "away", lambda: redirect("/echo?from=away"))
    made.add_url_rule("/fault", "fault", lambda: 1 // 0)
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return relay_client("service", lambda variables, body: answer(app, variables, body))


def test_it_is_a_test_client_as_any_other(client: FlaskClient) -> None:
    first = client.post("/echo?n=1", data="17.5 °C")
    assert (first.status_code, first.status, first.mimetype) == (200, "200 OK", "application/json")
    assert first.get_json() == {"query": "n=1", "body": "17.5 °C", "cookie": None}
    assert client.get("/echo").json["cookie"] == "A1"
    with client.get("/away") as away:
        assert (away.status_code, away.location) == (302, "/echo?from=away")
    assert client.get("/away", follow_redirects=True).get_json()["query"] == "from=away"
    assert client.head("/echo").data == b""
    assert client.delete("/echo").status_code == 405
    assert client.get("/nothing").get_json(silent=True) is None
    assert client.get("/fault").status_code == 500


def test_the_app_is_not_in_reach(client: FlaskClient) -> None:
    assert client.application.name == "service"
    assert [rule.endpoint for rule in client.application.url_map.iter_rules()] == ["static"]


def test_only_strings_that_a_request_has_come_through(app: Flask) -> None:
    seen: list[dict[str, Any]] = []
    app.before_request(lambda: seen.append(request.environ.copy()))
    planted = {"wsgi.errors": "x", "werkzeug.request": "x", "HTTP_HOST": ["a"], "HTTP_ACCEPT": "*/*", "os": "x"}
    assert answer(app, {**ENVIRONMENT, **planted}, "")["status"] == "200 OK"
    assert seen[0]["HTTP_ACCEPT"] == "*/*"
    assert seen[0]["HTTP_HOST"] == "localhost"
    assert "x" not in [seen[0].get(name) for name in planted]


@pytest.mark.parametrize("path", ["/static/conftest.py", "/static/../conftest.py", "//etc/passwd"])
def test_no_file_is_in_reach(app: Flask, path: str) -> None:
    assert answer(app, {**ENVIRONMENT, "PATH_INFO": path}, "")["status"].startswith("404")


def test_a_body_is_bytes_and_nothing_else(app: Flask) -> None:
    body = b"\x80\x04cos\nsystem\n"  # as a pickle begins
    told = {**ENVIRONMENT, "REQUEST_METHOD": "POST", "CONTENT_LENGTH": str(len(body))}
    came = answer(app, told, base64.b64encode(body).decode())
    assert b"system" in base64.b64decode(came["body"])
    with pytest.raises(ValueError):
        answer(app, ENVIRONMENT, "no Base64 at all: °")
