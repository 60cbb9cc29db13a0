"""The checks of lesson 27: a database, pages, limits and repeated requests."""

import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from operator import ge
from pathlib import Path
from typing import Any
from uuid import uuid4

from checks.json_documents import as_object, read_json
from checks.media_types import media_type
from checks.problem_documents import PROBLEM_TYPE, compare_problem, content_type, has_detail
from wirelab.checking import Answer, Expect, FunctionProbe, Probe, Reply, error_in, exercise

DRAWS = 40
RETRY_AFTER_HINTS = ("The value of a header is a string. The answer is a number.", "int(retry_after)")
SERVER_KNOWS_HINTS = (
    "The server knows better than the client how long to wait: Retry-After has no limit here.",
    "if retry_after is not None: return int(retry_after)",
)
ZERO_HINTS = ('"0" is a Retry-After as well: come back at once.', "Ask retry_after is not None.")
NUMBER_HINTS = ("The answer is a number of seconds.", "random.uniform(0, limit)")
JITTER_HINTS = (
    "Without jitter, clients that were refused together come back together. The same number came each time.",
    "random.uniform(0, limit)",
)
LIMIT_HINTS = (
    "The limit is 1 second after the first refusal, then 2, 4 and so on. It is never more than 30.",
    "min(30, 2 ** (refusals - 1))",
)
LOWER_HINTS = ("Any number between 0 and the limit may come, small ones too.", "random.uniform(0, limit)")
UPPER_HINTS = (
    "The limit doubles with each refusal, and any number up to it may come.",
    "random.uniform(0, min(30, 2 ** (refusals - 1)))",
)


