"""The command `wirelab`: read the words, call one function."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import wirelab.notebook.import_speed  # noqa: F401
from wirelab import commands, course_folder
from wirelab.errors import WirelabError

CALLED_FROM = "WIRELAB_CALLED_FROM"  # the folder in which start.py was called; it goes on in the course's own

TAKE_MORE_WORDS = (commands.open_course, commands.place_course, commands.present_lesson, commands.test)
NEED_NO_COURSE = ("-h", "--help", "course", "tap")


def _path_from_here(name: str) -> Path:
    """A path as the user means it, who may have called start.py from another folder."""
    return Path(os.environ.get(CALLED_FROM, "")) / name


def parser() -> argparse.ArgumentParser:
    """All commands and their help."""
    called = "python3 start.py" if CALLED_FROM in os.environ else "wirelab"
    top = argparse.ArgumentParser(prog=called, description="Python on the wire: the course and its tools.")
    known = top.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, function: object) -> argparse.ArgumentParser:
        help = str(function.__doc__)
        made = known.add_parser(name, help=help, description=help)
        made.set_defaults(function=function)
        return made

    opening, presenting = command("open", commands.open_course), command("present", commands.present_lesson)
    placing = command("course", commands.place_course)
    for made in (opening, presenting, placing):
        made.add_argument("--no-browser", action="store_true", help="start JupyterLab, open no window")
        made.add_argument("--port", type=int, help="JupyterLab's port (default: 8888, or the next free one)")
    there = "where to; it is made if it is not there (default: wirelab-course)"
    own = _path_from_here("wirelab-course")
    placing.add_argument("folder", nargs="?", type=_path_from_here, default=own, metavar="FOLDER", help=there)
    placing.add_argument("--no-open", action="store_true", help="put it there, and do not open it")
    presenting.add_argument("lesson", metavar="LESSON", help="which one, as in 12-web-server or 12")
    colours = presenting.add_mutually_exclusive_group()
    colours.add_argument("--light", action="store_true", help="dark letters on a light ground (the default)")
    colours.add_argument("--dark", action="store_true", help="light letters on a dark ground")
    as_slides = "show it as slides; needs the extension jupyterlab-slideshow"
    presenting.add_argument("--slides", action="store_true", help=as_slides)
    practice = "practise without a room: keep each section's time, and say where the plan was wrong"
    presenting.add_argument("--rehearse", action="store_true", help=practice)
    own_plan = "plan each section with the minutes that it took in your last rehearsal"
    presenting.add_argument("--own-plan", action="store_true", help=own_plan)
    boarding = command("board", commands.open_board)
    boarding.add_argument("--port", type=int, help="the board's port (default: 8765)")
    lan = "let learners in from the network of this computer's ADDRESS too; plain HTTP, so nothing is secret there"
    boarding.add_argument("--lan", metavar="ADDRESS", help=lan)
    boarding.add_argument(
        "--keep", action="store_true", help="keep what the board knows; without it, all is deleted"
    )
    boarding.add_argument(
        "--new", action="store_true", help="begin anew, and put a board that was kept or cut short aside"
    )
    table = "write a table of seats and exercises at the end, for a spreadsheet"
    boarding.add_argument("--export", type=_path_from_here, metavar="CSV", help=table)
    boarding.add_argument(
        "--no-browser", action="store_true", help="open no window; the terminal shows the addresses"
    )
    command("test", commands.test)
    building = command("build", commands.build_notebooks)
    building.add_argument("--check", action="store_true", help="change nothing, fail if something is stale")
    building.add_argument("stems", nargs="*", metavar="STEM", help="only these, as in 12-web-server")
    telling = command("minutes", commands.tell_minutes)
    telling.add_argument("--write", action="store_true", help="correct them in sources/ and in README.md")
    taken = "take them from your rehearsals, as far as they are within a third of what is reckoned"
    telling.add_argument("--rehearsed", action="store_true", help=f"with --write: {taken}")
    telling.add_argument("stems", nargs="*", metavar="STEM", help="only these, as in 12-web-server")
    resetting = command("reset", commands.reset_exercise)
    resetting.add_argument("stem", metavar="NUMBER", help="which one, as in 12 or 12-web-server")
    command("progress", commands.show_progress)
    command("update", commands.update_course)
    tapping = command("tap", commands.tap_server)
    tapping.add_argument("target", metavar="SERVER", help="as in 8001, example.org:80 or http://127.0.0.1:8001")
    tapping.add_argument("--port", type=int, help="where clients connect (default: 1000 more than the server's)")
    saved = "a .har or .txt that keeps all of it, in the end"
    tapping.add_argument("--save", type=_path_from_here, metavar="FILE", help=saved)
    tapping.add_argument("--raw", action="store_true", help="show the bytes of each message as well")
    grading = command("grade", commands.grade_submissions)
    grading.add_argument("folder", nargs="?", type=_path_from_here, metavar="FOLDER", help="or a .zip file")
    where = "a folder for grades, pages and the record; it is made where it is not there"
    grading.add_argument("--out", required=True, type=_path_from_here, metavar="GRADES", help=where)
    grading.add_argument("--roster", type=_path_from_here, metavar="CSV", help="the class list: id, name, email")
    grading.add_argument("--deadline", metavar="TIME", help="as in 2026-11-30T23:59; what is later is told")
    merged = "the gradebook as Canvas exported it: our points come into its columns"
    grading.add_argument("--canvas", type=_path_from_here, metavar="CSV", help=merged)
    entered = "enter the points in nbgrader's gradebook.db as well"
    grading.add_argument("--nbgrader", type=_path_from_here, metavar="DB", help=entered)
    grading.add_argument("--jobs", type=int, metavar="N", help="submissions at once (default: two for each core)")
    grading.add_argument("--shard", metavar="I/N", help="grade one part of N; the last run is without it")
    cluster = "judge on the workers of a Dask cluster, as in tcp://10.0.0.5:8786"
    grading.add_argument("--dask", metavar="ADDRESS", help=cluster)
    trusting = "run submissions without keeping them apart, where this computer cannot"
    grading.add_argument("--trust", action="store_true", help=trusting)
    grading.add_argument("--verify", action="store_true", help="grade nothing; look whether a grade was changed")
    publishing = command("book", commands.publish_book)
    publishing.add_argument(
        "--out", type=_path_from_here, metavar="FOLDER", help="where to (default: build-artefacts/book)"
    )
    publishing.add_argument("--no-browser", action="store_true", help="only say where it is")
    copied = "the course's address on GitHub, for links to it and to Binder (default: where it was cloned from)"
    publishing.add_argument("--repository", metavar="ADDRESS", help=copied)
    command("doctor", commands.look_around)
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
    if course_folder.is_packed() and given[0] not in NEED_NO_COURSE:
        if around := course_folder.course_around(Path.cwd()):
            return course_folder.run_course(around, given)
        if given[0] != "open":
            print(course_folder.NO_COURSE, file=sys.stderr)
            return 1
        given[0] = "course"
    known, rest = parser().parse_known_args(given)
    if rest and known.function not in TAKE_MORE_WORDS:
        parser().error(f"unrecognized arguments: {' '.join(rest)}")
    known.rest = rest
    _show_any_letter()
    try:
        return int(known.function(known))
    except WirelabError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # as before a command has begun to listen for Ctrl+C
        return 130
