"""The checks of lesson 33: WebSocket servers for one client and for several, and a client."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import ExitStack

from websockets.asyncio.server import ServerConnection

from wirelab.checking import CallResult, Expect, FunctionProbe, Probe, WebSocketClient, exercise

ATTEMPTS = 3  # a busy computer may be late, once or twice
PAUSE = 0.1  # seconds for which a client says nothing
SILENCE = 0.05  # seconds in which no further answer may come
DEGREES = [  # Celsius and Fahrenheit, which is the same whether it is rounded to two decimals or not
    ("100", "212.0"),
    ("-40", "-40.0"),
    ("37.5", "99.5"),
    ("0", "32.0"),
    ("-17.5", "0.5"),
    ("20", "68.0"),
    ("1000", "1832.0"),
    ("21.25", "70.25"),
]


@exercise(
    "33.1", "Celsius in, Fahrenheit out", points=2,
    learned="An async handler runs once for each connection, and async for takes its messages one by one.",
)
def celsius_in_fahrenheit_out(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that answers each message, degrees Celsius, with the same in Fahrenheit.

    Many messages go over one connection, and several clients are served. Raises Stopped where an answer fails.
    """
    with station.connect() as client:
        for celsius, fahrenheit in DEGREES:
            got = client.ask(celsius)
            what = f"answers {celsius} with {fahrenheit}"
            expect.equal(got, fahrenheit, what, hint=_degrees_hints(got, celsius, fahrenheit))
        _try_many_messages(client, expect)
    _try_two_clients(station, expect)
    with station.connect() as client:
        expect.equal(client.ask("5"), "41.0", "answers a client that comes when others have left", hint=OWN_HINTS)


def _degrees_hints(got: object, celsius: str, fahrenheit: str) -> Sequence[str]:
    """What to do about an answer that is not the right one."""
    if got == celsius:
        return CONVERT_HINTS
    if isinstance(got, str) and got.strip() in (fahrenheit.removesuffix(".0"), f"{fahrenheit}0"):
        return ("Send the number as str() writes it: neither rounded nor made a whole number.", "str(number)")
    return CONVERT_HINTS


CONVERT_HINTS = (
    "Convert the string to a number, calculate, and send a string.",
    "send(str(fahrenheit(float(message))))",
)
MANY_HINTS = (
    "One answer for each message, in their order, for as long as the client stays.",
    "async for message in websocket:",
)
OWN_HINTS = (
    "Every client has its own call of onconnect, with a websocket of its own: answer over that one.",
    "Keep nothing outside of the function: the calls run side by side.",
)


def _try_many_messages(client: WebSocketClient, expect: Expect) -> None:
    """Send a hundred messages one after the other, pause, and send one more."""
    many = DEGREES * 15
    got = [client.ask(celsius) for celsius, _ in many]
    right = [fahrenheit for _, fahrenheit in many]
    place = next((n for n in range(len(many)) if got[n] != right[n]), 0)
    what, part = f"answers {len(many)} more messages in their order", slice(place, place + 3)
    expect(got == right, what, expected=right[part], got=got[part], hint=MANY_HINTS)
    time.sleep(PAUSE)
    expect.equal(client.ask("20"), "68.0", "answers a client that has paused", hint=MANY_HINTS)
    more = client.receive_or_none(SILENCE)
    expect(more is None, "sends one answer for each message", got=more, hint=MANY_HINTS)


def _try_two_clients(station: Probe, expect: Expect) -> None:
    """Let two clients ask in turns, and at the same time."""
    with station.connect() as first, station.connect() as second:
        got = [first.ask("100", hint=OWN_HINTS), second.ask("0", hint=OWN_HINTS), first.ask("20", hint=OWN_HINTS)]
        expect.equal(got, ["212.0", "32.0", "68.0"], "answers two clients in turns", hint=OWN_HINTS)
        first.send("37.5")
        second.send("-40")
        both = [first.receive(hint=OWN_HINTS), second.receive(hint=OWN_HINTS)]
        expect.equal(both, ["99.5", "-40.0"], "answers each of two clients at once", hint=OWN_HINTS)


def measured(name: str) -> str:
    """What `measure` in the notebook returns."""
    return str(len(name) * 2.5)


STATIONS = ["Summit", " status", "Status", "status Öd", ""]


