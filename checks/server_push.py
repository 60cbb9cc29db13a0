"""The checks of lesson 34: WebSocket servers that push each reading to every display."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from websockets.asyncio.server import ServerConnection

from checks.json_documents import as_object, read_json
from checks.leaving_client import leaving_client
from checks.polling import poll
from wirelab.checking import Expect, FunctionProbe, Probe, WebSocketClient, exercise

PUSH_TIMEOUT = 0.8  # seconds until a server has sent a message, or noticed a client that joined or left
LATE_TIMEOUT = 0.2  # seconds for a message that has to be there already
LEAVING_CODES = (1000, 4000, 1001)  # of clients that leave; 4000 is an application's own (RFC 6455 §7.4.2)
MANY = 6  # reports of each of two clients
MAX_HEARD = 20  # messages that are read, of a server that sends more and more

JSON_HINTS = (
    "A WebSocket carries text, no dictionaries. The module json makes one of the other.",
    "return json.dumps(...), with the dictionary inside.",
)
QUOTES_HINTS = (
    "JSON has its own rules: names and strings stand in double quotation marks.",
    'json.dumps({"type": "reading", "number": number, ...}) knows them all.',
)
BY_HAND_HINTS = (
    "A string that is put together by hand breaks where a name has such a character.",
    "Put the values into a dictionary, and let json.dumps write it.",
)
TWICE_HINTS = ("It is JSON of a string that is JSON itself: json.dumps has been at work twice.", "Call it once.")
NUMBER_HINTS = (
    "In JSON, a number stands without quotation marks.",
    "Put number and celsius into the dictionary as they are, without str().",
)
NAMES_HINTS = (
    "It is to be an object with exactly these names: type, number, station, celsius.",
    '{"type": "reading", "number": number, "station": station, "celsius": celsius}',
)
ARGUMENTS_HINTS = (
    "The type is reading. All other values are those that the function is called with, unchanged.",
    '{"type": "reading", "number": number, "station": station, "celsius": celsius}',
)
MESSAGES = [  # number, station, degrees, what the message does
    (1, "Harbour", 17.5, "says type, number, station and celsius in JSON"),
    (27, 'Lighthouse "Old Tom"', -3.25, "says it also of a station with quotation marks in its name"),
    (300, "C:\\Zürich\n<Süd>", 0.0, "says it also of a station with other characters in its name"),
    (4, " pier №7 & quay\t⚓\x00🌊 ", 17.0625, "changes nothing in a name, nor in a temperature"),
]


@exercise(
    "34.1", "A reading as a message", points=2, of="function",
    learned="A message needs a form that both sides know, and json.dumps takes care of every character.",
)
def reading_as_a_message(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from a number, a station and degrees to a message: a string with a JSON object.

    Raises Stopped where it hangs.
    """
    got = function.returns(1, "Harbour", 17.5)
    hints = _message_hints(got, got, {})
    expect(isinstance(got, str), "returns a string", expected='{"type": "reading", ...}', got=got, hint=hints)
    for number, station, celsius, what in MESSAGES:
        message = function.returns(number, station, celsius)
        expected = {"type": "reading", "number": number, "station": station, "celsius": celsius}
        got = read_json(message) if isinstance(message, str) else message
        expect(
            isinstance(message, str) and got == expected,
            what,
            expected=expected,
            got=got,
            hint=_message_hints(message, got, expected),
        )


def _message_hints(message: Any, got: Any, expected: dict[str, Any]) -> Sequence[str]:
    """Hints on a message that differs; `got` is what it says in JSON, or the message itself where it is none."""
    if not isinstance(message, str):
        return JSON_HINTS if isinstance(message, dict) else ()
    if got is message:
        return BY_HAND_HINTS if '{"type"' in message else QUOTES_HINTS
    if isinstance(got, str):
        return TWICE_HINTS
    if not isinstance(got, dict) or set(got) != set(expected):
        return NAMES_HINTS
    as_strings = any(isinstance(got[name], str) for name in ("number", "celsius"))
    return NUMBER_HINTS if as_strings else ARGUMENTS_HINTS


