"""A module runs in a process of its own, is ready when launch() returns, and ends with its notebook."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from launched import IN_A_KERNEL, MODULE, POSIX, get, is_free
from waiting import wait_until

from wirelab import launch, servers
from wirelab.building.kernel_client import Kernel
from wirelab.errors import NeverReady, ServerDied


def test_a_module_answers_from_its_own_process(module: Callable[[str], str]) -> None:
    server = launch(module(MODULE), port=0)
    assert get(server) == "hello"
    assert list(server.log.wait(1)) == ["listening"]


def test_a_module_launched_ten_times_runs_once(module: Callable[[str], str]) -> None:
    name = module(MODULE)
    ports = {launch(name, port=0).port for _ in range(10)}
    assert len(ports) == 1
    assert len(children_of(os.getpid())) == 1


def children_of(pid: int) -> list[int]:
    """The server processes that a process has started. On Windows, .venv's python.exe starts the real one."""
    found = {}
    for child in psutil.Process(pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):  # it has ended in the meantime
            if any("child_bootstrap.py" in word for word in child.cmdline()):
                found[child.pid] = child.ppid()
    return [child for child in found if child not in found.values()]


def test_a_strangers_port_is_left_alone_by_a_module(module: Callable[[str], str], stranger: int) -> None:
    server = launch(module(MODULE), port=stranger)
    assert (get(server), server.port == stranger) == ("hello", False)
    assert f"Port {stranger} belongs to another program" in repr(server)


def test_a_module_that_fails_at_import_says_why(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="(?s)ended with exit code 1 before it listened.*No module named 'flaks'"):
        launch(module("import flaks"), port=0)
    assert servers() == []


def test_a_module_with_a_wrong_line_says_which(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="(?s)def main:.*SyntaxError"):
        launch(module("def main:\n    pass"), port=0)


def test_a_module_that_ends_at_once_is_told_from_one_that_serves(module: Callable[[str], str]) -> None:
    with pytest.raises(ServerDied, match="exit code 0 before it listened; it wrote nothing"):
        launch(module("pass"), port=0)


