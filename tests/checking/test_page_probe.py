"""A page that a probe runs does what it does in a browser."""

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import live_pages
import psutil
import pytest
from live_pages import BROKEN, COMES_BACK, ELEMENTS, FEED, STAYS_STALE, WORKS, page

from wirelab.checking import PageProbe
from wirelab.checking.html_tree import tags_in
from wirelab.checking.visible_text import element_text, shown_text

MESSAGES = ("17.5", "<b>18.0</b>")
URL = "const url = new URL('http://h.example:80/?a=1');"
NONE_OF_4 = "false,false,false,false"


def ran(script: str, *, body: str = ELEMENTS, **more: Any) -> PageProbe:
    """A page with this script behind its elements, loaded."""
    return PageProbe(page(script, body=body), **more)


def said(script: str, **more: Any) -> list[str]:
    """What the console shows of a page with this script."""
    return ran(script, **more).console


# Whole pages -----------------------------------------------------------------------------------------


def works(html: str) -> bool:
    """Whether a page shows each message, the latest alone, and then that the connection is closed."""
    probe = PageProbe(html)
    if len(probe.sockets) != 1 or probe.sockets[0].url != "ws://127.0.0.1:8001/station/feed":
        return False
    socket, shown = probe.sockets[0], []
    socket.open()
    for message in MESSAGES:
        socket.message(message)
        shown.append(probe.text("reading"))
    before = probe.text("state")
    socket.close()
    return tuple(shown) == MESSAGES and probe.text("state") not in ("", None, before)


@pytest.mark.parametrize("name", WORKS)
def test_a_page_that_works_in_a_browser_works(name: str) -> None:
    assert works(WORKS[name])


@pytest.mark.parametrize("name", BROKEN)
def test_a_page_that_is_broken_in_a_browser_is_broken(name: str) -> None:
    assert not works(BROKEN[name])


def comes_back(script: str) -> bool:
    """Whether a page shows each reading, and after each break asks for what it missed, a second later."""
    probe, wanted, shown = (
        PageProbe(live_pages.live_page(script)),
        [FEED, f"{FEED}?since=7", f"{FEED}?since=12"],
        [],
    )
    for number, degrees in ((7, -3.5), (12, 21.5)):
        if not probe.sockets:
            return False
        socket = probe.sockets[-1]
        socket.open()
        socket.message(json.dumps({"number": number, "station": 2, "degrees": degrees}))
        shown.append(probe.text("degrees"))
        socket.close()
        probe.advance(0.5)
        too_soon = probe.sockets[-1].is_wanted
        probe.advance(1)
        if too_soon:
            return False
    return [socket.url for socket in probe.sockets] == wanted and shown == ["-3.5 degrees", "21.5 degrees"]


@pytest.mark.parametrize("name", COMES_BACK)
def test_a_page_that_comes_back_in_a_browser_comes_back(name: str) -> None:
    assert comes_back(COMES_BACK[name])


@pytest.mark.parametrize("name", STAYS_STALE)
def test_a_page_that_stays_stale_in_a_browser_stays_stale(name: str) -> None:
    assert not comes_back(STAYS_STALE[name])


def test_the_page_of_the_box_office_runs(course: Path) -> None:
    public = course / "servers" / "public"
    html, script = ((public / name).read_text(encoding="utf-8") for name in ("seats.html", "seats.js"))
    probe = PageProbe(
        html, "https://hub.example/user/ada/proxy/8001/seats.html?show=2", files={"seats.js": script}
    )
    socket = probe.sockets[0]
    assert socket.url == "wss://hub.example/user/ada/proxy/8001/feed/shows/2"
    socket.open()
    socket.message('{"type": "seats", "seats": 4, "taken": [3], "number": 5, "life": "a b"}')
    assert (probe.error, probe.text("title"), probe.text("free")) == (None, "The Tempest", "3 of 4 seats are free")
    socket.message('{"type": "change", "seat": 1, "taken": true, "number": 6}')
    probe.click("#seats button:first-child")
    assert probe.text("said") == "Seat 1 is taken."
    socket.close(1001, clean=True)
    assert probe.text("line") == "not live: connecting again…"
    probe.advance(5)
    assert probe.sockets[1].url.endswith("/feed/shows/2?since=6&life=a+b")


