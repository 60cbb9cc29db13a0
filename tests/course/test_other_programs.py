"""What docs/other-programs.md says of programs from elsewhere is what happens to them in a notebook."""

import contextlib
import json
import re
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel

COURSE = Path(__file__).parents[2]
PAGE = (COURSE / "docs" / "other-programs.md").read_text(encoding="utf-8")
CERTIFICATE = COURSE / "tests" / "launching" / "localhost.pem"
BEGINNING, *SECTIONS = PAGE.split("\n## ")
BLOCK = re.compile(r"```(python|text)\n(.*?)```", re.DOTALL)
OWN_PORT = re.compile(r"(?:port=|PORT = )(\d+)")  # of a program that takes no other
FILE = re.compile(r"# (\w+\.py)\n")
LEARNERS_PORTS = {"WIRELAB_PORTS": ""}
NUMBERS = re.compile(r"(?<=127\.0\.0\.1:)\d+|(?<=not on )\d+")  # ports, which differ where another program has one


def same_ports(text: str) -> str:
    """The text without what the ports that are free change in it."""
    return NUMBERS.sub("PORT", re.sub(r"\nPort \d+ belongs to .*", "", text)).strip()


def is_free(port: int) -> bool:
    """Whether a server may listen there."""
    with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
        return True
    return False


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kernel]:
    folder = tmp_path_factory.mktemp("programs")
    shutil.copy(CERTIFICATE, folder)
    with Kernel(folder, env=LEARNERS_PORTS) as kernel:
        for _, code in BLOCK.findall(BEGINNING):
            assert kernel.run(code).status == "ok"
        kernel.folder = folder  # type: ignore[attr-defined]
        yield kernel


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.partition("\n")[0])
def test_a_program_is_launched_tapped_and_saved_as_the_page_says(kernel: Kernel, section: str) -> None:
    if taken := [port for port in OWN_PORT.findall(section) if not is_free(int(port))]:
        pytest.skip(f"another program has port {taken[0]}")
    folder: Path = kernel.folder  # type: ignore[attr-defined]
    saved = [folder / "talk.har", folder / "talk.txt"]
    for file in saved:
        file.unlink(missing_ok=True)
    blocks = BLOCK.findall(section)
    for (kind, code), (next_kind, expected) in zip(blocks, [*blocks[1:], ("", "")], strict=True):
        if kind == "python" and (named := FILE.match(code)):
            (folder / named[1]).write_text(code, encoding="utf-8")
        elif kind == "python":
            shown = kernel.run(code).text
            assert same_ports(shown) == (same_ports(expected) if next_kind == "text" else ""), code
    assert json.loads(saved[0].read_text(encoding="utf-8"))["log"]["version"] == "1.2"
    assert saved[1].read_text(encoding="utf-8").strip()
    assert kernel.run("from wirelab import servers, stop_all\nstop_all()\nservers()").text == "[]\n"
