"""The checks of lesson 36 but for its pages and its game: a wait that grows, and a token in the first message."""

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

from wirelab.checking import Expect, FunctionProbe, Probe, WebSocketClient, exercise

DOUBLE_HINTS = ("Each wait is twice the one before: 1, 2, 4, 8, 16 seconds.", "2**tries")
LIMIT_HINTS = ("Without jitter, no wait is longer than 30 seconds.", "min(2**tries, 30)")
JITTER_HINTS = (
    "Half the wait for a jitter of 0, all of it for 0.5, one and a half for 1.",
    "Multiply the wait by 0.5 + jitter, after the limit.",
)
GIVEN_JITTER_HINTS = ("The random number is given: it is the argument jitter.", JITTER_HINTS[1])
NIGHT_HINTS = (
    "A page may have tried all night. 2.0**2000 is too large for a float, but an int may be as large.",
    "min(2**tries, 30)",
)
DELAYS: list[tuple[int, float, float, str, Sequence[str]]] = [  # tries, jitter, seconds, what, hints
    (0, 0.5, 1, "waits one second first", DOUBLE_HINTS),
    (1, 0.5, 2, "waits twice as long after one more try", DOUBLE_HINTS),
    (2, 0.5, 4, "doubles the wait each time", DOUBLE_HINTS),
    (4, 0.5, 16, "doubles it up to 16 seconds", DOUBLE_HINTS),
    (5, 0.5, 30, "waits for 30 seconds at most", LIMIT_HINTS),
    (0, 0, 0.5, "takes half of it for a jitter of 0", JITTER_HINTS),
    (3, 1, 12, "takes one and a half of it for a jitter of 1", JITTER_HINTS),
    (3, 0.25, 6, "takes three quarters of it for a jitter of a quarter", JITTER_HINTS),
    (9, 1, 45, "spreads the longest waits too", JITTER_HINTS),
    (7, 0, 15, "shortens the longest waits too", JITTER_HINTS),
    (2000, 0.5, 30, "has an answer after a night of tries", NIGHT_HINTS),
]


@exercise(
    "36.1", "How long to wait", of="function", writes=["retry_delay"],
    learned="Exponential backoff spares a server, and jitter keeps its clients from coming back all at once.",
)
def how_long_to_wait(function: FunctionProbe, expect: Expect) -> None:
    """Check a function from the number of failed tries and a jitter from 0 to 1 to seconds.

    Raises Stopped where it hangs.
    """
    twice = {str(function.returns(4, 0.25)) for _ in range(5)}
    expect(len(twice) == 1, "takes the jitter that it is given", got=sorted(twice)[:2], hint=GIVEN_JITTER_HINTS)
    for tries, jitter, right, what, hints in DELAYS:
        seconds = function.returns(tries, jitter)
        is_number = isinstance(seconds, int | float)
        is_whole = is_number and seconds == round(seconds)
        expect(
            is_number and math.isclose(seconds, right),
            what,
            expected=right,
            got=seconds,
            hint=hints if is_whole or not is_number else JITTER_HINTS,
        )


VIOLATED = 1008  # the close code of a client that breaks the rules (RFC 6455 §7.4.1)
PAUSE = 0.35  # seconds of a client that thinks before it sends its token
PAST_DEADLINE = 1.3  # seconds after which the deadline of a token, one second, is over also where it began late
WELCOME_HINTS = (
    "The first message is the token. TOKENS has the name for it.",
    "await websocket.send('welcome ' + TOKENS[token])",
)
STRANGER_HINTS = (
    "A token that is not in TOKENS is not welcome. Compare the whole message.",
    "await websocket.close(1008, 'send your token first'), and then return.",
)
QUIET_HINTS = ("A stranger is sent nothing but the close frame.", "close(1008, reason), and no send before it.")
DEADLINE_HINTS = (
    "recv waits for ever. Who ends the wait?",
    "async with asyncio.timeout(1): around the first recv raises TimeoutError.",
)
TOO_SOON_HINTS = ("A client has a whole second for its token.", "asyncio.timeout(1)")
FOREVER_HINTS = (
    "The deadline is for the first message alone. Later a client may be silent for as long as it likes.",
    "Only recv stands in the block of asyncio.timeout. The loop stands behind the block.",
)
OWN_NAME_HINTS = (
    "Several clients are there at once, and each has its own call of onconnect.",
    "name is a variable of the function, not one outside of it.",
)
LOOP_HINTS = (
    "After the token come more messages, and each gets an answer.",
    "async for message in websocket: await websocket.send(f'{name}: {message}')",
)


