"""A module's port is held for it, and is its own."""

import socket
import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from launched import MODULE, POSIX, get, is_free
from waiting import wait_until

from wirelab import Server, launch


@POSIX
@pytest.mark.parametrize("host", ["127.0.0.1", "", "localhost"])
def test_a_modules_port_is_held_for_it_until_it_listens(module: Callable[[str], str], host: str) -> None:
    slow = textwrap.dedent(MODULE).replace('"127.0.0.1"', repr(host)) + "\nraise SystemExit"
    name = module("import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)\n" + slow)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    launched: list[Server] = []
    thread = threading.Thread(target=lambda: launched.append(launch(name, port=port)))
    thread.start()
    assert wait_until(lambda: not is_free(port))
    Path("go").touch()
    thread.join()
    assert (launched[0].port, get(launched[0])) == (port, "hello")


@POSIX
def test_a_modules_port_is_free_once_its_socket_is_closed(module: Callable[[str], str]) -> None:
    closes = textwrap.dedent(MODULE).replace("server.serve_forever()", "server.handle_request()")
    server = launch(module(closes + "\nimport time; time.sleep(60)"), port=0)
    assert get(server) == "hello"
    assert wait_until(lambda: is_free(server.port))
    assert server.running