@exercise(
    "34.2", "Tell everyone", points=3,
    learned="To publish is to send to every subscriber, and one that leaves must not disturb the others.",
)
def tell_everyone(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that sends each report to all clients, and answers `count` with their number.

    A client that left is not counted, however it left. Raises Stopped where an answer is missing.
    """
    with ExitStack() as opened:
        first = opened.enter_context(station.connect())
        before = first.ask("count", hint=COUNT_HINTS)
        unasked = first.messages_until_pong()
        if not expect(
            isinstance(before, str) and before.isdecimal() and before != "0",
            "answers count with the number of clients, as text",
            expected="1",
            got=before,
            hint=UNASKED_HINTS if unasked else COUNT_HINTS,
        ):
            return
        if not expect.equal(unasked, [], "sends a client nothing but answers and reports", hint=UNASKED_HINTS):
            return
        if not _compare_with_clients(first, station, expect):
            return
        number = int(first.ask("count")) + 2
        others = [opened.enter_context(station.connect()) for _ in range(2)]
        what = "counts the clients that join"
        is_counted = _compare_count(first, number, what, expect, few=SHARED_CLIENTS_HINTS)
        is_told = _try_reports(first, others, expect)
        newcomer = opened.enter_context(station.connect())
        what = "sends a newcomer no report from before it came"
        expect.equal(_heard([newcomer], 0), [[]], what, hint=UNASKED_HINTS)
        if is_counted and is_told:
            _try_departures(station, [first, *others, newcomer], number + 1, expect)


COUNT_HINTS = (
    "How many are in the set? A WebSocket carries text.",
    "if message == 'count': await websocket.send(str(len(clients)))",
)
UNASKED_HINTS = (
    "A client got something that is no answer to its count, and no report that came while it was there.",
    "Send in two places alone: the answer to count, and a report to everyone.",
)
PLACE_OF_ITS_OWN_HINTS = (
    "Does a client that joins take the place of another one?",
    "Every client needs a place of its own: clients.add(websocket), in a set.",
)
SHARED_CLIENTS_HINTS = (
    "A client counts from its arrival. Every client has its own call of onconnect: where must the set be that all "
    "of them share?",
    "clients stands outside of the function, and each call adds its websocket to it, before its loop.",
)
ABORTED_HINTS = (
    "async for raises an exception then, and no line behind the loop runs.",
    "try: before the loop, and finally: clients.discard(websocket) behind it.",
)
CLOSED_HINTS = (
    "The loop ends when a client leaves. Who takes it out of the set?",
    "try: before the loop, and finally: clients.discard(websocket) behind it.",
)
WRONG_ONE_HINTS = (
    "Who was taken out of the set when another client left?",
    "clients.discard(websocket) takes out the one that this call of onconnect is for, and no other.",
)
AFTER_LEAVING = "goes on sending to those that stayed, when others have left"
BESIDE_LEAVING = "sends a report to all others while one client is leaving"
LEAVING_HINTS = (
    "Sending to a client that is just leaving raises ConnectionClosed. And a client that joins meanwhile changes "
    "the set while a loop goes through it.",
    "broadcast passes over clients that are leaving, and waits for nobody.",
)
COUNT_ALONE_HINTS = ("Only the client that asks wants to know.", "await websocket.send(str(len(clients)))")
SENDER_HINTS = (
    "The client that reports wants to receive it like all others, and once.",
    "broadcast(clients, message), and nothing else: the sender is in the set too.",
)
EVERY_MESSAGE_HINTS = (
    "Whatever is not the message count is a report, in numbers or in words, an empty one too, and a repeated one.",
    "if message == 'count': ... else: broadcast(clients, message)",
)
AS_IT_CAME_HINTS = (
    "A message is sent as it came, letter by letter. Only one that is equal to count is a question.",
    "if message == 'count': ... else: broadcast(clients, message)",
)
BINARY_HINTS = (
    "A message of bytes goes on as bytes, and text as text: then nothing in it changes.",
    "broadcast(clients, message), without decode, encode or str.",
)
EVERYONE_HINTS = ("websocket.send speaks to this one client.", "broadcast(..., message) speaks to all in a set.")


def _compare_with_clients(client: WebSocketClient, station: Probe, expect: Expect) -> bool:
    """Compare the count with the connections that the notebook keeps in `clients`, if it keeps any there.

    Who has left and is still in there is the business of later expectations.
    """
    kept = station.named("clients")

    def kept_now() -> int:
        return sum(isinstance(one, ServerConnection) for one in list(kept)) if isinstance(kept, Iterable) else 0

    def difference() -> int:
        clients, answer = kept_now(), str(client.ask("count"))
        return int(answer) - clients if clients and answer.isdecimal() else 0

    more = poll(difference, 0, seconds=PUSH_TIMEOUT)
    what = "counts as many clients as there are"
    return expect(not more, what, got=f"{abs(more)} too {'many' if more > 0 else 'few'}", hint=COUNT_HINTS)


def _compare_count(
    client: WebSocketClient,
    number: int,
    what: str,
    expect: Expect,
    *,
    few: Sequence[str] = (),
    many: Sequence[str] = (),
) -> bool:
    """Ask for the count until it is this number: a server notices a little later that a client joined or left.

    `few` and `many` are the hints where it stays too low, and where it stays too high.
    """
    answer = poll(lambda: client.ask("count"), str(number), seconds=PUSH_TIMEOUT)
    is_few = str(answer).isdecimal() and int(answer) < number
    return expect(answer == str(number), what, got=_difference(answer, number), hint=few if is_few else many)


def _difference(answer: str | bytes, number: int) -> str:
    """How far a count is from this number, in words. The count before the check differs each time."""
    more = int(answer) - number if str(answer).isdecimal() else 0
    return f"{abs(more)} too {'many' if more > 0 else 'few'}" if more else repr(answer)


REPORTS_OF_FIRST = ["17.5", "17.5", " Nordpol: −3.50 °C ", "", '{"celsius":17.50}', "Count", " count\n", "recount"]
REPORTS_OF_ANOTHER = ["counter 0", "17.50"]


def _try_reports(first: WebSocketClient, others: Sequence[WebSocketClient], expect: Expect) -> bool:
    """Report as two clients: each of all gets each report once, as it came, in the order in which they came."""
    for_the_others = others[0].messages_until_pong()
    expect.equal(for_the_others, [], "answers count to nobody else", hint=COUNT_ALONE_HINTS)
    for report in REPORTS_OF_FIRST:
        first.send(report)
    [heard] = _heard([first], len(REPORTS_OF_FIRST))
    what = "sends a report to the client that sent it, too, once and as it came"
    hints = _report_hints(heard, REPORTS_OF_FIRST, SENDER_HINTS)
    is_echoed = expect.equal(heard, REPORTS_OF_FIRST, what, hint=hints)
    for report in REPORTS_OF_ANOTHER:
        others[0].send(report)
    reports = REPORTS_OF_FIRST + REPORTS_OF_ANOTHER
    everyone = _heard(others, len(reports))
    unlike = next((one for one in everyone if one != reports), [])
    is_told = expect(
        not unlike and [] not in everyone,
        "sends each report to everyone",
        expected=reports,
        got=unlike,
        hint=_report_hints(unlike, reports, EVERYONE_HINTS),
    )
    [heard] = _heard([first], len(REPORTS_OF_ANOTHER))
    what = "sends a report of another client too"
    hints = _report_hints(heard, REPORTS_OF_ANOTHER, EVERYONE_HINTS)
    is_told_too = expect.equal(heard, REPORTS_OF_ANOTHER, what, hint=hints)
    return is_echoed and is_told and is_told_too and _try_report_of_bytes([first, *others], expect)


def _try_report_of_bytes(clients: Sequence[WebSocketClient], expect: Expect) -> bool:
    """Report in a binary message: each client gets it in one, too."""
    clients[0].send(b"17.5", hint=BINARY_HINTS)
    unlike = next((heard for heard in _heard(clients, 1, BINARY_HINTS) if heard != [b"17.5"]), [b"17.5"])
    return expect.equal(unlike, [b"17.5"], "sends a report of bytes to everyone as bytes", hint=BINARY_HINTS)


def _heard(clients: Sequence[WebSocketClient], size: int, hint: Sequence[str] = ()) -> list[list[str | bytes]]:
    """What each client gets before the answer to its next count, and shortly after where that is less than `size`.

    Raises Stopped where the count is not answered.
    """
    for client in clients:
        client.send("count", hint=hint)
    return [_heard_before_count(client, size, hint) for client in clients]


def _heard_before_count(client: WebSocketClient, size: int, hint: Sequence[str]) -> list[str | bytes]:
    heard: list[str | bytes] = []
    while len(heard) < MAX_HEARD and not str(message := client.receive(hint=hint)).isdecimal():
        heard.append(message)
    while len(heard) < size and (late := client.receive_or_none(LATE_TIMEOUT)) is not None:
        heard.append(late)
    return heard


def _report_hints(heard: list[str | bytes], reports: list[str], missing: Sequence[str]) -> Sequence[str]:
    """Hints on reports that were heard: `missing` where the first is not among them."""
    if any(str(message).isdecimal() for message in heard):  # an answer to what was no count
        return AS_IT_CAME_HINTS
    if len(heard) < len(reports):
        return EVERY_MESSAGE_HINTS if heard[:1] == reports[:1] else missing
    return SENDER_HINTS if len(heard) > len(reports) else AS_IT_CAME_HINTS


def _try_departures(station: Probe, clients: Sequence[WebSocketClient], number: int, expect: Expect) -> None:
    """Leave as clients do: slowly, with a goodbye, without. Each time, all that are left get the next report."""
    first, *others = clients
    reports = ["19.0", "19.25"]
    with _leaving_and_joining(station, first, reports, hint=LEAVING_HINTS) as behind:
        _compare_heard([*clients, behind], reports, BESIDE_LEAVING, expect, LEAVING_HINTS)
    left = poll(lambda: first.ask("count"), str(number), seconds=PUSH_TIMEOUT)
    number = int(left) if str(left).isdecimal() else number  # who else is left is the next expectations' business
    departures: list[tuple[Callable[[], None], str, Sequence[str]]] = [
        (others[0].leave, "takes out a client that says goodbye", CLOSED_HINTS),
        (others[1].abort, "takes out a client that vanishes without a close frame", ABORTED_HINTS),
    ]
    for gone, (depart, what, hints) in enumerate(departures, start=1):
        depart()
        if not _compare_count(first, number - gone, what, expect, few=WRONG_ONE_HINTS, many=hints):
            return
        stayed = [first, *others[gone:]]
        first.send(f"{gone}.5")
        _compare_heard(stayed, [f"{gone}.5"], "goes on sending to those that stayed", expect, WRONG_ONE_HINTS)
    with station.connect() as late, station.connect() as later:
        number += 2 - len(departures)
        what = "counts the clients that join after others have left"
        if _compare_count(first, number, what, expect, few=PLACE_OF_ITS_OWN_HINTS):
            first.send("9.5")
            what = "sends a report to those that stayed, and to those that joined"
            _compare_heard([*stayed, late, later], ["9.5"], what, expect, PLACE_OF_ITS_OWN_HINTS)
            unasked = first.messages_until_pong()
            expect.equal(unasked, [], "says nothing of clients that have left", hint=UNASKED_HINTS)


@contextmanager
def _leaving_and_joining(
    station: Probe, reporter: WebSocketClient, reports: Sequence[str], *, hint: Sequence[str]
) -> Iterator[WebSocketClient]:
    """Report while some clients are leaving, and two join. Gives a client that came after the first that leaves.

    It joined before the first report, and stays until the end. Several leave, since a server may come to one of
    them last, after all others; and several reports, since what keeps it from going on may show with the second.
    """
    with ExitStack() as joined:
        with ExitStack() as leaving:
            leaving.enter_context(leaving_client(station, code=LEAVING_CODES[0]))
            behind = joined.enter_context(station.connect(hint=hint))
            behind.messages_until_pong()
            for code in LEAVING_CODES[1:]:
                leaving.enter_context(leaving_client(station, code=code))
            reporter.send(reports[0], hint=hint)
            for _ in range(2):  # with one, a set would be as large as before
                joined.enter_context(station.connect(hint=hint)).messages_until_pong()
            for report in reports[1:]:
                reporter.send(report, hint=hint)
        yield behind


def _compare_heard(
    clients: Sequence[WebSocketClient], reports: list[str], what: str, expect: Expect, hint: Sequence[str]
) -> bool:
    """Expect each of these clients to get these reports, and nothing else."""
    heard = _heard(clients, len(reports), hint)
    unlike = next((one for one in heard if one != reports), reports)
    is_more = any(message not in reports for message in unlike)
    return expect.equal(unlike, reports, what, hint=UNASKED_HINTS if is_more else hint)


ADD_TO_DISPLAYS_HINTS = (
    "Is the client that sends it in displays? Every client adds itself when it connects.",
    "displays.add(websocket) before the loop, and broadcast(displays, ...) in it.",
)
READING_HINTS = (
    "Make a new dictionary of what you have understood: type, station and celsius, and no other names.",
    '{"type": "reading", "station": station, "celsius": celsius}, with json.dumps around it.',
)
NO_JSON_HINTS = (
    "What came is no JSON object: str() writes a dictionary as Python does, and json.dumps as JSON does.",
    "broadcast(displays, json.dumps({...}))",
)
CELSIUS_HINTS = (
    "The temperature is sent as a number with all its digits, also where it came as a string.",
    'celsius = float(report["celsius"]), and this goes into the message.',
)
REFUSED_HINTS = (
    "This report makes sense: it has a station, and a temperature of which float() makes a number. 0 is one, "
    "and further names do no harm.",
    "Look at the exceptions alone: float() raises one where it cannot make a number.",
)
ONCE_HINTS = ("The client that reports is in displays, like all others.", "broadcast(displays, ...), and no more.")
SENSE_HINTS = (
    "A report without sense was sent as a reading. It has to have both names, and a temperature that is a number.",
    'report["station"] and report["celsius"] raise KeyError where the name is missing, and get() raises nothing.',
)
ERROR_HINTS = (
    "The answer is JSON like every other: an object with type and message, which is a string.",
    'await websocket.send(json.dumps({"type": "error", "message": "..."}))',
)
GOES_ON_HINTS = (
    "Each message that makes no sense gets an answer, and the conversation goes on: try and except stand inside "
    "of the loop.",
    "ValueError, TypeError and KeyError say that a message makes no sense: except all three, and return nowhere.",
)
ERROR_ALONE_HINTS = (
    "Who else wants to hear of one client's mistake?",
    "await websocket.send(...) for an error, broadcast(displays, ...) for a reading.",
)
ARRIVAL_HINTS = (
    "A client belongs to displays before it has said anything, and displays is the set outside of the function.",
    "displays.add(websocket), before the loop, and no displays = ... in the function.",
)
STAYED_HINTS = (
    "Who was taken out of displays when another client left?",
    "displays.discard(websocket) takes out the one that this call of the function is for, and no other.",
)
TAKE_OUT_HINTS = (
    "Who takes a client out of displays when its conversation has ended?",
    "try: before the loop, and finally: displays.discard(websocket) behind it.",
)
REPORTS: list[tuple[dict[str, Any], float, str]] = [  # a report, its temperature, and what the server does
    ({"station": "Harbour", "celsius": 17.5}, 17.5, "sends a report as a reading"),
    ({"station": "Zürich", "celsius": "-3.25"}, -3.25, "sends a temperature that came as a string as a number"),
    ({"celsius": 0, "station": "Summit", "wind": 4}, 0.0, "sends station and celsius alone, 0 degrees too"),
    ({"station": ' pier "7" ', "celsius": 17.0625}, 17.0625, "changes nothing in a name, nor in a temperature"),
    ({"station": ' pier "7" ', "celsius": 17.0625}, 17.0625, "sends a report that came before"),
]
NONSENSE = [  # a message, and what it is
    ("warm", "what is no JSON"),
    ("", "an empty message"),
    ("{'station': 'Harbour', 'celsius': 17.5}", "a dictionary as Python writes it"),
    ("[1, 2]", "a list"),
    ('[{"station": "Harbour", "celsius": 17.5}]', "a report in a list"),
    ('[["station", "Harbour"], ["celsius", 17.5]]', "a list of names and values"),
    ("17.5", "a number"),
    ("null", "null"),
    ('"Harbour"', "a string"),
    ("{}", "an empty object"),
    ('{"station": "Harbour"}', "a report without celsius"),
    ('{"celsius": 17.5}', "a report without a station"),
    ('{"station": "Harbour", "celsius": "warm"}', "celsius in words"),
    ('{"station": "Harbour", "celsius": "17,5"}', "celsius with a comma"),
    ('{"station": "Harbour", "celsius": ""}', "celsius that is empty"),
    ('{"station": "Harbour", "celsius": "nan"}', "celsius that is nan"),
    ('{"station": "Harbour", "celsius": "-inf"}', "celsius that is infinite"),
    ('{"station": "Harbour", "celsius": null}', "celsius that is null"),
    ('{"station": "Harbour", "celsius": [17.5]}', "celsius that is a list"),
]


@exercise(
    "34.3", "Answer what makes no sense", points=3,
    learned="A message that makes no sense is answered to its sender alone, and the conversation goes on.",
)
def answer_what_makes_no_sense(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that sends each report, as JSON, to all clients, but an error to its sender alone.

    Returns early where a report does not come back as a reading. Raises Stopped where an answer is missing.
    """
    if not _try_displays(station, expect):
        return
    with station.connect() as client, station.connect() as other:
        readings = []
        for report, celsius, what in REPORTS:
            reading = {"type": "reading", "station": report["station"], "celsius": celsius}
            readings.append(reading)
            if not _compare_reading(client, report, reading, what, expect):
                return
            more = client.messages_until_pong()
            if not expect.equal(more, [], f"{what}, once", hint=ONCE_HINTS):
                return
        hears = [read_json(message) for message in other.messages_until_pong()]
        expect.equal(hears, readings, "sends each reading to everyone", hint=EVERYONE_HINTS)
        for message, kind in NONSENSE:
            _try_nonsense(client, message, kind, expect)
        hears = other.messages_until_pong()
        expect.equal(hears, [], "sends an error to nobody else", hint=ERROR_ALONE_HINTS)
        reading = {"type": "reading", "station": "Pier", "celsius": -20.0}
        report = {"station": "Pier", "celsius": -20}
        _compare_reading(client, report, reading, "goes on after errors", expect)
        expect.equal(_next_json(other), reading, "goes on after errors for all others", hint=EVERYONE_HINTS)
        reports = [{"station": "Mill", "celsius": celsius} for celsius in (1.5, 2.5)]
        readings = [{"type": "reading", **report} for report in reports]
        texts = [json.dumps(report) for report in reports]
        with _leaving_and_joining(station, client, texts, hint=LEAVING_HINTS) as behind:
            for one in (client, other, behind):
                _compare_messages(one, readings, BESIDE_LEAVING, expect, LEAVING_HINTS)
        _compare_reading(client, report, reading, AFTER_LEAVING, expect)
        _compare_messages(other, [reading], AFTER_LEAVING, expect, STAYED_HINTS)


def _compare_reading(
    client: WebSocketClient,
    report: Any,
    reading: Any,
    what: str,
    expect: Expect,
    hint: Sequence[str] = (),
) -> bool:
    """Report as a client, which gets this reading. Raises Stopped with the hints if the connection is closed."""
    client.send(json.dumps(report), hint=hint)
    answer = _answer_to_report(client, hint)
    hints = _reading_hints(answer, reading) or [*client.why_silent(), *(hint or ADD_TO_DISPLAYS_HINTS)]
    return expect.equal(answer, reading, what, hint=hints)


def _answer_to_report(client: WebSocketClient, hint: Sequence[str]) -> Any:
    """The next message, read as JSON, or None. Raises Stopped with the hints where the connection is closed."""
    message = client.receive_or_none(PUSH_TIMEOUT)
    if message is None and not client.is_open:
        client.receive(hint=hint)  # says how it was closed
    return read_json(message)


def _next_json(client: WebSocketClient) -> Any:
    """The next message that is pushed to a client, read as JSON; None where none comes in time."""
    return read_json(client.receive_or_none(PUSH_TIMEOUT))


def _reading_hints(answer: Any, reading: dict[str, Any]) -> Sequence[str]:
    """Hints on what came instead of a reading; none where nothing came."""
    if answer is None:
        return ()
    if as_object(answer).get("type") == "error":
        return REFUSED_HINTS
    if not isinstance(answer, dict):
        return NO_JSON_HINTS
    has_right_names = set(answer) == set(reading)
    return CELSIUS_HINTS if has_right_names and answer["celsius"] != reading["celsius"] else READING_HINTS


def _try_nonsense(client: WebSocketClient, message: str, kind: str, expect: Expect) -> None:
    """Send what makes no sense: an error comes back. Raises Stopped where nothing comes."""
    answer = read_json(client.ask(message, hint=GOES_ON_HINTS))
    expect(
        isinstance(answer, dict) and answer.get("type") == "error" and isinstance(answer.get("message"), str),
        f"answers {kind} with an error",
        expected={"type": "error", "message": "…"},
        got=answer,
        hint=SENSE_HINTS if as_object(answer).get("type") == "reading" else ERROR_HINTS,
    )


def _try_displays(station: Probe, expect: Expect) -> bool:
    """Join and leave: each client is in the notebook's `displays` from its arrival until it leaves.

    Returns whether the first half is so.
    """
    before = _displays(station)

    def arrived() -> int:
        return len([one for one in _displays(station) if not any(one is other for other in before)])

    with station.connect() as polite, station.connect() as rude:
        polite.messages_until_pong()
        number = poll(arrived, 2, seconds=PUSH_TIMEOUT if polite.is_open else 0)
        what = "has each client in displays from its arrival"
        if not expect(number == 2, what, got=f"{number} of 2 that have arrived", hint=ARRIVAL_HINTS):
            return False
        for leave, what in [
            (polite.leave, "takes a client out of displays that says goodbye"),
            (rude.abort, "takes a client out of displays that vanishes without a close frame"),
        ]:
            there = arrived()
            leave()
            left = poll(arrived, there - 1, seconds=PUSH_TIMEOUT)
            expect(left == there - 1, what, got=f"{left} of {there} are still in it", hint=TAKE_OUT_HINTS)
    return True


def _displays(station: Probe) -> list[Any]:
    """What is in the notebook's `displays` now; nothing where it is no collection."""
    displays = station.named("displays")
    return list(displays) if hasattr(displays, "__iter__") else []


@exercise(
    "34.4", "Come back, and miss nothing", points=4,
    learned="Numbered messages let a client come back, and receive exactly what it missed.",
)
def come_back_and_miss_nothing(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that numbers the readings, and sends a client with `?since=4` all that it missed.

    A newcomer gets the last reading alone. Raises Stopped where no numbered reading comes back from a report.
    """
    _try_without_readings(station, expect)
    with station.connect(hint=LAST_READING_HINTS) as reporter, ExitStack() as opened:
        reporter.messages_until_pong()
        first, *others = (_report(station, reporter, report, expect) for report in ("17.5", "-3.0625", "0"))
        newcomer = opened.enter_context(station.connect())
        what = "sends a newcomer the last reading at once, and none before it"
        if not _compare_messages(newcomer, others[-1:], what, expect, LAST_READING_HINTS):
            return
        fourth = _report(station, newcomer, "18", expect, hint=NEWCOMER_STAYS_HINTS)
        for since, missed, what in [
            (first, [*others, fourth], "sends a client that comes back all that it missed, in order"),
            (others[-1], [fourth], "sends a client that missed one reading that one"),
            (fourth, [], "sends a client that missed nothing only what is new"),
        ]:
            back = opened.enter_context(station.connect(f"/?since={since['number']}", hint=MISSED_READINGS_HINTS))
            _compare_messages(back, missed, what, expect, MISSED_READINGS_HINTS)
        what = "repeats to nobody what others have missed"
        if not _compare_messages(reporter, [fourth], what, expect, ONE_CLIENT_HINTS):
            return
        _try_new_readings(station, reporter, [newcomer, back], expect)
        last = _try_many_readings(station, reporter, newcomer, expect)
        if last:
            _try_since_0(station, last, expect)
    _try_displays(station, expect)
    what = "keeps all readings when everybody has left"
    is_kept = not last or len(_readings(station)) == last["number"]
    if expect(is_kept, what, hint=KEPT_FOR_ALL_HINTS) and last:
        _try_report_meanwhile(station, expect)


def _try_new_readings(
    station: Probe, reporter: WebSocketClient, others: Sequence[WebSocketClient], expect: Expect
) -> None:
    """Report to all that are there: a newcomer, and one that came back. Then while some clients are leaving."""
    fifth = _report(station, reporter, "18.5", expect)
    for client in others:
        _compare_messages(client, [fifth], "goes on with what is new", expect, NEWCOMER_STAYS_HINTS)
    expected = [{"number": fifth["number"] + more, "celsius": 18.5 + more} for more in (1, 2)]
    with _leaving_and_joining(station, reporter, ["19.5", "20.5"], hint=LEAVING_HINTS) as behind:
        for client in (reporter, *others, behind):
            _compare_messages(client, expected, BESIDE_LEAVING, expect, LEAVING_HINTS)
    eighth = _report(station, reporter, "20.5", expect)
    for client in others:
        _compare_messages(client, [eighth], AFTER_LEAVING, expect, STAYED_HINTS)


def _try_many_readings(
    station: Probe, one: WebSocketClient, other: WebSocketClient, expect: Expect
) -> dict[str, Any] | None:
    """Report as two clients at one time, until numbers have two digits: each report gets a number of its own.

    Returns the last reading, or None where one is missing.
    """
    known = len(_readings(station))
    reports = [21 + n / 2 for n in range(MANY)]
    for celsius in reports:
        one.send(str(celsius))
        other.send(str(-celsius))
    heard = [read_json(one.receive_or_none(PUSH_TIMEOUT)) for _ in range(2 * MANY)]
    numbers = {as_object(reading).get("number"): as_object(reading).get("celsius") for reading in heard}
    what = "gives each reading a number of its own, when two clients report at one time"
    expected = list(range(known + 1, known + 2 * MANY + 1))
    if not expect.equal(sorted(numbers, key=_order), expected, what, hint=NUMBERED_READING_HINTS):
        return None
    what = "keeps each temperature, when two clients report at one time"
    degrees = sorted([*reports, *(-one for one in reports)])
    expect.equal(sorted(numbers.values(), key=_order), degrees, what, hint=NUMBERED_READING_HINTS)
    with station.connect(f"/?since={known - 1}", hint=MISSED_READINGS_HINTS) as back:
        missed = [as_object(read_json(message)).get("number") for message in back.messages_until_pong()]
    what = "sends a client that comes back many readings, too"
    expect.equal(missed, list(range(known, known + 2 * MANY + 1)), what, hint=MISSED_READINGS_HINTS)
    return {"number": known + 2 * MANY}


def _order(number: Any) -> float:
    """Where a number stands among others; what is none comes first."""
    return number if isinstance(number, int | float) else float("-inf")


def _readings(station: Probe) -> list[Any]:
    """What is in the notebook's `readings` now; nothing where it is no list."""
    readings = station.named("readings")
    return readings if isinstance(readings, list) else []


KEPT_FOR_ALL_HINTS = (
    "Readings are for those that come later, too: when the last client leaves, they stay.",
    "displays.discard(websocket) at the end, and nothing about readings.",
)
LAST_READING_HINTS = (
    "readings[-1:] is a list with the last one, and an empty list where there is none.",
    "known is None: readings[-1:]. Else: what was missed.",
)
NEWCOMER_STAYS_HINTS = (
    "Every client is in the set of displays from its arrival, and what it sends is a report like any other.",
    "displays.add(websocket), before the loop.",
)
MISSED_READINGS_HINTS = (
    "Reading number 1 stands at place 0 of the list. Where stands the first that the client does not know?",
    "readings[known:] are all after number known.",
)
ONE_CLIENT_HINTS = (
    "Others have heard the old readings already.",
    "broadcast([websocket], message) speaks to this one client.",
)
LONG = 16_000_000  # bytes: more than the network holds between a server and a client that does not read
MEANWHILE_HINTS = (
    "Between the look at readings and displays.add, a report may come in, if anything is awaited there.",
    "broadcast([websocket], message) awaits nothing: first all that was missed, then displays.add(websocket).",
)
ZERO_HINTS = ("0 is false in Python, as None is. But they are not the same here.", "if known is None:")
NUMBERED_READING_HINTS = (
    "How many readings are there before this one? Its number is one more.",
    'json.dumps({"number": len(readings) + 1, "celsius": float(report)})',
)
TWO_NAMES_HINTS = (
    "A reading is a JSON object with exactly two names: number and celsius.",
    'json.dumps({"number": ..., "celsius": ...})',
)
PLACE_HINTS = ("The newest reading stands at the end of readings.", "readings.append(message)")
CELSIUS_OF_READING_HINTS = ("A report is text, and the reading has a number.", '"celsius": float(report)')
KEPT_HINTS = (
    "readings holds texts: the very string that is told to everyone.",
    "readings.append(json.dumps({...})), and broadcast(displays, readings[-1])",
)


def _try_without_readings(station: Probe, expect: Expect) -> None:
    """Connect while the notebook's list of readings is empty: nothing comes, and the connection stays."""
    with _emptied(station.named("readings")), station.connect(hint=LAST_READING_HINTS) as early:
        messages = early.messages_until_pong()
        what = "sends a newcomer nothing while there is no reading"
        expect.equal(messages, [], what, hint=LAST_READING_HINTS)
        what = "keeps the connection of a newcomer open"
        expect(early.is_open, what, got="it closed it", hint=LAST_READING_HINTS)


def _try_report_meanwhile(station: Probe, expect: Expect) -> None:
    """Report while a client is still being sent what it has missed, which is more than a network holds."""
    with station.connect(hint=MEANWHILE_HINTS) as reporter, _lengthened(station.named("readings")) as missed:
        reporter.messages_until_pong()
        with station.connect("/?since=0", hint=MEANWHILE_HINTS) as back:
            reporter.send("33.5", hint=MEANWHILE_HINTS)
            new = as_object(read_json(reporter.receive(hint=MEANWHILE_HINTS))).get("number")
            expected = [*missed, new]
            heard = [as_object(read_json(back.receive_or_none(PUSH_TIMEOUT))).get("number") for _ in expected]
    what = "sends what is new behind what was missed, also where a report comes in meanwhile"
    expect.equal(heard, expected, what, hint=MEANWHILE_HINTS)


@contextmanager
def _lengthened(readings: list[str]) -> Iterator[list[Any]]:
    """Readings with spaces at their ends, LONG bytes together, which they lose in the end. Gives their numbers."""
    known = len(readings)
    space = " " * (LONG // known)
    readings[:] = [reading + space for reading in readings]
    try:
        yield [as_object(read_json(reading)).get("number") for reading in readings]
    finally:
        readings[:known] = [reading.rstrip(" ") for reading in readings[:known]]


@contextmanager
def _emptied(readings: Any) -> Iterator[None]:
    """A list without what is in it, which it gets back in the end. Anything else stays as it is."""
    kept = list(readings) if isinstance(readings, list) else []
    if kept:
        readings.clear()
    yield
    if kept:
        readings[:0] = kept


def _try_since_0(station: Probe, last: dict[str, Any], expect: Expect) -> None:
    """Come back with `?since=0`: all readings come, from number 1 to the last."""
    with station.connect("/?since=0", hint=ZERO_HINTS) as back:
        messages = [read_json(message) for message in back.messages_until_pong()]
    numbers = [as_object(message).get("number") for message in messages]
    expect(
        numbers == list(range(1, last["number"] + 1)),
        "sends a client that knows no reading yet all of them, from number 1",
        expected=f"the numbers 1 to {last['number']}",
        got=numbers,
        hint=ZERO_HINTS,
    )


def _compare_messages(
    client: WebSocketClient, expected: list[Any], what: str, expect: Expect, hint: Sequence[str]
) -> bool:
    """Compare what a client has got, read as JSON, with the messages expected, and no more."""
    received: list[Any] = []
    while len(received) < len(expected) and (message := client.receive_or_none(PUSH_TIMEOUT)) is not None:
        received.append(read_json(message))
    received += [read_json(message) for message in client.messages_until_pong()]
    return expect.equal(received, expected, what, hint=_order_hints(received, expected) or hint)


def _order_hints(received: list[Any], expected: list[Any]) -> Sequence[str]:
    """Hints on messages that are right, but in another order, or all in one; none otherwise."""
    if received in ([expected], [json.dumps(one) for one in expected]):
        return ("Each reading is a message of its own.", "for message in readings[known:]: ...")
    is_turned = received != expected and sorted(received, key=str) == sorted(expected, key=str)
    return ("The oldest reading comes first.", "readings[known:] has them in this order.") if is_turned else ()


def _report(
    station: Probe, reporter: WebSocketClient, report: str, expect: Expect, hint: Sequence[str] = ()
) -> dict[str, Any]:
    """Report a temperature, and return its reading. Raises Stopped where no reading with the next number comes."""
    known = list(_readings(station))
    reporter.send(report, hint=hint)
    reading = _answer_to_report(reporter, hint)
    if reading is None:
        hints = [*reporter.why_silent(), *(hint or ADD_TO_DISPLAYS_HINTS)]
        raise expect.missed("sends a report to the client that sent it, too", "nothing", hint=hints)
    expected = {"number": len(known) + 1, "celsius": float(report)}
    is_text = isinstance(as_object(reading).get("celsius"), str)
    names = NUMBERED_READING_HINTS if set(as_object(reading)) == set(expected) else TWO_NAMES_HINTS
    hints = CELSIUS_OF_READING_HINTS if is_text else names
    expect.equal(reading, expected, "sends a report as a numbered reading", hint=hints)
    if type(as_object(reading).get("number")) is not int:
        raise expect.missed("gives each reading a number", repr(reading), hint=NUMBERED_READING_HINTS)
    now = station.named("readings")
    last = now[-1] if isinstance(now, list) and len(now) == len(known) + 1 else now
    is_kept = isinstance(last, str) and read_json(last) == reading
    hints = PLACE_HINTS if isinstance(last, str) else KEPT_HINTS
    expect(is_kept, "keeps a reading in readings, as the text of its message", got=last, hint=hints)
    return dict(reading)
