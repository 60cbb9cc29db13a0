"""Bring a newer course, and keep what the learner wrote."""

import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from wirelab.errors import NotUpdated
from wirelab.paths import aside

GIT_DEADLINE = 300.0  # seconds for git
NO_CLONE = (
    "this copy of the course did not come by git: unpack the newer course beside it, and copy from here to there "
    "the folder .progress and the notebooks in exercises that you have written in"
)
NO_GIT = "git is not installed here: install it, or unpack the newer course beside this one"
NO_UPSTREAM = "git does not know where a newer course comes from: set it with git branch --set-upstream-to"
OWN_COMMITS = "you have committed changes of your own: bring both together with git pull --no-rebase"


@dataclass(frozen=True)
class Update:
    """What an update did: whether anything came, and each of the learner's files with the name it has now."""

    is_new: bool
    kept: Sequence[tuple[str, str]] = ()


def update(course: Path) -> Update:
    """Bring the newest course to a clone. Raises NotUpdated, with what to do; then nothing has changed.

    A file that the learner has changed stays as it is, unless the newer course has another one of its name: then
    the learner's is kept beside it, as in exercises/12-web-server.old-1.ipynb.
    """
    if not (course / ".git").exists():
        raise NotUpdated(NO_CLONE)
    _git(course, "fetch", "--quiet")
    newest = _git(course, "rev-parse", "--quiet", "--verify", "@{upstream}", otherwise=NO_UPSTREAM).strip()
    if _is_within(course, newest, "HEAD"):
        return Update(is_new=False)
    if not _is_within(course, "HEAD", newest):
        raise NotUpdated(OWN_COMMITS)
    kept = [_keep(course, name) for name in _in_the_way(course, newest)]
    _git(course, "merge", "--quiet", "--ff-only", newest)
    return Update(is_new=True, kept=kept)


def _in_the_way(course: Path, newest: str) -> list[str]:
    """The files of the learner's that the newer course has too, and not the same."""
    coming = _names(_git(course, "diff", "--name-only", "--no-renames", "-z", "HEAD", newest))
    changed = _names(_git(course, "diff", "--name-only", "-z", "HEAD"))
    own = _names(_git(course, "ls-files", "--others", "-z"))
    return [name for name in coming if name in {*changed, *own} and (course / name).exists()]


def _keep(course: Path, name: str) -> tuple[str, str]:
    """Copy the learner's file beside itself, then make room for the newer one."""
    file = course / name
    kept = aside(file)
    shutil.copy2(file, kept)
    if _git(course, "ls-files", "-z", "--", name):
        _git(course, "checkout", "--quiet", "HEAD", "--", name)
    else:
        file.unlink()
    return name, kept.relative_to(course).as_posix()


def _names(said: str) -> list[str]:
    return [name for name in said.split("\0") if name]


def _is_within(course: Path, older: str, newer: str) -> bool:
    return _run(course, "merge-base", "--is-ancestor", older, newer).returncode == 0


def _git(course: Path, *words: str, otherwise: str = "") -> str:
    """What git says. Raises NotUpdated with the last line of its complaint, or with what `otherwise` advises."""
    done = _run(course, *words)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or [f"it ended with {done.returncode}"])[-1]
        raise NotUpdated(otherwise or f"git {words[0]} did not work ({last}): put that right, then try again")
    return done.stdout


def _run(course: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    quiet = {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}  # no question that nobody sees
    try:
        return subprocess.run(
            ["git", *words],
            cwd=course,
            env={**os.environ, **quiet},
            timeout=GIT_DEADLINE,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        raise NotUpdated(NO_GIT) from None
    except subprocess.TimeoutExpired:
        raise NotUpdated(f"git {words[0]} did not end: look at your connection, then try again") from None
