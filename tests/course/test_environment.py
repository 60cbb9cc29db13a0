"""pyproject.toml, requirements.lock and environment.yml say the same."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

NAMED = ("jupyterlab", "flask", "flask-restful", "requests", "websockets", "nest-asyncio2", "matplotlib")


@pytest.fixture(scope="module")
def project(course: Path) -> dict[str, Any]:
    return tomllib.loads((course / "pyproject.toml").read_text(encoding="utf-8"))["project"]


@pytest.fixture(scope="module")
def wanted(project: dict[str, Any]) -> dict[str, SpecifierSet]:
    """Each package that is wanted on this computer, with its versions."""
    needed = [one for one in map(Requirement, project["dependencies"]) if not one.marker or one.marker.evaluate()]
    return {canonicalize_name(one.name): one.specifier for one in needed}


def versions(lock: Path) -> dict[str, str]:
    """Each package of a lock file and its version."""
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", lock.read_text(encoding="utf-8"), re.MULTILINE))


@pytest.fixture(scope="module")
def locked(course: Path) -> dict[str, str]:
    return versions(course / "requirements.lock")


@pytest.fixture(scope="module")
def conda(course: Path) -> list[str]:
    """The packages that environment.yml names, those that pip installs among them."""
    listed = yaml.safe_load((course / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    return [entry for entry in listed if isinstance(entry, str)] + by_pip


def test_the_lock_file_has_every_package_in_a_fitting_version(
    project: dict[str, Any], wanted: dict[str, SpecifierSet], locked: dict[str, str]
) -> None:
    tests = [Requirement(line) for line in project["optional-dependencies"]["test"]]
    for name, versions in [*wanted.items(), *((canonicalize_name(one.name), one.specifier) for one in tests)]:
        assert locked[name] in versions, name


def test_the_proofs_lock_file_has_the_same_versions_and_more(
    course: Path, project: dict[str, Any], locked: dict[str, str]
) -> None:
    proof = versions(course / "requirements-proof.lock")
    assert locked.items() <= proof.items()
    for one in map(Requirement, project["optional-dependencies"]["proof"]):
        assert proof[canonicalize_name(one.name)] in one.specifier, one.name


def test_the_books_lock_file_has_the_same_versions_and_more(
    course: Path, project: dict[str, Any], locked: dict[str, str]
) -> None:
    proof, book = versions(course / "requirements-proof.lock"), versions(course / "requirements-book.lock")
    assert locked.items() <= book.items()
    assert {name: book[name] for name in book.keys() & proof.keys()}.items() <= proof.items()
    for one in map(Requirement, project["optional-dependencies"]["book"]):
        assert book[canonicalize_name(one.name)] in one.specifier, one.name


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-proof.lock", "requirements-book.lock"])
def test_a_lock_file_has_a_hash_for_every_package_and_names_no_host(course: Path, name: str) -> None:
    text = (course / name).read_text(encoding="utf-8")
    assert "://" not in text
    for entry in re.split(r"\n(?=\S)", text.strip()):
        assert "--hash=sha256:" in entry, entry


def test_conda_gets_python_in_the_form_that_binder_reads(project: dict[str, Any], conda: list[str]) -> None:
    assert "python=3.12" in conda
    assert "3.12" in SpecifierSet(project["requires-python"])


@pytest.mark.parametrize("name", NAMED)
def test_conda_names_the_courses_packages_with_the_same_versions(
    wanted: dict[str, SpecifierSet], conda: list[str], name: str
) -> None:
    [entry] = [Requirement(entry) for entry in conda if re.match(rf"{name}[<>=]", entry)]
    assert entry.specifier == wanted[name]


def test_conda_installs_the_kit_itself(conda: list[str]) -> None:
    assert conda[-1] == "-e .[test]"


def test_what_the_kit_asks_of_python_is_what_start_checks(course: Path, project: dict[str, Any]) -> None:
    assert project["requires-python"] == ">=3.11"
    assert "sys.version_info < (3, 11)" in (course / "start.py").read_text(encoding="utf-8")


def test_the_unmaintained_nest_asyncio_is_nowhere(locked: dict[str, str]) -> None:
    assert "nest-asyncio" not in locked
