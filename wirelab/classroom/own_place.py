"""What a learner does at a class board, from a notebook: come, go, ask, answer, show."""

import atexit
import contextlib
import json
import os
import re
from dataclasses import replace
from typing import Any

from wirelab import progress_file
from wirelab.checking.attempts import attempts
from wirelab.checking.result import Result
from wirelab.classroom import running_boards, seat_cards
from wirelab.classroom.seat_cards import SeatCard
from wirelab.errors import BoardError
from wirelab.notebook import markup
from wirelab.notebook.note import Note, words

BOARD_VARIABLE = "WIRELAB_BOARD"  # the address of a Hub's board, which its administrator sets
HUB_VARIABLE = "JUPYTERHUB_PUBLIC_HUB_URL"
SEAT_DEADLINE, WORD_DEADLINE, LAST_DEADLINE = 4.0, 3.0, 0.5  # seconds
LONGEST_NICKNAME, LONGEST_ANSWER, MAX_RESULT = 24, 40, 48_000  # characters
WHAT_IS_SENT = (
    "From now on, each check in your notebooks tells the board: the exercise, the verdict, the points, the number "
    "of tries, and the name of the first expectation that was not met.",
    "It never sends your code, your answers or what crossed the wire. The instructor sees your seat; the others "
    "do not.",
)
HOW_TO_LEAVE = (
    'leave() ends this, and the board forgets what it knows of you. share("12.2") shows one result whole.'
)
NO_LEARNER_HERE = "A program runs this notebook, so nothing is sent to a board."
NO_ADDRESS = (
    "No board with the code {0} runs on this computer. If it runs on another one, add the address that the board "
    'shows: join("{0}", address="192.168.1.5:8765")'
)
NOT_JOINED = 'You have not joined a board: the code that it shows goes into join("...").'
NO_LONGER = "You are at no board any more: {}"
AWAY = "The board does not answer now ({}). Your results wait for it; you need not join again."
NOT_SENT = "The board does not answer now. Run this cell again in a moment."
NO_RESULT = "There is no result of exercise {0} in this notebook yet: check it first."

_clients: list[Any] = []  # at most one: of this kernel


def join(code: str, nickname: str = "", *, address: str = "") -> Note:
    """Take a seat at the class board that shows this code. `address` says where, if it is on another computer.

    Your notebooks then tell the board what came of each check, and nothing else. Raises BoardError.
    """
    code = str(code).strip().lower()
    if not re.fullmatch("[a-z0-9]{1,20}", code):
        raise BoardError(f'join() takes the code that the board shows, as in join("k3x9"), and not {code!r}.')
    if len(nickname) > LONGEST_NICKNAME:
        raise BoardError(f"A nickname has at most {LONGEST_NICKNAME} characters.")
    if not _is_learner():
        return Note(NO_LEARNER_HERE)
    found, is_at_hub = _address(code, address)
    card = replace(seat_cards.seat_card(found, code, nickname), is_at_hub=is_at_hub)
    seat_cards.set_current(card)
    client = _connect(card)
    client.wait_for_seat(SEAT_DEADLINE)
    if client.has_ended:
        seat_cards.clear_current(card)
        raise BoardError(f"{client.trouble} Look at the code again." if client.trouble else NOT_SENT)
    return _welcome(client, code)


def _welcome(client: Any, code: str) -> Note:
    told = [words(sentence) for sentence in (*WHAT_IS_SENT, HOW_TO_LEAVE)]
    if client.seat is None:
        return Note(AWAY.format(client.trouble or "no answer yet"), told, tone=markup.CARE_COLOUR)
    return Note(f"You have seat {client.seat} at the board {code}.", told, tone=markup.GOOD_COLOUR)


def leave() -> Note:
    """Leave the board. It forgets what it knows of you, and no notebook of yours tells it anything more."""
    client = _client()
    if client is None:
        return Note(_why_not())
    seat_cards.clear_current(client.card)
    answer = client.say({"type": "leave"}, WORD_DEADLINE)
    client.stop()
    _clients.clear()
    left = "You have left the board, and it has forgotten you."
    return Note(
        left if answer is not None else "Nothing more is sent. The board did not answer, so it may know you still."
    )


def raise_hand() -> Note:
    """Ask for help: the instructor sees your seat, and which exercise you are at."""
    return _tell({"type": "hand", "up": True}, "Your hand is up. lower_hand() takes it down.")