WHOLE_WAITS = [min(1000 * 1.5**tries, 5000) for tries in range(8)]  # milliseconds, with no random part


def box_office_page(course: Path) -> PageProbe:
    """The page of live seats of show 1, whose feed is a server of its own."""
    public = course / "servers" / "public"
    html, script = ((public / name).read_text(encoding="utf-8") for name in ("seats.html", "seats.js"))
    return PageProbe(html, "http://127.0.0.1:8001/seats.html?show=1&feed=8002", files={"seats.js": script})


def test_the_page_of_the_box_office_notices_within_five_seconds_that_its_feed_is_frozen(course: Path) -> None:
    probe = box_office_page(course)
    socket = probe.sockets[0]
    socket.open()
    for _ in range(10):
        socket.message('{"type": "seats", "seats": 4, "taken": [3], "number": 5, "life": "a b"}')
        probe.advance(2)
    assert (probe.text("line"), set(socket.sent)) == ("live", {'{"ping": 1}'})
    probe.advance(5)
    assert probe.text("line") == "not live: connecting again…"
    assert probe.text("said") == "The feed does not answer. The seats may have changed."


def test_the_page_of_the_box_office_says_that_a_press_was_not_answered(course: Path) -> None:
    probe = box_office_page(course)
    socket = probe.sockets[0]
    socket.open()
    socket.message('{"type": "seats", "seats": 4, "taken": [3], "number": 5, "life": "a b"}')
    probe.click("#seats button:first-child")
    probe.advance(2)
    socket.message('{"type": "pong", "ping": 1}')
    probe.advance(1)
    assert probe.text("said") == "There was no answer about seat 1. Look at it again when this page is live."
    socket.message('{"type": "change", "seat": 1, "taken": true, "number": 6}')
    assert probe.text("said") == "Seat 1 is taken."


def test_the_page_of_the_box_office_waits_longer_each_time_until_a_message_comes(course: Path) -> None:
    probe = box_office_page(course)
    for _ in range(8):  # the proxy opens each connection, and no feed is behind it
        socket = probe.sockets[-1]
        socket.open()
        socket.close()
        while probe.sockets[-1] == socket:
            probe.advance(0.5)
    waits = [float(line.split()[-2]) for line in probe.console if "next try in" in line]
    assert all(0.5 * whole <= wait <= 1.5 * whole for whole, wait in zip(WHOLE_WAITS, waits, strict=True)), waits
    probe.sockets[-1].open()
    probe.sockets[-1].message('{"type": "pong", "ping": 1}')
    probe.sockets[-1].close()
    assert float(probe.console[-1].split()[-2]) <= 1500


# Scripts, and when they run --------------------------------------------------------------------------


def test_a_script_sees_the_elements_before_it_alone() -> None:
    html = "<p>one</p><script>console.log(document.querySelectorAll('p').length)</script><p>two</p>"
    assert PageProbe(html).console == ["1"]


def test_modules_wait_until_the_page_is_read_and_its_events_come_after_them() -> None:
    html = """<body onload="console.log('body')">
<script>document.addEventListener("DOMContentLoaded", () => console.log("read", document.readyState))</script>
<script type="module">console.log("module", document.readyState, this)</script>
<script>console.log("inline", document.readyState)</script>"""
    assert PageProbe(html).console == [
        "inline loading",
        "module interactive undefined",
        "read interactive",
        "body",
    ]


def test_scripts_share_what_they_declare() -> None:
    assert PageProbe(
        "<script>let a = 1; function f() { return a; }</script><script>console.log(f())</script>"
    ).console == ["1"]


