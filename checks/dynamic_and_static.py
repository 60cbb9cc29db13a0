"""The checks of lesson 13: media types, pages made on request, files in memory, and a form."""

import datetime
import mimetypes
import os
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from checks.media_types import is_utf_8, media_type
from wirelab.checking import Expect, FunctionProbe, Probe, Reply, exercise, shown_text, today_is

UNKNOWN = "application/octet-stream"
PAIR_HINTS = (
    "mimetypes.guess_type(name) gives two things; the first is the type.",
    "[0] takes the first of a pair.",
)
TEXT_HINTS = (
    "For text, a client has to know the encoding as well: ; charset=utf-8. Does the type start with text/?",
    'kind.startswith("text/") says so.',
)
NO_TEXT_HINTS = (
    "Only a type that begins with text/ gets a charset.",
    'kind.startswith("text/") looks at the beginning alone; `in` looks everywhere.',
)
UNKNOWN_HINTS = (
    "guess_type gives None as the type where it knows nothing: then it is application/octet-stream.",
    "x or y is y where x is None.",
)
NAMES = ["map.png", "index.html", "readings.csv", "wind.svg", "station.zzz", "README", "MAP.PNG", "week.2027.html"]
LETTER_TYPE = ("application/vnd.oasis.opendocument.text", ".odt")  # not every system knows it
MORE_NAMES = ["letter.odt", "data.json", "text.png", "text", "notes.txt", "Übersicht.css", "page.html.zzz"]


