"""The class board in a real browser: numbers follow checks, the room reads no name, and nothing said is lost."""

import itertools
import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Literal

import pytest
from axe import violations
from boarded import MISSED, NAMES, Boarded, have_worked, learners, pages
from boards import BoardProcess, learner, running, surroundings
from lab import COURSE
from playwright.sync_api import Browser, Page, expect
from waiting import wait_until

from wirelab import check, launch
from wirelab.building.kernel_client import Kernel
from wirelab.checking.result import MIME
from wirelab.presenting.lesson_plan import find_source, plan_of
from wirelab.presenting.presentation import instructor_server
from wirelab.presenting.scratch_course import Scratch

pytestmark = pytest.mark.proof
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
SIZES = [(1280, 720), (1920, 1080), (1024, 768), (390, 844)]
HACK = "<b onclick=alert()>x</b>"  # as long as a nickname may be
STATION = """from http.server import BaseHTTPRequestHandler

class Station(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(404)
        self.end_headers()

check("12.1", launch(Station))"""


class Station(BaseHTTPRequestHandler):
    """Answers, and states no length."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()


# Whole lines and buttons that stand out of the page, or are wider inside than they are.
CUT_OFF = """[...document.querySelectorAll("button, h1, h2, summary, label, #line, #how-to-join, #learners")]
  .filter(one => one.offsetParent && !one.matches(".chip, .name")).filter(one =>
    (getComputedStyle(one).display !== "inline" && one.scrollWidth > one.clientWidth + 1)
    || one.getBoundingClientRect().right > innerWidth + 1).map(one => one.textContent)"""


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardProcess]:
    with running(tmp_path_factory.mktemp("board")) as board:
        yield board


@pytest.fixture
def board(process: BoardProcess) -> BoardProcess:
    """One for all tests: learners leave in the end of each."""
    if process.process.poll() is not None:  # the test before has ended it
        process.process.communicate()
        process.start()
    return process


@pytest.fixture
def both(board: BoardProcess, browser: Browser) -> Iterator[Boarded]:
    with pages(browser, board) as both:
        yield both


def test_an_empty_board_says_what_to_tell_the_room(board: BoardProcess, both: Boarded) -> None:
    for page in (both.instructor, both.room):
        expect(page.locator(".code:visible", has_text=f'join("{board.code}")')).to_have_count(1)
        assert violations(page) == []
    expect(both.instructor.locator("#nobody")).to_be_visible()
    with learners(board, ["Ada"]):
        expect(both.instructor.locator("#learners")).to_have_text("1 learner, 1 online")
        expect(both.room.locator("#learners")).to_have_text("fewer than five have joined")


def test_the_page_to_join_has_the_lines_for_a_notebook(board: BoardProcess, browser: Browser) -> None:
    with browser.new_page() as page:
        page.goto(f"{board.address}#{board.code}")
        line = f'from wirelab import join join("{board.code}", address="127.0.0.1:{board.port}")'
        expect(page.locator("#lines")).to_have_text(line)
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == []


def test_numbers_follow_the_checks_of_three_kernels(
    board: BoardProcess, both: Boarded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "PYTEST_VERSION", "PYTEST_CURRENT_TEST"):
        monkeypatch.delenv(name, raising=False)  # where these are, no learner is at work
    with ExitStack() as stack:
        kernels = []
        for name in ("one", "two", "three"):
            kernels.append(stack.enter_context(Kernel(tmp_path, env=surroundings(tmp_path / name))))
            seat = f"from wirelab import *\njoin({board.code!r}, {name!r}, address={board.address!r})"
            assert "You have seat" in kernels[-1].run(seat).text
            assert "not right yet" in kernels[-1].run(STATION).text
            chip = both.instructor.locator(".chip", has_text=name)
            expect(chip).to_have_attribute("title", f"{name}, 12.1, not right yet")
        stuck = both.instructor.locator("#missed > li", has_text="answers 200 OK")
        expect(stuck.locator("> b")).to_have_text("3")
        expect(stuck.locator(".hint")).not_to_be_empty()
        both.has_bar("12.1", "3 not right yet")
        expect(both.room.locator("#bars li")).to_have_count(0)  # fewer than five
        for kernel in kernels:
            assert "forgotten you" in kernel.run("leave()").text
        expect(both.instructor.locator("#nobody")).to_be_visible()


def test_the_room_reads_counts_and_nothing_of_anybody(board: BoardProcess, both: Boarded) -> None:
    names = ["Ursula", "Octavia", "Stanisław", "Wisława", "Italo", "Zadie", "Chinua"]
    with learners(board, names) as found:
        for one in found[:5]:
            one.check("12.1")
        found[5].check("12.1", "not right yet", "states the length of its body")
        found[6].say("hand", up=True)
        found[6].say("pace", pace="too fast")
        both.has_bar("12.1", "5 passed, 1 not right yet, 1 not started")
        bar = both.room.locator("[data-key='12.1'] .bar")
        expect(bar).to_have_attribute("aria-label", "Exercise 12.1: 5 passed, a few trying, a few not started")
        expect(both.room.locator("#learners")).to_have_text("7 have joined")
        told = [
            *names,
            "states the length",
            "seat",
            "nickname",
            "hint",
            "stuck",
            "missed",
            "hand",
            "pace",
            "token",
        ]
        read = " ".join([both.room.evaluate("document.body.innerText"), *both.heard_by_the_room])
        assert [words for words in told if words in read] == []


def test_what_learners_write_is_text(board: BoardProcess, both: Boarded) -> None:
    with learners(board, [HACK, "w" * 24]) as found:
        found[0].check("12.1", "not right yet", HACK)
        found[0].say("hand", up=True)
        found[0].say(
            "shared", exercise="12.1", result={"title": HACK, "findings": [{"what": HACK, "passed": False}]}
        )
        ask(both.instructor, HACK)
        for one in found:
            one.say("vote", answer=HACK)
        both.instructor.locator("#close-vote").click()
        for place in (".chip bdi", "#raised bdi", ".what bdi", "#given bdi", "#asked-question", "#results bdi"):
            expect(both.instructor.locator(place).first).to_have_text(HACK)
        both.instructor.get_by_role("button", name="Look at 12.1").click()
        expect(both.instructor.locator("#screen-result bdi")).to_have_text(HACK)
        both.instructor.keyboard.press("Escape")
        both.instructor.locator("#show-vote").click()
        expect(both.room.locator("#question")).to_have_text(HACK)
        both.instructor.locator("#hide-vote").click()
        for page in (both.instructor, both.room):
            assert page.locator("[onclick]").count() == 0
            assert page.title() in ("Class board", "The room")


def test_a_vote_from_its_question_to_the_room(board: BoardProcess, both: Boarded) -> None:
    with learners(board, NAMES[:7]) as found:
        ask(both.instructor, "Something else?")
        both.instructor.locator("#close-vote").click()
        both.instructor.locator("#next-vote").click()
        both.instructor.locator("#ask").click()
        question = both.instructor.locator("#known option", has_text="Which status does a POST get")
        both.instructor.locator("#known").select_option(question.get_attribute("value"))
        both.instructor.get_by_role("button", name="Open the vote").click()
        expect(both.room.locator("#question")).to_contain_text("Which status does a POST get")
        for one, answer in zip(found, ["501", "404", "501", "501", "rude", "rude", "405"], strict=True):
            one.say("vote", answer=answer)
        expect(both.instructor.locator("#voted")).to_have_text("7 of 7 have voted")
        expect(both.room.locator("#voted")).to_have_text("7 have voted")
        both.instructor.locator("#close-vote").click()
        expect(both.instructor.locator("#given li")).to_have_count(4)
        assert "501" not in " ".join(both.heard_by_the_room)
        both.instructor.locator("#given label", has_text="rude").click()
        both.instructor.locator("#show-vote").click()
        expect(both.room.locator("#answers li")).to_have_text(["5013"])
        assert "rude" not in " ".join(both.heard_by_the_room)
        for page in (both.instructor, both.room):
            assert violations(page) == []
        both.instructor.locator("#hide-vote").click()
        expect(both.room.locator("#question")).to_be_hidden()


def test_hands_stand_in_the_order_in_which_they_went_up(board: BoardProcess, both: Boarded) -> None:
    with learners(board, ["first", "second", "third"]) as found:
        for one in (found[1], found[0], found[2]):
            one.say("hand", up=True)
        raised = both.instructor.locator("#raised bdi")
        expect(raised).to_have_text(["second", "first", "third"])
        found[0].say("hand", up=False)
        expect(raised).to_have_text(["second", "third"])
        both.instructor.get_by_role("button", name="second: done").click()
        expect(raised).to_have_text(["third"])
        both.instructor.get_by_role("button", name="All down").click()
        expect(both.instructor.locator("#no-hands")).to_be_visible()


def test_the_pace_is_counted_and_asked_again(board: BoardProcess, both: Boarded) -> None:
    with learners(board, ["a", "b", "c"]) as found:
        for one, pace in zip(found, ["too fast", "too fast", "too slow"], strict=True):
            one.say("pace", pace=pace)
        counts = both.instructor.locator("#paces b")
        expect(counts).to_have_text(["1", "0", "2"])
        both.instructor.locator("#reset-pace").click()
        expect(counts).to_have_text(["0", "0", "0"])


def test_a_result_that_is_shared_is_shown_whole(board: BoardProcess, both: Boarded) -> None:
    station = launch(Station)
    result = check("12.1", station)._repr_mimebundle_()[MIME]
    with learners(board, ["Ada"]) as [ada]:
        ada.check("12.1", "not right yet", "states the length of its body")
        ada.say("shared", exercise="12.1", result=result)
        both.instructor.get_by_role("button", name="Look at 12.1 of Ada").click()
        expect(both.instructor.locator("#screen-title")).to_contain_text("not right yet")
        expect(both.instructor.locator("#screen-result")).to_contain_text(f"curl -i {station.url}")
        expect(both.instructor.locator("#screen-result")).to_contain_text("client → server")
        for scheme in SCHEMES:
            both.instructor.emulate_media(color_scheme=scheme)
            assert violations(both.instructor) == []


def test_a_seat_is_opened_by_the_keyboard_and_taken_away_after_a_question(
    board: BoardProcess, both: Boarded
) -> None:
    page = both.instructor
    with learners(board, ["Ada", "Ben", "Cleo"]):
        expect(page.locator(".chip")).to_have_count(3)
        page.locator(".chip").first.focus()
        page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        expect(page.locator("#learner-title")).to_contain_text("Ben, seat ")
        page.keyboard.press("Escape")
        expect(page.locator(".chip").nth(1)).to_be_focused()
        page.keyboard.press("Enter")
        page.locator("#learner-remove").click()
        page.locator("#learner-gone").click()
        expect(page.locator(".chip bdi")).to_have_text(["Ada", "Cleo"])


def test_a_frozen_board_is_told_after_five_seconds(board: BoardProcess, both: Boarded) -> None:
    with learners(board, ["Ada"]) as [ada]:
        expect(both.instructor.locator(".chip")).to_have_count(1)
        board.process.send_signal(signal.SIGSTOP)
        try:
            both.trouble("The board has been silent for five seconds. What you see is from")
            expect(both.room.locator("#line")).to_have_text("Not live at the moment")
            assert violations(both.instructor) == []
        finally:
            board.process.send_signal(signal.SIGCONT)
        both.trouble("")
        expect(both.room.locator("#line")).to_be_hidden()
        ada.check("12.1")
        both.has_bar("12.1", "1 passed")


def test_a_board_that_was_killed_comes_back_with_what_was_done_meanwhile(
    board: BoardProcess, both: Boarded
) -> None:
    with learners(board, ["Ada", "Ben"]) as [ada, ben]:
        ada.check("12.1")
        both.has_bar("12.1", "1 passed, 1 not started")
        board.kill()
        both.trouble("The board is away.")
        ben.check("12.1", "your code crashed")
        both.instructor.locator("#reset-pace").click()
        expect(both.instructor.locator("#said")).to_contain_text("choose again")
        board.start()
        both.trouble("")
        both.has_bar("12.1", "1 passed, 1 crashed, or no server")
        expect(both.room.locator("#line")).to_be_hidden()


def test_the_lesson_ends_after_one_question(board: BoardProcess, both: Boarded) -> None:
    with learners(board, ["Ada"]) as [ada]:
        ada.check("12.1")
        both.has_bar("12.1", "1 passed")
        both.instructor.locator("#end").click()
        both.instructor.get_by_role("button", name="Go on with the lesson").click()
        expect(both.instructor.locator("#board")).to_be_visible()
        both.instructor.locator("#end").click()
        both.instructor.get_by_role("button", name="Delete and end").click()
        expect(both.instructor.locator("#over h2")).to_be_visible()
        expect(both.room.locator("#over")).to_be_visible()
        assert wait_until(lambda: board.process.poll() == 0)
        assert not board.database.exists()
        for page in (both.instructor, both.room):
            assert violations(page) == []


def test_both_pages_are_accessible_and_fit_at_every_size(board: BoardProcess, both: Boarded) -> None:
    with learners(board, NAMES * 4) as found:
        have_worked(found)
        expect(both.instructor.locator(".chip")).to_have_count(40)
        expect(both.room.locator("#bars li")).to_have_count(len(MISSED))
        for page, (width, height) in itertools.product((both.instructor, both.room), SIZES):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate(CUT_OFF) == [], (width, page.title())
            assert violations(page) == [], (width, page.title())
        for page in (both.instructor, both.room):
            page.emulate_media(color_scheme="dark")
            assert violations(page) == [], page.title()
        for (width, height), place in itertools.product(SIZES[:3], ["#code", ".of bdi", ".part b", "#signs li"]):
            both.room.set_viewport_size({"width": width, "height": height})
            letters = both.room.locator(place).first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
            assert letters >= 0.02 * width, (place, width)  # on a wall two metres wide, four centimetres


def test_two_hundred_learners_stand_on_one_page(board: BoardProcess, both: Boarded) -> None:
    with ExitStack() as stack:
        found = [stack.enter_context(learner(board, nickname=f"learner {number}")) for number in range(200)]
        for number, one in enumerate(found):
            one.check("12.1", "passed" if number % 2 else "not right yet")
        expect(both.instructor.locator(".chip")).to_have_count(200)
        both.has_bar("12.1", "100 passed, 100 not right yet")
        both.instructor.locator("#order").select_option("help")
        assert both.instructor.evaluate(CUT_OFF) == []
        for one in found:
            one.say("leave")


@pytest.mark.parametrize(
    "page, feed",
    [
        ("https://hub.example/services/board/instructor/", "wss://hub.example/services/board/instructor/watch"),
        ("http://127.0.0.1:8765/key/?in=frame#top", "ws://127.0.0.1:8765/key/watch"),
    ],
)
def test_the_feed_is_beside_the_page_whatever_stands_before_it(both: Boarded, page: str, feed: str) -> None:
    made = both.instructor.evaluate(
        "async page => (await import('./feed.js')).feedAddress(new URL(page)).href", page
    )
    assert made == feed


def test_the_presenters_page_shows_the_board_that_runs(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    scratch = Scratch(tmp_path)
    scratch.plan.write_text(json.dumps(plan_of(find_source(COURSE, "12")).as_json()), encoding="utf-8")
    scratch.key.write_text("the-key", encoding="utf-8")
    with instructor_server(scratch) as address, browser.new_page() as page:
        page.goto(address)
        page.get_by_role("button", name="Class").click()
        expect(page.locator("#no-board")).to_contain_text("python3 start.py board")
        expect(page.locator("#notes")).to_be_hidden()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            assert violations(page) == []
        with running(tmp_path) as board, learners(board, ["Ada"]) as [ada]:
            expect(page.frame_locator("#board").locator(".chip bdi")).to_have_text("Ada")
            ada.say("hand", up=True)
            expect(page.locator("#view-class")).to_have_text("Class: 1 hand")
            page.get_by_role("button", name="Notes").click()
            expect(page.locator("#notes")).to_be_visible()
            expect(page.locator("#board")).to_be_hidden()
        page.get_by_role("button", name="Class").click()
        expect(page.locator("#no-board")).to_be_visible()
        page.goto(f"{address}?over")
        expect(page.locator("#heading")).not_to_be_empty()
        expect(page.locator("#view-class")).to_be_hidden()  # names would stand on the projector


def ask(page: Page, question: str) -> None:
    """Open a vote on a question of one's own."""
    if page.locator("#next-vote").is_visible():
        page.locator("#next-vote").click()
    page.locator("#ask").click()
    page.locator("#question").fill(question)
    page.get_by_role("button", name="Open the vote").click()
