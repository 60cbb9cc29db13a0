"""The command `wirelab`: read the words, call one function."""

import argparse
import io
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import wirelab.quick_start  # noqa: F401
from wirelab.course import COURSE, SANITIZE
from wirelab.errors import WirelabError

FIRST = "notebooks/00-start-here.ipynb"
WORKERS = min(8, (os.cpu_count() or 1) + 1)  # tests wait a third of their time
CELL_TIMEOUT = 30  # seconds


def open_course(words: argparse.Namespace) -> int:
    """Open the course in JupyterLab."""
    from jupyterlab.labapp import LabApp

    # In a terminal of JupyterLab, `python -m servers.web_server` is to find the Python that has the packages.
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = [f"--ServerApp.root_dir={COURSE}", f"--LabApp.default_url=/lab/tree/{FIRST}"]
    settings += ["--no-browser"] if words.no_browser else []
    settings += [f"--port={words.port}"] if words.port else []
    LabApp.launch_instance([*settings, *words.rest])
    return 0


def test(words: argparse.Namespace) -> int:
    """Run every test: of the kit, of the servers, and of each notebook's stored outputs."""
    nbval = ["--nbval", "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}"]
    side_by_side = ["-n", str(WORKERS), "--dist", "loadfile"]
    chosen = ["-m", "not proof"]  # a later -m, from the command line, counts instead
    nbval += [f"--nbval-sanitize-with={SANITIZE}", "-p", "wirelab.quick_start"]
    command = [sys.executable, "-m", "pytest", *nbval, *side_by_side, *chosen]
    return subprocess.call([*command, *words.rest], cwd=COURSE)


def build_notebooks(words: argparse.Namespace) -> int:
    """Build the notebooks from sources/, or with --check only tell which are stale."""
    from wirelab.build import build, stale  # takes two seconds, which opening the course need not wait for

    if not words.check:
        for path in build(COURSE, words.stems):
            print(f"built {path.relative_to(COURSE).as_posix()}")
        return 0
    found = stale(COURSE)
    for said in found:
        print(said)
    if found:
        print("Repair them with: python3 start.py build")
    return 1 if found else 0


def reset_exercise(words: argparse.Namespace) -> int:
    """Give an exercise back as it was, and keep your own beside it."""
    from wirelab.build import reset

    exercise, kept = reset(COURSE, words.stem)
    print(f"{exercise.relative_to(COURSE).as_posix()} is as it was")
    if kept:
        print(f"yours is now {kept.relative_to(COURSE).as_posix()}")
    return 0


def look_around(words: argparse.Namespace) -> int:
    """Check that this computer has all that the course needs."""
    from wirelab.doctor import doctor

    report = doctor()
    print(report)
    return 0 if report.is_well else 1


def parser() -> argparse.ArgumentParser:
    """All commands and their help."""
    top = argparse.ArgumentParser(prog="wirelab", description="Python on the wire: the course and its tools.")
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object) -> argparse.ArgumentParser:
        help = str(function.__doc__)
        made = commands.add_parser(name, help=help, description=help)
        made.set_defaults(function=function)
        return made

    opening = command("open", open_course)
    opening.add_argument("--no-browser", action="store_true", help="start JupyterLab, open no window")
    opening.add_argument("--port", type=int, help="JupyterLab's port (default: 8888, or the next free one)")
    command("test", test)
    building = command("build", build_notebooks)
    building.add_argument("--check", action="store_true", help="change nothing, fail if something is stale")
    building.add_argument("stems", nargs="*", metavar="STEM", help="only these, as in 12-web-server")
    resetting = command("reset", reset_exercise)
    resetting.add_argument("stem", metavar="STEM", help="which one, as in 12-web-server or 12")
    command("doctor", look_around)
    return top


def _show_any_letter() -> None:
    """A question mark in place of what an old terminal's alphabet lacks, and no error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def main(words: Sequence[str] | None = None) -> int:
    """Run one command. No command at all means `open`."""
    given = list(sys.argv[1:] if words is None else words)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = ["open", *given]
    known, rest = parser().parse_known_args(given)
    if rest and known.function not in (open_course, test):
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    known.rest = rest
    _show_any_letter()
    try:
        return int(known.function(known))
    except WirelabError as error:
        print(error, file=sys.stderr)
        return 1
