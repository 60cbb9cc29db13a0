"""A lesson before a room, in two windows: notes follow, jumps land, and the room sees no note."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe import violations
from lab import COURSE
from playwright.sync_api import Browser, expect
from presented import ACTIVE, Presentation, Presented, lesson_of, presentation, sentences, windows
from waiting import wait_until

from wirelab.building.stated_minutes import lessons

pytestmark = pytest.mark.proof
STEMS = [lesson.path.stem for lesson in lessons(COURSE)]
SOME = ["12-web-server", "33-websocket-server", "41-box-office"]
FROM_FIRST_TO_LAST = STEMS if "WIRELAB_EVERY_LESSON" in os.environ else SOME  # all of them before a release
SCHEMES: list[Literal["light", "dark"]] = ["light", "dark"]
SLIDES = ["jupyterlab-slideshow==0.3.4", "jupyterlab-fonts==3.0.0"]
SIZES = [(1280, 720), (1920, 1080), (1024, 768)]
HIDDEN = "[...document.querySelectorAll('button, h2, p')].filter(one => one.scrollWidth > one.clientWidth + 1)"
GROW = "document.querySelector('.jp-Notebook .jp-Cell').style.paddingTop = '900px'"


def checkout() -> str:
    return subprocess.check_output(["git", "status", "--porcelain"], cwd=COURSE, text=True)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Presentation]:
    """Lesson 12, begun as an instructor does. In the end, the checkout is as it was."""
    before = checkout()
    with presentation(tmp_path_factory.mktemp("room"), "12") as running:
        yield running
    assert checkout() == before


@pytest.fixture
def twelve(begun: Presentation, browser: Browser) -> Iterator[Presented]:
    begun.scratch.events.unlink(missing_ok=True)
    with windows(browser, "12", begun.room, begun.page) as both:
        yield both


def test_what_is_saved_and_set_in_a_room_is_gone_in_the_end(tmp_path: Path, browser: Browser) -> None:
    before = checkout()
    with presentation(tmp_path, "12") as running:
        saved = running.scratch.course / "notebooks" / "12-web-server.ipynb"
        themes = running.scratch.folder / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
        with windows(browser, "12", running.room, running.page) as both:
            both.jump(1)
            both.page.get_by_role("button", name="Run everything up to this section").first.click()
            both.has_run(1)
            both.room.keyboard.press("Control+s")
            assert wait_until(lambda: '"execution_count": 1' in saved.read_text(encoding="utf-8"), seconds=60)
            both.room.locator(".lm-MenuBar-itemLabel", has_text="Settings").click()
            for item in ("Theme", "JupyterLab Dark"):
                both.room.locator(".lm-Menu-itemLabel", has_text=re.compile(f"^{item}$")).click()
            assert wait_until(lambda: "JupyterLab Dark" in themes.read_text(encoding="utf-8"), seconds=60)
    assert not running.scratch.folder.exists()
    assert not list(tmp_path.glob("config/lab/**/*-settings"))  # the learner's own
    assert checkout() == before


def test_a_room_without_outputs_in_big_letters_and_one_document(twelve: Presented) -> None:
    assert twelve.room.locator(".jp-OutputArea-output").count() == 0
    editor = twelve.room.locator(".jp-CodeCell .cm-content").first
    table = twelve.room.locator(".jp-MarkdownCell td").first
    for one in (editor, table):
        assert float(one.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")) >= 21.5
    assert twelve.room.locator("#jp-left-stack").is_hidden()
    expect(twelve.room.locator("#main")).to_have_attribute("data-shell-mode", "single-document")


def test_a_page_that_cannot_be_reached_leaves_the_lesson_alone(begun: Presentation, twelve: Presented) -> None:
    twelve.jump(1)
    begun.of_page().kill()
    expect(twelve.page.locator("#trouble")).to_contain_text("The lesson goes on")
    twelve.room.locator(".jp-CodeCell .jp-InputPrompt").nth(1).click()
    twelve.room.keyboard.press("Control+Enter")
    twelve.has_run(2)
    expect(twelve.page.locator("#trouble")).to_be_hidden()
    twelve.is_at(0)
    twelve.jump(2)
    twelve.has_landed(2)


def test_a_kernel_that_is_restarted_is_told_and_brought_back_to_here(twelve: Presented) -> None:
    twelve.jump(3)
    twelve.page.get_by_role("button", name="Restart the kernel").click()
    expect(twelve.page.locator("#servers")).to_contain_text("MyHandler")
    twelve.has_landed(3)
    twelve.room.locator('.jp-Toolbar [data-jp-item-name="restart"]').click()
    twelve.room.locator(".jp-Dialog .jp-mod-accept").click()
    expect(twelve.page.locator("#trouble")).to_contain_text("The kernel has been restarted")
    expect(twelve.page.locator("#servers")).to_have_text("none")
    twelve.page.get_by_role("button", name="Run everything up to this section").first.click()
    expect(twelve.page.locator("#trouble")).to_be_hidden()
    expect(twelve.page.locator("#servers a")).to_contain_text("http://127.0.0.1:")
    twelve.is_at(3)
    twelve.has_landed(3)


def test_what_is_chosen_while_the_rooms_window_is_loaded_again_is_done_once(twelve: Presented) -> None:
    twelve.room.reload(wait_until="commit")
    twelve.page.get_by_role("button", name="Run the next cell").click()
    twelve.room.wait_for_function(f"{ACTIVE} === 1")
    twelve.run_next()
    assert twelve.room.evaluate(ACTIVE) == 2


def test_a_jump_is_held_while_diagrams_above_it_grow_until_somebody_scrolls(twelve: Presented) -> None:
    twelve.jump(3)
    twelve.has_landed(3)
    twelve.room.evaluate(GROW)
    twelve.has_landed(3)
    twelve.room.mouse.move(600, 400)
    for turn in range(1, 4):  # a jump that were still held would be back at the top before the third
        twelve.room.mouse.wheel(0, -300)
        twelve.is_below_the_top(3, pixels=turn * 300 - 50)


def test_without_a_second_screen_a_key_shows_the_notes_and_takes_them_away(twelve: Presented) -> None:
    assert twelve.room.frame_locator("#wirelab-notes iframe").locator("#notes").count() == 0
    twelve.jump(3)
    twelve.room.keyboard.press("Alt+n")
    over = twelve.room.frame_locator("#wirelab-notes iframe")
    expect(over.locator("#notes")).to_contain_text("Ask:")
    assert violations(twelve.room, inside="#wirelab-notes") == []
    over.locator("#next-cell").focus()
    twelve.room.keyboard.press("Alt+n")
    expect(twelve.room.locator("#wirelab-notes")).to_have_count(0)


def test_the_clock_can_be_paused(twelve: Presented) -> None:
    twelve.jump(0)
    twelve.page.get_by_role("button", name="Pause the clock").click()
    expect(twelve.page.locator("#pace")).to_have_text("Paused")
    twelve.page.get_by_role("button", name="Go on with the clock").click()
    expect(twelve.page.locator("#pace")).to_have_text("On time")


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_page_is_accessible_and_fits(
    begun: Presentation, browser: Browser, scheme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    with windows(browser, "12", begun.room, begun.page, color_scheme=scheme) as both:
        both.jump(3)
        for address in (begun.page, f"{begun.page}?over"):
            both.page.goto(address)
            both.is_at(3)
            both.page.set_viewport_size({"width": size[0], "height": size[1]})
            assert violations(both.page) == []
            assert both.page.evaluate(f"{HIDDEN}.map(one => one.textContent)") == []


@pytest.mark.parametrize("stem", STEMS)
def test_each_jump_of_a_lesson_brings_its_notes(begun: Presentation, browser: Browser, stem: str) -> None:
    with lesson_of(begun, stem) as addresses, windows(browser, stem, *addresses) as both:
        for number, section in reversed(list(enumerate(both.plan.sections))):
            both.jump(number)
            both.has_landed(number)
            shown = " ".join(both.page.locator("#notes").inner_text().split())
            assert [words for words in sentences(section.notes) if words not in shown] == []
        assert both.notes_in_the_room() == []


@pytest.mark.parametrize("stem", FROM_FIRST_TO_LAST)
def test_a_lesson_from_its_first_cell_to_its_last(begun: Presentation, browser: Browser, stem: str) -> None:
    with lesson_of(begun, stem) as addresses, windows(browser, stem, *addresses) as both:
        from_first_to_last(both)
        assert both.notes_in_the_room() == []


def test_the_same_lesson_twice_on_the_kernel_that_runs(begun: Presentation, browser: Browser) -> None:
    with lesson_of(begun, "12-web-server") as addresses:
        for _ in range(2):
            with windows(browser, "12", *addresses) as both:
                from_first_to_last(both)


def from_first_to_last(both: Presented) -> None:
    for _ in both.cells:
        both.run_next()
    both.has_run(both.room.locator(".jp-CodeCell").count() - 1)
    expect(both.page.locator("#servers")).to_have_text("none")


@pytest.fixture
def slides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extension for slides, installed where JupyterLab finds it, and only there."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--prefix",
        str(tmp_path / "prefix"),
    ]
    if subprocess.run([*command, *SLIDES], capture_output=True).returncode:
        pytest.skip(f"these cannot be installed here: {' '.join(SLIDES)}")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "prefix" / "share" / "jupyter"))


@pytest.mark.usefixtures("slides")
def test_slides_where_their_extension_is_installed(tmp_path: Path, browser: Browser) -> None:
    with (
        presentation(tmp_path, "12", "--slides") as running,
        windows(browser, "12", running.room, running.page) as both,
    ):
        shown = both.room.locator(".jp-Notebook .jp-Cell:visible")
        expect(shown).to_have_count(1)  # the title, and nothing of what follows
        both.jump(1)
        expect(both.room.get_by_role("heading", name=both.plan.sections[1].heading)).to_be_visible()
        expect(both.room.locator("h1", has_text="A web server")).to_be_hidden()
        for _ in range(3):
            both.run_next()
        assert both.notes_in_the_room() == []