@exercise(
    "13.1", "What kind of file", points=2, of="function", writes=["kind_of"],
    learned="The media type says how to read the bytes, and only text needs a charset.",
)
def what_kind(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the name of a file to its media type, with a charset where it is text.

    A name without a known extension gets `application/octet-stream`. Raises Stopped where it hangs.
    """
    mimetypes.add_type(*LETTER_TYPE)
    for name in [*NAMES, *MORE_NAMES]:
        got, right = function.returns(name), _kind_of(name)
        expect(
            _is_kind(got, right),
            f"knows the type of {name}",
            expected=right,
            got=got,
            hint=_hints_on_kind(got, right),
        )


def _kind_of(name: str) -> str:
    """The media type that this computer has for the name."""
    kind = mimetypes.guess_type(name)[0] or UNKNOWN
    return f"{kind}; charset=utf-8" if kind.startswith("text/") else kind


def _is_kind(got: Any, right: str) -> bool:
    """Whether both name one media type, with the charset UTF-8 or with none."""
    if not isinstance(got, str) or media_type(got) != media_type(right):
        return False
    return is_utf_8(got) if is_utf_8(right) else ";" not in got


def _hints_on_kind(got: Any, right: str) -> Sequence[str]:
    if isinstance(got, tuple | list):
        return PAIR_HINTS
    if right == UNKNOWN:
        return UNKNOWN_HINTS
    if isinstance(got, str) and media_type(got) == media_type(right):
        return TEXT_HINTS if is_utf_8(right) else NO_TEXT_HINTS
    return (
        "mimetypes.guess_type(name) guesses the type from the extension, in capitals too, and from the last one.",
        "Give it the whole name, and take the first of the two things that it gives.",
    )


NO_ANSWER_HINTS = (
    "Every request needs an answer. What does your method do on the way that this one takes?",
    "An if needs its else: self.reply(404, ...) there.",
)
ENDING_HINTS = (
    "A report is what ends in .zzz, with the dot: self.path.endswith('.zzz').",
    "Everything else is answered with 404.",
)
PAGE_HINTS = (
    "time.localtime() has both: tm_yday and tm_year. The path is self.path, just as it stands there.",
    'f"Report of {self.path}, day {now.tm_yday} of {now.tm_year}", where now is time.localtime().',
)
TITLE_HINTS = ("A title is not shown in the page. Put the text into its body, in a <p> perhaps.",)
ZEROS_HINTS = ("The number of the day has no zeros in front: tm_yday is an integer. %j writes three digits.",)
MADE_BEFORE_HINTS = (
    "Here the check lets the clock show another day. Ask for the day with each request, inside of do_GET.",
    "What stands in the class or outside of it is run once, when its cell runs.",
)
OTHER_DAYS = [datetime.date(2028, 1, 5), datetime.date(2031, 12, 31)]
OTHER_PATHS = ["/harbour.txt", "/", "/harbourzzz", "/harbour.zzz.txt", "/harbour.zzz/", "/.zzz/harbour"]


@exercise(
    "13.2", "A report on the fly", points=3,
    learned="A page need not be a file: a server can make it at the moment of the request.",
)
def report(station: Probe, expect: Expect) -> None:
    """Check a server that makes an HTML report for every path that ends in `.zzz`: its path and today's date.

    What a browser shows counts. All other paths are 404. Raises Stopped where no answer comes.
    """
    _compare_report(station, expect)
    for path in ("/2/hilltop.zzz", "/airport.2027.zzz"):
        before, reply = datetime.date.today(), station.get(path, silence_hint=NO_ANSWER_HINTS)
        _expect_report(reply, expect, path, [before, datetime.date.today()], f"makes a report of {path}")
    for path in OTHER_PATHS:
        status = station.get(path, silence_hint=NO_ANSWER_HINTS).status
        expect.equal(status, 404, f"answers 404 for {path}", hint=ENDING_HINTS)
    for day in OTHER_DAYS:
        with today_is(day):
            reply = station.get("/harbour.zzz", silence_hint=NO_ANSWER_HINTS)
        what = f"has the right day on {day:%d %B %Y} too"
        _expect_report(reply, expect, "/harbour.zzz", [day], what, hint=MADE_BEFORE_HINTS)


def _compare_report(station: Probe, expect: Expect) -> None:
    """Compare a report with that of today, which may be another day when it is made."""
    before, reply = datetime.date.today(), station.get("/harbour.zzz", silence_hint=NO_ANSWER_HINTS)
    expect.equal(reply.status, 200, "answers 200 for /harbour.zzz", hint=ENDING_HINTS)
    kind = reply.header("Content-Type")
    hint = ("The type of a page is text/html; a text/plain is shown as it is.", '"text/html; charset=utf-8"')
    expect(media_type(kind) == "text/html", "says that it is HTML", expected="text/html", got=kind, hint=hint)
    days = [before, datetime.date.today()]
    _expect_report(reply, expect, "/harbour.zzz", days, "names the path, the day of the year and the year")


def _expect_report(
    reply: Reply,
    expect: Expect,
    path: str,
    days: Sequence[datetime.date],
    what: str,
    *,
    hint: Sequence[str] = PAGE_HINTS,
) -> None:
    """Expect that a page shows the report of a path, on one of these days."""
    right, shown = [_report_of(path, day) for day in days], " ".join(shown_text(reply.text).split())
    is_right = any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", shown) for one in right)
    if any(one in reply.text for one in right):
        hint = TITLE_HINTS
    elif re.search(r", day 0+\d+ of ", shown):
        hint = ZEROS_HINTS
    expect(is_right, what, expected=right[0], got=shown or reply.text, hint=hint)


def _report_of(path: str, day: datetime.date) -> str:
    """The text of the report that a path has on this day."""
    return f"Report of {path}, day {day.timetuple().tm_yday} of {day.year}"


PICTURE = b"\x89PNG\r\n\x1a\n\x00\xff"
PAGE = "<!doctype html>\n<title>Station</title>\n<img src=map.png alt='17.5 °C'>\n".encode()
FILES = [("/map.png", "image/png", PICTURE), ("/index.html", "text/html; charset=utf-8", PAGE)]
AS_THEY_ARE_HINTS = (
    "The values in FILES are bytes already: send them as they are.",
    "self.reply(200, kind_of(self.path), FILES[self.path])",
)
KIND_HINTS = ("kind_of(self.path) gives the type. It may have the whole path: only the extension counts.",)
NOT_IN_FILES_HINTS = (
    "Look the whole path up in FILES; nothing else is served, no file of the disk either.",
    "if self.path in FILES: ..., else: self.reply(404, ...)",
)
HEAD_HINTS = ("A handler answers HEAD with a method do_HEAD.", "do_HEAD = do_GET makes the two the same.")
SAME_HEADERS_HINTS = (
    "HEAD gets the same headers as GET, Content-Length too.",
    "Give reply() the same body for HEAD: it leaves it out, and counts it all the same.",
)
NOT_FILES = ["/wind.svg", "/", "/map.png/", "/map", "/index", "/index.html/map.png", "/MAP.PNG"]


@exercise(
    "13.3", "Files in memory", points=4,
    learned="HEAD gets the headers of GET without the body, and a picture's bytes are sent as they are.",
)
def files(station: Probe, expect: Expect) -> None:
    """Check a server that sends the files in FILES byte by byte, each with its type, and answers HEAD as well.

    A path that is not in FILES is 404, with HEAD too. Raises Stopped where no complete answer comes.
    """
    for path, kind, content in FILES:
        reply = station.get(path, silence_hint=NO_ANSWER_HINTS)
        expect.equal(reply.status, 200, f"answers 200 for {path}", hint="Look the path up in FILES.")
        expect.equal(reply.content, content, f"sends {path} byte by byte", hint=AS_THEY_ARE_HINTS)
        got = reply.header("Content-Type")
        expect(_is_kind(got, kind), f"says that {path} is {kind}", expected=kind, got=got, hint=KIND_HINTS)
    on_disk = next((entry.name for entry in os.scandir() if entry.is_file()), "start.py")
    for path in [*NOT_FILES, f"/{quote(on_disk)}"]:
        status = station.get(path, silence_hint=NO_ANSWER_HINTS).status
        expect.equal(status, 404, f"answers 404 for {path}, which is not in FILES", hint=NOT_IN_FILES_HINTS)
    _try_head(station, expect)
    again = station.get("/map.png", silence_hint=NO_ANSWER_HINTS).content
    expect.equal(again, PICTURE, "sends the picture once more", hint="Leave FILES as it is.")


def _try_head(station: Probe, expect: Expect) -> None:
    """Ask with HEAD for each file, and for one that is not there."""
    for path, kind, content in FILES:
        reply = station.head(path, hint=HEAD_HINTS)
        if not expect.equal(reply.status, 200, f"answers HEAD {path} with 200", hint=HEAD_HINTS):
            return
        length, got = reply.header("Content-Length"), reply.header("Content-Type")
        what = f"tells HEAD how long {path} is"
        expect.equal(length, str(len(content)), what, hint=SAME_HEADERS_HINTS)
        expect(
            _is_kind(got, kind),
            f"tells HEAD that {path} is {kind}",
            expected=kind,
            got=got,
            hint=SAME_HEADERS_HINTS,
        )
    right = station.get("/wind.svg", silence_hint=NO_ANSWER_HINTS)
    reply = station.head("/wind.svg", hint=HEAD_HINTS)
    expect.equal(reply.status, 404, "answers HEAD with 404 for what is not in FILES", hint=NOT_IN_FILES_HINTS)
    _compare_length(reply, right, expect)


def _compare_length(reply: Reply, right: Reply, expect: Expect) -> None:
    """Expect that an answer to HEAD says the length of that to GET, or none (RFC 9110 §9.3.2)."""
    length, wanted = reply.header("Content-Length"), right.header("Content-Length")
    what = "tells HEAD no other length than GET for what is not in FILES"
    expect(length in ("", wanted), what, expected=wanted, got=length, hint=SAME_HEADERS_HINTS)


BODY_HINTS = (
    "read() without a number waits until the client hangs up: read as many bytes as Content-Length says.",
    'self.rfile.read(int(self.headers["Content-Length"])) is the form. Then every way has to end in an answer.',
)
FORM_HINTS = ("The form is the body: read as many bytes as Content-Length says.", "parse_qs reads a form.")
FLOAT_HINTS = (
    "A number may have a sign and a point, and may be zero: let float() decide. isdigit() knows digits alone.",
    "try: number = float(degrees), except ValueError: 400.",
)
SAID_HINTS = (
    "parse_qs gives a list for each field; [0] is its first value. It takes + and % apart, too.",
    'f"{station}: {degrees}", encoded as UTF-8.',
)
MISSING_HINTS = (
    "Ask whether both fields are in the form before you use them. The mistake is the client's: 400.",
    'form.get("degrees", [""])[0] is an empty string where there is no such field.',
)
NO_NUMBER_HINTS = (
    "float(degrees) raises ValueError where it is no number: catch that, and nothing else.",
    "try: number = float(degrees), except ValueError: answer 400, and return.",
)
NO_DIGIT_HINTS = (
    "float() reads nan and 1e3 too: look at the characters as well.",
    'if not set(degrees) <= set("+-.0123456789"): answer 400, and return.',
)
LINE_BREAK_HINTS = (
    "A line break is another character, too. float() and strip() leave it out, and $ in a pattern allows one.",
    'set(degrees) <= set("+-.0123456789") sees it, and so does re.fullmatch.',
)
ELSEWHERE_HINTS = (
    "Compare the whole self.path with /readings, before you look at the form.",
    'if self.path != "/readings": answer 404, and return.',
)
GOOD_FORMS = [  # station, degrees
    ("Zürich Süd", "-3.5"),
    ("Lake & Shore", "12.25"),
    ("A+B=100%", "0.0"),
    ("Łódź", "-0.75"),
    ("Harbour", "17"),
    ("Hilltop", "+5.5"),
    ("de Bilt", "1.0"),  # a small letter in front
]
BAD_FORMS: list[tuple[dict[str, str], str, Sequence[str]]] = [  # fields, what is wrong, hints
    ({"station": "Harbour"}, "degrees are missing", MISSING_HINTS),
    ({"degrees": "17.5"}, "station is missing", MISSING_HINTS),
    ({"station": "", "degrees": "17.5"}, "station is empty", MISSING_HINTS),
    ({"station": "Harbour", "degrees": ""}, "degrees are empty", MISSING_HINTS),
    ({}, "both are missing", MISSING_HINTS),
    ({"station": "Harbour", "degrees": "warm"}, "degrees are 'warm'", NO_NUMBER_HINTS),
    ({"station": "Harbour", "degrees": "1.2.3"}, "degrees are '1.2.3'", NO_NUMBER_HINTS),
    ({"station": "Harbour", "degrees": "17.5 C"}, "degrees are '17.5 C'", NO_NUMBER_HINTS),
    ({"station": "Harbour", "degrees": "--5"}, "degrees are '--5'", NO_NUMBER_HINTS),
    ({"station": "17.5", "degrees": "Harbour"}, "degrees are 'Harbour'", NO_NUMBER_HINTS),
    ({"station": "Harbour", "degrees": "nan"}, "degrees are 'nan'", NO_DIGIT_HINTS),
    ({"station": "Harbour", "degrees": "1e3"}, "degrees are '1e3'", NO_DIGIT_HINTS),
    ({"station": "Harbour", "degrees": "1_0"}, "degrees are '1_0'", NO_DIGIT_HINTS),
    ({"station": "Harbour", "degrees": "17.5\n"}, "degrees end in a line break", LINE_BREAK_HINTS),
]


@exercise(
    "13.4", "Send in a reading", points=4,
    learned="A form is read by its Content-Length, and checked before it is believed: 400 says what was wrong.",
)
def reading(station: Probe, expect: Expect) -> None:
    """Check a server whose `POST /readings` answers a form, `station` and `degrees`, with a line in UTF-8.

    A field that is missing or no number is 400, any other path 404. Raises Stopped where no answer comes.
    """
    _send_good_forms(station, expect)
    for form, what, hints in BAD_FORMS:
        status = station.post("/readings", form=form, hint=hints).status
        expect.equal(status, 400, f"answers 400 where {what}", hint=hints)
    whole = {"station": "Harbour", "degrees": "17.5"}
    for path in ("/elsewhere", "/readings/new", "/reading", "/readingsx", "/"):
        status = station.post(path, form=whole, hint=ELSEWHERE_HINTS).status
        expect.equal(status, 404, f"answers 404 at {path}", hint=ELSEWHERE_HINTS)
    status = station.post("/elsewhere", form={}, hint=ELSEWHERE_HINTS).status
    expect.equal(status, 404, "answers 404 at /elsewhere, whatever the form is", hint=ELSEWHERE_HINTS)


def _send_good_forms(station: Probe, expect: Expect) -> None:
    """Send complete forms, with the fields in one order and in the other."""
    for number, (name, degrees) in enumerate(GOOD_FORMS):
        fields = [("station", name), ("degrees", degrees)]
        reply = station.post("/readings", form=dict(fields[:: -1 if number % 2 else 1]), hint=BODY_HINTS)
        hints = FLOAT_HINTS if reply.status == 400 else FORM_HINTS
        expect.equal(reply.status, 200, f"answers 200 where {name} has {degrees} degrees", hint=hints)
        got = _in_utf_8(reply.content)
        right = f"{name}: {degrees}"
        is_right = got in (right, f"{name}: {float(degrees)}")  # 17 is 17.0
        expect(is_right, f"says how many degrees {name} has", expected=right, got=got, hint=SAID_HINTS)
        if not number:
            _expect_text(reply.header("Content-Type"), expect)


def _expect_text(kind: str, expect: Expect) -> None:
    """Expect the media type of plain text, and the name of its encoding."""
    right, hint = "text/plain; charset=utf-8", 'self.reply(200, "text/plain; charset=utf-8", ...)'
    expect(media_type(kind) == "text/plain", "says that it is text/plain", expected=right, got=kind, hint=hint)
    expect(is_utf_8(kind), "says in which encoding it is", expected=right, got=kind, hint=hint)


def _in_utf_8(content: bytes) -> str | bytes:
    """The text without spaces around it; what is no UTF-8 stays as it is."""
    try:
        return content.decode().strip()
    except ValueError:
        return content
