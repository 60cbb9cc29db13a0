"""Load a page into an engine, with what a browser gives to its scripts, and let things happen to it.

The files in `page/` are that: a small DOM, addresses, timers, WebSocket. A page's clock and its random numbers
are its own, and what it does follows from what happened to it. So it can be run again, and comes to the same
point.
"""

import json
import re
import time
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from wirelab.checking.html_tree import Document
from wirelab.checking.script_engine import Engine, Raised, ScriptStopped, new_engine

PARTS = ("events", "nodes", "elements", "document", "url", "socket", "window", "driver")
FAR_BELOW = 100_000  # lines; ours come behind those of any page, so that a stack tells whose they are
SETTLE = 0.01  # seconds that pass after whatever happens
LONGEST_STEP = 2.0  # seconds, real ones
EXPORT = re.compile(r"^([ \t]*)export (default )?", re.MULTILINE)

Step = tuple[Any, ...]  # a function of the driver and its arguments, as in ("click", "button")


@cache
def _browser() -> str:
    folder = files(__package__) / "page"
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in PARTS]
    return "\n" * FAR_BELOW + '(() => { "use strict";\n' + "\n".join(parts) + "\n})();"


class RunningPage:
    """A page in an engine. `state` is what could be seen of it last, `stopped` says why it was ended if it was."""

    def __init__(self, document: Document, url: str, files: Mapping[str, str], parsed: list[Any]) -> None:
        """Load it. `files` are scripts that its server has, `parsed` is HTML that its scripts will make."""
        self._document, self._files = document, files
        self._engine: Engine = new_engine()
        self._below = "\n" * document.lines  # a stack's lines up to there are the page's
        self._engine.run(_browser())
        self.stopped = ""
        self._call("begin", url, document.tree, parsed)
        self.state = self._look()
        self._take(self._load)

    def do(self, step: Step) -> Any:
        """Let something happen, and a little time pass; or much of it, after ("advance", seconds)."""
        name, *values = step
        if name == "advance":
            return self._take(lambda: self._advance(*values))
        return self._take(lambda: self._happen(name, *values))

    @property
    def missing(self) -> list[tuple[str, str]]:
        """HTML that its scripts made and that was not `parsed`, each with the tag that it is in."""
        return list(dict.fromkeys((context, html) for context, html in self.state["missing"]))

    def _take(self, action: Any) -> Any:
        if self.stopped:
            return None
        try:
            result = action()
            self.state = self._look()
        except ScriptStopped as stopped:
            self.stopped = str(stopped)
            return None
        return result

    def _happen(self, name: str, *values: Any) -> Any:
        result = self._call(name, *values)
        self._advance(SETTLE)
        return result

    def _load(self) -> None:
        for reader in ("readOn", "nextWaiting"):
            while script := self._call(reader):
                self._run(script)
        self._call("finish")
        self._advance(SETTLE)

    def _run(self, script: dict[str, Any]) -> None:
        code, place = script["text"], self._document.scripts[script["place"]]
        if script["src"] is not None:
            if script["src"] not in self._files:
                return self._note("error", f"GET {script['url']}: nobody serves this script here")
            code, place = self._files[script["src"]], (1, 1)
        elif place is None:
            return self._note("error", "a script has no </script> behind it: a browser does not run it")
        if script["isModule"]:
            code = f'__probe.watch((async function () {{ "use strict"; {EXPORT.sub(_blanks, code)}\n}})())'
        line, column = place or (1, 1)
        try:
            self._engine.run("\n" * (line - 1) + " " * (column - 1) + code)
        except Raised as error:
            self._note("uncaught", error.text, error.stack)

    def _note(self, level: str, text: str, stack: str = "") -> None:
        self._call("note", level, text, stack)

    def _advance(self, seconds: float) -> None:
        until, give_up = self._engine.run("__probe.clock.now") + seconds * 1000, time.monotonic() + LONGEST_STEP
        while self._engine.run(f"{self._below}__probe.runTask({until})"):
            if time.monotonic() > give_up:
                raise ScriptStopped("its timers never come to rest")

    def _call(self, name: str, *values: Any) -> Any:
        code = f"{self._below}JSON.stringify(__probe.{name}({', '.join(map(json.dumps, values))}) ?? null)"
        return json.loads(self._engine.run(code))

    def _look(self) -> dict[str, Any]:
        found: dict[str, Any] = self._call("look")
        return found


def _blanks(found: re.Match[str]) -> str:
    """As many blanks as a script's `export` has: columns stay."""
    return found[1] + " " * len(found[0][len(found[1]) :])
