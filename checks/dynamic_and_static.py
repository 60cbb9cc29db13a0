"""What right answers to the exercises of lesson 13 do."""

import time

from wirelab.check import Caller, Expect, Probe, exercise

KINDS = [
    ("map.png", "image/png"),
    ("index.html", "text/html; charset=utf-8"),
    ("readings.csv", "text/csv; charset=utf-8"),
    ("wind.svg", "image/svg+xml"),
    ("station.zzz", "application/octet-stream"),
    ("README", "application/octet-stream"),
]


@exercise("13.1", "What kind of file", points=2, of="function")
def what_kind(function: Caller, expect: Expect) -> None:
    hints: dict[str, tuple[str, ...]] = {
        "map.png": ("mimetypes.guess_type(name) gives two things; the first is the type.",),
        "index.html": ("For text, a client has to know the encoding as well.", "Does the type start with text/?"),
        "station.zzz": ("guess_type gives None where it knows nothing.", "x or y is y where x is None."),
    }
    for name, right in KINDS:
        got = function.returns(name)
        expect.equal(got, right, f"knows the type of {name}", hint=hints.get(name, ()))


@exercise("13.2", "A report on the fly", points=3)
def report(station: Probe, expect: Expect) -> None:
    before = time.localtime()
    reply = station.get("/harbour.zzz")
    after = time.localtime()
    expect.equal(reply.status, 200, "answers 200 for /harbour.zzz", hint="Ask self.path.endswith('.zzz').")
    kind = reply.header("Content-Type")
    expect(kind.startswith("text/html"), "says that it is HTML", expected="text/html", got=kind)
    pages = {f"Report of /harbour.zzz, day {now.tm_yday} of {now.tm_year}" for now in (before, after)}
    expect(
        reply.text.strip() in pages,
        "names the path, the day of the year and the year",
        expected=sorted(pages)[0],
        got=reply.text,
        hint=(
            "time.localtime() has both: tm_yday and tm_year.",
            "Write it just as the question does, with the path as it stands in self.path.",
        ),
    )
    now = after
    expect.equal(
        station.get("/2/hilltop.zzz").text.strip(),
        f"Report of /2/hilltop.zzz, day {now.tm_yday} of {now.tm_year}",
        "does so for every path that ends in .zzz",
    )
    expect.equal(
        station.get("/harbour.txt").status,
        404,
        "answers 404 for all others",
        hint=("What does your do_GET do when the path does not end in .zzz?", "Every request needs an answer."),
    )


@exercise("13.3", "Files in memory", points=4)
def files(station: Probe, expect: Expect) -> None:
    picture = station.get("/map.png")
    expect.equal(picture.status, 200, "answers 200 for /map.png", hint="Look the path up in FILES.")
    expect.equal(
        picture.content,
        b"\x89PNG\r\n\x1a\n\x00\xff",
        "sends the picture byte by byte",
        hint="The values in FILES are bytes already: send them as they are.",
    )
    expect.equal(picture.header("Content-Type"), "image/png", "says that /map.png is image/png")
    page = station.get("/index.html")
    expect(page.header("Content-Type").startswith("text/html"), "says that /index.html is text/html")
    expect.equal(station.get("/wind.svg").status, 404, "answers 404 for what is not in FILES")
    head = station.head("/map.png")
    expect.equal(
        head.status,
        200,
        "knows HEAD",
        hint=("A handler answers HEAD with a method do_HEAD.", "do_HEAD = do_GET makes the two the same."),
    )
    expect.equal(
        head.header("Content-Length"),
        "10",
        "tells HEAD how long the picture is",
        hint="HEAD gets the same headers as GET, Content-Length too.",
    )


@exercise("13.4", "Send in a reading", points=4)
def reading(station: Probe, expect: Expect) -> None:
    reply = station.post("/readings", form={"station": "Zürich Süd", "degrees": "-3.5"})
    expect.equal(
        reply.status,
        200,
        "answers 200 to a complete form",
        hint=("The form is the body: read as many bytes as Content-Length says.", "parse_qs reads a form."),
    )
    expect.equal(
        reply.text.strip(),
        "Zürich Süd: -3.5",
        "says which station and how many degrees",
        hint=("parse_qs gives a list for each field; [0] is its first value.", "Encode the text as UTF-8."),
    )
    kind = reply.header("Content-Type").lower().replace(" ", "")
    expect("charset=utf-8" in kind, "says in which encoding it is", got=reply.header("Content-Type"))
    reply = station.post("/readings", form={"station": "Harbour"})
    expect.equal(
        reply.status,
        400,
        "answers 400 where degrees are missing",
        hint=("Ask whether both fields are in the form before you use them.", "The mistake is the client's: 4xx."),
    )
    reply = station.post("/readings", form={"station": "Harbour", "degrees": "warm"})
    expect.equal(
        reply.status,
        400,
        "answers 400 where degrees are no number",
        hint='float("warm") raises ValueError: catch that, and nothing else.',
    )
    expect.equal(station.post("/elsewhere", form={}).status, 404, "answers 404 at any other path")
