"""Carry out the commands of `wirelab`, each with what its words say. The docstring of each is its help."""

import argparse
import os
import re
import subprocess
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path

from wirelab.paths import COURSE

OPEN_ALREADY = "The course is open already, in another window: {}"
OPEN_TAB = "If it is open in JupyterLab, choose File → Reload Notebook from Disk, or close it without saving."
WORKERS = min(8, (os.cpu_count() or 1) + 1)  # tests wait a third of their time


def open_course(words: argparse.Namespace) -> int:
    """Open the course in JupyterLab."""
    from wirelab.building.notebook_trust import sign
    from wirelab.opening import last_place
    from wirelab.opening.quiet_lab import run_lab

    if not _wants_a_second_one(words) and (address := _open_already()):
        return _lead_to(address, with_browser=not words.no_browser)
    sign(COURSE)
    settings = [f"--ServerApp.root_dir={COURSE}", f"--LabApp.default_url={last_place.landing_page()}"]
    settings += last_place.settings()
    return run_lab([*settings, *_lab_settings(words)], port=words.port)


def place_course(words: argparse.Namespace) -> int:
    """Put the course into a folder of your own, or bring a newer one there, and open it."""
    from wirelab.course_folder import place_course, run_course

    folder = words.folder.absolute()
    for name, kept in place_course(folder):
        print(f"{name} has changed: yours is now {kept}")
    print(f"The course is in {folder}", flush=True)
    if words.no_open:
        return 0
    given = ["--no-browser"] if words.no_browser else []
    given += [f"--port={words.port}"] if words.port else []
    return run_course(folder, ["open", *given, *words.rest])


def _lab_settings(words: argparse.Namespace) -> list[str]:
    """What the user and this computer ask of JupyterLab.

    In a terminal of JupyterLab, `python -m servers.web_server` is to find the Python that has the packages.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    settings = ["--no-browser"] if words.no_browser else []
    settings += [f"--port={words.port}"] if words.port else []
    settings += _root_settings(words.rest) if _is_root() else []
    return [*settings, *words.rest]


def _wants_a_second_one(words: argparse.Namespace) -> bool:
    """Whether a port is named: then the course is opened there, whatever runs already."""
    return bool(words.port) or any(re.match(r"--(\w+\.)?port\b", word) for word in words.rest)


def _open_already() -> str:
    from wirelab.opening.running_course import running_course

    return running_course()


def _lead_to(address: str, *, with_browser: bool) -> int:
    """Show the JupyterLab that runs already, instead of a second one with kernels of its own."""
    print(OPEN_ALREADY.format(address), file=sys.stderr)
    if with_browser:
        webbrowser.open(address)
    return 0


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0


def _root_settings(words: Sequence[str]) -> list[str]:
    """What JupyterLab needs to start as root, as in a container, where it would refuse.

    It then listens on this computer alone, whatever a configuration file says; an --ip among `words` counts more.
    """
    if any(re.match(r"--(\w+\.)?ip\b", word) for word in words):
        print("You are root, so JupyterLab runs as root.", file=sys.stderr)
        return ["--allow-root"]
    print("You are root, so JupyterLab runs as root, and on this computer only.", file=sys.stderr)
    return ["--allow-root", "--ServerApp.ip=127.0.0.1"]


def present_lesson(words: argparse.Namespace) -> int:
    """Present a lesson to a room, with its notes and a clock on a page of your own."""
    from wirelab.presenting.presentation import present

    theme = "dark" if words.dark else "light"
    how = {"theme": theme, "port": words.port, "slides": words.slides}
    times = {"rehearse": words.rehearse, "own_plan": words.own_plan}
    return present(words.lesson, _lab_settings(words), **how, **times)


def open_board(words: argparse.Namespace) -> int:
    """Open a class board: see how a room gets on while it works. Learners who join send it no code."""
    from wirelab.building.lesson_questions import lesson_questions
    from wirelab.classroom.board_command import run_board

    return run_board(words, lambda: lesson_questions(COURSE))


def test(words: argparse.Namespace) -> int:
    """Run every test: of the kit, of the servers, and of each notebook's stored outputs."""
    chosen = ["-m", "not proof"]  # a later -m, from the command line, counts instead
    command = [sys.executable, "-m", "pytest", "--nbval", "-n", str(WORKERS), *chosen]
    command += ["-p", "wirelab.notebook.import_speed"]
    return subprocess.call([*command, *words.rest], cwd=COURSE)