@exercise(
    "27.1", "How long to wait", points=2, of="function", writes=["seconds_to_wait"],
    learned="Exponential backoff with jitter keeps clients from coming back all at once.",
)
def how_long_to_wait(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the number of refusals and a Retry-After, or None, to the seconds that a client waits.

    Without Retry-After it is exponential backoff with full jitter. Raises Stopped where it hangs.
    """
    for value, hint in [("7", RETRY_AFTER_HINTS), ("0", ZERO_HINTS), ("120", SERVER_KNOWS_HINTS)]:
        for refusals in (1, 4):
            got = function.returns(refusals, value)
            expect.equal(got, int(value), f"gives {value} for Retry-After: {value}", hint=hint)
    for refusals, limit in [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (40, 30)]:
        _try_draws(function, expect, refusals, limit)


def _try_draws(function: FunctionProbe, expect: Expect, refusals: int, limit: int) -> None:
    """Draw so often that a right function misses half of the range once in 2 to the power of 40."""
    draws = [function.returns(refusals, None) for _ in range(DRAWS)]
    after = f"after {refusals} refusal{'s' if refusals > 1 else ''}"
    are_numbers = all(isinstance(draw, int | float) for draw in draws)
    if not expect(are_numbers, f"gives a number {after}", got=draws[0], hint=NUMBER_HINTS):
        return
    expect(len(set(draws)) > 1, "draws at random", hint=JITTER_HINTS)
    expect(max(draws) <= limit, f"waits at most {limit} s {after}", hint=LIMIT_HINTS)
    expect(min(draws) >= 0, f"waits no negative time {after}", hint=LOWER_HINTS)
    expect(min(draws) < limit / 2, f"uses the lower half of the range {after}", hint=LOWER_HINTS)
    expect(max(draws) > limit / 2, f"uses the upper half of the range {after}", hint=UPPER_HINTS)


HOUR, NEXT_HOUR = "2027-03-05T10", "2027-03-05T11"
NEW_READINGS: list[dict[str, Any]] = [
    {"station": 2, "hour": HOUR, "degrees": 17.5},
    {"hour": NEXT_HOUR, "degrees": -3, "station": 2},
    {"station": 3, "hour": HOUR, "degrees": 0},
]
STORED = [(2, HOUR, 17.5), (2, NEXT_HOUR, -3), (3, HOUR, 0)]
UNIQUE_HINTS = (
    "Two requests that look at the same moment both find nothing. Who decides must be the database.",
    "CREATE TABLE IF NOT EXISTS readings (station INTEGER, hour TEXT, degrees REAL, UNIQUE (station, hour))",
)
UNIQUE_PAIR_HINTS = (
    "return reading, 201, unless this station has this hour already. Other stations and other hours are welcome.",
    "UNIQUE (station, hour), after the columns, is about the pair.",
)
EXISTS_HINTS = (
    "The table is made once, by whoever comes first. Afterwards it is there.",
    "CREATE TABLE IF NOT EXISTS readings (...)",
)
COMMIT_HINTS = (
    "A change is kept by commit; a connection that is closed without it forgets.",
    "with closing(sqlite3.connect(path)) as db, db: ... commits at the end of the block.",
)
LOCKED_HINTS = (
    "A change that was begun and not committed locks the file: each other connection waits for its end.",
    "with closing(sqlite3.connect(path)) as db, db: ... commits at the end of the block, and closes.",
)
TABLE_HINTS = (
    "The table is called readings, and it is in the file at path.",
    "sqlite3.connect(path), and then CREATE TABLE IF NOT EXISTS readings (...)",
)
KEPT_ROWS_HINTS = ("Each call leaves the rows of the earlier ones as they are.", "No DROP, no DELETE, no REPLACE.")
VIEW_HINTS = ("The status is the second of what a view returns.", "return reading, 201")
COLUMN_HINTS = (
    "All rows are there, but not as they were sent: look at the types of the columns and the order of the values.",
    "station INTEGER, hour TEXT, degrees REAL; and VALUES (:station, :hour, :degrees) takes the values by name.",
)
REFUSED_HINTS = (
    "If UNIQUE is about the pair of station and hour, the second INSERT raises sqlite3.IntegrityError.",
    'except sqlite3.IntegrityError: return problem(409, "...")',
)
REPLACED_HINTS = (
    "The first reading stays as it is: no REPLACE, no UPDATE.",
    "INSERT INTO readings VALUES (:station, :hour, :degrees)",
)
GLUED_HINTS = (
    "Text that is glued into a statement becomes a part of it.",
    "VALUES (:station, :hour, :degrees), and the reading as the second argument of execute",
)
TEXT_COLUMN_HINTS = (
    "The type of a column decides what SQLite makes of 0730: a number, or the string that came.",
    "hour TEXT",
)
ALIKE_HOURS = ("2027-03-05T10:00 Z", "2027-03-05T10:00 z", "2027-03-05T10:30 z")
ALIKE_HINTS = (
    "An hour is the whole string, with its capital and small letters.",
    "hour TEXT, and the string as it came: cut nothing off.",
)
PATH_HINTS = ("What keep knows is in the file at path, and nowhere else.", "sqlite3.connect(path), in each call")
PROBLEM_HINTS = ("The function problem makes one.", 'return problem(409, "...")')
READING_HINTS = ("The answer to a new reading is the reading itself, as it came.", "return reading, 201")


@exercise(
    "27.2", "What survives", points=4, of="function", writes=["keep"],
    learned="What has been committed to SQLite survives the end of the process.",
)
def what_survives(function: FunctionProbe, expect: Expect) -> None:
    """Check a function that stores a reading in the SQLite file at a path: from both to what a Flask view returns.

    A second reading for a station and an hour is 409, by a UNIQUE in the table. Raises Stopped where it hangs.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = str(Path(folder) / "readings.db")
        _try_new_readings(function, expect, path)
        _try_second_reading(function, expect, path)
        _try_apostrophe(function, expect, path)
        _try_other_files(function, expect, folder, path)


def _keep(function: FunctionProbe, path: str, reading: dict[str, Any]) -> Any:
    """What the function gives for a copy of this reading."""
    got = function.returns(path, dict(reading), hint=LOCKED_HINTS)
    function.expect.asked = f"keep({Path(path).name!r}, {reading})"  # always the same
    return got


def _try_new_readings(function: FunctionProbe, expect: Expect, path: str) -> None:
    """Store three readings, and read the file with SQLite."""
    for reading in NEW_READINGS:
        got = _keep(function, path, reading)
        what = f"station {reading['station']} at {reading['hour']}"
        expect.equal(_status(got), 201, f"answers 201 for {what}", hint=_refusal_hints(got))
        if _status(got) == 201:
            expect.equal(_document(got), reading, f"answers with the reading of {what}", hint=READING_HINTS)
    rows = _rows(path)
    what = "has all three in the table readings when it is opened again"
    expect.equal(rows, STORED, what, hint=_rows_hints(rows))


def _refusal_hints(got: Any) -> Sequence[str]:
    """Hints where a new reading did not get 201, by what came instead."""
    if "already exists" in str(error_in(got)):
        return EXISTS_HINTS
    return UNIQUE_PAIR_HINTS if isinstance(_status(got), int) else VIEW_HINTS


def _rows_hints(rows: Any) -> Sequence[str]:
    """Hints where the file has other rows than it should, or none at all."""
    if not isinstance(rows, list):
        return TABLE_HINTS
    if not rows:
        return COMMIT_HINTS
    return COLUMN_HINTS if len(rows) == len(STORED) else KEPT_ROWS_HINTS


def _try_second_reading(function: FunctionProbe, expect: Expect, path: str) -> None:
    """Store another reading for a station and an hour that the file has, and let the check store one itself."""
    for reading in ({"station": 2, "hour": HOUR, "degrees": 99.5}, NEW_READINGS[1]):
        got = _keep(function, path, reading)
        what = f"station {reading['station']} at {reading['hour']}, which are there already"
        expect.equal(_status(got), 409, f"answers 409 for {what}", hint=REFUSED_HINTS)
        if _status(got) == 409:
            _compare_view(got, expect, what)
    first = [row for row in _rows(path) or [] if tuple(row[:2]) == (2, HOUR)]
    expect.equal(first, STORED[:1], "keeps the first reading then", hint=REPLACED_HINTS)
    got = _query(path, f"INSERT INTO readings (station, hour, degrees) VALUES (2, '{HOUR}', 1.5)")
    expect(
        isinstance(got, str) and "UNIQUE" in got,
        "lets the database refuse a second reading, whoever brings it",
        expected="UNIQUE constraint failed",
        got="it took one" if got == [] else got,
        hint=UNIQUE_HINTS,
    )


def _compare_view(got: Any, expect: Expect, what: str) -> None:
    """Compare what a view returns with a problem document for 409."""
    document = _document(got)
    expect(has_detail(document, 409), f"says 409 and a detail for {what}", got=document, hint=PROBLEM_HINTS)
    expect(
        media_type(_type_of(got)) == PROBLEM_TYPE,
        f"says in Content-Type that it is a problem, for {what}",
        expected=PROBLEM_TYPE,
        got=_type_of(got),
        hint=PROBLEM_HINTS,
    )


def _try_apostrophe(function: FunctionProbe, expect: Expect, path: str) -> None:
    """Store an hour that would end a string in SQL."""
    reading = {"station": 1, "hour": "5 o'clock", "degrees": 17.5}
    got = _keep(function, path, reading)
    what = "takes an hour with an apostrophe for what it is"
    expect.equal(_status(got), 201, what, hint=GLUED_HINTS)
    kept = [row for row in _rows(path) or [] if row[0] == 1]
    expect.equal(kept, [(1, "5 o'clock", 17.5)], "keeps the apostrophe, too", hint=GLUED_HINTS)
    _keep(function, path, {"station": 4, "hour": "0730", "degrees": 17.5})
    kept = [row for row in _rows(path) or [] if row[0] == 4]
    what = "keeps an hour as a string, also if it is made of digits"
    expect.equal(kept, [(4, "0730", 17.5)], what, hint=TEXT_COLUMN_HINTS)
    for hour in ALIKE_HOURS:
        got = _keep(function, path, {"station": 5, "hour": hour, "degrees": 17.5})
        expect.equal(_status(got), 201, f"takes {hour!r} for an hour of its own", hint=ALIKE_HINTS)


def _try_other_files(function: FunctionProbe, expect: Expect, folder: str, path: str) -> None:
    """Store readings in a file that is new, and in a copy of the first one."""
    other, copy = str(Path(folder) / "other.db"), str(Path(folder) / "copy.db")
    got = _keep(function, other, NEW_READINGS[0])
    expect.equal(_status(got), 201, "begins with nothing in another file", hint=PATH_HINTS)
    with closing(sqlite3.connect(path)) as first, closing(sqlite3.connect(copy)) as second:
        first.backup(second)
    got = _keep(function, copy, NEW_READINGS[0])
    expect.equal(_status(got), 409, "knows what is in a file that somebody else has written", hint=PATH_HINTS)
    got = _keep(function, copy, {**NEW_READINGS[0], "hour": "2027-03-05T12"})
    expect.equal(_status(got), 201, "goes on in such a file", hint=PATH_HINTS)


def _document(got: Any) -> Any:
    """The document in what a view returns: of a tuple the first value, of a response the body."""
    first = got[0] if isinstance(got, tuple) and got else got
    return read_json(first.get_data()) if hasattr(first, "get_data") else first


def _status(got: Any) -> Any:
    """The status in what a view returns; what it returned itself where there is none."""
    if isinstance(got, tuple) and len(got) > 1:
        return got[1]
    return got.status_code if hasattr(got, "get_data") else got


def _type_of(got: Any) -> str:
    """The value of Content-Type in what a view returns; an empty string without one."""
    if isinstance(got, tuple):
        return content_type(got[2]) if len(got) > 2 else ""
    return content_type(got.headers) if hasattr(got, "get_data") else ""


def _rows(path: str) -> Any:
    """The readings in the file, sorted; the message of the error where SQLite cannot read them."""
    return _query(path, "SELECT station, hour, degrees FROM readings ORDER BY station, hour")


def _query(path: str, statement: str) -> Any:
    """The rows that a statement gives, while nothing is kept; the message of the error where there is one."""
    with closing(sqlite3.connect(path, timeout=0.5)) as db:
        try:
            return db.execute(statement).fetchall()
        except sqlite3.Error as error:
            return str(error)


REFUSALS = (429, 503)
MOST_REQUESTS = 4
WAITS = (0, 1)  # seconds of Retry-After, refusal by refusal
WAIT_HINTS = (
    "It has to wait as many seconds as Retry-After says before it comes back.",
    'time.sleep(int(reply.headers["Retry-After"]))',
)
LATER_HINTS = (
    "Return what comes in the end: a response of requests.",
    "reply = requests.get(url, timeout=3) after each wait, and return reply",
)
REFUSAL_HINTS = ("429 and 503 both mean: come back later.", "while reply.status_code in (429, 503)")
OTHER_HINTS = (
    "The status decides, and not Retry-After. With any other status, return the response.",
    "if reply.status_code not in (429, 503): return reply",
)
COUNT_HINTS = (
    "The first request counts as well: it is at most four requests in all.",
    "One request, and then at most three more: for _ in range(3)",
)
LAST_HINTS = ("After four requests it returns the last response, whatever it is.", "return reply, after the loop")


def _refusing(times: int, status: int, seconds: Sequence[str] = ()) -> Callable[[Any], Answer]:
    """A server's function that refuses so many requests, and then answers with its number.

    `seconds` are the values of Retry-After, one for each refusal; without any it is 0.
    """
    count = [0]

    def respond(request: Any) -> Answer:
        """Refuse, or answer."""
        count[0] += 1
        if count[0] <= times:
            return Answer("later\n", status, {"Retry-After": seconds[count[0] - 1] if seconds else "0"})
        return Answer(f"answer {count[0]}\n")

    return respond


@exercise(
    "27.3", "Come back later", points=4, of="function", writes=["get_patiently"],
    learned="After 429 a client waits as long as Retry-After says, and then tries again.",
)
def come_back_later(function: FunctionProbe, expect: Expect) -> None:
    """Check a client that GETs a URL again after 429 and 503, when Retry-After is over; four requests at most.

    It returns the response of requests. Raises Stopped where it does not return.
    """
    _try_wait(function, expect)
    for times, status, what in [(1, 503, "a 503"), (2, 429, "two refusals"), (3, 429, "three refusals")]:
        result = function.calls_server(_refusing(times, status), hint=COUNT_HINTS)
        hint = REFUSAL_HINTS if times == 1 else COUNT_HINTS
        expect.equal(
            _answer(result.value),
            f"200 answer {times + 1}",
            f"gives the answer that comes after {what}",
            hint=hint,
        )
    for status in (200, 404, 500):
        more = {"Retry-After": "0"} if status >= 400 else {}  # the status decides, and not this header
        result = function.calls_server(lambda _, status=status, more=more: Answer("so it is\n", status, more))
        expect.equal(len(result.requests), 1, f"sends one request where the answer is {status}", hint=OTHER_HINTS)
        got = getattr(result.value, "status_code", result.value)
        expect.equal(got, status, f"gives the {status} back", hint=LATER_HINTS)
    for status in REFUSALS:
        result = function.calls_server(_refusing(100, status), hint=COUNT_HINTS)
        what = "sends four requests in all where the server goes on refusing"
        expect.equal(len(result.requests), MOST_REQUESTS, what, hint=COUNT_HINTS)
        got = getattr(result.value, "status_code", result.value)
        expect.equal(got, status, "gives the last answer where the server goes on refusing", hint=LAST_HINTS)


def _try_wait(function: FunctionProbe, expect: Expect) -> None:
    """Refuse twice, at first for no time and then for a while, and note when the requests come."""
    came: list[float] = []
    refuse = _refusing(len(WAITS), 429, [str(seconds) for seconds in WAITS])

    def respond(request: Any) -> Answer:
        """Note the time, and answer."""
        came.append(time.monotonic())
        return refuse(request)

    result = function.calls_server(respond)
    methods = [request.method for request in result.requests]
    expect.equal(methods, ["GET"] * 3, "sends a GET, and another one after each 429", hint=REFUSAL_HINTS)
    pauses = [after - before for before, after in zip(came, came[1:], strict=False)]
    waited = len(pauses) == len(WAITS) and all(map(ge, pauses, WAITS))
    got = [f"{pause:.1f} s" for pause in pauses]
    expected = [f"{seconds} s" for seconds in WAITS]
    expect(waited, "comes back when Retry-After is over", expected=expected, got=got, hint=WAIT_HINTS)
    what = "gives the answer that comes when the waits are over"
    expect.equal(_answer(result.value), "200 answer 3", what, hint=LATER_HINTS)


def _answer(value: Any) -> Any:
    """The status and the text of a response of requests; any other value as it is."""
    is_response = hasattr(value, "status_code") and hasattr(value, "text")
    return f"{value.status_code} {value.text}".strip() if is_response else value


ONCE_PATH = "/readings"
KEY_HINTS = (
    "Is the key in the headers at all? Ask that first.",
    'if "Idempotency-Key" not in request.headers: return problem(400, "...")',
)
BEFORE_STORING_HINTS = ("Ask for the key before you store anything.", KEY_HINTS[1])
NEW_KEY_HINTS = (
    "The reading of a new key is stored, and it is answered with 201 and its number.",
    "STORED.append(request.get_json())",
)
APPEND_HINTS = ("append what was sent, as it was sent.", "STORED.append(request.get_json())")
NUMBERS_HINTS = (
    "The first reading in STORED has the number 1: count after you have stored it.",
    '{"number": len(STORED)}',
)
ONCE_HINTS = ("Ask whether the key is new before you store.", "if key not in ANSWERED: ...")
SAME_ANSWER_HINTS = (
    "A repetition gets the same as the first time. Keep the answer with the key.",
    'ANSWERED[key] = sent, {"number": len(STORED)}',
)
SAME_STATUS_HINTS = ("The status of a repetition is the same as the first time, too: 201.", "return answer, 201")
BY_KEY_HINTS = (
    "A repetition is known by its key, and not by what is in it: two readings may be equal.",
    "if key not in ANSWERED: ...",
)
FIRST_READING_HINTS = (
    "The key belongs to the reading that came first. A mistake changes nothing of that.",
    "Put nothing into ANSWERED where you answer 422.",
)
OTHER_READING_HINTS = (
    "Keep with the key what came with it, and compare: it is another reading now.",
    'if before != sent: return problem(422, "...")',
)


@exercise(
    "27.4", "Once, however often it is sent", points=4, writes=["OnceOnly.post"],
    learned="With an Idempotency-Key, a repeated POST has the same effect as one.",
)
def once_however_often_it_is_sent(service: Probe, expect: Expect) -> None:
    """Check a service that stores what is POSTed once for each Idempotency-Key, and answers a repetition alike.

    No key is 400, a known key with another body 422. Whatever is stored at first, the check goes on from there.
    Raises Stopped where no answer comes.
    """
    before = _stored(service)
    reply = service.post(ONCE_PATH, json={"degrees": 1})
    expect.equal(reply.status, 400, "answers 400 without Idempotency-Key", hint=KEY_HINTS)
    if reply.status == 400:
        compare_problem(reply, 400, expect, "without Idempotency-Key")
        what = "stores nothing without Idempotency-Key"
        expect.equal(_stored(service), before, what, hint=BEFORE_STORING_HINTS)
    before = _stored(service)
    first, second = uuid4().hex, uuid4().hex
    reading, other = {"station": 2, "degrees": 17.5}, {"station": 2, "degrees": -3}
    _try_new(service, expect, first, reading, len(before) + 1)
    _try_new(service, expect, second, other, len(before) + 2)
    for _ in range(2):
        reply = _post(service, first, reading)
        expect.equal(reply.status, 201, "answers a repetition with 201 as well", hint=SAME_STATUS_HINTS)
        what = "stores a reading once, though it is sent three times"
        expect.equal(len(_stored(service)) - len(before), 2, what, hint=ONCE_HINTS)
        number = as_object(reply.json()).get("number")
        what = "gives a repetition the number that it had at first"
        expect.equal(number, len(before) + 1, what, hint=SAME_ANSWER_HINTS)
    for change in ({"degrees": 18}, {"station": 3}):
        _try_other_reading(service, expect, first, {**reading, **change})
    status = _post(service, first, reading).status
    what = "answers a repetition with 201 after a mistake, too"
    expect.equal(status, 201, what, hint=FIRST_READING_HINTS)
    count = len(_stored(service))
    letters = uuid4().hex[1:]
    for number, key in enumerate([f"a{letters}", f"A{letters}"]):
        what = "stores the same reading again where the key is new"
        what += ", if only by a capital letter" if number else ""
        _post(service, key, reading)
        expect.equal(len(_stored(service)), count + 1 + number, what, hint=BY_KEY_HINTS)


def _try_new(service: Probe, expect: Expect, key: str, reading: dict[str, Any], number: int) -> None:
    """POST a reading with a key that is new."""
    reply = _post(service, key, reading)
    expect.equal(reply.status, 201, "answers 201 Created to a new key", hint=NEW_KEY_HINTS)
    expect.equal(_stored(service)[-1:], [reading], "stores what was sent", hint=APPEND_HINTS)
    got = as_object(reply.json()).get("number")
    expect.equal(got, number, "counts the readings from 1", hint=NUMBERS_HINTS)


def _try_other_reading(service: Probe, expect: Expect, key: str, reading: dict[str, Any]) -> None:
    """POST another reading with a key that is known."""
    before = _stored(service)
    reply = _post(service, key, reading)
    what = "answers 422 to the same key with another reading"
    expect.equal(reply.status, 422, what, hint=OTHER_READING_HINTS)
    if reply.status == 422:
        compare_problem(reply, 422, expect, "to the other reading")
    expect.equal(_stored(service), before, "stores nothing of it", hint=OTHER_READING_HINTS)


def _post(service: Probe, key: str, reading: dict[str, Any]) -> Reply:
    """The answer to a reading with this key."""
    return service.post(ONCE_PATH, json=reading, headers={"Idempotency-Key": key})


def _stored(service: Probe) -> list[Any]:
    """The readings that GET shows; an empty list where it shows none."""
    found = service.get(ONCE_PATH).json()
    return found if isinstance(found, list) else []
