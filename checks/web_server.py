"""What right answers to the exercises of lesson 12 do."""

from wirelab.check import Expect, Probe, exercise

KIND = ('send_header("Content-Type", "text/plain") puts it there.', "It has to come before end_headers().")
LENGTH = (
    "Say it with send_header, before end_headers().",
    'send_header("Content-Length", str(len(body))), where body is bytes.',
)


@exercise("12.1", "The temperature, please", points=2)
def temperature(station: Probe, expect: Expect) -> None:
    reply = station.get("/")
    expect(reply.status == 200, "answers 200 OK", got=reply.status, hint="send_response(200) comes first.")
    kind = reply.header("Content-Type") or "no Content-Type at all"
    expect(kind.startswith("text/plain"), "says that it is text/plain", got=kind, hint=KIND)
    length = reply.header("Content-Length") or "no Content-Length at all"
    right = str(len(reply.content))
    expect(length == right, "states the length of its body", expected=right, got=length, hint=LENGTH)
    expect.equal(reply.content, b"17.5", "says 17.5 and nothing else")


@exercise("12.2", "Several stations", points=3)
def which_station(station: Probe, expect: Expect) -> None:
    look = "self.path is the path that the client asked for: look it up in READINGS."
    reply = station.get("/harbour")
    expect.equal(reply.status, 200, "answers 200 for /harbour", hint=look)
    expect.equal(reply.text.strip(), "17.5", "says 17.5 for /harbour", hint=look)
    expect.equal(station.get("/hilltop").text.strip(), "12.25", "says 12.25 for /hilltop", hint=look)
    reply = station.get("/moon")
    expect.equal(
        reply.status,
        404,
        "answers 404 for a station that is not there",
        hint=("Ask first whether the path is in READINGS.", "send_response(404), or send_error(404)."),
    )
    reply = station.get("/harbour?unit=celsius")
    expect.equal(
        reply.status,
        200,
        "answers /harbour?unit=celsius as it answers /harbour",
        hint=(
            "Look at self.path for this request: the query is part of it.",
            'self.path.partition("?")[0] is the path alone.',
        ),
    )
    expect.equal(reply.text.strip(), "17.5", "with the same reading")


@exercise("12.3", "With its unit", points=3)
def with_its_unit(station: Probe, expect: Expect) -> None:
    reply = station.get("/")
    expect.equal(reply.status, 200, "answers 200 OK")
    kind = reply.header("Content-Type")
    expect(
        "charset=utf-8" in kind.lower().replace(" ", "").replace('"', ""),
        "says in which encoding it is",
        expected="text/plain; charset=utf-8",
        got=kind,
        hint="Bytes alone do not tell. The header Content-Type can: text/plain; charset=utf-8.",
    )
    expect.equal(
        reply.content,
        "17.5 °C".encode(),
        "sends 17.5 °C in UTF-8",
        hint=("encode() makes UTF-8 of a text.", "Send all of it: is Content-Length counted from the bytes?"),
    )
    length = reply.header("Content-Length")
    expect(
        length == "8",
        "counts bytes, not characters",
        expected="8",
        got=length,
        hint=("How many bytes does ° have in UTF-8?", "Encode first, then take len() of the bytes."),
    )


@exercise("12.4", "Count the requests", points=3)
def how_many(station: Probe, expect: Expect) -> None:
    first, second, third = (station.get("/").text.strip() for _ in range(3))
    if not expect(first.isdigit(), "answers with a number", got=first, hint="str(number).encode() is its bytes."):
        return
    expect.equal(
        int(second) - int(first) if second.isdigit() else second,
        1,
        "counts one more with each request",
        hint=(
            "A handler is made anew for each connection: what it keeps in self is gone after it.",
            "Keep the count in the class, as Counter.count, or in a name outside of it.",
        ),
    )
    expect.equal(int(third) - int(second) if (second + third).isdigit() else third, 1, "and one more again")
    expect(
        station.get("/missing-page").text.strip() == str(int(third) + 1) if third.isdigit() else False,
        "counts requests for any path",
        hint="Do not look at self.path here.",
    )