def lower_hand() -> Note:
    """Take your hand down."""
    return _tell({"type": "hand", "up": False}, "Your hand is down.")


def pace(how: str) -> Note:
    """Say how fast the lesson is for you: "too fast", "too slow" or "all right"."""
    known = ("too fast", "too slow", "all right")
    if how not in known:
        raise BoardError(f"pace() takes one of these: {', '.join(map(repr, known))}, and not {how!r}.")
    return _tell({"type": "pace", "pace": how}, f"The board knows: {how}.")


def vote(answer: object) -> Note:
    """Answer the question that the board shows. A second vote takes the place of the first."""
    text = str(answer).strip()
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise BoardError(f"vote() takes an answer of 1 to {LONGEST_ANSWER} characters.")
    return _tell({"type": "vote", "answer": text}, f"The board has your vote: {text}")


def share(exercise: str) -> Note:
    """Show the instructor the whole result of your last check of one exercise, with its values and its bytes."""
    attempt = attempts.last(exercise)
    if attempt is None:
        return Note(NO_RESULT.format(exercise))
    return _tell(
        {"type": "shared", "exercise": exercise, "result": _shareable(attempt.result)},
        f"The instructor can see your result of exercise {exercise}, whole.",
    )


def _shareable(result: Result) -> dict[str, Any]:
    """The result as JSON; without the bytes, and then without all but the first findings, where it is too long."""
    told = result.json()
    if len(json.dumps(told)) > MAX_RESULT:
        findings = [{name: said for name, said in one.items() if name != "wire"} for one in told["findings"]]
        told["findings"] = findings
    if len(json.dumps(told)) > MAX_RESULT:
        told["findings"] = told["findings"][:20]
    return told


def report(result: Result) -> None:
    """Tell the board what came of a check, if this learner has joined one. Takes no time, and raises nothing."""
    with contextlib.suppress(Exception):
        if client := _client():
            missed = result.first_missed
            told = {"exercise": result.id, "verdict": str(result.verdict), "points": result.points, "tries": 1}
            what = missed.what[:160] if missed else ""
            client.report({"type": "result", **told, "earned": float(result.earned), "missed": what})


def _is_learner() -> bool:
    return progress_file.is_learner()


def _tell(message: dict[str, Any], done: str) -> Note:
    client = _client()
    if client is None:
        return Note(_why_not())
    answer = client.say(message, WORD_DEADLINE)
    if answer is None:
        return Note(NOT_SENT, tone=markup.CARE_COLOUR)
    return Note(answer or done, tone=markup.CARE_COLOUR if answer else markup.GOOD_COLOUR)


def _why_not() -> str:
    if not _is_learner():
        return NO_LEARNER_HERE
    return NO_LONGER.format(_clients[0].trouble) if _clients and _clients[0].trouble else NOT_JOINED


def _client() -> Any:
    """The connection of this kernel; one that another notebook of this learner has opened is followed. Or None."""
    if _clients and not _clients[0].has_ended:
        return _clients[0]
    for over in _clients:
        seat_cards.clear_current(over.card)
    card = seat_cards.current_card() if _is_learner() else None
    return _connect(card) if card else None


def _connect(card: SeatCard) -> Any:
    from wirelab.classroom.board_client import BoardClient

    if _clients and _clients[0].card == card and not _clients[0].has_ended:
        return _clients[0]
    for old in _clients:
        old.stop()
    client = BoardClient(card, lambda: seat_cards.is_wanted(card))
    _clients[:] = [client]
    client.start()
    return client


def _flush() -> None:
    for client in _clients:
        client.flush(LAST_DEADLINE)


atexit.register(_flush)


def _address(code: str, given: str) -> tuple[str, bool]:
    """Where the board is, as in http://127.0.0.1:8765/, and whether the Hub says so. Raises BoardError."""
    near = given or running_boards.learners_address(code)
    hub = os.environ.get(HUB_VARIABLE, "").removesuffix("/").removesuffix("/hub")
    found = near or os.environ.get(BOARD_VARIABLE, "") or (f"{hub}/services/board/" if hub else "")
    if not found:
        raise BoardError(NO_ADDRESS.format(code))
    found = found.partition("#")[0].strip()
    found = found if "://" in found else f"http://{found}"
    if not re.fullmatch(r"https?://[^/\s?]+(/[^\s?]*)?", found):
        raise BoardError(f'address= takes what the board shows, as in "192.168.1.5:8765", and not {given!r}.')
    return (found if found.endswith("/") else f"{found}/"), not near
