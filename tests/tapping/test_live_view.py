"""tap.live() in a real kernel: what it sends while something crosses, and in the end."""

from collections.abc import Iterator
from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

from wirelab import launch, wire
from wirelab.paths import COURSE
from wirelab.tapping import live_view

SETUP = """
import time, requests
from http.server import BaseHTTPRequestHandler
from wirelab import *

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(204)
        self.end_headers()

server = launch(Hello, port=0)
tap = wire(server)
"""


class Screen:
    """A notebook's front end: the outputs of each cell, those with a name replaced when they are updated."""

    def __init__(self) -> None:
        manager, self.client = start_new_kernel(cwd=str(COURSE))
        self.manager = manager
        self.outputs: dict[str, str] = {}
        self.updates = 0

    def run(self, code: str) -> str:
        """Run a cell, and return the HTML that it displays first."""
        shown: list[str] = []

        def take(message: dict[str, Any]) -> None:
            kind, content = message["msg_type"], message["content"]
            assert kind not in ("error", "stream"), content
            if kind in ("display_data", "update_display_data"):
                self.outputs[content["transient"].get("display_id", "")] = content["data"]["text/html"]
                self.updates += kind == "update_display_data"
                shown.append(content["data"]["text/html"])

        self.client.execute_interactive(code, output_hook=take, timeout=30)
        return shown[0] if shown else ""

    @property
    def shown(self) -> str:
        """What the one output with a name shows now."""
        [html] = self.outputs.values()
        return html


@pytest.fixture(name="screen")
def notebook() -> Iterator[Screen]:
    screen = Screen()
    screen.run(SETUP)
    yield screen
    screen.client.stop_channels()
    screen.manager.shutdown_kernel(now=True)


def test_it_grows_and_ends_as_the_whole_conversation(screen: Screen) -> None:
    assert "nothing has crossed the wire to 127.0.0.1" in screen.run("tap.live()")
    screen.run("requests.get(tap.url + '/seats', timeout=5); time.sleep(1)")
    assert "live · 2 messages, 1 connection" in screen.shown
    assert "GET /seats HTTP/1.1" in screen.shown and "<details" not in screen.shown
    screen.run("tap.stop(); time.sleep(1)")
    assert "live ·" not in screen.shown and "<details" in screen.shown
    before = screen.updates
    screen.run("time.sleep(1)")
    assert screen.updates == before


def test_it_is_drawn_seldom_and_shows_the_newest(screen: Screen) -> None:
    screen.run("tap.live()")
    screen.run("for number in range(100): requests.get(f'{tap.url}/{number}', timeout=5)\ntime.sleep(1)")
    assert "the newest of them are shown" in screen.shown
    assert "GET /99 HTTP/1.1" in screen.shown and "GET /9 HTTP/1.1" not in screen.shown
    assert screen.updates < 100


def test_a_cell_that_is_run_again_shows_it_again(screen: Screen) -> None:
    screen.run("requests.get(tap.url + '/first', timeout=5)")
    for _ in range(2):
        assert "GET /first HTTP/1.1" in screen.run("tap.live()")
    screen.run("requests.get(tap.url + '/second', timeout=5); stop_all(); time.sleep(1)")
    assert all("GET /second HTTP/1.1" in html and "<details" in html for html in screen.outputs.values())


def test_outside_a_notebook_it_prints_what_has_crossed(capsys: pytest.CaptureFixture[str]) -> None:
    async def echo(websocket: Any) -> None: ...

    with wire(launch(echo, port=0)) as tap:
        live_view.show(tap)
    assert capsys.readouterr().out.startswith("nothing crossed the wire to 127.0.0.1:")
