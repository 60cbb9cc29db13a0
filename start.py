#!/usr/bin/env python3
"""Open the course: `python3 start.py`. The first start sets up .venv beside this file, later ones need no network.

Standard library only. Python 3.6 must still be able to read this file, so that it can say what is missing.
"""
import contextlib
import hashlib
import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

WINDOWS = os.name == "nt"
# There, resolve() would turn the letter of a network drive into a \\server path, which many programs refuse.
HERE = (Path(__file__).absolute() if WINDOWS else Path(__file__).resolve()).parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
STAMP = VENV / "wirelab-stamp"  # marks .venv as ours; empty until .venv is complete
BOOK_STAMP = VENV / "wirelab-book-stamp"  # names the lock file whose packages are there for `book`
LOCK = HERE / ".venv.lock"

USAGE = """\
python3 start.py [--no-browser] [--port N]    open the course
python3 start.py progress                     show what is done, what is begun, and what comes next
python3 start.py reset 12                     give exercise 12 back as it was, and keep yours beside it
python3 start.py update                       bring a newer course, and keep what you have written
python3 start.py test                         run its tests
python3 start.py book                         build the course as a website
All set up .venv first if need be. From then on, python3 start.py --help has every command."""
STEPS = ("an environment for Python", "the packages", "the course itself")

OFFLINE = ("The first start needs the internet (about 100 MB, once; later ones work offline): "
           "connect, set HTTPS_PROXY if you are behind a proxy, then run start.py again.")
OFFLINE_BOOK = ("The first book needs the internet (about 15 MB, once; later ones are built offline): "
                "connect, set HTTPS_PROXY if you are behind a proxy, then run start.py book again.")
UNKNOWN = "The course could not be set up, for the reason above: put that right, then run start.py again."
ADVICE = [  # what an installer or the system says, what to do; the first that fits
    ("no space left|disk quota|WinError 112|os error 112",
     "The disk is full: the course needs about 600 MB; free as much, then run start.py again."),
    ("certificate.verify.failed|invalid peer certificate",
     "The package index shows a certificate unknown here, as behind a company's proxy: set SSL_CERT_FILE "
     "and PIP_CERT to the file with that proxy's root certificate, then run start.py again."),
    ("connection (broken|aborted|reset)|timed out|error sending request|dns error", OFFLINE),
    ("permission denied|read-only|not permitted|WinError (5|32)",
     "The course's folder cannot be written, or a program still uses its .venv: close that program, or copy "
     "the course to a folder of your own and run start.py there."),
    ("", UNKNOWN),
]


def main(words: list) -> int:
    if sys.version_info < (3, 11):  # noqa: UP036
        sys.exit(too_old())
    try:
        if not ready():
            if {"-h", "--help"} & set(words):
                print(USAGE)
                return 0
            with alone():
                set_up()
        if words[:1] == ["book"] and not {"-h", "--help"} & set(words):
            with alone():
                set_up_book()
        return hand_over(words)
    except KeyboardInterrupt:
        say("stopped; run start.py again to go on")
        return 130
    except OSError as error:
        return give_up(str(error))


def ready() -> bool:
    """Whether .venv is complete, stands where it was made, and was made from the files as they are now."""
    return STAMP.exists() and read_stamp() == [place(), contents()]


def set_up() -> None:
    """Make .venv or bring it up to date; its stamp is emptied first and written last, to show half a .venv."""
    if ready():  # by another start.py, while this one waited
        return
    claim()
    before, now = read_stamp(), contents()
    update = before[:1] == [place()]
    say("Bringing .venv up to date ..." if update else "Setting up the course in .venv (about a minute, once) ...")
    STAMP.write_text("")
    complaint = install(install_by) if update else step(1, build) or install(install_by)
    if update and advice(complaint) == OFFLINE:
        now = before[1]  # installers fetch everything before they change anything
        say("No internet to fetch the new packages: going on with those of before.")
    elif complaint:
        clear()
        give_up(complaint)
    relate()
    write_stamp(place(), now)


def set_up_book() -> None:
    """Install what only the book needs, unless it is there. Its lock file has the packages of before as well."""
    wanted = digest((HERE / "requirements-book.lock").read_bytes())
    if BOOK_STAMP.exists() and BOOK_STAMP.read_text("ascii", "replace") == wanted:
        return
    say("Installing what builds the book (about 15 MB, once) ...")
    complaint = install(install_book_by)
    if complaint:
        sys.exit(OFFLINE_BOOK) if advice(complaint) == OFFLINE else give_up(complaint)
    BOOK_STAMP.write_text(wanted)