@exercise(
    "33.2", "The slow sensor", points=3,
    learned="While one handler awaits, the event loop serves the others.",
)
def slow_sensor(sensor: Probe, expect: Expect) -> None:
    """Check a WebSocket server that answers `status` with `ready`, and a station's name with its measurement.

    One client gets its answer while the server measures for others. Raises Stopped where an answer is missing.
    """
    with sensor.connect() as client:
        expect.equal(client.ask("status"), "ready", "answers status with ready", hint=STATUS_HINTS)
        got = client.ask("Harbour")
        expect.equal(got, measured("Harbour"), "answers with what measure returns", hint=MEASURE_HINTS)
        expect.equal(client.ask("status"), "ready", "answers status after a measurement too", hint=STATUS_HINTS)
    for _ in range(ATTEMPTS):
        is_served, answers = _ask_meanwhile(sensor)
        if is_served or answers != [measured(name) for name in STATIONS]:
            break
    for name, got in zip(STATIONS, answers, strict=True):
        what = f"measures {name!r} while others ask for other stations"
        expect.equal(got, measured(name), what, hint=_measured_hints(got))
    said = "the other client had to wait until the sensor was done"
    expect(is_served, "answers one client while it measures for others", got=said, hint=THREAD_HINTS)
    with sensor.connect() as client:
        for message in ("Harbour", "status"):
            client.send(message)
        got_in_turn = [client.receive(), client.receive()]
    what = "answers each client in the order of its messages"
    expect.equal(got_in_turn, [measured("Harbour"), "ready"], what, hint=IN_TURN_HINTS)


def _ask_meanwhile(sensor: Probe) -> tuple[bool, list[str | bytes]]:
    """Whether a client that asks later, and for less, is answered first; and what the others get."""
    with ExitStack() as stack:
        clients = [stack.enter_context(sensor.connect()) for _ in STATIONS]
        for client, name in zip(clients, STATIONS, strict=True):
            client.send(name)
        with sensor.connect() as other:
            other.ask("status")
        early = clients[0].messages_until_pong()  # what it was sent before the other one had its answer
        first = early[0] if early else clients[0].receive()
        return not early, [first, *(client.receive(hint=STATUS_HINTS) for client in clients[1:])]


def _measured_hints(got: object) -> Sequence[str]:
    """What to do about an answer that is not what was measured for that client."""
    return STATUS_HINTS if got == "ready" else MEASURE_HINTS


STATUS_HINTS = (
    "Only the message status, letter by letter, is answered with ready; any other is the name of a station.",
    'if message == "status": await websocket.send("ready")',
)
MEASURE_HINTS = (
    "measure is called with the message, and what it returns belongs to that client alone: a local variable.",
    "await websocket.send(await asyncio.to_thread(measure, message))",
)
THREAD_HINTS = (
    "measure waits without await, and stops everybody. Let a thread wait.",
    "await asyncio.to_thread(measure, message)",
)
IN_TURN_HINTS = (
    "A task of its own for each message lets a later answer overtake an earlier one. Each client has its own call "
    "of ask_sensor: waiting there holds up nobody else.",
    "answer = await asyncio.to_thread(measure, message), and send it before the loop reads the next message.",
)


@exercise(
    "33.3", "A server for several clients", points=4,
    learned="What several clients share lives outside of the handler, and each answer goes to its own client.",
)
def several_clients(live: Probe, expect: Expect) -> None:
    """Check a WebSocket server that notes reports, `Harbour 17.5`, and answers questions, `Harbour`.

    Each client may ask for what another reported. Raises Stopped where an answer is missing.
    """
    with live.connect() as station, live.connect() as visitor:
        _try_reports(station, visitor, expect)
        _try_several_stations(station, visitor, expect)
        _try_nonsense(visitor, expect)
    with live.connect() as client:
        got = client.ask("Harbour")
        expect.equal(got, "18", "keeps a reading when the client that reported it has left", hint=KEEP_HINTS)


def _try_reports(station: WebSocketClient, visitor: WebSocketClient, expect: Expect) -> None:
    """Let one client report, and both ask."""
    expect.equal(station.ask("Harbour 17.50"), "noted", "notes a report", hint=WORDS_HINTS)
    got = station.ask("Harbour")
    expect.equal(got, "17.50", "answers a question with the reading, as it was reported", hint=_reading_hints(got))
    got = visitor.ask("Harbour")
    what = "sends one client what another one reported"
    expect.equal(got, "17.50", what, hint=ONLY_HINTS if got == "noted" else _reading_hints(got))
    expect.equal(visitor.ask("Nowhere"), "unknown", "says unknown where nothing was reported", hint=UNKNOWN_HINTS)
    what = "takes one word for a question, also where it is a number"
    expect.equal(visitor.ask("17.5"), "unknown", what, hint=UNKNOWN_HINTS)
    station.ask("Harbour -3")
    got = visitor.ask("Harbour")
    expect.equal(got, "-3", "keeps the latest reading of a station", hint=_reading_hints(got))


