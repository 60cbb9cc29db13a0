"""Every error the kit raises, as advice.

    WirelabError
    ├── LaunchError            a server could not be started
    │   ├── NotAServer         launch() was given something it cannot serve
    │   ├── ServerDied         a module ended before it listened
    │   └── NeverReady         a module ran, but did not listen in time
    ├── LogTimeout             the log did not get as many lines as were waited for
    ├── WireError              wire() was given no server, save() no file, or as_curl() no request for curl
    ├── UnknownExercise        check() was given an id that no module in checks/ has
    ├── SourceError            a course source has a mistake, at a file and a line
    ├── NotUpdated           the newer course could not be brought
    ├── NoCourse             there is no course here, or no room for one
    ├── NotWritten             a file could not be written: the disk is full, or the folder somebody else's
    ├── GradingError           there is nothing to grade, or no safe way to run it
    ├── PresentationFailed     a lesson could not be presented
    ├── BoardError             a class board could not be opened, or joined
    ├── BookFailed             the book could not be built
    └── KernelFailed           a notebook's kernel died or ran out of time

Each message says what happened, with what, and what to do. In a notebook an error of the kit is
shown as that message alone: the way through the kit's own code would only hide it.
"""

RED, PLAIN = "\x1b[31m", "\x1b[0m"


class WirelabError(Exception):
    """What happened, with what, and what to do, in one message."""

    def _render_traceback_(self) -> list[str]:
        # IPython asks for this, twice: it has to be free of side effects.
        return [f"{RED}{type(self).__name__}{PLAIN}: {self}"]


class LaunchError(WirelabError):
    """A server could not be started."""


class NotAServer(LaunchError):
    """launch() was given something it cannot serve."""


class ServerDied(LaunchError):
    """A module ended before it listened."""


class NeverReady(LaunchError):
    """A module ran, but did not listen in time."""


class LogTimeout(WirelabError):
    """The log did not get as many lines as were waited for."""


class WireError(WirelabError):
    """wire() was given no server, save() no file it can write, or as_curl() a request that curl cannot send."""


class UnknownExercise(WirelabError):
    """No module in checks/ has an exercise of this id."""


class SourceError(WirelabError):
    """A course source has a mistake, at a file and a line."""


class NotWritten(WirelabError):
    """A file could not be written: the disk is full, or the folder somebody else's."""


class NotUpdated(WirelabError):
    """The newer course could not be brought."""


class GradingError(WirelabError):
    """There is nothing to grade, no safe way to run it, or a list that cannot be read."""


class NoCourse(WirelabError):
    """There is no course in this folder, or the folder that was named for one is taken."""


class PresentationFailed(WirelabError):
    """A lesson could not be presented."""


class BoardError(WirelabError):
    """A class board could not be opened, or joined."""


class BookFailed(WirelabError):
    """The book could not be built: a package is missing, the folder has other files, or a page has a fault."""


class KernelFailed(WirelabError):
    """A notebook's kernel died or ran out of time."""