def hand_over(words: list) -> int:
    """Become `python -m wirelab`, so that Ctrl+C and signals reach it. On Windows, start it and wait."""
    command = [str(PYTHON), "-m", "wirelab"] + words
    os.environ["WIRELAB_CALLED_FROM"] = str(Path.cwd())  # where the files stand that `words` may name
    os.chdir(str(HERE))
    if not WINDOWS:
        os.execve(command[0], command, environment())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the child
    return subprocess.call(command, env=environment())


def place() -> str:
    """A digest of where .venv stands and which Python is behind it; nothing if that Python is gone.

    Its name tells the version: after an upgrade, /usr/bin/python3 leads to python3.13 instead of python3.12.
    """
    base = PYTHON.resolve()
    if WINDOWS and base.exists():  # there a stub, which reads from pyvenv.cfg where Python is
        home = re.search("(?m)^home = (.*)$", (VENV / "pyvenv.cfg").read_text("utf-8"))
        base = Path(home.group(1), "python.exe")
    return digest(os.fsencode(VENV), os.fsencode(base.name)) if os.access(str(base), os.X_OK) else ""


def contents() -> str:
    """A digest of the files that decide what is in .venv."""
    files = [HERE / "requirements.lock", HERE / "pyproject.toml"] + sorted(HERE.glob("data/**/*.js*"))
    return digest(*[file.read_bytes() for file in files])


def digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def read_stamp() -> list:
    return STAMP.read_text("ascii", "replace").split()


def write_stamp(*words: str) -> None:
    new = STAMP.with_suffix(".new")
    new.write_text(" ".join(words))
    if hasattr(os, "sync"):
        os.sync()  # after a power cut, a stamp on the disk must mean packages on the disk
    new.replace(STAMP)


@contextlib.contextmanager
def alone():
    """Hold the lock file, after whoever sets up at this moment. The system frees it when its holders die."""
    with LOCK.open("a") as file:
        os.set_inheritable(file.fileno(), True)  # an installer that outlives a killed start.py holds it too
        if not locked(file):
            say("Another start.py is setting up the course: waiting for it ...")
            while not locked(file):
                time.sleep(0.2)
        yield


def locked(file) -> bool:
    """Try to lock the file, without waiting."""
    try:
        if WINDOWS:
            import msvcrt
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:  # a file system that has no locks: go without
        pass
    return True


def claim() -> None:
    """Make .venv a folder of ours. One that works for somebody else stays; a broken one is moved aside."""
    if VENV.is_symlink() and STAMP.exists() and read_stamp()[:1] != [place()]:
        sys.exit("The .venv here is a link to that of another copy: delete the link, then run start.py again.")
    with contextlib.suppress(OSError):
        VENV.rmdir()  # an empty folder is nobody's
    if os.path.lexists(str(VENV)) and not STAMP.exists():
        if not tool(str(PYTHON), "-c", ""):
            sys.exit("The .venv here works but was not made by start.py: rename or delete it, then try again.")
        names = (HERE / f".venv.old{number or ''}" for number in itertools.count())
        aside = next(name for name in names if not os.path.lexists(str(name)))
        VENV.replace(aside)
        say(f"The .venv here did not work: moved to {aside.name}.")
    VENV.mkdir(exist_ok=True)
    STAMP.touch()


def build() -> str:
    """Make the environment anew, without packages; return what went wrong, or nothing."""
    clear()
    base = getattr(sys, "_base_executable", sys.executable)  # start.py may run in the .venv it makes anew
    try:
        import ensurepip  # noqa: F401
        # In two steps, as venv keeps to itself what ensurepip complains of.
        return (tool(base, "-m", "venv", "--without-pip", str(VENV))
                or tool(str(PYTHON), "-m", "ensurepip", "--default-pip"))
    except ImportError:
        uv = shutil.which("uv")
    if not uv:
        sys.exit(f"This Python lacks ensurepip: run  sudo apt install python3.{sys.version_info[1]}-venv  "
                 "(Debian, Ubuntu) or install Python from python.org/downloads, then run start.py again.")
    return tool(uv, "venv", "--quiet", "--seed", "--allow-existing", "--python", base, str(VENV))


