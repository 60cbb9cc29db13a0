"""Be a class on a JupyterHub, by the Python of the image, as root:  hub_proof.py LEARNERS

Makes the accounts and starts the Hub. Then everyone logs in and presses Start at once; runs all cells of a lesson,
and launches a server that says whose it is; asks their own server and a neighbour's. Half of them log out, and the
others are culled. In the end no process of theirs is left.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.error import HTTPError

import nbformat
import psutil
import requests
from kernel_over_http import Kernel, ask, kernel

HUB = "http://127.0.0.1:8000"
T = TypeVar("T")
PASSWORD = "to-be-or-not"
FIRST_UID = 2001
LOG = Path("/tmp/hub.log")
BOARD = Path("/var/lib/wirelab-board")
HAS_BOARD = "    board " in subprocess.run(["wirelab", "--help"], capture_output=True, text=True).stdout
STARTS_IN, CULLED_IN = 600, 120  # seconds
LESSON = "wirelab-course/notebooks/12-web-server.ipynb"
CONFIG = """
import os, sys
os.environ["WIRELAB_COURSE"] = "/course"
os.environ["WIRELAB_PYTHON"] = sys.executable
os.environ["WIRELAB_HUB"] = "http://127.0.0.1:8000"
load_subconfig("/course/deploy/tljh/wirelab.py")
if {board}:
    load_subconfig("/course/deploy/tljh/board.py")
