"""What right answers to the exercises of lesson 33 do."""

import random

from websockets.asyncio.server import ServerConnection

from wirelab.check import Caller, Expect, Probe, exercise


@exercise("33.1", "Celsius in, Fahrenheit out", points=2)
def celsius_in_fahrenheit_out(station: Probe, expect: Expect) -> None:
    celsius = random.randrange(-30, 40)
    boiling, same, body, chance = station.talk("100", "-40", "37.5", str(celsius))
    expect.equal(
        boiling,
        "212.0",
        "answers 100 with 212.0",
        hint=(
            "Convert the text to a number, calculate, and send a text.",
            "send(str(fahrenheit(float(message))))",
        ),
    )
    expect.equal(same, "-40.0", "answers -40 with -40.0")
    expect.equal(body, "99.5", "answers 37.5 with 99.5")
    expect.equal(chance, str(celsius * 9 / 5 + 32), "answers a temperature drawn by chance")


@exercise("33.2", "The slow sensor", points=3)
def slow_sensor(sensor: Probe, expect: Expect) -> None:
    status, harbour, summit = sensor.talk("status", "Harbour", "Summit")
    expect.equal(status, "ready", "answers status with ready")
    expect.equal(harbour, "17.5", "answers with what the sensor measures")
    expect.equal(summit, "-3.0", "measures at the station that is named")
    expect(
        any(_is_served_meanwhile(sensor) for _ in range(3)),  # a busy computer may be late, once
        "answers one client while it measures for another",
        got="the second client had to wait until the sensor was done",
        hint=(
            "measure waits without await, and stops everybody. Let a thread wait.",
            "await asyncio.to_thread(measure, message)",
        ),
    )


def _is_served_meanwhile(sensor: Probe) -> bool:
    """Whether a client who asks later, and for less, is answered first."""
    with sensor.connect() as first:
        first.send("Harbour")
        with sensor.connect() as second:
            second.ask("status")
        is_still_measuring = first.is_silent(0.01)
        if is_still_measuring:
            first.receive()
        return is_still_measuring


@exercise("33.3", "A server for several clients", points=4)
def several_clients(live: Probe, expect: Expect) -> None:
    chance = str(random.randrange(-300, 400) / 10)
    with live.connect() as station, live.connect() as visitor:
        expect.equal(station.ask("Harbour 17.5"), "noted", "notes a report")
        expect.equal(station.ask("Harbour"), "17.5", "answers a question with the reading")
        expect.equal(
            visitor.ask("Harbour"),
            "17.5",
            "tells one client what another one reported",
            hint=(
                "Every client has its own call of weather. Where must that live which they share?",
                "latest has to stand outside of the function.",
            ),
        )
        expect.equal(visitor.ask("Nowhere"), "unknown", "says unknown where nothing was reported")
        station.ask(f"Harbour {chance}")
        station.ask("Summit -3.0")
        expect.equal(visitor.ask("Harbour"), chance, "keeps the latest reading of a station")
        expect.equal(visitor.ask("Summit"), "-3.0", "keeps the stations apart")
        _nonsense(live, expect)


def _nonsense(live: Probe, expect: Expect) -> None:
    with live.connect() as guest:
        expect.equal(
            guest.ask("Harbour warm"),
            "not understood",
            "does not take a word for a reading",
            hint="is_number tells you before you keep it.",
        )
        for message in ["Harbour 17.5 18.0", ""]:
            expect.equal(guest.ask(message), "not understood", f"does not understand {message!r}")
        expect.equal(guest.ask("Summit"), "-3.0", "goes on after a message that it did not understand")


async def noting(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send("noted" if len(message.split()) == 2 else "not understood")


async def leaving(websocket: ServerConnection) -> None:
    """One who says twice that it has noted something, and leaves."""
    for _ in range(2):
        await websocket.recv()
        await websocket.send("noted")


@exercise("33.4", "And its client", points=4, of="function")
def its_client(report: Caller, expect: Expect) -> None:
    visit = report.meets(noting, "Harbour", ["17.5", "18.0", "16.5"])
    frames = visit.frames.sent_by("client")
    sent = [frame.text for frame in frames if frame.is_text]  # type: ignore[attr-defined]
    expect.equal(
        sent,
        ["Harbour 17.5", "Harbour 18.0", "Harbour 16.5"],
        "sends each reading as a message",
        hint=(
            'A message is the name, a blank and the reading: f"{station} {reading}".',
            "One connection for all readings, and a loop over them inside; a return in the loop would end it.",
        ),
    )
    expect.equal(
        visit.value,
        ["noted", "noted", "noted"],
        "returns the answers",
        hint=(
            "Wait for the answer to each: answers.append(await websocket.recv()).",
            "return stands after the loop.",
        ),
    )
    codes = [frame.code for frame in frames if frame.kind == "close"]  # type: ignore[attr-defined]
    expect(
        codes == [1000],
        "says goodbye with a close frame",
        expected=[1000],
        got=codes,
        hint=(
            "The server cannot know that you are done: for it the connection broke off, which is 1006.",
            "async with closes the connection at the end of its block.",
        ),
    )
    station, readings = random.choice(["Summit", "Valley"]), ["1.5", "2.5"]
    visit = report.meets(noting, station, readings)
    sent = [frame.text for frame in visit.frames.sent_by("client") if frame.is_text]  # type: ignore[attr-defined]
    expect.equal(sent, [f"{station} {one}" for one in readings], "reports whatever station it is given")
    visit = report.meets(leaving, "Harbour", ["17.5", "18.0", "16.5"])
    expect.equal(
        visit.value,
        ["noted", "noted"],
        "returns what it has got when the server leaves",
        hint=(
            "recv raises websockets.ConnectionClosed then.",
            "with suppress(websockets.ConnectionClosed): around it all, and return after it.",
        ),
    )
