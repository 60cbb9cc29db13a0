"""Show in a terminal what crosses the wire to a server, as it comes."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import click

from wirelab.conversation.formatting import plural
from wirelab.conversation.recording import Side
from wirelab.conversation.text_view import TROUBLE, message_lines
from wirelab.errors import NotWritten
from wirelab.tapping.follower import Follower, News
from wirelab.tapping.tap import Tap, path_to_save, wire

LOOKING_PERIOD = 0.1  # seconds between two looks, at least
REST_PER_LOOK = 4  # parts of the time without a look, to one with
COLOURS = {Side.CLIENT: "cyan", Side.SERVER: "magenta"}


def tap_until_interrupted(target: str, *, listen: int | None, save: Path | None, raw: bool) -> None:
    """Stand before the server at `target`, a port, host:port or URL, and print each message when it has come.

    `listen` is the port for its clients, `save` a file that gets all of it in the end. Ctrl+C ends it.

    Raises WireError where there is no address in `target`, the port is taken or the file's name has another
    ending, NotWritten where the file cannot be written: before anything is recorded, where that can be seen.
    """
    if save:
        _check_writable(path_to_save(save))
    with wire(int(target) if target.isdecimal() else target, listen=listen) as tap, _told_to_end() as end:
        teller = _Teller(tap, keep=save is not None, raw=raw)
        with contextlib.suppress(BrokenPipeError):
            _print(_beginning(tap))
            pause = 0.0
            while not end.wait(pause):
                began = time.perf_counter()
                teller.tell()
                pause = max(LOOKING_PERIOD, REST_PER_LOOK * (time.perf_counter() - began))
    if save:
        tap.save(save)
    with contextlib.suppress(BrokenPipeError):
        teller.tell()
        _print(_ending(tap, save))


def _check_writable(path: Path) -> None:
    folder = path.absolute().parent
    if not os.access(folder, os.W_OK) or path.is_dir():
        raise NotWritten(f"{path} cannot be written: choose a folder that exists, and in which you may write")


def _beginning(tap: Tap) -> str:
    host, port = tap.target
    where = f"{tap.scheme}://{f'[{host}]' if ':' in host else host}:{port}"
    return f"Use {tap.url} in place of {where}: all that crosses is shown here. Ctrl+C ends it."


def _ending(tap: Tap, save: Path | None) -> str:
    late = f" {plural(tap.unrecorded, 'connection')} came too late to be recorded." if tap.unrecorded else ""
    return "The tap is closed." + late + (f" What crossed is in {save}." if save else "")


class _Teller:
    """Prints what is new."""

    def __init__(self, tap: Tap, *, keep: bool, raw: bool) -> None:
        self._follower, self._raw = Follower(tap, keep=keep), raw
        self._connection: int | None = None  # the one whose number was printed last

    def tell(self) -> None:
        """Print the messages that were not printed before."""
        for news in self._follower.news():
            self._tell(news)

    def _tell(self, news: News) -> None:
        message = news.message
        if message.connection != self._connection:
            self._connection = message.connection
            _print(click.style(f"connection {message.connection + 1}", dim=True))
        first, *rest = message_lines(message, news.number, self._follower.start, raw=self._raw)
        _print(click.style(first, fg=COLOURS[message.side], bold=True))
        for line in rest:
            _print(click.style(line, fg="red") if line.startswith(TROUBLE) else line)
        if news.under_way:
            _print(click.style("    … more of it is under way", dim=True))


def _print(line: str) -> None:
    """A line, with its colours where the terminal has them and nobody has said NO_COLOR."""
    click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


@contextlib.contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """Set by Ctrl+C, and by the signal that `kill` sends; a second one ends the program at once."""
    end, signals = threading.Event(), (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.getsignal(number) for number in signals}

    def ask(number: int, _frame: object) -> None:
        signal.signal(number, before[signal.Signals(number)])
        end.set()

    for number in signals:
        signal.signal(number, ask)
    try:
        yield end
    finally:
        for number in signals:
            signal.signal(number, before[number])
