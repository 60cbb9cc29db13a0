"""The files for containers, Binder and Hubs agree with the course, and with each other."""

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.specifiers import SpecifierSet

from wirelab.cli import CALLED_FROM, parser
from wirelab.course_parts import course_files

COURSE = Path(__file__).parents[1]
sys.path.append(str(COURSE / ".ci"))

from dockerfile import Instruction, instructions  # noqa: E402

PORT = "8888"
WORK = "/home/learner/course"
LOCKED = "-m pip install --no-cache-dir --require-hashes --requirement requirements.lock"
OURS = "-m pip install --no-cache-dir --no-deps --no-build-isolation --editable ."


@pytest.fixture
def dockerfile() -> list[Instruction]:
    return instructions(COURSE / "Dockerfile")


@pytest.fixture
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((COURSE / "compose.yaml").read_text(encoding="utf-8"))["services"]
    return found


def only(name: str, of: list[Instruction]) -> Instruction:
    [found] = [one for one in of if one.name == name]
    return found


def python_of(image: str) -> str:
    """The version in the name of an image of Python."""
    found = re.search(r"python:(3\.\d+)-", image)
    assert found, image
    return found[1]


def test_the_images_python_is_one_that_the_course_is_tested_on(dockerfile: list[Instruction]) -> None:
    version = python_of(only("FROM", dockerfile).text)
    ci = yaml.safe_load((COURSE / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    assert version in ci["jobs"]["test"]["strategy"]["matrix"]["python"]
    wanted = tomllib.loads((COURSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert version in SpecifierSet(wanted)


def test_the_development_container_has_the_same_python(dockerfile: list[Instruction]) -> None:
    settings = json.loads((COURSE / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert python_of(settings["image"]) == python_of(only("FROM", dockerfile).text)
    assert settings["forwardPorts"] == [int(PORT)]
    assert (COURSE / settings["customizations"]["codespaces"]["openFiles"][0]).exists()


def test_the_image_gets_the_locked_packages_and_then_the_course(dockerfile: list[Instruction]) -> None:
    done = [one.text for one in dockerfile if one.name in ("COPY", "RUN")]
    packages = next(number for number, text in enumerate(done) if LOCKED in text)
    course = next(number for number, text in enumerate(done) if OURS in text)
    assert done[packages - 1] == "requirements.lock ./"
    assert done[course - 1] == ". ./" and packages < course


def test_binder_gets_the_locked_packages_and_then_the_course() -> None:
    lines = (COURSE / "binder/postBuild").read_text(encoding="utf-8").splitlines()
    assert [line.removeprefix("python ") for line in lines[3:5]] == [LOCKED, OURS]
    assert lines[2] == "set -e"  # else an image is built without what failed
    names = yaml.safe_load((COURSE / "binder/environment.yml").read_text(encoding="utf-8"))["dependencies"]
    conda = yaml.safe_load((COURSE / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    assert names == conda[:2]


def test_the_image_holds_no_secret_and_nothing_that_a_learner_wrote() -> None:
    left_out = (COURSE / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert {".git", ".progress", ".venv*", "**/*.old-*"} <= set(left_out)
    needed = {name.split("/")[0] for name in course_files(COURSE)} - set(left_out)
    assert {"wirelab", "servers", "checks", "notebooks", "exercises", "solutions", "deploy", "data"} <= needed


def test_the_container_runs_as_somebody_who_may_write_in_one_place(dockerfile: list[Instruction]) -> None:
    users = [one.text for one in dockerfile if one.name == "USER"]
    assert users[-1] == "learner"
    assert "--uid 1000" in dockerfile[
        1
    ].text and f"--owner=learner --group=learner /home/learner/board {WORK}" in (dockerfile[1].text)


def test_the_containers_command_is_one_of_ours(
    dockerfile: list[Instruction], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(CALLED_FROM, raising=False)  # start.py sets it
    name, *words = only("CMD", dockerfile).words
    known, rest = parser().parse_known_args(words)
    assert (name, known.folder, known.port, known.no_browser) == ("wirelab", Path("course"), int(PORT), True)
    assert rest == ["--ip=0.0.0.0"]
    assert only("WORKDIR", dockerfile[-6:]).text == str(Path(WORK).parent)
    assert only("EXPOSE", dockerfile).text == PORT
    assert f"127.0.0.1:{PORT}/api" in only("HEALTHCHECK", dockerfile).text


def test_compose_opens_the_course_to_this_computer_alone(compose: dict[str, Any]) -> None:
    assert compose["course"]["ports"] == [f"127.0.0.1:{PORT}:{PORT}"]
    assert compose["course"]["volumes"] == [f"work:{WORK}"]


def test_the_hubs_image_has_the_charts_jupyterhub() -> None:
    made = instructions(COURSE / "deploy/z2jh/Dockerfile")
    values = yaml.safe_load((COURSE / "deploy/z2jh/values.yaml").read_text(encoding="utf-8"))
    assert made[0].text == "wirelab"
    assert only("CMD", made).words == values["singleuser"]["cmd"]
    assert (COURSE / values["singleuser"]["cmd"][0].removeprefix("/course/")).exists()
    assert values["singleuser"]["storage"]["homeMountPath"] == str(Path(WORK).parent)
    assert [one.text for one in made if one.name == "USER"][-1] == "learner"


def test_every_hub_opens_the_first_lesson() -> None:
    values = yaml.safe_load((COURSE / "deploy/z2jh/values.yaml").read_text(encoding="utf-8"))
    first = "/lab/tree/wirelab-course/notebooks/00-start-here.ipynb"
    assert values["singleuser"]["defaultUrl"] == first
    assert f'"{first}"' in (COURSE / "deploy/tljh/wirelab.py").read_text(encoding="utf-8")
    script = (COURSE / "deploy/start-singleuser").read_text(encoding="utf-8")
    assert 'course="$HOME/wirelab-course"' in script