def test_a_script_with_a_syntax_error_does_nothing_and_the_next_one_runs() -> None:
    probe = PageProbe("<script>console.log(1); let x = ;</script>\n<script>console.log(2)</script>")
    assert (probe.console[-1], len(probe.console)) == ("2", 2)
    assert str(probe.error).startswith("line 1: SyntaxError: ")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("\n\nsock.onmessage = 1;", "line 6: ReferenceError: sock is not defined"),
        ("document.getElementByID('reading')", "line 4: TypeError: document.getElementByID is not a function"),
        ("setTimeout(() => {\n  null.x;\n}, 5);", "line 5: TypeError: "),
        ("(async () => {\n throw new Error('late');\n})()", "line 5: Error: late"),
        ("throw 'words'", "words"),
    ],
)
def test_an_error_is_told_with_its_line_in_the_page(script: str, said: str) -> None:
    error = PageProbe(f"<!doctype html>\n<p>\n<script>\n{script}\n</script>").error
    assert error
    assert str(error).startswith(said)
    assert not error.line or error.source in script


def test_a_script_that_nobody_serves_is_told() -> None:
    probe = PageProbe('<script src="live.js"></script>')
    assert probe.console == ["GET http://127.0.0.1:8001/station/live.js: nobody serves this script here"]


def test_a_loop_without_end_is_ended_and_told() -> None:
    began = time.process_time()
    probe = ran("while (true) {}")
    assert "does one of its loops never end" in str(probe.error)
    assert time.process_time() - began < 4
    probe.advance(1)  # and nothing more happens


@pytest.mark.parametrize("script", ["const all = []; while (true) all.push({});", "'x'.repeat(2 ** 29).split('')"])
def test_a_script_that_eats_memory_is_ended_and_told(script: str) -> None:
    assert "more memory than a page may" in str(ran(script).error)


def test_timers_that_never_rest_are_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wirelab.checking.running_page.LONGEST_STEP", 0.05)
    probe = ran("setInterval(() => {}, 0)")
    probe.advance(3600)
    assert str(probe.error) == "its timers never come to rest"


def test_importing_the_kit_loads_no_engine() -> None:
    import subprocess

    code = "import sys, wirelab; print({'quickjs', 'py_mini_racer', 'justhtml'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "set()"


# Time ------------------------------------------------------------------------------------------------


def test_time_passes_where_the_check_says_so() -> None:
    probe = ran(
        "const began = Date.now(); setTimeout((word) => console.log(word, Date.now() - began), 1000, 'late')"
    )
    probe.advance(0.9)
    assert probe.console == []
    probe.advance(0.2)
    assert probe.console == ["late 1000"]


def test_an_interval_ends_where_it_is_cleared() -> None:
    probe = ran(
        "let n = 0; const id = setInterval(() => { console.log(++n); if (n === 3) clearInterval(id); }, 100)"
    )
    probe.advance(2)
    assert probe.console == ["1", "2", "3"]


def test_what_is_no_function_is_remembered() -> None:
    assert ran("setTimeout(undefined, 9); new WebSocket('feed').onclose = 'closed'").not_functions == [
        "setTimeout",
        "onclose",
    ]


def test_a_page_with_dates_and_random_numbers_does_the_same_again() -> None:
    script = "console.log(Math.random(), new Date().toISOString(), new Date(0).getTime(), typeof Date())"
    assert said(script) == said(script)
    assert said(script)[0].endswith(" 0 string")