def clear() -> None:
    """Empty .venv but for the stamp, so that it is ours even if this is interrupted."""
    for entry in VENV.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(str(entry))
        elif entry != STAMP:
            entry.unlink()


def install(what) -> str:
    """Install by uv, which is quick; where it cannot be had, or fails, by pip. Return what went wrong."""
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
    found = shutil.which("uv")
    uv = [found] if found else [str(PYTHON), "-m", "uv"]
    if not found:
        tool(*pip, "uv")
    # Compiled, as pip does by itself: kernels start twice as fast.
    uv += ["pip", "install", "--quiet", "--compile-bytecode", "--python", str(PYTHON)]
    return what(uv) and what(pip)


def install_by(installer: list) -> str:
    """Install the locked packages, then the course; return what went wrong, or nothing."""
    return (step(2, tool, *installer, "--require-hashes", "-r", "requirements.lock")
            or step(3, tool, *installer, "--no-deps", "--no-build-isolation", "-e", "."))


def install_book_by(installer: list) -> str:
    """Install the packages that build the book; return what went wrong, or nothing."""
    return tool(*installer, "--require-hashes", "-r", "requirements-book.lock")


def step(number: int, do, *words: str) -> str:
    """Do one of the steps, and meanwhile show in a terminal which one, and for how long."""
    if not sys.stderr.isatty():
        return do(*words)
    done = threading.Event()
    told = threading.Thread(target=tell_time, args=(number, done), daemon=True)
    told.start()
    try:
        return do(*words)
    finally:
        done.set()
        told.join()


def tell_time(number: int, done) -> None:
    """Keep one line that says which step it is, until it is done."""
    begin = time.monotonic()
    what = f"\r  {number} of {len(STEPS)}: {STEPS[number - 1]}, "
    while True:
        print(f"{what}{time.monotonic() - begin:.0f} s ", end="", file=sys.stderr)
        sys.stderr.flush()
        if done.wait(1):
            print(file=sys.stderr)
            return


def relate() -> None:
    """Say in .venv where the course is by a relative path, in ASCII: Python reads it in the locale's encoding."""
    for link in VENV.rglob("wirelab.pth"):
        link.write_text(os.path.relpath(str(HERE), str(link.parent)))


def tool(*command: str) -> str:
    """Run a program out of sight, in the course's folder; return what it said if it failed, else nothing."""
    patience = {"PIP_RETRIES": "1", "PIP_DEFAULT_TIMEOUT": "10", "UV_HTTP_RETRIES": "1", "PIP_NO_INPUT": "1"}
    try:
        done = subprocess.run(command, cwd=str(HERE), env={**patience, **environment()}, close_fds=False,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except OSError as error:
        return str(error)
    said = done.stdout.decode("utf-8", "replace").strip()
    return (said or f"{command[0]} ended with {done.returncode}") if done.returncode else ""


def environment() -> dict:
    """The learner's environment, without what leads Python astray; loopback traffic never goes to a proxy."""
    astray = {"PYTHONHOME", "PYTHONPATH", "PYTHONIOENCODING", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    kept = {name: value for name, value in os.environ.items() if name not in astray}
    hosts = [host for name in ("no_proxy", "NO_PROXY") for host in os.environ.get(name, "").split(",") if host]
    direct = "*" if "*" in hosts else ",".join(dict.fromkeys(hosts + ["127.0.0.1", "localhost", "::1"]))
    return {**kept, "NO_PROXY": direct, "no_proxy": direct, "PYTHONUTF8": "1", "PIP_USER": "0"}


def too_old() -> str:
    """What to say to a learner whose Python is too old; a newer one on PATH may be a shim that does not run."""
    names = ["py -3"] if WINDOWS else ["python3.14", "python3.13", "python3.12", "python3.11"]
    newer = [name for name in names if re.match(r"Python 3\.1[1-9]", subprocess.getoutput(name + " --version"))]
    way_out = f"run  {newer[0]} start.py  instead" if newer else "install one from python.org/downloads"
    return f"Wirelab needs Python 3.11 or newer and this is {sys.version.split()[0]}: {way_out}."


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def advice(complaint: str) -> str:
    return next(sentence for words, sentence in ADVICE if re.search(words, complaint, re.IGNORECASE))


def give_up(complaint: str) -> int:
    """End with one sentence of advice; if none fits, after what the program itself said last."""
    if advice(complaint) == UNKNOWN:
        say("\n".join(complaint.splitlines()[-15:]))
    return sys.exit(advice(complaint))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
