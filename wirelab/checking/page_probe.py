"""Show a learner's page to a check, which plays the network and the clock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from wirelab.checking import html_tree, visible_text
from wirelab.checking.html_tree import Tree
from wirelab.checking.running_page import RunningPage, Step
from wirelab.checking.script_fault import ScriptFault, fault_of

STATION = "http://127.0.0.1:8001/station/"
MOST_RUNS = 40  # of one page, with more of its HTML parsed each time
CONNECTING, OPEN = 0, 1  # a WebSocket's readyState


class PageProbe:
    """A page that runs. Nothing waits: time passes where a check says so, and the network does what a check says.

    It belongs to the thread that made it. Its engine ends with it.
    """

    def __init__(self, html: str, url: str = STATION, *, files: Mapping[str, str] | None = None) -> None:
        """Load the page from `url`. `files` are the scripts that its server has, by the `src` that names them."""
        self.html, self.url = html, url
        self._files = dict(files or {})
        self._document = html_tree.read_page(html)
        self._parsed: list[list[Any]] = []  # HTML that its scripts make: the tag around it, its text, its tree
        self._steps: list[Step] = []  # what happened so far
        self._page = self._again()

    # What happens to it --------------------------------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Let time pass. Timers that are due run."""
        self.do("advance", seconds)

    def click(self, selector: str) -> None:
        """Click on the first element that the selector names. Raises LookupError if there is none."""
        if self.do("click", selector) is False:
            raise LookupError(f"the page has no element {selector}")

    def fill(self, selector: str, value: str) -> None:
        """Write into a field. Raises LookupError if there is none."""
        if self.do("fill", selector, value) is False:
            raise LookupError(f"the page has no element {selector}")

    def do(self, *step: Any) -> Any:
        """Let a function of page/driver.js run with these arguments."""
        self._steps.append(step)
        result = self._page.do(step)
        if self._page.missing:
            self._page, result = self._again(), None
        return result

    # What it does --------------------------------------------------------------------------------------

    @property
    def sockets(self) -> "Sequence[PageSocket]":
        """Every WebSocket that it made, in their order."""
        return [PageSocket(self, number) for number in range(len(self.state["sockets"]))]

    @property
    def elements(self) -> list[Tree]:
        """Every element, as `[tag, attributes, nodes in it]`, in the order of the page."""
        return list(html_tree.elements(self.state["tree"]))

    def element(self, id: str) -> Tree | None:
        """The first element with this id, or None."""
        return next((one for one in self.elements if one[1].get("id") == id), None)

    def text(self, id: str) -> str | None:
        """What a browser shows of the element with this id, or None if there is none."""
        return visible_text.shown_of(self.state["tree"], id)

    @property
    def shown(self) -> str:
        """What a browser shows of the whole page."""
        return visible_text.shown(self.state["tree"])

    @property
    def error(self) -> ScriptFault | None:
        """What went wrong first: a syntax error, an uncaught exception, a script that had to be ended."""
        uncaught = (one for one in self.state["said"] if one["level"] == "uncaught")
        faults = [fault_of(one["text"], one["stack"], self.html) for one in uncaught]
        return next(iter(faults), ScriptFault(self._page.stopped) if self._page.stopped else None)

    @property
    def console(self) -> list[str]:
        """What a browser's console would show."""
        lines = [str(fault_of(one["text"], one["stack"], self.html)) for one in self.state["said"]]
        return [*lines, *filter(None, [self._page.stopped])]

    @property
    def html_made(self) -> list[str]:
        """Each string that its scripts took for HTML, by innerHTML, insertAdjacentHTML, document.write."""
        return [one["html"] for one in self.state["made"]]

    @property
    def not_functions(self) -> list[str]:
        """Where it gave something else than a function: "onmessage", "setTimeout"."""
        return cast(list[str], self.state["misused"])

    @property
    def requests(self) -> list[str]:
        """What it asked of servers besides its feed, as in "GET http://…/latest". Nobody answers."""
        return cast(list[str], self.state["asked"])

    @property
    def left_for(self) -> list[str]:
        """Addresses that a browser would have gone to, by a link, a form or location."""
        return cast(list[str], self.state["left"])

    @property
    def state(self) -> dict[str, Any]:
        """All that could be seen of it after the last step: what `look` in page/driver.js returns."""
        return self._page.state

    def _again(self) -> RunningPage:
        """The page, run from its beginning to now, with all HTML parsed that its scripts make."""
        for _ in range(MOST_RUNS):
            page = RunningPage(self._document, self.url, self._files, self._parsed)
            for step in self._steps:
                page.do(step)
            if not page.missing:
                break
            self._parsed += [[tag, html, html_tree.read_fragment(html, tag)] for tag, html in page.missing]
        return page


@dataclass(frozen=True)
class PageSocket:
    """A WebSocket of a page, and what the network does to it."""

    probe: PageProbe
    number: int

    @property
    def url(self) -> str:
        """The whole address that it connects to."""
        return cast(str, self._state["url"])

    @property
    def sent(self) -> list[str]:
        """The messages that the page sent by it."""
        return cast(list[str], self._state["sent"])

    @property
    def hears(self) -> list[str]:
        """The events that the page listens to: "open", "message", "close", "error"."""
        return cast(list[str], self._state["hears"])

    @property
    def is_open(self) -> bool:
        """Whether it can send and receive."""
        return bool(self._state["state"] == OPEN)

    @property
    def is_wanted(self) -> bool:
        """Whether it is open, or is to be: the page did not close it, and the network did not either."""
        return bool(self._state["state"] in (CONNECTING, OPEN))

    @property
    def _state(self) -> dict[str, Any]:
        return cast(dict[str, Any], self.probe.state["sockets"][self.number])

    def open(self) -> None:
        """The server agrees to the WebSocket."""
        self.probe.do("open", self.number)

    def message(self, text: str) -> None:
        """A message comes. It is lost where the socket is not open."""
        self.probe.do("message", self.number, text)

    def close(self, code: int = 1006, *, clean: bool = False, reason: str = "") -> None:
        """The connection ends; before it was open, it fails."""
        self.probe.do("close", self.number, code, reason, clean)