def build_notebooks(words: argparse.Namespace) -> int:
    """Build the notebooks from sources/, or with --check only tell which are stale."""
    from wirelab.building.builder import (  # takes two seconds, which opening the course need not wait for
        build,
        stale,
    )

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


def tell_minutes(words: argparse.Namespace) -> int:
    """Tell each section's minutes, stated and reckoned, or with --write correct those that are off."""
    from wirelab.building.stated_minutes import lessons, state_minutes
    from wirelab.presenting.rehearsal import rehearsed_minutes

    if words.write:
        state_minutes(COURSE, words.stems, rehearsed_minutes if words.rehearsed else None)
    found = lessons(COURSE, words.stems)
    for lesson in found:
        print(f"{lesson.path.stem}: {lesson.stated} minutes")
        for section in lesson.sections:
            off = "" if section.is_honest else "  <- off"
            print(f"  {section.stated:3} stated {section.reckoned:5.1f} reckoned  {section.heading}{off}")
    return 0 if all(section.is_honest for lesson in found for section in lesson.sections) else 1


def reset_exercise(words: argparse.Namespace) -> int:
    """Give an exercise back as it was, and keep your own beside it."""
    from wirelab.building.builder import reset

    exercise, kept = reset(COURSE, words.stem)
    print(f"{exercise.relative_to(COURSE).as_posix()} is as it was")
    if kept:
        print(f"yours is now {kept.relative_to(COURSE).as_posix()}")
    print(OPEN_TAB)
    return 0


def update_course(words: argparse.Namespace) -> int:
    """Bring a newer course, and keep what you have written."""
    from wirelab.course_update import update

    done = update(COURSE)
    print("Here is the newest course." if done.is_new else "There is no newer course.")
    for name, kept in done.kept:
        print(f"{name} has changed: yours is now {kept}")
    if done.is_new:
        print("Run start.py again before you go on." + (f" {OPEN_TAB}" if done.kept else ""))
    return 0


def show_progress(words: argparse.Namespace) -> int:
    """Show the course as a map: what is done, what is begun, and what comes next."""
    from wirelab.opening.running_course import linked
    from wirelab.tracking.course_map import progress

    print(linked(repr(progress()), _open_already()))
    return 0


def tap_server(words: argparse.Namespace) -> int:
    """Show in this terminal what crosses the wire to a server, until Ctrl+C."""
    from wirelab.tapping.terminal import tap_until_interrupted

    tap_until_interrupted(words.target, listen=words.port, save=words.save, raw=words.raw)
    return 0


def look_around(words: argparse.Namespace) -> int:
    """Check that this computer has all that the course needs."""
    from wirelab.system_check import doctor

    report = doctor()
    print(report)
    return 0 if report.is_well else 1


def grade_submissions(words: argparse.Namespace) -> int:
    """Grade what a class handed in: run each notebook apart, check it from outside, write grades and feedback."""
    from wirelab.grading.grade_command import grade

    return grade(words)


def publish_book(words: argparse.Namespace) -> int:
    """Build the whole course as a website, to read without Jupyter and without a network."""
    from wirelab.publishing import bookbinding

    repository = bookbinding.origin(COURSE) if words.repository is None else words.repository
    page = bookbinding.make_book(words.out or COURSE / bookbinding.OUT, repository=repository)
    print(f"The book is here: {page}")
    if not words.no_browser:
        webbrowser.open(page.as_uri())
    return 0
