"""Judge one submission with a fresh process for the notebook, where no process can be put apart.

The notebook's process may do whatever this user may do.
"""

import json
import os
import secrets
import socket
import subprocess
import sys

from wirelab.grading.channel import Line
from wirelab.grading.judge import judge_submission
from wirelab.launching.ports import ADDRESS
from wirelab.paths import COURSE

SECRET = "WIRELAB_GRADING_SECRET"  # a variable that only the process of the notebook has
ARRIVING = 60.0  # seconds for a fresh process to connect


def main() -> None:
    """Read a job from stdin, and write what the judge found to stdout."""
    job = json.load(sys.stdin)
    with socket.create_server((ADDRESS, 0)) as listener:
        listener.settimeout(ARRIVING)
        secret = secrets.token_hex(16)
        ours, theirs = (None, None) if sys.platform == "win32" else socket.socketpair()
        learner = _start(listener.getsockname()[1], secret, theirs)
        try:
            sys.stdout.write(judge_submission(Line(_connection(listener, secret), ours), job))
        finally:
            learner.kill()
            learner.wait()
    sys.stdout.flush()
    os._exit(0)


def _start(port: int, secret: str, door: socket.socket | None) -> "subprocess.Popen[bytes]":
    numbers = [door.fileno()] if door else []
    command = [sys.executable, "-m", "wirelab.grading.learner_process", str(port), *map(str, numbers)]
    nothing = subprocess.DEVNULL
    return subprocess.Popen(
        command,
        stdin=nothing,
        stdout=nothing,
        stderr=nothing,
        env={**os.environ, SECRET: secret},
        cwd=COURSE / "exercises",
        pass_fds=numbers,
    )


def _connection(listener: socket.socket, secret: str) -> socket.socket:
    """The connection that knows the secret: anybody on this computer could connect."""
    while True:
        connection, _ = listener.accept()
        connection.settimeout(ARRIVING)
        if secrets.compare_digest(connection.recv(len(secret), socket.MSG_WAITALL), secret.encode()):
            connection.settimeout(None)
            return connection
        connection.close()


if __name__ == "__main__":
    main()
