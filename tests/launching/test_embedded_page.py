"""A page inside the notebook: its frame, its address, and where there must be none."""

import pytest

from wirelab import launch
from wirelab.errors import LaunchError
from wirelab.launching.browser_links import NO_LINK
from wirelab.launching.embedded_page import Page

URL, PORT = "http://127.0.0.1:8001", 8001


def test_a_page_is_a_frame_with_a_name_and_a_link() -> None:
    shown = Page(URL, PORT, "/seats.html", {"show": 1, "feed": 8002}, 300)._repr_html_()
    address = "http://127.0.0.1:8001/seats.html?show=1&amp;feed=8002"
    assert f'<iframe src="{address}" title="The page /seats.html?show=1&amp;feed=8002"' in shown
    assert f'<a href="{address}"' in shown
    assert "height: 300px" in shown


def test_where_jupyter_runs_the_page_comes_through_its_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirelab.launching.browser_links._base_url", lambda: "/user/ada/")
    assert 'src="/user/ada/proxy/8001/"' in Page(URL, PORT, "/", {}, 300)._repr_html_()


def test_on_a_shared_machine_there_is_no_frame_and_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    monkeypatch.setenv("WIRELAB_ALONE", "0")
    shown = Page(URL, PORT, "/", {}, 300)._repr_html_()
    assert NO_LINK.split(":")[0] in shown
    assert "<iframe" not in shown


def test_a_path_cannot_break_out_of_the_frame() -> None:
    assert "<script>" not in Page(URL, PORT, '/"><script>', {}, 300)._repr_html_()


def test_a_page_in_text_names_its_address() -> None:
    assert repr(Page(URL, PORT, "/a", {"x": "1 2"}, 300)) == f"The page {URL}/a?x=1+2, which a browser shows."


def test_a_websocket_server_has_no_pages() -> None:
    async def onconnect(websocket: object) -> None: ...

    with launch(onconnect, port=0) as feed, pytest.raises(LaunchError, match="no pages"):
        feed.page()
