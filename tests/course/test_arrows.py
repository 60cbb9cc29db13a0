"""Who may import whom: a folder only what stands on a floor below it, and no two modules each other."""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

PURE = ("errors", "building.notebook_source", "notebook.markup", "conversation")
IMPURE = {"asyncio", "io", "jupyter_client", "os", "pathlib", "requests", "socket", "subprocess", "threading"}
LOCKS = {"conversation.recording"}  # several threads write into one recording

COURSE = Path(__file__).parents[2]
KIT = COURSE / "wirelab"
PAGE = (COURSE / "docs" / "architecture.md").read_text(encoding="utf-8")
PICTURE = PAGE.split("```")[1]
FLOORS = [  # from the top down; what stands on one floor does not know each other
    set(re.findall(r"(\w+)\[\"[^ ]", floor)) for floor in re.findall(r"subgraph.*?end\n", PICTURE, re.DOTALL)
]
DRAWN = set(re.findall(r"(\w+) --> (\w+)", PICTURE))
FLOOR = {name: number for number, floor in enumerate(reversed(FLOORS)) for name in floor}


def name_of(path: Path) -> str:
    """The module below wirelab, as in `launching.ports`; `launching` for the folder's own file."""
    path = path.relative_to(KIT).with_suffix("")
    return ".".join(path.parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(KIT.rglob("*.py"))}


def imports(path: Path) -> set[str]:
    """The modules that a file imports, in full; those inside of functions and those for types too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in inner if name.removeprefix("wirelab.") in MODULES}
            found |= modules or {node.module}
    return found


def ours(path: Path) -> set[str]:
    """The modules of the kit that a file imports, without `wirelab.` before them."""
    return {name.removeprefix("wirelab.") for name in imports(path) if name.startswith("wirelab.")}


def room(module: str) -> str:
    """The folder of a module, or the module itself where it stands at the top."""
    return module.partition(".")[0]


def test_every_room_has_a_floor() -> None:
    assert {room(name) for name in MODULES} == set(FLOOR)


@pytest.mark.parametrize("name", MODULES)
def test_no_arrow_leads_up_or_across(name: str) -> None:
    for other in ours(MODULES[name]):
        assert room(other) == room(name) or FLOOR[room(other)] < FLOOR[room(name)], other


def arrows() -> set[tuple[str, str]]:
    """Who imports whom, room by room."""
    found = {(room(name), room(other)) for name, path in MODULES.items() for other in ours(path)}
    return {(here, there) for here, there in found if here != there}


def reached(start: str) -> set[str]:
    """What is below a room in the picture, along its arrows."""
    below = {there for here, there in DRAWN if here == start}
    return below.union(*map(reached, below))


def test_the_picture_shows_the_arrows_that_there_are() -> None:
    assert arrows() >= DRAWN
    assert [(here, there) for here, there in arrows() if there not in reached(here)] == []


def test_the_page_names_every_module() -> None:
    for name in MODULES:
        assert re.search(rf"[`/]{name.rpartition('.')[2]}(\.py)?[`/]", PAGE), name


@pytest.mark.parametrize("place", re.findall(r"\| `((?:wirelab/|checks/|sources/|start\.py)[^`]*)`", PAGE))
def test_a_place_to_look_is_there(place: str) -> None:
    assert (COURSE / place).exists()


def test_no_modules_import_each_other_in_a_circle() -> None:
    arrows = {name: ours(path) - {name} for name, path in MODULES.items()}
    assert list(TopologicalSorter(arrows).static_order())


@pytest.mark.parametrize("name", [name for name in MODULES if name.startswith(PURE) and name not in LOCKS])
def test_a_pure_module_has_no_socket_no_kernel_and_no_disk(name: str) -> None:
    assert imports(MODULES[name]).isdisjoint(IMPURE)


def test_only_one_module_talks_to_kernels() -> None:
    users = [name for name, path in MODULES.items() if "jupyter_client.manager" in imports(path)]
    assert len(users) == 1


TESTS = [path for path in COURSE.glob("tests/*/test_*.py") if (KIT / path.parent.name).is_dir()]


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_tests_mirror_the_rooms(path: Path) -> None:
    module = path.stem.removeprefix("test_")
    assert (KIT / path.parent.name / f"{module}.py").exists()


def test_servers_know_nothing_of_the_kit() -> None:
    for path in (COURSE / "servers").rglob("*.py"):
        assert not {name for name in imports(path) if name.split(".")[0] in ("wirelab", "checks")}


def test_what_stands_at_the_top_of_servers_can_be_run() -> None:
    for path in (COURSE / "servers").glob("[a-z]*.py"):
        assert '\nif __name__ == "__main__":\n' in path.read_text(encoding="utf-8"), path.name


def test_checks_use_the_kits_checking_alone() -> None:
    for path in (COURSE / "checks").glob("*.py"):
        assert {name for name in imports(path) if name.startswith("wirelab")} <= {"wirelab.checking"}


def test_the_kits_door_lists_what_it_gives() -> None:
    import wirelab

    names = "Server Tap check doctor hint launch progress servers show show_me stop_all summary wire"
    at_board = "join leave lower_hand pace raise_hand share vote"
    assert sorted(wirelab.__all__) == sorted([*names.split(), *at_board.split()])
    assert all(hasattr(wirelab, name) for name in wirelab.__all__)


def test_no_module_has_the_name_of_a_public_function() -> None:
    import wirelab

    assert {name.rpartition(".")[2] for name in MODULES}.isdisjoint(wirelab.__all__)