# WebSockets ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("feed", "ws://127.0.0.1:8001/station/feed"),
        ("./feed?a=b c", "ws://127.0.0.1:8001/station/feed?a=b%20c"),
        ("../feed", "ws://127.0.0.1:8001/feed"),
        ("/feed", "ws://127.0.0.1:8001/feed"),
        ("//other.example/feed", "ws://other.example/feed"),
        ("http://other.example:80", "ws://other.example/"),
        ("WSS://Other.example:443/Feed", "wss://other.example/Feed"),
        ("127.0.0.1:8001/feed", "ws://127.0.0.1:8001/station/127.0.0.1:8001/feed"),
    ],
)
def test_an_address_is_seen_from_the_page(address: str, url: str) -> None:
    assert ran(f"new WebSocket({json.dumps(address)})").sockets[0].url == url


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("new WebSocket('ftp://127.0.0.1/feed')", "SyntaxError"),
        ("new WebSocket('localhost:8001/feed')", "SyntaxError"),
        ("new WebSocket('ws://127.0.0.1:port/feed')", "SyntaxError"),
        ("new WebSocket('feed#top')", "SyntaxError"),
        ("new WebSocket('feed', {headers: {}})", "SyntaxError"),
        ("new WebSocket()", "TypeError"),
        ("WebSocket('feed')", "TypeError"),
        ("new WebSocket('feed').send('early')", "InvalidStateError"),
        ("new WebSocket('feed').close(1001)", "InvalidAccessError"),
    ],
)
def test_a_websocket_refuses_what_a_browsers_does(code: str, error: str) -> None:
    assert said(f"try {{ {code} }} catch (error) {{ console.log(error.name) }}") == [error]


def test_a_page_that_came_encrypted_may_not_use_ws() -> None:
    assert "SecurityError" in str(ran("new WebSocket('ws://x.example')", url="https://y.example/").error)


def test_a_socket_tells_what_happens_to_it_in_its_order() -> None:
    probe = ran("""const socket = new WebSocket("feed");
for (const type of ["open", "message", "error", "close"])
  socket.addEventListener(type, ({ data, code, reason }) =>
    console.log(type, socket.readyState, data, code, reason));
socket.onopen = () => socket.send("hello");""")
    socket = probe.sockets[0]
    socket.message("lost, as it is not open")
    socket.open()
    socket.message("17.5")
    assert (socket.is_open, socket.sent) == (True, ["hello"])
    socket.close(1001, clean=True, reason="going")
    assert probe.console == [
        "open 1 undefined undefined undefined",
        "message 1 17.5 undefined undefined",
        "close 3 undefined 1001 going",
    ]


def test_a_connection_that_is_refused_is_an_error_and_a_close() -> None:
    probe = ran(
        "const s = new WebSocket('feed'); s.onerror = s.onclose = ({type, code}) => console.log(type, code)"
    )
    probe.sockets[0].close()
    assert probe.console[1:] == ["error undefined", "close 1006"]


def test_a_page_that_closes_its_socket_hears_so_and_no_more_messages() -> None:
    probe = ran("""const s = new WebSocket("feed");
s.onmessage = () => { console.log("message"); s.close(4000, "enough"); };
s.onclose = ({ code, wasClean }) => console.log(code, wasClean);""")
    socket = probe.sockets[0]
    socket.open()
    socket.message("1")
    socket.message("2")
    assert (probe.console, socket.is_wanted) == (["message", "4000 true"], False)


def test_a_handler_that_fails_keeps_no_other_from_running() -> None:
    probe = ran(
        "const s = new WebSocket('feed'); s.onopen = () => nix; s.addEventListener('open', () => alert(1))"
    )
    probe.sockets[0].open()
    assert probe.console == ["line 6: ReferenceError: nix is not defined", "1"]