c.JupyterHub.bind_url = "http://127.0.0.1:8000"
c.JupyterHub.hub_port = 15001
c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.JupyterHub.authenticator_class = "dummy"
c.DummyAuthenticator.password = "{password}"
c.Authenticator.allow_all = True
c.ConfigurableHTTPProxy.command = [
    "/usr/local/bin/node", "/opt/proxy/node_modules/configurable-http-proxy/bin/configurable-http-proxy"
]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:15002"
c.JupyterHub.services.append({{"name": "proof", "api_token": "{token}"}})
c.JupyterHub.last_activity_interval = 5
c.JupyterHub.load_roles.append({{
    "name": "proof", "services": ["proof"],
    "scopes": ["tokens", "list:users", "read:users:activity", "read:servers", "delete:servers"],
}})
"""
JOIN = """
from wirelab import check, join
join({code!r})
check("12.1", mine)
"""
OWN_SERVER = """
import getpass, requests, socket
from http.server import BaseHTTPRequestHandler
from wirelab import launch
class Mine(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(getpass.getuser().encode())
mine = launch(Mine, port=8001)
print(mine.port, requests.get(mine.url, timeout=10).text)
"""
NO_LINK = "print('href' in mine._repr_html_(), 'No link' in mine._repr_html_())"
NEIGHBOUR = """
try:
    with socket.create_connection(("127.0.0.1", {port}), timeout=2) as connection:
        connection.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
        print("answered", connection.recv(1000))
except OSError as error:
    print("refused")
"""


class Learner:
    """Somebody with an account, and a browser that keeps its cookies."""

    def __init__(self, number: int) -> None:
        self.name = f"learner{number:02}"
        self.browser = requests.Session()
        self.token = self.port = ""

    @property
    def address(self) -> str:
        return f"{HUB}/user/{self.name}/"

    def log_in(self) -> None:
        form = {"username": self.name, "password": PASSWORD, "_xsrf": self.xsrf("/hub/login")}
        done = self.browser.post(f"{HUB}/hub/login", data=form, params={"next": "/hub/home"}, timeout=STARTS_IN)
        assert done.ok and self.name in done.text, (self.name, done.status_code)

    def xsrf(self, path: str) -> str:
        page = self.browser.get(f"{HUB}{path}", timeout=STARTS_IN)
        found = re.search(r'name="_xsrf" value="([^"]+)"', page.text)
        return found[1] if found else self.browser.cookies.get("_xsrf", path="/hub/") or ""

    def start(self) -> float:
        """Press Start and wait for JupyterLab; returns the seconds."""
        begin = time.monotonic()
        self.browser.get(f"{HUB}/hub/spawn", timeout=STARTS_IN)
        while time.monotonic() - begin < STARTS_IN:
            page = self.browser.get(f"{self.address}lab", timeout=STARTS_IN)
            if page.ok and "jupyter-config-data" in page.text and f"/user/{self.name}/" in page.url:
                return time.monotonic() - begin
            time.sleep(1)
        raise AssertionError(f"{self.name} has no server after {STARTS_IN} s: {page.status_code} {page.url}")

    def work(self) -> None:
        """Every cell of the lesson, then a server of one's own; the kernel stays."""
        with kernel(self.address, self.token, LESSON) as notebook:
            self.run_lesson(notebook)
            said = notebook.run(OWN_SERVER)
            assert not said.traceback, said.traceback
            self.port, whose = said.text.split()
            assert whose == self.name, f"{self.name} got the answer of {whose}"
            assert notebook.run(NO_LINK).text.split() == ["False", "True"], (
                "a link through the proxy on a shared host"
            )

    def run_lesson(self, notebook: Kernel) -> None:
        """A cell fails where the stored lesson says so, and nowhere else."""
        model = json.loads(ask(f"{self.address}api/contents/{LESSON}", self.token))["content"]
        for cell in nbformat.from_dict(model).cells:
            if cell.cell_type != "code":
                continue
            ran = notebook.run(cell.source)
            is_meant = any(output.output_type == "error" for output in cell.outputs)
            assert bool(ran.traceback) == is_meant or "predict" in cell.metadata.get("tags", []), ran.traceback

    def ask_neighbour(self, other: "Learner") -> str:
        """What comes of a connection to a neighbour's server, and of the own token at the neighbour's Jupyter."""
        with kernel(self.address, self.token, LESSON) as notebook:
            notebook.run("import socket")
            said = notebook.run(NEIGHBOUR.format(port=other.port)).text.strip()
        try:
            ask(f"{other.address}api/contents", self.token)
        except HTTPError as error:
            assert error.code == 403, error
            return said
        raise AssertionError(f"{self.name} may read the files of {other.name}")

    def join(self, code: str) -> None:
        with kernel(self.address, self.token, LESSON) as notebook:
            joined = notebook.run(JOIN.format(code=code))
        assert not joined.traceback and "seat" in joined.text, joined

    def log_out(self) -> None:
        self.browser.get(f"{HUB}/hub/logout", timeout=60)


def main(count: int) -> None:
    """The whole class, from the first login to the last process."""
    learners = [Learner(number) for number in range(1, count + 1)]
    make_accounts(learners)
    fence()
    token = os.urandom(16).hex()
    with running_hub(token):
        everyone(learners, Learner.log_in)
        begin = time.monotonic()
        waits = everyone(learners, Learner.start)
        print(
            f"{count} started: the first after {min(waits):.0f} s, the last after {max(waits):.0f} s", flush=True
        )
        for learner in learners:
            answer = ask(f"{HUB}/hub/api/users/{learner.name}/tokens", token, {"note": "browser"}, "POST")
            learner.token = json.loads(answer)["token"]
        everyone(learners, Learner.work)
        print(f"{count} ran the lesson, each with their own answers: {time.monotonic() - begin:.0f} s", flush=True)
        print(f"memory of all learners: {memory() // 2**20} MiB, {memory() // 2**20 // count} each", flush=True)
        pairs = dict(zip([one.name for one in learners], [*learners[1:], learners[0]], strict=True))
        said = everyone(learners, lambda one: one.ask_neighbour(pairs[one.name]))
        assert set(said) == {"refused"}, said
        print(f"{count} were kept from a neighbour's server", flush=True)
        if HAS_BOARD:
            join_the_board(learners)
        leave(learners, token)
    assert not theirs(), theirs()
    print(f"{count} passed, 0 failed", flush=True)


def join_the_board(learners: list[Learner]) -> None:
    """Everyone's notebook reports to the board, through the Hub's proxy and with its own token."""
    code = re.search(r'join\("(\w+)"\)', LOG.read_text(encoding="utf-8"))
    assert code, "the Hub started no board"
    everyone(learners, lambda one: one.join(code[1]))
    stored = [file.stat().st_size for file in BOARD.iterdir()]
    assert sum(stored), "the board keeps nothing"
    print(f"{len(learners)} joined the board", flush=True)


def leave(learners: list[Learner], token: str) -> None:
    """Half log out; the culler ends the servers of the others. Nothing is left then, while the Hub still runs."""
    half = len(learners) // 2
    everyone(learners[:half], Learner.log_out)
    wait(lambda: not theirs({one.name for one in learners[:half]}), 60, "processes after logout")
    print(f"{half} logged out, and no process of theirs is left", flush=True)
    words = [
        sys.executable,
        "-m",
        "jupyterhub_idle_culler",
        f"--url={HUB}/hub/api",
        "--timeout=20",
        "--cull-every=5",
    ]
    with subprocess.Popen(words, env={**os.environ, "JUPYTERHUB_API_TOKEN": token}) as culler:
        wait(lambda: not theirs(), CULLED_IN, "processes after the cull")
        culler.terminate()
    print(f"{len(learners) - half} were culled, and no process of theirs is left", flush=True)


def make_accounts(learners: list[Learner]) -> None:
    for number, learner in enumerate(learners):
        words = [
            "/usr/sbin/useradd",
            "--create-home",
            "--shell",
            "/bin/bash",
            "--uid",
            str(FIRST_UID + number),
            learner.name,
        ]
        if subprocess.run(["id", learner.name], capture_output=True).returncode:
            subprocess.run(words, check=True)
            (Path("/home") / learner.name).chmod(0o700)

    BOARD.mkdir(exist_ok=True)
    shutil.chown(BOARD, "nobody")


def fence() -> None:
    subprocess.run(["/usr/sbin/nft", "-f", "/course/deploy/tljh/fence.nft"], check=True)


@contextmanager
def running_hub(token: str) -> Iterator[None]:
    with tempfile.TemporaryDirectory() as folder, LOG.open("w") as log:
        config = Path(folder, "jupyterhub_config.py")
        config.write_text(CONFIG.format(password=PASSWORD, token=token, board=HAS_BOARD), encoding="utf-8")
        with subprocess.Popen(["jupyterhub", "--config", config], cwd=folder, stdout=log, stderr=log) as hub:
            try:
                wait(lambda: answers(f"{HUB}/hub/health"), STARTS_IN, "a Hub")
                yield
            except BaseException:
                print(LOG.read_text(encoding="utf-8")[-6000:])
                raise
            finally:
                hub.terminate()


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.RequestException:
        return False


def everyone(learners: list[Learner], do: Callable[[Learner], T]) -> list[T]:
    """All at once; the results in the learners' order."""
    with ThreadPoolExecutor(len(learners)) as pool:
        return list(pool.map(do, learners))


def theirs(names: set[str] | None = None) -> list[str]:
    """What runs as one of the learners, or as these. A zombie has ended, and waits for an init; here is none."""
    found = []
    for process in psutil.process_iter(["username", "cmdline", "status"]):
        who = process.info["username"] or ""
        is_a_learners = re.fullmatch(r"learner\d+", who) and process.info["status"] != psutil.STATUS_ZOMBIE
        if is_a_learners and (names is None or who in names):
            found.append(f"{who}: {' '.join(process.info['cmdline'] or [])[:100]}")
    return found


def memory() -> int:
    """Bytes of all learners' processes, shared pages counted once."""
    found = 0
    for process in psutil.process_iter(["username"]):
        if (process.info["username"] or "").startswith("learner"):
            found += process.memory_full_info().pss
    return found


def wait(true: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"{what}: not within {seconds} s: {theirs()}"
        time.sleep(0.5)


if __name__ == "__main__":
    main(int(sys.argv[1]))
