"""The course needs this computer alone: no network, no proxy, and not the name localhost."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Apart = Callable[..., list[str]]

DEAD = "http://127.0.0.1:9"
WITHOUT_PROXY = {"NO_PROXY": "", "no_proxy": ""}
ASK = """
import asyncio, http.client, requests, urllib.request
from servers.echo_server import onconnect
from websockets.asyncio.client import connect as connect_async
from websockets.sync.client import connect
from wirelab import check, launch, wire

web, echo = launch("servers.web_server"), launch(onconnect)

async def ask(url):
    async with connect_async(url) as websocket:
        await websocket.send("async")
        return await websocket.recv()

with wire(web) as tap, wire(echo) as frames:
    print(requests.get(tap.url, timeout=5).status_code)
    print(urllib.request.urlopen(web.url, timeout=5).status)
    with connect(frames.url) as websocket:
        websocket.send("sync")
        print(websocket.recv(timeout=5))
    print(asyncio.run(ask(frames.url)))
print(check("12.1", web).verdict)
"""


@pytest.mark.proof
def test_every_kind_of_lesson_runs_without_a_network(run_notebooks: Run, no_network: list[str]) -> None:
    lessons = [f"notebooks/{stem}.ipynb" for stem in ("12-web-server", "22-rest-server", "33-websocket-server")]
    ran = run_notebooks(*lessons, "solutions/12-web-server.ipynb", within=no_network)
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


@pytest.mark.proof
def test_the_tests_are_collected_without_a_network(run: Run, no_network: list[str]) -> None:
    plain = ["-p", "no:cacheprovider", "-p", "no:schemathesis", "--assert=plain"]  # quicker
    ran = run("-m", "pytest", "--collect-only", "-q", *plain, "tests", within=no_network)
    assert ran.returncode == 0, ran.stdout


def test_the_doctor_notices_that_this_computer_cannot_talk_to_itself(run: Run, apart: Apart) -> None:
    ran = run("-m", "wirelab", "doctor", within=apart("--net"))
    assert "✗ this computer can talk to itself, at 127.0.0.1: " in ran.stdout


@pytest.mark.parametrize("proxy", [DEAD, DEAD.replace("http", "socks5h")])
def test_nothing_on_this_computer_is_asked_through_a_proxy(run: Run, proxy: str) -> None:
    names = ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "ws_proxy")
    ran = run("-c", ASK, **WITHOUT_PROXY, **dict.fromkeys(names, proxy))
    assert (ran.stdout.splitlines()[:4], ran.stderr) == (["200", "200", "sync", "async"], "")
    assert len(ran.stdout.splitlines()) == 5


@pytest.mark.proof
def test_lessons_and_checks_run_behind_a_proxy_that_is_dead(run_notebooks: Run) -> None:
    names = ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy")
    exercises = ("solutions/12-web-server.ipynb", "solutions/14-break-the-server.ipynb")
    lesson = "notebooks/33-websocket-server.ipynb"
    ran = run_notebooks(lesson, *exercises, **WITHOUT_PROXY, **dict.fromkeys(names, DEAD))
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


@pytest.mark.proof
@pytest.mark.parametrize("names", ["::1 localhost\n127.0.0.1 localhost\n", "::1 localhost\n"])
def test_lessons_run_where_localhost_is_another_address(
    run_notebooks: Run, apart: Apart, tmp_path: Path, names: str
) -> None:
    hosts = tmp_path / "hosts"
    hosts.write_text(names)
    within = apart("--mount", script='mount --bind "$0" /etc/hosts', folder=hosts)
    ran = run_notebooks("notebooks/33-websocket-server.ipynb", "solutions/12-web-server.ipynb", within=within)
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


BY_NAME = """
import requests, socket
from wirelab import launch, wire
stranger = socket.create_server(("::1", 8001), family=socket.AF_INET6)  # it answers nobody
web = launch("servers.web_server")
print(web.port, requests.get(web.url, timeout=5).status_code)
"""


def test_a_stranger_at_the_other_localhost_is_not_asked(run: Run, no_network: list[str]) -> None:
    ran = run("-c", BY_NAME, within=no_network)
    assert (ran.stdout, ran.stderr) == ("8001 200\n", "")


TAKE = """
import contextlib, os, socket, subprocess, sys
with contextlib.ExitStack() as held:
    for port in (8001, 8002, 8003, 9001):
        held.enter_context(socket.create_server(("127.0.0.1", port)))
    sys.exit(subprocess.call([sys.executable, *sys.argv[1:]]))
"""
SAY = """
import requests
from flask import Flask
from servers.echo_server import onconnect
from wirelab import launch, wire
for server in launch("servers.web_server"), launch(onconnect, name="echo"), launch(Flask("shows")):
    print(server)
with wire(launch("servers.web_server")) as tap:
    print(tap.port, requests.get(tap.url, timeout=5).status_code)
"""


def test_taken_ports_are_told_and_others_are_found(run: Run, no_network: list[str]) -> None:
    ran = run("-c", TAKE, "-c", SAY, within=no_network)
    assert ran.stderr == ""
    assert ran.stdout.splitlines() == [
        "servers.web_server is running at http://127.0.0.1:8011",
        "Port 8001 belongs to another program, so servers.web_server listens on 8011.",
        "echo is running at ws://127.0.0.1:8012",
        "Port 8002 belongs to another program, so echo listens on 8012.",
        "shows is running at http://127.0.0.1:8013",
        "Port 8003 belongs to another program, so shows listens on 8013.",
        "9011 200",
    ]


@pytest.mark.proof
def test_lessons_run_although_their_ports_are_taken(run: Run, no_network: list[str], checkout: Path) -> None:
    stems = ("12-web-server", "22-rest-server", "33-websocket-server")
    lessons = [str(checkout / f"notebooks/{stem}.ipynb") for stem in stems]
    script = str(checkout / "tests/faults/run_notebooks.py")
    ran = run("-c", TAKE, script, *lessons, within=no_network)
    assert (ran.returncode, ran.stderr.strip()) == (0, "")
    for port in (8001, 8002, 8003):
        assert f"Port {port} belongs to another program, so " in ran.stdout