@exercise(
    "36.2", "A token first", points=3,
    learned="The first message can say who a client is, and a deadline keeps silent strangers from staying.",
)
def a_token_first(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server that wants a token in the first message, within a second, and then answers.

    Strangers and silent clients are closed with 1008. Raises Stopped where a welcome client gets no answer.
    """
    tokens = station.named("TOKENS")
    (token, name), (other_token, other_name) = list(tokens.items())[:2]
    with station.connect() as silent, station.connect() as slow, station.connect() as client:
        began = time.monotonic()  # all three are connected
        _compare(client, token, f"welcome {name}", "welcomes a client by its name", expect, WELCOME_HINTS)
        _compare(client, "17.5", f"{name}: 17.5", "answers what comes after the token", expect, LOOP_HINTS)
        with station.connect() as other:
            what = "welcomes another client by another name"
            _compare(other, other_token, f"welcome {other_name}", what, expect, WELCOME_HINTS)
            what = "answers each client by its own name"
            _compare(client, "18.0", f"{name}: 18.0", what, expect, OWN_NAME_HINTS)
        what = "takes a second token for an ordinary message"
        _compare(client, other_token, f"{name}: {other_token}", what, expect, LOOP_HINTS)
        for stranger, what in _strangers(token, name):
            if not _refuses(station, stranger, what, expect):
                break
        time.sleep(max(PAUSE - (time.monotonic() - began), 0))
        what = "waits for a token that comes a little later"
        _compare(slow, token, f"welcome {name}", what, expect, TOO_SOON_HINTS)
        _closes(silent, "closes the connection where no token comes within a second", expect, DEADLINE_HINTS)
        time.sleep(max(PAST_DEADLINE - (time.monotonic() - began), 0))
        what = "lets a client stay that was silent after its token"
        _compare(client, "", f"{name}: ", what, expect, FOREVER_HINTS)


def _strangers(token: str, name: str) -> Iterator[tuple[str | bytes, str]]:
    """Messages that are no token, and what the server does with a client that sends one."""
    yield "a-token-that-is-not-there", "refuses a token that it does not know"
    yield name, "refuses a name"
    yield token[:-1], "refuses a piece of a token"
    yield token + " ", "refuses a token with a space behind it"
    yield token.swapcase(), "refuses a token in other letters"
    yield "", "refuses an empty message"
    yield token.encode(), "refuses bytes"


def _compare(
    client: WebSocketClient, message: str, right: str, what: str, expect: Expect, hints: Sequence[str]
) -> None:
    """Send a message, and expect this answer. Raises Stopped where the connection is closed instead."""
    if client.is_open:
        client.send(message)
    answer = client.receive_or_none(1)
    if answer is None and not client.is_open:
        code = client.close_code()
        hints = LOOP_HINTS if code == 1000 else hints
        raise expect.missed(what, f"it closes the connection with {code}", hint=hints)
    expect.equal(answer, right, what, hint=hints)


def _refuses(station: Probe, message: str | bytes, what: str, expect: Expect) -> bool:
    """Send a message that is no token, and expect the connection to be closed without a word."""
    with station.connect() as stranger:
        stranger.send(message)
        answer = stranger.receive_or_none(2 * PAUSE)
        hints = STRANGER_HINTS if str(answer).startswith("welcome") else QUIET_HINTS
        is_quiet = expect(answer is None, f"{what} without an answer", got=answer, hint=hints)
        return is_quiet and _closes(stranger, what, expect, STRANGER_HINTS)


def _closes(client: WebSocketClient, what: str, expect: Expect, hints: Sequence[str]) -> bool:
    """Expect the server to close the connection with 1008."""
    answer = client.receive_or_none(1.5)
    got: Any = "it stays open" if client.is_open else client.close_code()
    if answer is not None:
        got = f"it sends {answer!r}"
    return expect(got == VIOLATED, what, expected=VIOLATED, got=got, hint=hints)
