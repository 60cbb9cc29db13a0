"""Folders and locales of the whole world: the course runs from any path, in any encoding."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Apart = Callable[..., list[str]]

OLD = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture(scope="session", params=["ASCII", "Latin-1", "UTF-8"])
def locale(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A learner's environment. Latin-1 is what an old server in the West may still have."""
    if request.param == "UTF-8":
        return {"LC_ALL": "C.UTF-8"}
    if request.param == "ASCII":
        return {"LC_ALL": "C", **OLD}
    folder = tmp_path_factory.mktemp("locales")
    made = ["-i", "de_DE", "-f", "ISO-8859-1", str(folder / "de_DE.ISO-8859-1")]
    if not shutil.which("localedef") or subprocess.run(["localedef", *made], capture_output=True).returncode:
        pytest.skip("needs localedef and its sources, of the package locales")
    return {"LC_ALL": "de_DE.ISO-8859-1", "LOCPATH": str(folder), **OLD}


def test_the_doctor_speaks_in_any_locale(run: Run, locale: dict[str, str]) -> None:
    ran = run("-m", "wirelab", "doctor", **locale)
    assert "Python is 3.11 or newer\n" in ran.stdout
    assert ran.stderr == ""


@pytest.mark.proof
def test_lessons_and_checks_run_in_any_locale(run_notebooks: Run, locale: dict[str, str]) -> None:
    paths = [f"{folder}/12-web-server.ipynb" for folder in ("notebooks", "solutions")]
    ran = run_notebooks(*paths, **locale)
    assert (ran.returncode, ran.stderr.strip()) == (0, "")


def test_a_module_is_launched_from_a_folder_of_any_name(run: Run, locale: dict[str, str]) -> None:
    code = """if True:
        import requests, servers, sys
        from wirelab import launch
        print(ascii(servers.__path__[0]), requests.get(launch("servers.web_server").url, timeout=5).status_code)
    """
    ran = run("-c", code, **locale)
    assert ran.stderr == ""
    assert (
        "sch\\xf6ner Kurs" in ran.stdout or "sch\\udcc3\\udcb6ner Kurs" in ran.stdout or locale["LC_ALL"][0] == "d"
    )
    assert ran.stdout.endswith(" 200\n")


@pytest.mark.proof
def test_the_build_is_the_same_in_any_locale(run: Run, checkout: Path, locale: dict[str, str]) -> None:
    path = checkout / "notebooks/00-start-here.ipynb"
    stored = path.read_bytes()
    path.unlink()
    ran = run("-m", "wirelab", "build", "00-start-here", **locale)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert path.read_bytes() == stored


@pytest.mark.proof
def test_no_text_is_read_in_the_locales_encoding(run: Run) -> None:
    code = "import wirelab, wirelab.building.builder, wirelab.cli as c; c.main(['build', '--check'])"
    ran = run("-X", "warn_default_encoding", "-W", "error::EncodingWarning:wirelab", "-c", code)
    assert "EncodingWarning" not in ran.stderr