def test_a_module_that_never_listens_is_ended(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirelab.launching.process_backend.READY_TIMEOUT", 3.0)  # it has to print before that
    with pytest.raises(NeverReady, match="(?s)does not listen on port .*still thinking"):
        launch(module("import time; print('still thinking', flush=True); time.sleep(60)"), port=0)
    assert children_of(os.getpid()) == []


def test_a_module_that_listens_elsewhere_is_not_taken_for_ready(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wirelab.launching.process_backend.ELSEWHERE_TIMEOUT", 0.5)
    other, port = free_ports(2)
    name = module(f"import socket, time; s = socket.create_server(('127.0.0.1', {other})); time.sleep(60)")
    said = rf"listens on port {other}, and not on {port}, .* launch\('{name}', port={other}\)"
    with pytest.raises(NeverReady, match=said):
        launch(name, port=port)
    assert children_of(os.getpid()) == []
    assert launch(name, port=other).port == other


def test_a_module_may_listen_on_another_port_first(module: Callable[[str], str]) -> None:
    first = "import socket\nmetrics = socket.create_server(('127.0.0.1', 0))\n"
    assert get(launch(module(first + textwrap.dedent(MODULE)), port=0)) == "hello"


@POSIX
def test_a_module_may_listen_on_a_socket_that_has_no_port(module: Callable[[str], str]) -> None:
    first = "import socket\ninner = socket.socket(socket.AF_UNIX)\ninner.bind('inner')\ninner.listen()\n"
    server = launch(module(first + textwrap.dedent(MODULE)), port=0)
    assert get(server) == "hello"
    assert list(server.log.wait(1)) == ["listening"]


def free_ports(count: int) -> list[int]:
    """Ports that nobody has."""
    with contextlib.ExitStack() as held:
        found = [held.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in found]


@POSIX
def test_a_module_that_died_later_says_so(module: Callable[[str], str]) -> None:
    server = launch(module(MODULE), port=0)
    os.kill(children_of(os.getpid())[0], signal.SIGKILL)
    assert wait_until(lambda: not server.running)
    assert "was ended by signal 9" in repr(server)


def test_a_log_of_100_megabytes_neither_blocks_nor_grows(module: Callable[[str], str]) -> None:
    flood = "for _ in range(1000):\n    print('x' * 100_000)\nprint('done')\n"
    name = module(textwrap.dedent(MODULE).replace('print("listening")', flood.replace("\n", "\n        ")))
    server = launch(name, port=0)
    assert wait_until(lambda: server.log.total >= 1001, 60)
    assert server.log[-1] == "done"
    assert sum(map(len, server.log)) < 5_000_000


def test_a_line_without_an_end_neither_blocks_nor_grows(module: Callable[[str], str]) -> None:
    flood = "import sys\nfor _ in range(1000):\n    sys.stdout.write('x' * 100_000)\n"
    server = launch(module(textwrap.dedent(flood) + textwrap.dedent(MODULE)), port=0)
    assert get(server) == "hello"
    assert sum(map(len, server.log)) < 5_000_000


@POSIX
def test_a_module_that_ignores_ctrl_c_is_ended_all_the_same(module: Callable[[str], str]) -> None:
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
    server = launch(module(stubborn + textwrap.dedent(MODULE)), port=0)
    server.stop()
    assert is_free(server.port)
    assert children_of(os.getpid()) == []


@POSIX
def test_a_modules_own_children_are_ended_with_it(module: Callable[[str], str]) -> None:
    parent = "import subprocess\nchild = subprocess.Popen(['sleep', '1000'])\n"
    server = launch(module(parent + "print('child', child.pid)\n" + textwrap.dedent(MODULE)), port=0)
    pid = int(server.log.wait(1)[0].split()[1])
    server.stop()
    assert wait_until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether the process runs; one that ended and was not yet collected does not."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def test_loopback_goes_past_a_proxy(module: Callable[[str], str], stranger: int) -> None:
    proxy = f"http://127.0.0.1:{stranger}"
    script = module(
        """
        from wirelab import launch
        from http.server import BaseHTTPRequestHandler
        import requests
        from websockets.sync.client import connect
        class Hello(BaseHTTPRequestHandler):
            def do_GET(self):
                self.wfile.write(b"HTTP/1.0 200 OK\\r\\n\\r\\nhello")
        async def echo(websocket):
            async for message in websocket:
                await websocket.send(message)
        print(requests.get(launch(Hello, port=0).url, timeout=5).text)
        with connect(launch(echo, port=0).url, open_timeout=5) as websocket:
            websocket.send("hello")
            print(websocket.recv(timeout=5))
        """
    )
    names = ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy")
    environment = {name: value for name, value in os.environ.items() if name.lower() != "no_proxy"}
    environment |= dict.fromkeys(names, proxy)
    ran = subprocess.run(
        [sys.executable, "-m", script], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert (ran.stdout, ran.stderr) == ("hello\nhello\n", "")


def test_a_module_may_print_any_letter_in_any_locale(
    module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    server = launch(module('print("✓ bereit für Größe 😀")\n' + textwrap.dedent(MODULE)), port=0)
    assert server.log[0] == "✓ bereit für Größe 😀"


def test_a_module_writes_without_colours(module: Callable[[str], str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with pytest.raises(ServerDied) as died:
        launch(module("1 / 0"), port=0)
    assert "\x1b" not in str(died.value)
    assert "\\x1b" not in str(died.value)


@POSIX
@pytest.mark.parametrize("end", ["kill", "restart"])
def test_no_process_outlives_its_kernel(module: Callable[[str], str], tmp_path: Path, end: str) -> None:
    name = module(MODULE)
    with Kernel(tmp_path) as kernel:
        kernel.run(f"from wirelab import launch\nserver = launch({name!r})")
        children, port = children_of(kernel.pid), int(kernel.evaluate("server.port"))
        assert len(children) == 1
        if end == "kill":
            os.kill(kernel.pid, signal.SIGKILL)
        else:
            kernel.restart()
        assert wait_until(lambda: not alive(children[0]), 5)
        assert is_free(port)


def test_a_script_that_forgets_to_stop_its_servers_ends_all_the_same(module: Callable[[str], str]) -> None:
    script = module(
        f"""
        from wirelab import launch
        from servers.echo_server import onconnect
        from servers.web_server import create_server
        for target in (create_server, onconnect, {module(MODULE)!r}):
            print(launch(target, port=0).port)
        """
    )
    ran = subprocess.run([sys.executable, "-m", script], capture_output=True, text=True, timeout=60, check=False)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert wait_until(lambda: all(is_free(int(port)) for port in ran.stdout.split()))


@POSIX
def test_a_server_survives_the_interrupt_button(module: Callable[[str], str], kernel: Kernel) -> None:
    kernel.run(IN_A_KERNEL + f"process = launch({module(MODULE)!r})")
    busy = kernel.send("import time\ntime.sleep(60)")
    time.sleep(0.5)  # the interrupt has to find the cell running
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.results([busy])[0].text
    answers = "[requests.get(server.url, timeout=5).text for server in (web, process)]"
    assert kernel.run(answers).text == "['hello', 'hello']\n"


@POSIX
def test_a_launch_that_is_interrupted_leaves_no_process(module: Callable[[str], str], kernel: Kernel) -> None:
    kernel.run("from wirelab import launch")
    waiting = kernel.send(f"launch({module('import time; time.sleep(60)')!r})")
    assert wait_until(lambda: len(children_of(kernel.pid)) == 1)
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.results([waiting])[0].text
    assert wait_until(lambda: children_of(kernel.pid) == [])


ASYNCIO_WEBSOCKETS = """
    import asyncio, sys
    from websockets.asyncio.server import serve
    PORT = 8765
    async def echo(websocket):
        async for message in websocket:
            await websocket.send(message)
    async def main():
        port = int(sys.argv[sys.argv.index("--port") + 1])
        async with serve(echo, "localhost", port) as server:
            await server.serve_forever()
    asyncio.run(main())
"""
BLOCKING_WEBSOCKETS = """
    import sys
    from websockets.sync.server import serve
    def echo(websocket):
        for message in websocket:
            websocket.send(message)
    port = int(sys.argv[sys.argv.index("--port") + 1])
    with serve(echo, "127.0.0.1", port) as server:
        server.serve_forever()
"""
TLS = """
import ssl
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain({!r})
"""
TLS_WEBSOCKETS = TLS + textwrap.dedent(ASYNCIO_WEBSOCKETS).replace("port) as", "port, ssl=context) as")
TLS_HTTP = TLS + textwrap.dedent(MODULE).replace(
    'print("listening")', "server.socket = context.wrap_socket(server.socket, server_side=True)"
)
CERTIFICATE = str(Path(__file__).with_name("localhost.pem"))


@pytest.mark.parametrize(
    ("source", "scheme"),
    [
        (MODULE, "http"),
        (ASYNCIO_WEBSOCKETS, "ws"),
        (BLOCKING_WEBSOCKETS, "ws"),
        (TLS_WEBSOCKETS, "wss"),
        (TLS_HTTP, "https"),
        ('SCHEME = "wss"\n' + textwrap.dedent(MODULE), "wss"),
    ],
    ids=["http", "asyncio", "blocking", "wss", "https", "constant"],
)
def test_a_modules_scheme_is_that_of_the_library_that_serves(
    module: Callable[[str], str], source: str, scheme: str
) -> None:
    server = launch(module(source.replace("{!r}", repr(CERTIFICATE))), port=0)
    assert server.url == f"{scheme}://127.0.0.1:{server.port}"
    assert ("href=" in server._repr_html_()) == scheme.startswith("http")
