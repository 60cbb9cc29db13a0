"""Use the course in its container as a learner would, by the Python of the image:

    container_proof.py HEALTHCHECK … -- CMD …

Starts CMD, and asks the server over HTTP; runs a cell in a kernel, and asks its server through Jupyter's proxy;
ends CMD, and looks for what is left; starts it again on the same volume; and runs the tests of one lesson.
"""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
from kernel_over_http import ask, kernel

STARTS_IN, ENDS_IN = 120, 30  # seconds, on a computer that is busy
COURSE = Path.home() / "course"
LESSON = "notebooks/12-web-server.ipynb"
CELL = """
from http.server import BaseHTTPRequestHandler
from wirelab import launch

class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello from the container")

web = launch(Hello)
print(web.port, web._repr_html_())
"""


def main(health: list[str], command: list[str]) -> int:
    """All of it. An assertion that fails says what is wrong."""
    assert os.getuid() != 0, "the image runs as root"
    assert not os.access("/course", os.W_OK), "a learner could change the image's course"
    use(health, command)
    mine = COURSE / "exercises" / "12-web-server.ipynb"
    mine.write_text("mine", encoding="utf-8")
    use(health, command)
    assert mine.read_text(encoding="utf-8") == "mine", "a second start has changed what the learner wrote"
    tests = [sys.executable, "-m", "pytest", "--nbval", "-q", "-p", "no:cacheprovider", LESSON]
    return subprocess.call(tests, cwd=COURSE)


def use(health: list[str], command: list[str]) -> None:
    start = time.monotonic()
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True) as running:
        address, token = opened(running)
        print(f"open after {time.monotonic() - start:.1f} s", flush=True)
        assert subprocess.call(health) == 0, "the healthcheck fails"
        page = ask(f"{address}lab/tree/notebooks/00-start-here.ipynb", token)
        assert b"JupyterLab" in page
        with kernel(address, token, LESSON) as notebook:
            ran = notebook.run(CELL)
        assert not ran.traceback, ran.traceback
        said = ran.text
        port = re.match(r"\d+", said)
        assert port, said
        assert f'href="/proxy/{port[0]}/"' in said and f'http://127.0.0.1:{port[0]}/"' not in said, said
        assert ask(f"{address}proxy/{port[0]}/", token) == b"hello from the container"
        running.send_signal(signal.SIGTERM)
        running.wait(ENDS_IN)
    left = [process.cmdline() for process in psutil.process_iter() if process.pid not in (1, os.getpid())]
    assert not [words for words in left if "python" in " ".join(words)], left


def opened(running: "subprocess.Popen[str]") -> tuple[str, str]:
    """The address and the token, from what the terminal says."""
    assert running.stderr
    end = time.monotonic() + STARTS_IN
    said = []
    for line in running.stderr:
        said.append(line)
        found = re.search(r"(http://127\.0\.0\.1:8888/)\S*token=(\w+)", line)
        if found:
            return found[1], found[2]
        if time.monotonic() > end:
            break
    raise AssertionError("".join(said))


if __name__ == "__main__":
    cut = sys.argv.index("--")
    sys.exit(main(sys.argv[1:cut], sys.argv[cut + 1 :]))
