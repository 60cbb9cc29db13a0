"""The cheat sheets fit on a page, their code runs, and their tables say what the standards say."""

import ast
import re
from http import HTTPStatus
from pathlib import Path

import pytest
from urllib3.util import Retry
from websockets.frames import CloseCode, Opcode

from wirelab.building.kernel_client import Kernel

DOCS = Path(__file__).parents[2] / "docs"
SHEETS = sorted(DOCS.glob("cheat-sheet-*.md"))
TEXTS = {path.stem: path.read_text(encoding="utf-8") for path in SHEETS}
EVERYTHING = "\n".join(TEXTS.values())
BLOCK = re.compile(r"```python\n(.*?)```", re.DOTALL)
SHOWN = re.compile(r"# → (.+?)(?: \| .+)?$", re.MULTILINE)  # what a line shows, and perhaps a word about it
SAFE = {"GET", "HEAD", "OPTIONS", "TRACE"}  # RFC 9110 §9.2.1
NEWER_NAMES = {422: "Unprocessable Content"}  # RFC 9110 §15.5.21; Python 3.11 has the name of RFC 4918
NEVER_SENT = {CloseCode.NO_STATUS_RCVD, CloseCode.ABNORMAL_CLOSURE, CloseCode.TLS_HANDSHAKE}  # RFC 6455 §7.4.1


def statements(block: str) -> list[str]:
    """The statements of a block, each with the comments behind its lines."""
    lines = block.splitlines()
    ends = [node.end_lineno or 0 for node in ast.parse(block).body]
    return ["\n".join(lines[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def cells(row: str) -> list[str]:
    """What stands in the cells of a table's row."""
    return [cell.strip() for cell in row.strip("|").split("|")]


def pairs(text: str, key: str) -> list[tuple[str, str]]:
    """Each cell of the tables that is such a key, with the cell to its right."""
    rows = [cells(row) for row in text.splitlines() if row.startswith("|")]
    neighbours = [pair for row in rows for pair in zip(row, row[1:], strict=False)]
    return [(left, right) for left, right in neighbours if re.fullmatch(key, left)]


def test_there_is_a_sheet_for_each_topic() -> None:
    assert [path.name for path in SHEETS] == [
        "cheat-sheet-1-http.md", "cheat-sheet-2-rest.md", "cheat-sheet-3-websockets.md"
    ]  # fmt: skip


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_readme_links_to_the_sheet(path: Path) -> None:
    assert f"](docs/{path.name})" in (DOCS.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", TEXTS)
def test_a_sheet_fits_on_a_page(name: str) -> None:
    lines = TEXTS[name].splitlines()
    assert len(lines) <= 66
    assert max(len(line) for block in BLOCK.findall(TEXTS[name]) for line in block.splitlines()) <= 102


@pytest.mark.parametrize("name", TEXTS)
def test_the_code_of_a_sheet_runs_and_shows_what_it_says(name: str, tmp_path: Path) -> None:
    blocks = BLOCK.findall(TEXTS[name])
    assert SHOWN.search("".join(blocks))
    with Kernel(tmp_path) as kernel:
        for statement in [statement for block in blocks for statement in statements(block)]:
            result = kernel.run(statement)
            assert result.status == "ok", (statement, result.text)
            if expected := SHOWN.findall(statement):
                assert result.text.splitlines() == expected, statement


@pytest.mark.parametrize(("status", "phrase"), pairs(EVERYTHING, r"[1-5]\d\d"))
def test_a_status_has_its_name(status: str, phrase: str) -> None:
    number = int(status)
    assert phrase.partition(":")[0] == NEWER_NAMES.get(number, HTTPStatus(number).phrase)


@pytest.mark.parametrize("row", re.findall(r"^\| [A-Z]{3,} .+$", TEXTS["cheat-sheet-2-rest"], re.MULTILINE))
def test_a_method_is_safe_and_idempotent_as_the_standard_says(row: str) -> None:
    method, _, safe, idempotent, *_ = cells(row)
    assert safe == ("yes" if method in SAFE else "no")
    assert idempotent == ("yes" if method in Retry.DEFAULT_ALLOWED_METHODS else "no")


@pytest.mark.parametrize(("code", "says"), pairs(TEXTS["cheat-sheet-3-websockets"], r"1\d\d\d"))
def test_a_close_code_is_registered_and_the_sheet_says_which_are_never_sent(code: str, says: str) -> None:
    assert says.startswith("never sent") == (CloseCode(int(code)) in NEVER_SENT)


@pytest.mark.parametrize(("opcode", "kind"), pairs(TEXTS["cheat-sheet-3-websockets"], r"0|1|2|8|9|10"))
def test_an_opcode_has_its_name(opcode: str, kind: str) -> None:
    assert Opcode(int(opcode)).name.startswith(kind.split(",")[0].upper()[:4])
