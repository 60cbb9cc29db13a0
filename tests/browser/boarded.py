"""A class board as a browser shows it, on both its pages, and learners who join by the kit's own client."""

import contextlib
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from boards import BoardProcess
from lab import PATIENCE, PROJECTOR

pytest.importorskip("playwright", reason="Playwright is not here: pip install -r requirements-proof.lock")
from playwright.sync_api import Browser, ConsoleMessage, Page, expect  # noqa: E402

from wirelab.classroom.board_client import BoardClient  # noqa: E402
from wirelab.classroom.seat_cards import SeatCard  # noqa: E402

NAMES = ["Ada", "Grace", "Alan", "Katherine", "Edsger, at the window", "", "Barbara", "Tim", "Radia", "Łukasz"]
MISSED = {
    "12.1": ["states the length of its body", "says that it is text/plain"],
    "12.2": ["answers 404 for a station that is not there", "says 17.5 for /harbour"],
    "12.3": ["says in which encoding it is"],
    "12.4": ["counts every request so far, this one included"],
}


class Learner:
    """A learner whose notebook has joined, as `join()` does it."""

    def __init__(self, board: BoardProcess, nickname: str = "") -> None:
        card = SeatCard(board.address, board.code, secrets.token_urlsafe(32), nickname)
        self.nickname, self.client = nickname, BoardClient(card)
        self.client.start()
        assert self.client.wait_for_seat(PATIENCE / 1000) and self.client.seat, self.client.trouble

    def check(self, exercise: str, verdict: str = "passed", missed: str = "", tries: int = 1) -> None:
        """Tell the board what came of a check; it is said in another thread."""
        points = {"points": 2, "earned": 2.0 if verdict == "passed" else 0.5, "tries": tries}
        self.client.report(
            {"type": "result", "exercise": exercise, "verdict": verdict, "missed": missed, **points}
        )

    def say(self, kind: str, **words: Any) -> None:
        """Say something else, and wait until the board has it."""
        assert self.client.say({"type": kind, **words}, PATIENCE / 1000) == ""

    def leave(self) -> None:
        """Leave, so that the board forgets this seat; or at least say nothing more, where the board is away."""
        if not self.client.trouble:
            self.client.say({"type": "leave"}, 5)
        self.client.stop()


@contextlib.contextmanager
def learners(board: BoardProcess, nicknames: Sequence[str]) -> Iterator[list[Learner]]:
    """They have joined, and leave in the end: then the board has no seat of theirs any more."""
    with contextlib.ExitStack() as stack:
        found = []
        for nickname in nicknames:
            found.append(Learner(board, nickname))
            stack.callback(found[-1].leave)
        yield found


def have_worked(found: Sequence[Learner]) -> None:
    """Some are quick, some are stuck, some have not begun: always the same ones."""
    for number, one in enumerate(found):
        passed = [2, 1, 3, 2, 0, 4, 1, 2, 3, 1, 2][number % 11]
        for exercise in list(MISSED)[:passed]:
            one.check(exercise)
        if passed < len(MISSED) and number % 5:
            exercise, missed = list(MISSED.items())[passed]
            verdict = "your code crashed" if number % 7 == 3 else "not right yet"
            one.check(exercise, verdict, missed[number % len(missed)], tries=1 + number % 4)
    for one in found[2::9]:
        one.say("hand", up=True)
    for number, one in enumerate(found[::3]):
        one.say("pace", pace=["all right", "too fast", "all right", "too slow"][number % 4])
    for one in found:
        one.client.flush(PATIENCE / 1000)


@dataclass(frozen=True)
class Boarded:
    """The two pages of a board, and what they said and heard."""

    instructor: Page
    room: Page
    errors: list[str] = field(default_factory=list)
    heard_by_the_room: list[str] = field(default_factory=list)

    def has_bar(self, exercise: str, words: str) -> None:
        """Wait until the instructor's page has this bar, in the words for those who do not see it."""
        bar = self.instructor.locator(f"[data-key='{exercise}'] .bar")
        expect(bar).to_have_attribute("aria-label", f"Exercise {exercise}: {words}")

    def trouble(self, words: str) -> None:
        """Wait until the instructor's page says that something is wrong; with "" until nothing is."""
        where = self.instructor.locator("#trouble")
        expect(where).to_contain_text(words) if words else expect(where).to_be_hidden()


@contextlib.contextmanager
def pages(browser: Browser, board: BoardProcess, **options: Any) -> Iterator[Boarded]:
    """Both pages. In the end no request has left this computer, and no script has failed."""
    with browser.new_context(**{"viewport": PROJECTOR, **options}) as context:
        context.set_default_timeout(PATIENCE)
        asked: list[str] = []
        both = Boarded(context.new_page(), context.new_page())
        context.on("request", lambda request: asked.append(request.url))
        context.on("weberror", lambda error: both.errors.append(str(error.error)))
        for page in (both.instructor, both.room):
            page.on("console", lambda message: both.errors.extend(_error(message)))
        both.room.on(
            "websocket",
            lambda socket: socket.on("framereceived", lambda frame: both.heard_by_the_room.append(str(frame))),
        )
        both.instructor.goto(board.instructor)
        both.room.goto(board.room)
        for page in (both.instructor, both.room):
            expect(page.locator("main:visible")).to_have_count(1)
        expect(both.instructor.locator("#line")).to_have_text("live")
        yield both
        assert [one for one in asked if not re.match(r"(http|ws)://127\.0\.0\.1:|data:", one)] == [], asked
        assert both.errors == [], both.errors


def _error(message: ConsoleMessage) -> list[str]:
    """A line in the console, unless it is the browser's own about a board that was ended on purpose."""
    is_of_feed = "WebSocket connection to" in message.text
    return [] if is_of_feed else [f"{message.text} {message.location['url']}"]
