"""The check of a game in lesson 36: two clients play noughts and crosses, and all others watch."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from checks.json_documents import as_object, read_json
from wirelab.checking import Expect, Probe, WebSocketClient, exercise

SHORTLY = 0.8  # seconds for a message that everyone is sent, and until a server has noticed that a client left
NOTICED = 0.1  # seconds in which a server most often has noticed that a client left
EMPTY = {"board": " " * 9, "turn": "X", "winner": ""}
AT_LEAVING = {"board": " " * 8 + "X", "turn": "O", "winner": ""}  # when the first player leaves
Clients = Sequence[WebSocketClient]

PLACE_HINTS = (
    "players has a client for each mark that is taken. Is a window with the game open? Run the launch cell again, "
    "and check before you open a window.",
    'mark = next((mark for mark in "XO" if mark not in players), "")',
)
STATE_HINTS = (
    "A new client is sent two messages: which mark it has, and how the game stands.",
    'await websocket.send(json.dumps({"you": mark})), then await websocket.send(game.state()).',
)
EVERYONE_HINTS = (
    "After a move everyone is sent how the game stands: both players, and those who watch.",
    "broadcast(clients, game.state()), where clients has every websocket.",
)
ERROR_HINTS = (
    "game.play raises ValueError if a move is against the rules. Who has to know?",
    'except ValueError as error: await websocket.send(json.dumps({"error": str(error)}))',
)
ALONE_HINTS = (
    "A move that was refused changes nothing. Only the client that sent it is told.",
    "await websocket.send(...) for the error, and broadcast only after a move that succeeded.",
)
OWN_MARK_HINTS = (
    "Each client plays with its own mark, and one that watches has none.",
    "game.play(mark, message), with the mark that this call of onconnect has found.",
)
NEW_HINTS = ("The message new begins a new game.", "if message == 'new': game.restart(), and tell everyone.")
WATCHES_HINTS = (
    "A client has the mark that it was told when it came, to its end. A free mark waits for a new client.",
    "The line that looks for a mark stands before the loop, and nowhere else.",
)
NO_MARK_HINTS = (
    "A client that watches has no mark, and so it gives none back when it leaves.",
    "if players.get(mark) is websocket: del players[mark]",
)
SAME_GAME_HINTS = (
    "A client that leaves changes nothing on the board. Only new begins a new game.",
    "game.restart() stands under if message == 'new', and nowhere else.",
)
LEFT_HINTS = (
    "The mark of a client that left is free, however it left.",
    "try: before the loop, and finally: players.pop(mark, None) and clients.discard(websocket).",
)


@exercise(
    "36.5", "Two at one board", points=4,
    learned="Several people change one thing together where one server decides, and sends what it decided to all.",
)
def two_at_one_board(station: Probe, expect: Expect) -> None:
    """Check a WebSocket server on which two clients play a game, and others watch.

    Raises Stopped where a client is not told its mark and how the game stands.
    """
    with ExitStack() as opened:
        x = opened.enter_context(_joined(station, "X", "gives the first client X", expect))
        _told([x], EMPTY, "begins a new game where new is sent", expect, NEW_HINTS, send="new")
        o = opened.enter_context(_joined(station, "O", "gives the second client O", expect))
        watcher = opened.enter_context(_joined(station, "", "lets a third client watch", expect))
        everyone = [x, o, watcher]
        if not _try_rules(everyone, expect):
            return
        _try_end(everyone, expect)
        for what in ("lets a fourth client watch", "has no mark to give away when a client that watched has left"):
            with _joined(station, "", what, expect, NO_MARK_HINTS, state=AT_LEAVING):
                pass
            time.sleep(NOTICED)
        for player, mark, others in ((x, "X", [o, watcher]), (o, "O", [watcher])):
            (player.abort if mark == "X" else player.leave)()
            time.sleep(NOTICED)
            what = f"lets a client that watches go on watching when {mark} is free"
            _refused(watcher, [], "0", what, expect, WATCHES_HINTS)
            what = f"gives {mark} to the next client when its player has left"
            state = AT_LEAVING if mark == "X" else EMPTY
            next_one = opened.enter_context(_joined(station, mark, what, expect, LEFT_HINTS, state=state))
            what = f"plays on when the player of {mark} has left"
            _told([*others, next_one], EMPTY, what, expect, LEFT_HINTS, send="new")


@contextmanager
def _joined(
    station: Probe,
    mark: str,
    what: str,
    expect: Expect,
    hints: Sequence[str] = PLACE_HINTS,
    *,
    state: dict[str, str] | None = None,
) -> Iterator[WebSocketClient]:
    """A client that was given this mark, and told how the game stands; again and again for a short while.

    `state` is how the game has to stand, if that is known: then another mark is none of a game before this one.
    A server may notice a little later that the client before it has left. Raises Stopped where it gets another.
    """
    end = time.monotonic() + SHORTLY
    while True:
        with station.connect(hint=hints) as client:
            told = read_json(client.receive(hint=STATE_HINTS))
            if told == {"you": mark}:
                expect(True, what)
                stands = as_object(read_json(client.receive(hint=STATE_HINTS)))
                what = f"{what}, and tells it how the game stands"
                expect.equal(set(stands), set(EMPTY), what, hint=STATE_HINTS)
                if state is not None:
                    what = "goes on with the same game when a client has left"
                    expect.equal(stands, state, what, hint=SAME_GAME_HINTS)
                yield client
                return
        if time.monotonic() > end or (state is not None and told != {"you": ""}):
            raise expect.missed(what, f"it is told {told!r}", hint=hints)


def _try_rules(everyone: Clients, expect: Expect) -> bool:
    """Play the first moves, with some against the rules in between. Whether all were told of the first."""
    x, o, watcher = everyone
    state = {"board": "    X    ", "turn": "O", "winner": ""}
    if not _told(everyone, state, "sends everyone a move", expect, EVERYONE_HINTS, send="4"):
        return False
    wrong: list[tuple[WebSocketClient, str, str, Sequence[str]]]
    wrong = [(x, "0", "refuses a move out of turn", OWN_MARK_HINTS)]
    wrong += [(o, "4", "refuses a square that is taken", ())]
    wrong += [(watcher, "0", "refuses a move of a client that watches", OWN_MARK_HINTS)]
    wrong += [(o, word, f"refuses {word!r}, which is no square", ()) for word in ("", "9", "here", "New", "-1")]
    for client, move, what, hints in wrong:
        _refused(client, [one for one in everyone if one is not client], move, what, expect, hints or ERROR_HINTS)
    state = {"board": "O   X    ", "turn": "X", "winner": ""}
    return _told([o, x, watcher], state, "goes on after a refused move", expect, OWN_MARK_HINTS, send="0")


def _try_end(everyone: Clients, expect: Expect) -> None:
    """Play on until X wins; then no move counts until somebody begins a new game."""
    x, o, watcher = everyone
    for client, move in ((x, "3"), (o, "1")):
        client.send(move)
    for client in everyone:
        for _ in range(2):
            client.receive_or_none(SHORTLY)
    state = {"board": "OO XXX   ", "turn": "O", "winner": "X"}
    _told([x, o, watcher], state, "says who has won", expect, EVERYONE_HINTS, send="5")
    _refused(o, [x, watcher], "2", "refuses a move after the end", expect, ERROR_HINTS)
    _told([watcher, x, o], EMPTY, "begins a new game for everyone, whoever asks", expect, NEW_HINTS, send="new")
    _told([x, o, watcher], AT_LEAVING, "lets the same two play again", expect, OWN_MARK_HINTS, send="8")


def _told(
    clients: Clients, state: dict[str, str], what: str, expect: Expect, hints: Sequence[str], *, send: str
) -> bool:
    """Send a message as the first of the clients, and expect that each of them is told this state once."""
    clients[0].send(send, hint=hints)
    messages = [client.receive_or_none(SHORTLY) for client in clients]
    told: list[Any] = [message if message is None else read_json(message) for message in messages]
    unlike = next((one for one in told if one != state), state)
    more = [message for client in clients for message in client.messages_until_pong()]
    is_told = expect.equal(unlike, state, what, hint=hints)
    return is_told and expect(not more, f"{what}, once", got=more, hint=EVERYONE_HINTS)


def _refused(
    client: WebSocketClient, others: Clients, move: str, what: str, expect: Expect, hints: Sequence[str]
) -> None:
    """Send a move against the rules: its sender alone gets an error, which says why."""
    answer = as_object(read_json(client.ask(move, hint=hints)))
    is_error = set(answer) == {"error"} and bool(answer["error"])
    expect(is_error, what, expected={"error": "..."}, got=answer, hint=hints)
    more = [message for other in [client, *others] for message in other.messages_until_pong()]
    expect(not more, f"{what}, and tells nobody else", got=more, hint=ALONE_HINTS)
