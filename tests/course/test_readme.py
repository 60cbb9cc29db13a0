"""README names what there is, links lead somewhere, and pictures can be read aloud."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

import wirelab
from wirelab.building.builder import KEPT_SUFFIX
from wirelab.building.kernel_client import Kernel
from wirelab.cli import parser

COURSE = Path(__file__).parents[2]
NOTEBOOKS = sorted(path for path in COURSE.glob("*/[0-9]*.ipynb") if KEPT_SUFFIX not in path.name)
README = (COURSE / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def test_stems_are_the_same_in_sources_exercises_and_solutions() -> None:
    def stems(folder: str, ending: str) -> list[str]:
        found = (COURSE / folder).glob(f"*.{ending}")
        return sorted(path.stem for path in found if KEPT_SUFFIX not in path.name)

    assert stems("sources/exercises", "py") == stems("exercises", "ipynb") == stems("solutions", "ipynb")
    assert stems("sources/notebooks", "py") == stems("notebooks", "ipynb")


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_readme_links_to_every_notebook(path: Path) -> None:
    assert f"]({path.relative_to(COURSE).as_posix()})" in README


@pytest.mark.parametrize("path", sorted((COURSE / "servers").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_readme_names_every_server(path: Path) -> None:
    assert f"servers/{path.name}" in README


@pytest.mark.parametrize("path", sorted((COURSE / "servers").glob("[a-z]*/")), ids=lambda path: path.name)
def test_readme_says_what_is_in_every_folder_of_servers(path: Path) -> None:
    assert re.search(rf"^\| \[servers/{path.name}\]\(servers/{path.name}\) \| .+ \|$", README, re.MULTILINE)


def test_readme_names_every_command() -> None:
    commands = re.findall(r"^    ([a-z]+) ", parser().format_help(), re.MULTILINE)
    assert commands
    for command in set(commands) - {"open"}:
        assert f"python3 start.py {command}" in README


def texts() -> list[tuple[str, Path, str]]:
    """Every text with links: a name, the folder it stands in, the text."""
    pages = [*COURSE.glob("*.md"), *COURSE.glob("docs/**/*.md")]
    names = [path.relative_to(COURSE).as_posix() for path in pages]
    found = [(name, path.parent, path.read_text("utf-8")) for name, path in zip(names, pages, strict=True)]
    for path in NOTEBOOKS:
        cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "markdown"]
        found.append((f"{path.parent.name}/{path.stem}", path.parent, "\n".join(cells)))
    return found


@pytest.mark.parametrize(("folder", "text"), [text[1:] for text in texts()], ids=[text[0] for text in texts()])
def test_links_lead_somewhere_and_pictures_have_words(folder: Path, text: str) -> None:
    for picture, words, address in LINK.findall(text):
        assert not picture or len(words) > 20, address
        if "://" not in address and not address.startswith("#"):
            assert (folder / address.split("#")[0]).exists(), address


LEARNERS_CODE = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests
from flask import Flask

class MyHandler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

app = Flask(__name__)

async def onconnect(websocket):
    await websocket.send("hello")

def create_server(host, port):
    return ThreadingHTTPServer((host, port), MyHandler)
"""
RUNS = r"{} is running at {}://127\.0\.0\.1:\d+"
AT_BOARD = ("join", "leave", "lower_hand", "pace", "raise_hand", "share", "vote")
NOT_SENT = "A program runs this notebook, so nothing is sent to a board"
SHOWN = {  # what each statement of README shows in a notebook; None where it shows nothing
    f"from wirelab import {', '.join(name for name in wirelab.__all__ if name.islower() and name not in AT_BOARD)}": None,  # noqa: E501
    f"from wirelab import {', '.join(AT_BOARD)}": None,
    "web = launch(MyHandler)": RUNS.format("MyHandler", "http"),
    "api = launch(app)": RUNS.format("Flask app", "http"),
    "feed = launch(onconnect)": RUNS.format("onconnect", "ws"),
    'site = launch("servers.web_server")': RUNS.format("servers.web_server", "http"),
    "own = launch(create_server)": RUNS.format("create_server", "http"),
    "(web.url, web.port, web.log, web.failures)": r"\('http://127\.0\.0\.1:\d+', \d+, .*, \[\]\)",
    "web.page('/index.html')": r"The page http://127\.0\.0\.1:\d+/index\.html, which a browser shows\.",
    "web.stop()": None,
    "with wire(web) as tap:\n    requests.get(tap.url + '/hello', timeout=3)": None,
    "tap": r"(?s).*GET /hello HTTP/1\.1.*HTTP/1\.0 200 OK.*hello",
    "tap.live()": r"(?s).*GET /hello HTTP/1\.1.*HTTP/1\.0 200 OK",
    "(tap[0], tap[2:5], tap.http[0].response.status, tap.frames, tap.troubles)": r"(?s)\(.*GET /hello.*\b200\b",
    "(tap.http[0].as_curl(), tap.save('talk.har'), tap.save('talk.txt'))": r"(?s).*curl .*/hello",
    "check('12.1', web)": r"(?s).*12\.1",
    "hint('12.1')": r"(?s)Exercise 12\.1, .*\n\S",
    "show_me('12.1')": r"(?s)Exercise 12\.1, .*\n.*def do_GET",
    "summary('12')": r"(?s)Exercise 12, .*: 0 of 4 passed\n.*go on with lesson 13",
    "progress()": r"(?s)0 of \d+ exercises passed\nNext: lesson 00.*41 ",
    "doctor()": r"(?s).*Python is 3\.\d+ or newer",
    "join('k3x9')": NOT_SENT,
    "(raise_hand(), lower_hand(), pace('too fast'), vote('501'))": rf"\({NOT_SENT}",
    "share('12.1')": NOT_SENT,
    "leave()": NOT_SENT,
    "show(MyHandler)": r"class MyHandler\(BaseHTTPRequestHandler\):\n    def do_GET\(self\):",
}


@pytest.fixture(scope="module")
def readme_in_a_kernel(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each statement of README's code shows when they are run in a notebook, one after another."""
    [code] = re.findall(r"^## What the notebooks use\n+```python\n(.*?)```", README, re.MULTILINE | re.DOTALL)
    shown = {}
    with Kernel(tmp_path_factory.mktemp("readme")) as kernel:
        kernel.run(LEARNERS_CODE)
        for statement in map(ast.unparse, ast.parse(code).body):
            if statement == "web.stop()":
                continue  # the lines after it need the server
            result = kernel.run(statement)
            assert result.status == "ok", (statement, result.text)
            target = statement.partition(" = ")[0]
            shown[statement] = kernel.run(target).text if " = launch(" in statement else result.text
        assert kernel.run("web.stop()\nweb").text == "MyHandler is stopped\n"
        shown["web.stop()"] = ""
    return shown


def test_each_line_of_readmes_code_is_tried(readme_in_a_kernel: dict[str, str]) -> None:
    assert set(readme_in_a_kernel) == {ast.unparse(ast.parse(statement)) for statement in SHOWN}


@pytest.mark.parametrize("statement", SHOWN)
def test_readmes_code_shows_what_it_says(readme_in_a_kernel: dict[str, str], statement: str) -> None:
    shown, expected = readme_in_a_kernel[ast.unparse(ast.parse(statement))], SHOWN[statement]
    assert shown == "" if expected is None else re.match(expected, shown)