# The page's elements ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("at.textContent = ' 1  2\\n3 '", "1 2 3"),
        ("at.innerText = '1\\n2'", "1\n2"),
        ("at.innerHTML = '<i>1</i>&lt;2<!-- 3 --><script>4</scr' + 'ipt>'", "1<2"),
        ("at.innerHTML += '<b>&amp;</b>'; at.innerHTML += '!'", "old&!"),
        ("at.append('a', document.createElement('br'), 'b')", "olda\nb"),
        ("at.insertAdjacentHTML('afterbegin', '<b>new</b> ')", "new old"),
        ("at.outerHTML = '<p id=at>other'", "other"),
        ("at.firstChild.nodeValue = 7", "7"),
        ("at.replaceChildren(...'abc')", "abc"),
        ("at.style.display = 'none'", ""),
        ("at.parentElement.hidden = true", ""),
        ("at.remove()", None),
        ("const clone = at.cloneNode(true); clone.textContent = 'twin'; at.replaceWith(clone)", "twin"),
        ("at.textContent = [at.matches('div > p#at.new'), at.closest('div').id, at.dataset.since]", "true,home,7"),
        ("at.classList.toggle('new'); at.classList.add('a', 'b'); at.textContent = at.className", "a b"),
        ("at.setAttribute('id', 'gone')", None),
        ("at.textContent = undefined", ""),
        ("at.innerText = undefined", "undefined"),
        ("window.at.textContent = typeof at + typeof nobody", "objectundefined"),
        ("document.title = ' a  b '; at.textContent = document.title", "a b"),
    ],
)
def test_what_a_script_does_to_an_element_is_shown(code: str, shown: str | None) -> None:
    probe = ran(code, body="<div id=home><p id=at class=new data-since=7>old</p></div>")
    assert (probe.error, probe.text("at")) == (None, shown)


def test_html_that_a_script_makes_is_noted_and_its_handlers_run() -> None:
    probe = ran("const s = new WebSocket('feed'); s.onmessage = (event) => { reading.innerHTML = event.data; }")
    probe.sockets[0].open()
    entry = "<img src=x onerror=\"document.title = 'run'\"><script>document.title = 'never'</script>"
    probe.sockets[0].message(entry)
    assert probe.html_made == [entry]
    assert "run" in json.dumps(probe.element("reading")) or "run" in str(probe.state["tree"])
    assert (probe.state["tree"][0][2][0][2][0]) == ["title", {}, ["run"]]


def test_a_click_runs_handlers_from_the_inside_out() -> None:
    probe = ran(
        "document.addEventListener('click', ({ target }) => console.log('document', target.localName))",
        body="<div onclick=\"console.log('div', this.localName, event.type)\"><button>x</button></div>",
    )
    probe.click("button")
    assert probe.console == ["div div click", "document button"]
    with pytest.raises(LookupError):
        probe.click("#nobody")


def test_a_form_that_nobody_stops_leaves_the_page() -> None:
    form = '<form action="/send"><input id="name"><button>Send</button></form>'
    probe = ran("", body=form)
    probe.click("button")
    assert probe.left_for == ["http://127.0.0.1:8001/send"]
    probe = ran(
        "document.forms[0].onsubmit = () => { console.log(document.forms[0].elements[0].value); return false; }",
        body=form,
    )
    probe.fill("#name", "Ada")
    probe.click("button")
    assert (probe.left_for, probe.console) == ([], ["Ada"])


@pytest.mark.parametrize("selector", ["1", "#1", "p >", "", "[", "p::nix", "a,,b"])
def test_a_selector_that_is_none_is_an_error(selector: str) -> None:
    code = (
        f"try {{ document.querySelector({selector!r}); console.log('fine') }} catch (e) {{ console.log(e.name) }}"
    )
    assert said(code) == ["SyntaxError"]


