"""start.py sets the course up from whatever state it finds, or says in one sentence what to do."""

import ast
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

import pytest

# Whoever runs the tests by `start.py test` has seen it work.
pytestmark = pytest.mark.proof
ROOT = Path(__file__).parents[1]
posix = pytest.mark.skipif(os.name == "nt", reason="POSIX signals, links and permissions")

SETTING_UP = "Setting up the course in .venv (about a minute, once) ...\n"
UPDATING = "Bringing .venv up to date ...\n"
WAITING = "Another start.py is setting up the course: waiting for it ...\n"
OFFLINE = (
    "The first start needs the internet (about 100 MB, once; later ones work offline): "
    "connect, set HTTPS_PROXY if you are behind a proxy, then run start.py again.\n"
)
FOR_THE_BOOK = "Installing what builds the book (about 15 MB, once) ...\n"
BOOK_OFFLINE = (
    "The first book needs the internet (about 15 MB, once; later ones are built offline): "
    "connect, set HTTPS_PROXY if you are behind a proxy, then run start.py book again.\n"
)
MOUNT_READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'
READ_ONLY = (
    "The course's folder cannot be written, or a program still uses its .venv: close that program, or copy "
    "the course to a folder of your own and run start.py there.\n"
)

# In place of the kit, which start.py knows nothing of: tells how it was started.
STAND_IN = """\
import json, os, sys
facts = {"words": sys.argv[1:], "cwd": os.getcwd(), "file": __file__, "pid": os.getpid()}
print(json.dumps({**facts, "env": dict(os.environ)}))
sys.exit(int(os.environ.get("EXIT_CODE", 0)))
"""
WITHOUT = """\
import runpy, sys
sys.modules["{}"] = None
runpy.run_path(sys.argv.pop(1), run_name="__main__")
"""


ASTRAY = {"PYTHONPATH": "nowhere", "VIRTUAL_ENV": "nowhere", "PYTHONIOENCODING": "ascii"}


def hear_ctrl_c() -> None:
    """Undo what a shell does to its background jobs: Ctrl+C is ignored there, and that is handed down."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Course:
    """A copy of the course with few packages, and the environment to start it in."""

    def __init__(self, folder: Path, shelf: Path):
        self.at(folder)
        self.env = {
            "PATH": "",  # without the uv that may be on it
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": shelf.as_uri(),
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": shelf.as_uri(),
        }

    def at(self, folder: Path) -> None:
        self.folder, self.venv = folder, folder / ".venv"
        self.python = self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    def start(
        self, *words: str, python: str = sys.executable, without: str = "", within: Sequence[str] = (), **env: str
    ) -> subprocess.CompletedProcess[str]:
        """Run start.py to its end: by this Python, without this module, within this other program."""
        lacking = ["-c", WITHOUT.format(without)] if without else []
        return subprocess.run(
            [*within, python, *lacking, str(self.folder / "start.py"), *words],
            env={**os.environ, **self.env, **env},
            capture_output=True,
            encoding="utf-8",
            timeout=120,
        )

    def popen(self) -> subprocess.Popen[str]:
        """Run start.py in a process group of its own."""
        return subprocess.Popen(
            [sys.executable, str(self.folder / "start.py")],
            env={**os.environ, **self.env},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            start_new_session=True,
            preexec_fn=hear_ctrl_c if os.name == "posix" else None,
        )

    def wait_for(self, pattern: str) -> None:
        """Until a file that matches is in .venv."""
        deadline = time.monotonic() + 60
        while not any(self.venv.glob(pattern)):
            assert time.monotonic() < deadline, f"no {pattern} in .venv"
            time.sleep(0.01)


Copy = Callable[[], Course]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of wheels in place of a package index: flit_core, packed from what is installed here."""
    flit = distribution("flit_core")
    folder = tmp_path_factory.mktemp("shelf")
    with ZipFile(folder / f"flit_core-{flit.version}-py3-none-any.whl", "w") as wheel:
        for file in flit.files or []:
            if file.suffix != ".pyc" and file.name not in {"RECORD", "INSTALLER", "REQUESTED"}:
                wheel.write(str(file.locate()), file.as_posix())
        record = "".join(f"{name},,\n" for name in wheel.namelist())
        wheel.writestr(f"flit_core-{flit.version}.dist-info/RECORD", record)
    return folder


