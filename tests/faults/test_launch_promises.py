"""What launch() promises for the day when a kernel, or Jupyter itself, is killed, and what a module inherits."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest
import requests
from jupyter_client import BlockingKernelClient

from wirelab import launch
from wirelab.building.kernel_client import Kernel

pytestmark = pytest.mark.skipif(os.name != "posix", reason="signals and descriptors are POSIX's")

SERVES = """
import argparse, http.server
parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
with http.server.HTTPServer(("127.0.0.1", parser.parse_args().port), http.server.BaseHTTPRequestHandler) as server:
    with __import__("contextlib").suppress(KeyboardInterrupt):
        server.serve_forever()
"""
SLEEPER = "import subprocess\nprint('child', subprocess.Popen(['sleep', '1000']).pid, flush=True)\n"


@pytest.fixture
def module(write_module: Callable[[str], str]) -> Callable[[str], str]:
    """Writes a module that serves, after some lines of its own, where this process and its children find it."""
    return lambda lines: write_module(textwrap.dedent(lines) + SERVES)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path, env={"PYTHONPATH": str(tmp_path)}) as running:
        yield running


def ends(pid: int, seconds: float = 20) -> bool:
    """Whether the process ends within this time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("stubborn", ["", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)\n"])
def test_what_a_module_has_started_ends_with_the_killed_kernel(
    module: Callable[[str], str], kernel: Kernel, stubborn: str
) -> None:
    kernel.run(f"from wirelab import launch\nserver = launch({module(stubborn + SLEEPER)!r}, port=0)")
    pid = int(kernel.evaluate("server.log.wait(1)[0]").strip("'").split()[1])
    assert psutil.pid_exists(pid)
    os.kill(kernel.pid, signal.SIGKILL)
    assert ends(pid)


def test_a_module_inherits_nothing_but_its_port(module: Callable[[str], str], tmp_path: Path) -> None:
    lines = """
    import os
    try:
        print(os.fstat(200))
    except OSError:
        print("nothing is open at 200", os.getsid(0) == os.getpid())
    """
    with (tmp_path / "secret").open("w") as secret:
        os.dup2(secret.fileno(), 200, inheritable=True)
        try:
            server = launch(module(lines), port=0)
        finally:
            os.close(200)
    assert server.log.wait(1)[0] == "nothing is open at 200 True"


STUCK = """
import threading, requests, wirelab
from http.server import BaseHTTPRequestHandler
class Stuck(BaseHTTPRequestHandler):
    def do_GET(self):
        print("in the handler")
        threading.Event().wait(1000)
server = wirelab.launch(Stuck, port=0)
threading.Thread(target=lambda: requests.get(server.url), daemon=True).start()
server.log.wait(1)
"""


@pytest.mark.parametrize("wait", ["log.wait", "tap"])
def test_the_interrupt_button_ends_every_wait_of_the_kit(kernel: Kernel, wait: str) -> None:
    waits = {
        "log.wait": "server.log.wait(99, timeout=60)",
        "tap": "with wirelab.wire(server) as tap:\n    requests.get(tap.url)",
    }
    assert kernel.run(STUCK).status == "ok"
    asked = kernel.send(waits[wait])
    time.sleep(0.5)  # the interrupt has to find the cell running
    kernel.interrupt()
    assert "KeyboardInterrupt" in kernel.results([asked], timeout=20)[0].text
    assert kernel.run("wirelab.stop_all()").status == "ok"


@pytest.mark.proof
def test_nothing_outlives_a_jupyterlab_that_is_killed(module: Callable[[str], str], tmp_path: Path) -> None:
    lines = "import os\nprint('child', os.getpid(), flush=True)\n"
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r})\nimport wirelab\n"
    code += f"print(wirelab.launch({module(lines)!r}, port=0).log.wait(1)[0])"
    with jupyterlab(tmp_path) as (lab, address):
        client = new_kernel(address, tmp_path)
        found: list[str] = []
        client.execute_interactive(code, output_hook=lambda said: found.append(str(said["content"])), timeout=60)
        client.stop_channels()
        [pid] = [int(number) for text in found for number in re.findall(r"child (\d+)", text)]
        lab.kill()
        assert ends(pid)


@contextlib.contextmanager
def jupyterlab(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A JupyterLab that `wirelab open` started, and its address."""
    said = folder / "said"
    command = [sys.executable, "-m", "wirelab", "--no-browser", "--port", "18950"]
    settings = ["--ServerApp.port_retries=50", "--IdentityProvider.token=secret"]
    environment = {**os.environ, "JUPYTER_RUNTIME_DIR": str(folder / "runtime")}
    with said.open("wb") as output:
        lab = subprocess.Popen([*command, *settings], env=environment, stdout=output, stderr=subprocess.STDOUT)
    try:
        yield lab, wait_for_address(said)
    finally:
        lab.kill()
        lab.wait()


def wait_for_address(said: Path) -> str:
    """The address that JupyterLab prints, once it answers there."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        found = re.search(r"http://127\.0\.0\.1:\d+", said.read_text(encoding="utf-8"))
        with contextlib.suppress(requests.ConnectionError):
            if found and requests.get(found[0], timeout=30):
                return found[0]
        time.sleep(0.1)
    raise AssertionError(said.read_text(encoding="utf-8"))


def new_kernel(address: str, folder: Path) -> BlockingKernelClient:
    """A kernel that JupyterLab has started, and that is ready."""
    asked = {"headers": {"Authorization": "token secret"}, "timeout": 60}
    started = requests.post(f"{address}/api/kernels", **asked)  # type: ignore[arg-type]
    client = BlockingKernelClient(connection_file=str(folder / f"runtime/kernel-{started.json()['id']}.json"))
    client.load_connection_file()
    client.start_channels()
    client.kernel_info()
    while client.get_shell_msg(timeout=60)["msg_type"] != "kernel_info_reply":
        pass
    return client