def test_what_a_page_asks_of_servers_is_noted() -> None:
    assert ran("fetch('latest'); new EventSource('/events')").requests == [
        "GET http://127.0.0.1:8001/station/latest",
        "GET http://127.0.0.1:8001/events",
    ]


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("[location.host, location.hostname, location.port].join(' ')", "127.0.0.1:8001 127.0.0.1 8001"),
        (
            "[location.pathname, location.protocol, location.origin].join(' ')",
            "/station/ http: http://127.0.0.1:8001",
        ),
        ("new URL('../a/./b/../c?d=é#f', 'http://h.example/x/y/z').href", "http://h.example/x/a/c?d=%C3%A9#f"),
        ("new URL('/p', location).href", "http://127.0.0.1:8001/p"),
        (f"{URL} url.searchParams.set('a', 'x y'); url.port = 8002; url.href", "http://h.example:8002/?a=x+y"),
        (f"{URL} url.protocol = 'wss'; url.pathname = 'a b'; url.href", "wss://h.example/a%20b?a=1"),
        (f"{URL} url.protocol = 'mailto'; url.hash = 'x'; url.search = ''; String(url)", "http://h.example/#x"),
        ("new URLSearchParams({ since: 7, life: 'a&b' }) + ''", "since=7&life=a%26b"),
        ("new URLSearchParams('?a=1&b=%20+&a=2').getAll('a').join()", "1,2"),
        ("new URLSearchParams('?b=%20+').get('b') + '|'", "  |"),
        (
            "['feed', 'http://', 'http://a b/', 'http://h:99999/'].map((one) => URL.canParse(one)).join()",
            NONE_OF_4,
        ),
    ],
)
def test_addresses_are_read_as_in_a_browser(code: str, value: str) -> None:
    *before, last = code.split("; ")
    assert said(f"{'; '.join(before)}; console.log({last})") == [value]


# Pages without scripts -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<title>no</title><p>Roof &lt;north&gt;", "Roof <north>"),
        ("<p>Roof <north>", "Roof"),
        ("<h1> a\n b</h1><p>c<br>d<p hidden>e", "a b\nc\nd"),
        ("<table><tr><td>1<td>2<tr><td>3</table>", "1 2\n3"),
        ("<pre> a  b</pre><script>x</script><style>y</style><noscript>z</noscript>", " a  b"),
        ("a<b>b</b>&nbsp;<i>c</i>&#8722;1", "ab\u00a0c\u22121"),
        ("<p>x<input value=7><input type=hidden value=8><details><summary>s</summary>t</details>", "x7\ns"),
        ("<textarea><b></textarea>", "<b>"),
    ],
)
def test_what_a_browser_shows(html: str, shown: str) -> None:
    assert shown_text(html) == shown


def test_an_element_is_found_by_its_id() -> None:
    html = "<div hidden><p id=a>1</div><p id=b> 2 <i>3</i>"
    assert [element_text(html, id) for id in "abc"] == ["", "2 3", None]


def test_text_that_became_html_is_seen_by_its_tags() -> None:
    assert tags_in("<p title='&quot;'>&lt;script&gt;") == ["<html>", "<head>", "<body>", "<p title>"]
    assert tags_in("<p>" + "<img src=x onerror='1'>")[-1] == "<img onerror src>"


# The other engine ------------------------------------------------------------------------------------


@pytest.fixture
def v8(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("py_mini_racer")
    monkeypatch.setitem(sys.modules, "quickjs", None)


@pytest.mark.proof
@pytest.mark.usefixtures("v8")
@pytest.mark.parametrize("name", [*WORKS, *BROKEN, *COMES_BACK, *STAYS_STALE])
def test_v8_agrees(name: str) -> None:
    judge: Callable[[str], bool] = works if name in WORKS or name in BROKEN else comes_back
    written = {**WORKS, **BROKEN, **COMES_BACK, **STAYS_STALE}[name]
    assert judge(written) == (name in WORKS or name in COMES_BACK)


@pytest.mark.proof
@pytest.mark.usefixtures("v8")
@pytest.mark.parametrize(
    "script",
    [
        "while (true) {}",
        "Promise.resolve().then(() => { while (true) {} })",
        "const all = []; while (true) all.push({});",  # too long, or too much memory: whichever comes first
    ],
)
def test_v8_comes_back_whatever_a_script_does(script: str) -> None:
    probe = ran(script)
    assert "does one of its loops never end" in str(probe.error)
    probe.advance(1)  # and nothing more happens


@pytest.mark.proof
@pytest.mark.usefixtures("v8")
def test_the_process_of_v8_ends_with_its_page() -> None:
    others = set(psutil.Process().children())
    probe = ran("")
    (child,) = set(psutil.Process().children()) - others
    assert "v8_process.py" in " ".join(child.cmdline())
    del probe
    gc.collect()
    assert not child.is_running()
