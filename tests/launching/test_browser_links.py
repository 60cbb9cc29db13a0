"""A link works in the browser that shows the notebook, and is missing where it would be dangerous."""

import json
from pathlib import Path

import pytest
from jupyter_core.paths import jupyter_runtime_dir

from wirelab import launch
from wirelab.launching.browser_links import NO_LINK, Links, links

URL, PORT = "http://127.0.0.1:8001", 8001
CONTAINER = ("BINDER_SERVICE_HOST", "KUBERNETES_SERVICE_HOST")


@pytest.fixture(autouse=True)
def no_jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("JUPYTERHUB_SERVICE_PREFIX", "JPY_PARENT_PID", "WIRELAB_ALONE", *CONTAINER):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Jupyter server's own note on where it answers, as a kernel finds it."""
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("JPY_PARENT_PID", "4711")
    about = {"base_url": "/lab of ada/", "port": 8888}
    (Path(jupyter_runtime_dir()) / "jpserver-4711.json").write_text(json.dumps(about), encoding="utf-8")


def test_without_jupyter_the_address_is_the_link() -> None:
    assert links(URL, PORT) == Links(URL + "/")


def test_in_jupyter_there_is_a_way_through_its_proxy_too(jupyter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_ALONE", "0")  # tests may run in a container
    assert links(URL, PORT) == Links(URL + "/", "/lab of ada/proxy/8001/")


def test_in_a_container_the_only_way_is_jupyters_proxy(jupyter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIRELAB_ALONE", "1")
    assert links(URL, PORT) == Links(None, "/lab of ada/proxy/8001/")


@pytest.mark.parametrize("mark", CONTAINER)
def test_in_a_container_on_a_hub_the_link_goes_through_the_proxy(
    monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setenv(mark, "10.0.0.1")
    assert links(URL, PORT) == Links(None, "/user/ada/proxy/8001/")


def test_on_a_shared_hub_there_is_no_link_and_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setenv("WIRELAB_ALONE", "0")
    assert links(URL, PORT) == Links(None, None, NO_LINK)


def test_the_notebook_shows_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(websocket: object) -> None: ...

    def create_server(host: str, port: int) -> object:
        from http.server import BaseHTTPRequestHandler, HTTPServer

        return HTTPServer((host, port), BaseHTTPRequestHandler)

    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setenv("WIRELAB_ALONE", "0")
    shown = launch(create_server)._repr_html_()
    assert "<a " not in shown
    assert NO_LINK.replace("'", "&#x27;") in shown
    assert "href" not in launch(nothing)._repr_html_()