@pytest.fixture(scope="module")
def copy(shelf: Path, tmp_path_factory: pytest.TempPathFactory) -> Copy:
    """Make copies of the course, in folders with a space and a letter outside ASCII in their names."""
    pytest.importorskip("ensurepip")

    def copy() -> Course:
        folder = tmp_path_factory.mktemp("course") / "ein schöner Kurs"
        shutil.copytree(ROOT / "data", folder / "data")
        for name in ("start.py", "pyproject.toml", "build_course.py", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, folder)
        (folder / "wirelab").mkdir()
        shutil.copy(ROOT / "wirelab/course_parts.py", folder / "wirelab")
        (folder / "wirelab/__init__.py").touch()
        (folder / "wirelab/__main__.py").write_text(STAND_IN)
        for name in ("requirements.lock", "requirements-book.lock"):
            (folder / name).write_text(lock(shelf))
        return Course(folder, shelf)

    return copy


def script(path: Path, commands: str) -> None:
    path.write_text(f"#!/bin/sh\n{commands}\n")
    path.chmod(0o755)


def lock(shelf: Path) -> str:
    """The lines of a lock file for the wheels on the shelf."""
    wheels = [(wheel.name.split("-"), hashlib.sha256(wheel.read_bytes()).hexdigest()) for wheel in shelf.iterdir()]
    return "".join(f"{name}=={version} --hash=sha256:{digest}\n" for (name, version, *_), digest in wheels)


@pytest.fixture(scope="module")
def ready(copy: Copy) -> Course:
    """A course after its first start, by a learner with an old locale and odd settings."""
    course = copy()
    first = course.start("--no-browser", "--port", "8890", LC_ALL="C", PIP_USER="1", **ASTRAY)
    assert (first.returncode, first.stderr) == (0, SETTING_UP)
    assert json.loads(first.stdout)["words"] == ["--no-browser", "--port", "8890"]
    return course