def _try_several_stations(station: WebSocketClient, visitor: WebSocketClient, expect: Expect) -> None:
    """Let both clients report, for two stations and for the same one."""
    expect.equal(visitor.ask("Säntis -10.5"), "noted", "notes what another client reports", hint=WORDS_HINTS)
    got = [station.ask("Säntis"), station.ask("Harbour")]
    expect.equal(got, ["-10.5", "-3"], "keeps the stations apart", hint=KEY_HINTS)
    visitor.ask("Harbour 18")
    expect.equal(station.ask("Harbour"), "18", "keeps the latest reading, whoever reported it", hint=KEY_HINTS)
    expect.equal(
        station.ask("harbour"), "unknown", "takes harbour for another name than Harbour", hint=LETTERS_HINTS
    )


NONSENSE = ["Harbour warm", "Harbour 17.5 18.0", "17.5 Harbour", "Harbour is warm", ""]


def _try_nonsense(client: WebSocketClient, expect: Expect) -> None:
    """Send what is neither a report nor a question, and then a question."""
    for message in NONSENSE:
        got = client.ask(message, hint=GOES_ON_HINTS)
        expect.equal(got, "not understood", f"does not understand {message!r}", hint=NONSENSE_HINTS)
    got = client.ask("Harbour", hint=NONSENSE_HINTS)
    expect.equal(got, "18", "keeps what it had after a message that it did not understand", hint=NONSENSE_HINTS)


def _reading_hints(got: object) -> Sequence[str]:
    """What to do about an answer that is not the reading."""
    if got in ("unknown", "noted", "not understood"):
        return SHARED_HINTS if got == "unknown" else WORDS_HINTS
    return REPORTED_HINTS


SHARED_HINTS = (
    "Every client has its own call of weather. Where must that live which they share?",
    "latest has to stand outside of the function.",
)
REPORTED_HINTS = (
    "A reading is sent as it was reported, letter by letter: keep the word, and not a number made of it.",
    "latest[name] = words[1]",
)
ONLY_HINTS = (
    "An answer goes to the client that sent the message, and to no other.",
    "await websocket.send(answer)",
)
WORDS_HINTS = (
    "How many words has the message? One is a question, two may be a report.",
    "words = message.split(), and then len(words).",
)
UNKNOWN_HINTS = ("A dictionary can say what stands for a key that it has not.", 'latest.get(words[0], "unknown")')
KEY_HINTS = ("The name of the station is the key, whoever reports.", "latest[words[0]] = words[1]")
LETTERS_HINTS = ("Capital and small letters matter: leave the name as it came.",)
NONSENSE_HINTS = (
    "A report has two words, and the second one is a number; look at that before you keep it.",
    "elif len(words) == 2 and is_number(words[1]): …, else: the answer is not understood.",
)
GOES_ON_HINTS = (
    "Each message is answered, and the conversation goes on. What ends it: break, return, and an exception.",
    "elif len(words) == 2 and is_number(words[1]): …, else: the answer is not understood. All of it in the loop.",
)
KEEP_HINTS = ("What is kept belongs to all: it stays when a client leaves.",)


Handler = Callable[[ServerConnection], Awaitable[None]]
REPORTS = ["17.5", "18.0", "16.50"]
THINKING = 0.03  # seconds for an answer, in which a client that does not wait sends its next message


async def noting(websocket: ServerConnection) -> None:
    """The server that 33.4 talks to: it answers each message with its number, after a moment."""
    number = 0
    async for _ in websocket:
        number += 1
        await asyncio.sleep(THINKING)
        await websocket.send(f"noted {number}")


def leaving(answers: int, leave: Handler) -> Handler:
    """A server that gives so many answers, and then leaves."""

    async def onconnect(websocket: ServerConnection) -> None:
        for number in range(1, answers + 1):
            await websocket.recv()
            await websocket.send(f"noted {number}")
        await leave(websocket)

    return onconnect


async def says_goodbye(websocket: ServerConnection) -> None:
    """Leave with a close frame of the code 1001."""
    await websocket.close(1001)


async def breaks_off(websocket: ServerConnection) -> None:
    """Leave without a close frame, when the next message has come."""
    await websocket.recv()
    websocket.transport.abort()


LEAVING = [
    ("says goodbye after two answers", leaving(2, says_goodbye), ["noted 1", "noted 2"]),
    ("says goodbye at once", leaving(0, says_goodbye), []),
    ("breaks off after one answer", leaving(1, breaks_off), ["noted 1"]),
]


