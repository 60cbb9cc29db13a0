"""A Flask app in a thread keeps its views' exceptions."""

import pytest
import requests
from flask import Flask
from flask_restful import Api, Resource, abort
from launched import get, make_app

from wirelab import launch


def test_a_flask_app_answers() -> None:
    assert get(launch(make_app(), port=0)) == "hello from Flask"


def test_an_exception_in_a_view_is_advice(capfd: pytest.CaptureFixture[str]) -> None:
    app = Flask("broken")
    app.add_url_rule("/", view_func=lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    server = launch(app, port=0)
    assert requests.get(server.url, timeout=5).status_code == 500
    assert "ZeroDivisionError: division by zero\n" in repr(server)
    assert capfd.readouterr() == ("", "")


def test_an_answer_by_abort_is_no_exception() -> None:
    class Nothing(Resource):  # type: ignore[misc]
        def get(self) -> None:
            abort(404, message="nothing here")

    app = Flask("nothing")
    Api(app).add_resource(Nothing, "/")
    server = launch(app, port=0)
    assert requests.get(server.url, timeout=5).status_code == 404
    assert not server.failures
