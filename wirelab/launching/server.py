"""What a notebook holds of a server that runs beside it."""

import threading
from collections.abc import Callable, Sequence

from wirelab.errors import LaunchError
from wirelab.launching.backend import Backend
from wirelab.launching.browser_links import links
from wirelab.launching.embedded_page import Page
from wirelab.launching.exception_summary import Failure
from wirelab.launching.ports import ADDRESS, in_tests
from wirelab.launching.server_log import Log
from wirelab.notebook import markup

FAILED = "Its code failed while it answered:"
NO_TLS_LINK = "No link: Jupyter's proxy speaks no TLS to a server. Use the cells of the notebook as the client."
BROWSABLE = ("http", "https")
MEND = "Mend the code, then run its cell and the launch cell again."


class Server:
    """A server that launch() started. A context manager: leaving it stops the server."""

    def __init__(
        self,
        backend: Backend,
        *,
        name: str,
        scheme: str,
        wanted: int,
        shown: int,
        note: str,
        when_stopped: "Callable[[Server], None]",
        target: object = None,
        relaunched: bool = False,
    ) -> None:
        """`target` is what launch() was given, `relaunched` whether it was given that before, `wanted` the port
        asked for, `shown` the one that a built notebook shows, and `note` says why they differ.
        """
        self.name, self.note, self._scheme = name, note, scheme
        self.wanted, self.shown = wanted, shown
        self.target, self.relaunched = target, relaunched
        self._backend, self._when_stopped = backend, when_stopped
        self._stopped = threading.Lock()

    @property
    def scheme(self) -> str:
        """How its address begins: http or ws, and with an s at the end where it speaks TLS."""
        return self._backend.scheme or self._scheme

    @property
    def port(self) -> int:
        """The TCP port it listens on, at 127.0.0.1."""
        return self._backend.port

    @property
    def url(self) -> str:
        """Its address without a slash at the end, as in `web.url + "/hello"`."""
        return f"{self.scheme}://{ADDRESS}:{self.port}"

    @property
    def log(self) -> Log:
        """The lines it wrote: one for each request, and whatever its code printed."""
        return self._backend.log

    @property
    def failures(self) -> Sequence[Failure]:
        """The last exceptions that left its handlers, the newest last."""
        return list(self._backend.failures)

    @property
    def failure_count(self) -> int:
        """How many exceptions have left its handlers."""
        return self._backend.failure_count

    @property
    def running(self) -> bool:
        """Whether it still serves."""
        return not self._stopped.locked() and self._backend.end_reason() is None

    def is_stuck(self) -> bool:
        """Whether a handler keeps all others from their turn: it runs on in the event loop, and awaits nothing."""
        return self._backend.is_stuck()

    def settle(self, seconds: float) -> None:
        """Wait until no handler is at work any more, at most that long, where that can be known."""
        self._backend.settle(seconds)

    def page(self, path: str = "/", *, height: int = 480, **query: object) -> Page:
        """One of its pages, shown in the notebook. `height` is in pixels; `query` becomes `?name=value`.

        Raises LaunchError for a server that is not HTTP.
        """
        if self.scheme == "https":
            raise LaunchError(f"{self.name} speaks TLS: open {self.url}{path}, and accept its certificate there")
        if self.scheme != "http":
            raise LaunchError(f"{self.name} has no pages: a browser shows what a server sends over HTTP")
        return Page(self.url, self.port, path, query, height)

    def stop(self) -> None:
        """End it and free its port, within a few seconds whatever its handlers do. Again does nothing."""
        try:
            if self._stopped.acquire(blocking=False):
                self._backend.stop()
        finally:  # also where the wait is interrupted
            self._when_stopped(self)

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *error: object) -> None:
        self.stop()

    def _state(self) -> str:
        if self._stopped.locked():
            return f"{self.name} is stopped"
        reason = self._backend.end_reason()
        return f"{self.name} {reason}" if reason else f"{self.name} is running at {self.url}"

    def __repr__(self) -> str:
        said = [self._state(), *([self.note] if self.note else [])]
        if self._backend.failures:
            said += [f"{FAILED} {self._backend.failures[-1]}", MEND]
        return "\n".join(said)

    def _repr_html_(self) -> str:
        head, *more = self._state().splitlines()
        link = " · ".join(["", *self.links_for_browser()])
        said = [markup.code(line) for line in more] + [markup.text(self.note)] * bool(self.note)
        if self._backend.failures:
            last = self._backend.failures[-1]
            said += [f"{FAILED} {markup.strong(last.what)}", markup.code(last.where, indent=True), MEND]
        return markup.panel(markup.strong(head) + link, said, tone=self._colour())

    def _colour(self) -> str:
        if self._backend.failures:
            return markup.CARE_COLOUR
        return markup.GOOD_COLOUR if self.running else markup.NEUTRAL_COLOUR

    def links_for_browser(self) -> list[str]:
        """HTML links that open it, or why there are none; nothing where no browser shows it, or it has stopped.

        In notebooks that are built or tested there is no link: once it is stored, it leads nowhere.
        """
        if not self.running or self.scheme not in BROWSABLE or in_tests():
            return []
        where = links(self.url, self.port)
        proxied = where.proxied if self.scheme == "http" else None  # Jupyter's proxy speaks no TLS to a port
        ways = [(where.direct, "open it"), (proxied, "open it through Jupyter")]
        found = [markup.link(address, words) for address, words in ways if address]
        return found or [markup.text(where.why or NO_TLS_LINK)]
