"""Submissions that a grader has to survive, each with what may be said of it.

Twelve that go wrong, by accident or on purpose, and fifteen that try to get points for nothing. Each stands in
the place of the first exercise of notebook 12; the other three are solved.
"""

from copy import deepcopy
from pathlib import Path
from typing import NamedTuple

import nbformat

from wirelab.paths import COURSE

SOLVED = nbformat.read(COURSE / "solutions" / "12-web-server.ipynb", as_version=4)
[ANSWER] = [cell for cell in SOLVED.cells if cell.metadata.get("nbgrader", {}).get("grade_id") == "12-1"]
RIGHT = f"{ANSWER.source}\n"
BLANK = """
class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        raise NotImplementedError("your code here")
"""


class Hostile(NamedTuple):
    """A cell in the place of an answer, the points that 12.1 may get, and those of the other three exercises."""

    name: str
    code: str
    points: float | None  # None: whatever the check finds
    rest: float | None = 9.0
    verdict: str = ""  # one that the grades have to have


GONE, NO_END, TOO_MUCH = "ended by itself", "did not come to an end", "used too much"
HANDLER = "class Station(BaseHTTPRequestHandler):\n    def do_GET(self):\n        {}\n"
NOISY = RIGHT.replace("self.send_response", "import sys; print('!', file=sys.stderr); self.send_response", 1)

ACCIDENTS = [
    Hostile("an endless loop", f"{RIGHT}\nwhile True:\n    pass", 2),
    Hostile(
        "a loop that catches the interrupt",
        "import time\nwhile True:\n    try: time.sleep(100)\n    except BaseException: pass",
        0,
        0,
        NO_END,
    ),
    Hostile("a loop in the handler", HANDLER.format("while True: pass"), 0),
    Hostile("an end of the process in a cell", "import os; os._exit(3)", 0, 0, GONE),
    Hostile("an end of the process in the handler", HANDLER.format("import os; os._exit(3)"), 0, 0, GONE),
    Hostile("sys.exit", f"{RIGHT}\nimport sys; sys.exit(0)", 2),
    Hostile("48 MB of output", f"{RIGHT}\nfor n in range(48): print('x\\n' * 500_000)", 2),
    Hostile("a line of 50 MB", f"{RIGHT}\nprint('x' * 50_000_000)", 2),
    Hostile("stderr in the handler", NOISY, 2),
    Hostile("an exception", f"{BLANK}\n1 / 0", 0),
    Hostile("no Python", "class Station(", 0),
    Hostile(
        "a server that stays behind",
        "import subprocess, sys\nsubprocess.Popen([sys.executable, '-m', 'http.server',"
        f" '8001'], start_new_session=True)\n{BLANK}",
        0,
    ),
]

SITE = "import wirelab.checking.runner as runner, sys\nfrom wirelab.checking.result import Verdict\n"
# What may not be possible; where it is, the cell fails before it has an answer.
FILES = f"""
import pathlib
seen = {{path.name for path in pathlib.Path({str(COURSE)!r}).iterdir()}}
assert seen <= {{"wirelab", "servers", "data", "notebooks", "exercises", ".venv"}}, seen
try:
    pathlib.Path({str(COURSE)!r}, "wirelab", "planted.py").write_text("x")
except OSError:
    pass
else:
    raise AssertionError("it can write into the course")
"""
NEIGHBOUR = """
import os
assert not os.path.exists("/tmp/neighbour.txt")
open("/tmp/neighbour.txt", "w").write("was here")
"""
PROCESSES = """
import os
assert os.getpid() == 2  # behind the one that ends all others with it
assert sorted(name for name in os.listdir("/proc") if name.isdecimal()) in ([], ["1", "2"])
for number in (1, os.getppid()):
    try:
        os.kill(number, 9)
    except OSError:
        pass
"""
NETWORK = """
import errno, socket
try:
    socket.create_connection(("192.0.2.1", 80), timeout=1)
except OSError as error:
    assert error.errno == errno.ENETUNREACH
else:
    raise AssertionError("it reached the network")
"""
SURVIVOR = """
import ctypes, gc, os, signal
ctypes.CDLL(None).prctl(1, 0, 0, 0, 0)  # not to be ended with its parent
os._exit = lambda code: None
for number in range(1, 60):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
if os.fork() == 0:
    os.setsid()
    while True:
        signal.pause()
"""
FORGERIES = [
    Hostile(
        "a patched kit", f"{SITE}import wirelab\nwirelab.check = lambda *a: 2.0\ncheck = wirelab.check\n{BLANK}", 0
    ),
    Hostile(
        "patched verdicts",
        f"{SITE}runner._tried = lambda e, t: e.result(Verdict.PASSED)\nrunner.WAYS.clear()\n{BLANK}",
        0,
    ),
    Hostile("patched requests", f"import requests\nrequests.get = lambda *a, **k: 1 / 0\n{BLANK}", 0),
    Hostile(
        "a result as output",
        "from IPython.display import display\ndisplay({'application/vnd.wirelab.check+json': {'exercise': '12.1',"
        f" 'verdict': 'passed', 'points': 2, 'earned': 2.0}}, 'text/plain': 'passed'}}, raw=True)\n{BLANK}",
        0,
    ),
    Hostile("a value equal to everything", "class Station:\n    def __eq__(self, other): return True\n", 0),
    Hostile(
        "answers of its own on the judge's line",
        f"{BLANK}\nimport gc\nfrom wirelab.grading.learner_process import LearnerProcess\n"
        "for one in gc.get_objects():\n"
        "    if type(one) is LearnerProcess:\n"
        "        one._serve = lambda name, a: {'verdict': 'passed', 'earned': 99}\n"
        "        one._channel._serve = one._serve\n",
        0,
        None,
    ),
    Hostile(
        "garbage on the judge's line",
        f"{BLANK}\nimport os\nfor n in range(3, 50):\n"
        "    try: os.write(n, b'\\xff' * 100_000)\n    except OSError: pass",
        0,
        None,
    ),
    Hostile("files of the course", f"{FILES}\n{RIGHT}", 2),
    Hostile("files of a neighbour", f"{NEIGHBOUR}\n{RIGHT}", 2),
    Hostile("files of another neighbour", f"# another\n{NEIGHBOUR}\n{RIGHT}", 2),
    Hostile("another process", f"{PROCESSES}\n{RIGHT}", 2),
    Hostile(
        "a fork bomb",
        f"import os, time\n{RIGHT}\nfor n in range(100_000):\n"
        "    try:\n"
        "        if os.fork() == 0: time.sleep(100)\n"
        "    except OSError: break\n",
        None,
        None,
    ),
    Hostile("4 GiB", f"{RIGHT}\nkept = bytearray(4 * 2**30)", 2),
    Hostile(
        "4 GiB in many processes",
        f"{RIGHT}\nimport os, time\nfor n in range(8):\n"
        "    if os.fork() == 0:\n        kept = b'x' * 2**29; time.sleep(100)\ntime.sleep(5)",
        0,
        0,
        TOO_MUCH,
    ),
    Hostile("a process that will not end", f"{SURVIVOR}\n{RIGHT}", 2),
    Hostile("the network outside", f"{NETWORK}\n{RIGHT}", 2),
]
HOSTILE = [*ACCIDENTS, *FORGERIES]


def write_submission(path: Path, code: str) -> None:
    """Notebook 12, solved, with this code in the place of the first answer."""
    notebook = deepcopy(SOLVED)
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "12-1":
            cell.source = code
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
