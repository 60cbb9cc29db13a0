"""Carry out a Dockerfile without Docker: in a folder that holds the Debian suite it names (as root)."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from debian_suite import HERE, SUITES, bootstrap, clone, inside
from dockerfile import Instruction, build_context, instructions

OF_THE_IMAGE = "python{},python3-venv,python3-pip,ca-certificates"  # what python:…-slim has, in Debian's packages
OF_THE_MACHINE = ("pip_", "http", "no_")  # variables by which it reaches packages
NETWORK = 'ip link set lo up && exec "$@"'


class Image:
    """What the instructions have made so far: files below `root`, and how the next command runs."""

    def __init__(self, root: Path, context: Path) -> None:
        self.root, self.context = root, context
        self.folder, self.user = "/", "root"
        self.env = {"PATH": "/usr/local/bin:/usr/local/sbin:/usr/bin:/usr/sbin:/bin:/sbin"}
        self.kept: dict[str, list[str]] = {}  # CMD and HEALTHCHECK, for when it runs

    def carry_out(self, one: Instruction) -> None:
        """Do what one instruction says. Ends the program at one that is not known here."""
        print(f"-- {one.name} {one.text}", flush=True)
        match one.name:
            case "RUN":
                subprocess.run(self.command(["/bin/sh", "-c", one.text]), check=True)
            case "ENV" | "ARG":
                self.env |= dict(word.split("=", 1) for word in one.words)
            case "WORKDIR":
                self.folder = str(Path(self.folder, one.text))
                self.root.joinpath(self.folder[1:]).mkdir(parents=True, exist_ok=True)
            case "COPY":
                self.copy(one.words)
            case "USER":
                self.user = one.text
            case "CMD" | "HEALTHCHECK":
                self.kept[one.name] = one.words
            case "EXPOSE" | "FROM":
                pass
            case _:
                sys.exit(f"course_image.py knows no {one.name}: teach it, or leave it out of the Dockerfile")

    def copy(self, words: list[str]) -> None:
        target = self.root / self.folder[1:]
        for name in words[:-1]:
            found = self.context / name
            if found.is_dir():
                shutil.copytree(found, target, dirs_exist_ok=True, symlinks=True)
            else:
                shutil.copy2(found, target)

    def command(self, words: list[str]) -> list[str]:
        """The words, as they run in the image as its user, in its environment alone."""
        told = [f"{name}={value}" for name, value in self.environment().items()]
        become = ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups", "--no-new-privs"]
        whole = ["/usr/bin/env", "-i", *told, *(become if self.user != "root" else []), *words]
        return inside(self.root, self.folder, *whole)

    def environment(self) -> dict[str, str]:
        """The image's, and how this machine reaches packages."""
        ours = {name: value for name, value in os.environ.items() if name.lower().startswith(OF_THE_MACHINE)}
        home = "/root" if self.user == "root" else f"/home/{self.user}"
        return {**ours, **self.env, "HOME": home}

    def build(self, dockerfile: Path) -> None:
        """Carry out all of its instructions."""
        for one in instructions(dockerfile):
            self.carry_out(one)

    def run(self, *words: str) -> int:
        """Run a program as the image's user, in a network of its own. Returns its exit code."""
        own_network = ["unshare", "--net", "sh", "-c", NETWORK, "sh"]
        return subprocess.call([*own_network, *self.command(list(words))])


@contextmanager
def course_image() -> Iterator[Image]:
    """The image of the last commit; it is deleted in the end."""
    folder = tempfile.mkdtemp(dir=SUITES)
    try:
        root, context = Path(folder, "root"), Path(folder, "context")
        subprocess.run(["cp", "--archive", _suite(instructions(HERE / "Dockerfile")[0].text), root], check=True)
        clone(context)
        build_context(context)
        image = Image(root, context)
        image.build(context / "Dockerfile")
        yield image
    finally:
        shutil.rmtree(folder)


def _suite(name: str) -> Path:
    """The folder of the Debian suite that is in python:3.13-slim-trixie, made where it is not there yet."""
    version, _, suite = name.removeprefix("python:").split("-")
    root = SUITES / f"{suite}-container"
    if not root.exists():
        bootstrap(suite, OF_THE_IMAGE.format(version), root)
    return root