@exercise(
    "33.4", "And its client", points=4, of="async function",
    learned="A client closes with code 1000, and expects that the server may leave first.",
)
def its_client(report: FunctionProbe, expect: Expect) -> None:
    """Check a client: from a URL, a station and its readings to the list of the answers that the server sent.

    It sends each reading as a message and ends with a close frame; a server that leaves early ends the list.
    Raises Stopped where it does not return.
    """
    _try_three_readings(report, expect)
    result = report.calls_websocket_server(noting, "Summit", ["-2.25"])
    expect.equal(_texts_sent(result), ["Summit -2.25"], "reports whatever station it is given", hint=MESSAGE_HINTS)
    expect.equal(result.value, ["noted 1"], "returns a list of one answer to one reading", hint=ANSWERS_HINTS)
    result = report.calls_websocket_server(noting, "Harbour", [])
    expect.equal(result.value, [], "returns an empty list where there are no readings", hint=ANSWERS_HINTS)
    expect.equal(len(result.requests), 1, "connects where there are no readings, too", hint=NO_READINGS_HINTS)
    for how, server, answers in LEAVING:
        result = report.calls_websocket_server(server, "Harbour", REPORTS)
        what = f"returns what it has got when the server {how}"
        expect.equal(result.value, answers, what, hint=NONE_HINTS if result.value is None else LEAVING_HINTS)


def _try_three_readings(report: FunctionProbe, expect: Expect) -> None:
    """Look at the connection, the messages, the answers and the close frame of a whole report."""
    result = report.calls_websocket_server(noting, "Harbour", REPORTS)
    expect.equal(len(result.requests), 1, "connects once", hint=ONCE_HINTS)
    right = [f"Harbour {reading}" for reading in REPORTS]
    expect.equal(_texts_sent(result), right, "sends each reading as a message", hint=_message_hints(result))
    senders = [str(frame.side) for frame in result.frames if frame.is_text]  # type: ignore[attr-defined]
    is_in_turns = senders == ["client", "server"] * (len(senders) // 2)
    what = "waits for each answer before it sends the next reading"
    expect(is_in_turns, what, expected="client, server, client, …", got=", ".join(senders), hint=TURNS_HINTS)
    expect.equal(result.value, ["noted 1", "noted 2", "noted 3"], "returns the answers", hint=ANSWERS_HINTS)
    _compare_close_frame(result, expect)


def _compare_close_frame(result: CallResult, expect: Expect) -> None:
    """Compare what a client sent at the end of each connection with a close frame of the code 1000."""
    frames = result.frames.sent_by("client")
    codes = [frame.code for frame in frames if frame.kind == "close"]  # type: ignore[attr-defined]
    right = [1000] * max(len(result.requests), 1)
    hints = GOODBYE_HINTS if len(codes) < len(right) else CODE_HINTS
    expect(codes == right, "says goodbye with a close frame", expected=right, got=codes, hint=hints)


def _texts_sent(result: CallResult) -> Sequence[str]:
    """The text messages of a client, in their order."""
    frames = result.frames.sent_by("client")
    return [frame.text for frame in frames if frame.is_text]  # type: ignore[attr-defined]


def _message_hints(result: CallResult) -> Sequence[str]:
    """What to do about messages that are not the right ones."""
    frames = result.frames.sent_by("client")
    if any(frame.kind == "binary" for frame in frames):  # type: ignore[attr-defined]
        return BINARY_HINTS
    return LOOP_HINTS if _texts_sent(result) == [f"Harbour {REPORTS[0]}"] else MESSAGE_HINTS


ONCE_HINTS = (
    "One connection for all readings, and a loop over them inside.",
    "async with websockets.connect(url) as websocket: and in that block for reading in readings:",
)
NO_READINGS_HINTS = ("With nothing to send it says hello and goodbye: leave the empty list to the loop.",)
BINARY_HINTS = ("Bytes make a binary message; a string makes one of text: leave encode() out.",)
MESSAGE_HINTS = (
    'A message is the name, a blank and the reading: f"{station} {reading}".',
    'for reading in readings: await websocket.send(f"{station} {reading}")',
)
LOOP_HINTS = (
    "Only the first reading was sent: a return in the loop ends it, and so does an exception.",
    "return answers stands after the loop.",
)
TURNS_HINTS = (
    "The answer to a reading comes before the next reading: send and recv are in the same loop.",
    "for reading in readings: await websocket.send(...), and then answers.append(await websocket.recv())",
)
ANSWERS_HINTS = (
    "Wait for the answer to each: answers.append(await websocket.recv()).",
    "return stands after the loop, and answers begins as an empty list.",
)
GOODBYE_HINTS = (
    "The server cannot know that you are done: for it the connection broke off, which is 1006.",
    "async with closes the connection at the end of its block.",
)
CODE_HINTS = (
    "1000 is the code that says that all is done: close() sends it.",
    "async with closes the connection at the end of its block, with 1000.",
)
NONE_HINTS = (
    "The answers have to be returned in that case too: behind the block that takes the exception, not at its end.",
    "return answers is the last line of the function, with the indentation of the first one.",
)
LEAVING_HINTS = (
    "send and recv raise websockets.ConnectionClosed then, whether the server said goodbye or broke off.",
    "with suppress(websockets.ConnectionClosed): around it all, and return answers after it.",
)
