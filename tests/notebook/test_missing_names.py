"""A cell that lacks a name is told which other cell makes it."""

from pathlib import Path

import nbformat
import pytest

from wirelab.building.kernel_client import FREE_PORTS, CellResult, Kernel
from wirelab.notebook.missing_names import advice, code_cells, names_made

IMPORTS = "import requests\nfrom wirelab import launch as start"
MAKES = "class Hello:\n    pass\n\n\nweb = start(Hello)"
USES = "web.url"


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("import os.path", {"os"}),
        ("from wirelab import launch as start, wire", {"start", "wire"}),
        ("a, (b, *c) = 1, (2, 3)", {"a", "b", "c"}),
        ("def f(x):\n    y = x", {"f"}),
        ("class C:\n    z = 1", {"C"}),
        ("async def g():\n    h = 1\nawait g()", {"g"}),
        ("with open('f') as file:\n    text = file.read()", {"file", "text"}),
        ("for seat in range(3):\n    last = seat", {"seat", "last"}),
        ("print(n := 3)", {"n"}),
        ("web.port", set()),
        ("%timeit x = 3", set()),
    ],
)
def test_the_names_that_a_cell_makes(cell: str, names: set[str]) -> None:
    assert names_made(cell) == names


def test_the_nearest_cell_above_is_meant() -> None:
    said = advice("web", ["web = 1", "web = 2  # again", USES, "web = 3"], USES)
    assert "web is made by another cell" in said and "    web = 2  # again" in said and "Run All Above" in said


def test_a_cell_below_is_named_where_there_is_none_above() -> None:
    said = advice("web", [USES, "web = 3", "web = 4"], USES)
    assert "    web = 3" in said and "Above" not in said


def test_a_name_that_no_cell_makes_is_a_slip_of_the_pen() -> None:
    assert advice("wep", [MAKES, USES], USES) == ""


def test_a_cells_own_name_is_no_advice() -> None:
    assert advice("web", ["print(web)\nweb = 1"], "print(web)\nweb = 1\n") == ""


def test_a_notebook_that_cannot_be_read_gives_no_cells(tmp_path: Path) -> None:
    (tmp_path / "broken.ipynb").write_text("{")
    assert code_cells(tmp_path / "broken.ipynb") == code_cells(tmp_path / "gone.ipynb") == []


def run(folder: Path, cell: str, *, told: bool = True) -> CellResult:
    """Run one cell of a notebook in a kernel that has imported wirelab and nothing else."""
    path = folder / "lesson.ipynb"
    cells = [nbformat.v4.new_code_cell(source) for source in (IMPORTS, MAKES, cell)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    with Kernel(folder, env={**FREE_PORTS, **({"JPY_SESSION_NAME": str(path)} if told else {})}) as kernel:
        assert kernel.run("import wirelab; import wirelab").status == "ok"
        return kernel.run(cell)


def test_a_cell_that_runs_too_early_says_which_to_run_first(tmp_path: Path) -> None:
    reply = run(tmp_path, USES)
    assert reply.status == "error" and reply.text == "NameError: name 'web' is not defined\n"
    assert str(reply.outputs[0].traceback).count("it begins with\\n    class Hello:") == 1


def test_a_misspelt_name_gets_no_advice(tmp_path: Path) -> None:
    assert "Run that one first" not in str(run(tmp_path, "wep.url").outputs[0].traceback)


def test_a_name_that_a_library_lacks_gets_no_advice(tmp_path: Path) -> None:
    library = "exec(compile('web', 'library.py', 'exec'), {})"
    assert "Run that one first" not in str(run(tmp_path, library).outputs[0].traceback)


def test_where_jupyter_does_not_tell_the_notebook_there_is_no_advice(tmp_path: Path) -> None:
    assert "Run that one first" not in str(run(tmp_path, USES, told=False).outputs[0].traceback)