@pytest.fixture
def offline(tmp_path: Path) -> dict[str, str]:
    """Settings that lead every installer to a port where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        index = f"http://127.0.0.1:{nobody.getsockname()[1]}/simple"
    pip = {"PIP_INDEX_URL": index, "PIP_NO_INDEX": "0", "PIP_FIND_LINKS": "", "PIP_NO_CACHE_DIR": "1"}
    uv = {"UV_DEFAULT_INDEX": index, "UV_NO_INDEX": "0", "UV_FIND_LINKS": "", "UV_CACHE_DIR": str(tmp_path)}
    return pip | uv


# A course that is set up


def test_the_second_start_says_nothing_and_needs_no_network(ready: Course, offline: dict[str, str]):
    second = ready.start(**offline)
    assert (second.returncode, second.stderr) == (0, "")


def test_all_words_go_to_wirelab(ready: Course):
    words = ["test", "-k", "a b", "--help"]
    assert json.loads(ready.start(*words).stdout)["words"] == words


def test_wirelab_runs_in_the_folder_of_the_course(ready: Course):
    assert Path(json.loads(ready.start().stdout)["cwd"]) == ready.folder.resolve()


def test_the_exit_code_is_that_of_wirelab(ready: Course):
    assert ready.start(EXIT_CODE="7").returncode == 7


def test_loopback_is_added_to_the_hosts_without_proxy(ready: Course):
    env = json.loads(ready.start(no_proxy="a.example", NO_PROXY="b.example,localhost").stdout)["env"]
    assert env["NO_PROXY"] == env["no_proxy"]
    assert set(env["NO_PROXY"].split(",")) >= {"b.example", "127.0.0.1", "localhost", "::1"}


def test_no_proxy_for_anything_stays_so(ready: Course):
    assert json.loads(ready.start(NO_PROXY="*", no_proxy="*").stdout)["env"]["NO_PROXY"] == "*"


def test_settings_that_lead_python_astray_do_not_reach_wirelab(ready: Course):
    env = json.loads(ready.start(**ASTRAY).stdout)["env"]
    assert env.keys().isdisjoint(ASTRAY)
    assert env["PYTHONUTF8"] == "1"


@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_notebooks_find_the_course_in_any_locale(ready: Course, tmp_path: Path, locale: str):
    command = [str(ready.python), "-c", "import wirelab; print(ascii(wirelab.__file__))"]
    found = subprocess.run(command, cwd=tmp_path, env={**os.environ, "LC_ALL": locale}, capture_output=True)
    assert (found.returncode, found.stderr) == (0, b"")


@posix
def test_start_py_becomes_wirelab_so_that_signals_reach_it(ready: Course):
    with ready.popen() as process:
        assert json.loads(process.communicate()[0])["pid"] == process.pid


# The book


def test_what_builds_the_book_is_installed_with_the_first_one(ready: Course, offline: dict[str, str]):
    assert ready.start("book", "--help", **offline).stderr == ""
    assert ready.start("book").stderr == FOR_THE_BOOK
    second = ready.start("book", "--no-browser", **offline)
    assert (second.stderr, json.loads(second.stdout)["words"]) == ("", ["book", "--no-browser"])


def test_a_first_book_without_the_internet_says_so(ready: Course, offline: dict[str, str]):
    lock = ready.folder / "requirements-book.lock"
    before = lock.read_text()
    lock.write_text(f"{before}colorama==0.4.6 --hash=sha256:{'0' * 64}\n")
    start = ready.start("book", **offline)
    assert (start.returncode, start.stderr) == (1, FOR_THE_BOOK + BOOK_OFFLINE)
    lock.write_text(before)
    assert ready.start("book", **offline).returncode == 0


# A course that has changed


def test_a_changed_lock_is_installed_beside_what_the_learner_added(ready: Course):
    addition = next(ready.venv.rglob("site-packages")) / "addition.py"
    addition.touch()
    with (ready.folder / "requirements.lock").open("a") as lock:
        lock.write("# a new version\n")
    assert ready.start().stderr == UPDATING
    assert addition.exists()
    assert ready.start().stderr == ""


def test_a_changed_setting_under_data_reaches_the_environment(ready: Course):
    settings = ready.folder / "data/share/jupyter/lab/settings/overrides.json"
    settings.write_text("{}")
    assert ready.start().stderr == UPDATING
    assert (ready.venv / settings.relative_to(ready.folder / "data")).read_text() == "{}"


def test_a_changed_lock_waits_for_the_internet(ready: Course, offline: dict[str, str]):
    lock = ready.folder / "requirements.lock"
    before = lock.read_text()
    lock.write_text(f"{before}colorama==0.4.6 --hash=sha256:{'0' * 64}\n")
    start = ready.start(**offline)
    assert start.stderr == UPDATING + "No internet to fetch the new packages: going on with those of before.\n"
    assert (start.returncode, json.loads(start.stdout)["words"]) == (0, [])
    lock.write_text(before)
    assert ready.start(**offline).stderr == ""


@pytest.fixture
def lean(copy: Copy, tmp_path: Path) -> Course:
    """A course after a first start without ensurepip, with a stand-in for uv that installs nothing."""
    course = copy()
    course.env["PATH"] = str(tmp_path)
    venv = f"for folder; do :; done; exec '{sys.executable}' -m venv --without-pip \"$folder\""
    script(tmp_path / "uv", f'if [ "$1" = venv ]; then {venv}; fi')
    assert course.start(without="ensurepip").stderr == SETTING_UP
    assert course.start(without="ensurepip").stderr == ""
    return course


@posix
def test_a_moved_course_is_set_up_anew(lean: Course):
    lean.at(lean.folder.rename(lean.folder.parent / "verschoben"))
    assert lean.start(without="ensurepip").stderr == SETTING_UP
    assert lean.start(without="ensurepip").stderr == ""


@posix
def test_a_venv_whose_python_is_gone_is_made_anew(lean: Course):
    lean.python.unlink()
    lean.python.symlink_to(lean.folder / "python3.11")
    assert lean.start(without="ensurepip").stderr == SETTING_UP
    assert lean.start(without="ensurepip").stderr == ""


@posix
def test_a_venv_whose_python_is_now_another_version_is_made_anew(lean: Course):
    newer = lean.folder / "python3.99"
    shutil.copy(lean.python, newer)
    lean.python.unlink()
    lean.python.symlink_to(newer)
    assert lean.start(without="ensurepip").stderr == SETTING_UP


# Starts that are cut short, or meet


@posix
def test_a_start_killed_at_any_point_is_repaired_by_the_next(copy: Copy):
    course = copy()
    for reached in ("wirelab-stamp", "bin/python", "lib/*/site-packages/pip/__main__.py"):
        with course.popen() as process:
            course.wait_for(reached)
            os.killpg(process.pid, signal.SIGKILL)
    last = course.start()
    assert (last.returncode, last.stderr) == (0, SETTING_UP)


@posix
def test_an_update_killed_halfway_is_not_taken_for_complete(lean: Course):
    lock = lean.folder / "requirements.lock"
    before = lock.read_text()
    lock.write_text(before + "# a new version\n")
    script(lean.folder.parent / "uv", "kill -9 $PPID")
    assert lean.start(without="ensurepip", PATH=str(lean.folder.parent)).returncode == -signal.SIGKILL
    lock.write_text(before)
    assert lean.start(without="ensurepip").stderr == SETTING_UP


@posix
def test_ctrl_c_during_the_first_start_ends_with_one_line(copy: Copy):
    course = copy()
    with course.popen() as process:
        course.wait_for("bin/python")
        os.killpg(process.pid, signal.SIGINT)
        assert process.communicate()[1] == SETTING_UP + "stopped; run start.py again to go on\n"
    assert process.returncode == 130


@posix
def test_a_second_start_waits_for_the_installer_that_a_killed_one_left_behind(copy: Copy):
    course = copy()
    with course.popen() as first:
        course.wait_for("lib/*/site-packages/pip")
        os.killpg(first.pid, signal.SIGSTOP)
        first.kill()
        with course.popen() as second:
            assert second.stderr and second.stderr.readline() == WAITING
            second.kill()
        os.killpg(first.pid, signal.SIGKILL)


@posix
def test_of_two_starts_at_once_one_sets_up_and_one_waits(copy: Copy):
    course = copy()
    with course.popen() as first:
        course.wait_for("wirelab-stamp")
        second = course.start()
        assert first.communicate()[1] == SETTING_UP
    assert second.stderr == WAITING
    assert (first.returncode, second.returncode) == (0, 0)


# A .venv of somebody else


def test_a_venv_that_works_for_somebody_else_is_left_alone(copy: Copy):
    course = copy()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", course.venv], check=True)
    start = course.start()
    sentence = "The .venv here works but was not made by start.py: rename or delete it, then try again.\n"
    assert (start.returncode, start.stderr) == (1, sentence)
    assert course.python.exists()


@posix
def test_a_link_to_the_venv_of_another_copy_is_left_alone(copy: Copy):
    first, second = copy(), copy()
    assert first.start().returncode == 0
    second.venv.symlink_to(first.venv, target_is_directory=True)
    start = second.start()
    assert (start.returncode, start.stderr.startswith("The .venv here is a link")) == (1, True)
    assert first.start().stderr == ""


def test_a_venv_that_does_not_work_is_moved_aside(copy: Copy):
    course = copy()
    (course.folder / ".venv.old").mkdir()
    course.venv.mkdir()
    (course.venv / "precious.txt").touch()
    start = course.start(without="ensurepip")
    assert start.stderr.startswith("The .venv here did not work: moved to .venv.old1.\n" + SETTING_UP)
    assert (course.folder / ".venv.old1/precious.txt").exists()


# Machines that lack something


def test_start_py_can_be_read_by_python_3_6():
    ast.parse((ROOT / "start.py").read_text("utf-8"), feature_version=(3, 6))


@pytest.fixture(scope="module")
def old_pythons() -> list[str]:
    on_path = [shutil.which(f"python3.{minor}") for minor in range(6, 11)]
    paths = [path for path in on_path if path] + [*map(str, Path.home().glob(".pyenv/versions/3.*/bin/python"))]
    is_old = "import sys; sys.exit(sys.version_info >= (3, 11))"
    old = [path for path in paths if subprocess.run([path, "-c", is_old], capture_output=True).returncode == 0]
    return old or pytest.skip("no Python older than 3.11 on this machine")


@posix
def test_an_old_python_names_a_newer_one_that_runs(copy: Copy, old_pythons: list[str], tmp_path: Path):
    script(tmp_path / "python3.13", "echo shim: python3.13: command not found; exit 127")
    script(tmp_path / "python3.12", "echo Python 3.12.1")
    for python in old_pythons:
        start = copy().start(python=python, PATH=str(tmp_path))
        assert start.returncode == 1
        assert start.stderr.startswith("Wirelab needs Python 3.11 or newer and this is 3.")
        assert start.stderr.endswith(": run  python3.12 start.py  instead.\n")


def test_an_old_python_alone_sends_the_learner_to_python_org(copy: Copy, old_pythons: list[str], tmp_path: Path):
    start = copy().start(python=old_pythons[0], PATH=str(tmp_path))
    assert start.stderr.endswith(": install one from python.org/downloads.\n")


@posix
def test_a_terminal_shows_which_step_of_the_set_up_is_done():
    import pty

    leader, follower = pty.openpty()
    code = "import runpy; runpy.run_path('start.py')['step'](2, str, 'done')"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, stderr=follower, check=True)
    os.close(follower)
    assert os.read(leader, 1000).startswith(b"\r  2 of 3: the packages, 0 s ")
    os.close(leader)


def test_help_before_the_first_start_sets_nothing_up(copy: Copy):
    course = copy()
    start = course.start("--help")
    assert (start.returncode, start.stderr) == (0, "")
    assert "python3 start.py test" in start.stdout
    assert not course.venv.exists()


def test_without_ensurepip_the_package_to_install_is_named(copy: Copy):
    course = copy()
    start = course.start(without="ensurepip")
    assert start.returncode == 1
    assert f"run  sudo apt install python3.{sys.version_info.minor}-venv  " in start.stderr
    assert "Traceback" not in start.stderr


def test_without_internet_the_first_start_says_so(copy: Copy, offline: dict[str, str]):
    start = copy().start(**offline)
    assert (start.returncode, start.stderr) == (1, SETTING_UP + OFFLINE)


@posix
def test_a_fault_without_advice_is_shown_as_the_installer_told_it(copy: Copy, tmp_path: Path):
    script(tmp_path / "uv", "echo the moon is in the wrong quarter; exit 2")
    start = copy().start(without="ensurepip", PATH=str(tmp_path))
    unknown = "The course could not be set up, for the reason above: put that right, then run start.py again.\n"
    assert start.returncode == 1
    assert start.stderr == SETTING_UP + "the moon is in the wrong quarter\n" + unknown


def apart(what: str) -> list[str]:
    """Words before a command, for mounts or a network of its own."""
    inside = ["unshare", "--user", "--map-root-user", what]
    if not shutil.which("unshare") or subprocess.run([*inside, "true"], capture_output=True).returncode:
        pytest.skip("this machine gives no program mounts or a network of its own")
    return inside


def mounted(course: Course, mount: str) -> subprocess.CompletedProcess[str]:
    """Start the course on a file system mounted for it alone; "$0" in the mount command is its folder."""
    inside = [*apart("--mount"), "sh", "-c", f'{mount} && exec "$@"', str(course.folder)]
    return course.start(within=inside, PATH=os.environ["PATH"])


def test_a_folder_mounted_read_only_is_to_be_copied(copy: Copy):
    start = mounted(copy(), MOUNT_READ_ONLY)
    assert (start.returncode, start.stderr) == (1, READ_ONLY)


def test_a_course_that_is_set_up_opens_from_a_read_only_folder(ready: Course):
    start = mounted(ready, MOUNT_READ_ONLY)
    assert (start.returncode, start.stderr) == (0, "")


def test_a_course_that_is_set_up_opens_without_any_network(ready: Course):
    start = ready.start(within=apart("--net"), PATH=os.environ["PATH"])
    assert (start.returncode, start.stderr) == (0, "")


@pytest.mark.proof
def test_without_any_network_the_first_start_says_so(copy: Copy, offline: dict[str, str]):
    course = copy()
    for setting in ("PIP_INDEX_URL", "UV_DEFAULT_INDEX"):
        offline.pop(setting)  # the public index, whose name nobody can tell here
    start = course.start(within=apart("--net"), **{**offline, "PATH": os.environ["PATH"]})
    assert (start.returncode, start.stderr) == (1, SETTING_UP + OFFLINE)


@posix
def test_a_folder_of_somebody_else_is_to_be_copied(copy: Copy):
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    course = copy()
    course.folder.chmod(0o555)
    start = course.start()
    course.folder.chmod(0o755)
    assert (start.returncode, start.stderr) == (1, READ_ONLY)


def test_a_full_disk_tells_how_much_is_needed(copy: Copy):
    small = 'cp -r "$0" "$0.all" && mount -t tmpfs -o size=5m none "$0" && cp -r "$0.all/." "$0"'
    start = mounted(copy(), small)
    assert start.returncode == 1
    full = "The disk is full: the course needs about 600 MB; free as much, then run start.py again.\n"
    assert start.stderr == SETTING_UP + full


# uv


@pytest.fixture(scope="module")
def with_uv(copy: Copy) -> Course:
    """A course whose first start could fetch uv."""
    course = copy()
    course.env |= {"PIP_NO_INDEX": "0", "UV_NO_INDEX": "0"}
    course.env.pop("PIP_CONFIG_FILE")
    start = course.start()
    assert (start.returncode, start.stderr) == (0, SETTING_UP)
    if not shutil.which("uv", path=course.python.parent):
        pytest.skip("no package index to fetch uv from")
    return course


def installer(course: Course) -> str:
    return next(course.venv.rglob("wirelab-*.dist-info/INSTALLER")).read_text().strip()


def test_packages_are_installed_by_uv_where_it_can_be_had(with_uv: Course):
    assert installer(with_uv) == "uv"


def test_packages_are_installed_by_pip_where_uv_cannot_be_had(ready: Course):
    assert installer(ready) == "pip"


def test_a_uv_on_path_makes_up_for_ensurepip(with_uv: Course, copy: Copy):
    course = copy()
    course.env |= {**with_uv.env, "PATH": str(with_uv.python.parent)}
    start = course.start(without="ensurepip")
    assert (start.returncode, start.stderr) == (0, SETTING_UP)
    assert installer(course) == "uv"
