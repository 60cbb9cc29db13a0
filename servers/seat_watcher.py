"""Show the seats of a show as they are taken, and find back to a server that was away.

python -m servers.seat_feed
python -m servers.seat_watcher --show 1
"""

import argparse
import asyncio
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus, InvalidURI

HOST, PORT = "127.0.0.1", 8002


@dataclass
class View:
    """What one client knows of a show."""

    number: int | None = None  # of the last change it was told
    life: str = ""
    taken: set[int] = field(default_factory=set)

    @property
    def query(self) -> str:
        """What to ask for: all seats at first, later only what was missed."""
        return "" if self.number is None else f"?since={self.number}&life={self.life}"

    def hear(self, told: dict[str, Any]) -> None:
        if told["type"] == "seats":
            self.number, self.life, self.taken = told["number"], told["life"], set(told["taken"])
        elif told["type"] == "change":
            self.number = told["number"]
            (self.taken.add if told["taken"] else self.taken.discard)(told["seat"])


def in_words(told: dict[str, Any]) -> str:
    if told["type"] == "seats":
        return f"Show {told['show']}: {len(told['taken'])} of {told['seats']} seats are taken"
    if told["type"] == "change":
        return f"Seat {told['seat']} is {'taken' if told['taken'] else 'free'}"
    return str(told.get("message", told))


def pause(random_share: float) -> float:
    """Seconds before the next try: half a second to one and a half, or all clients would come back at once."""
    return 0.5 + random_share


async def follow(url: str, view: View, show: Callable[[str], object]) -> None:
    """Keep a view up to date until the server is away, or refuses: that raises an exception."""
    async with connect(url + view.query) as websocket:
        while True:
            told = json.loads(await websocket.recv())
            view.hear(told)
            show(in_words(told))


async def watch(url: str, view: View, show: Callable[[str], object] = print) -> None:
    """Keep a view up to date for ever."""
    while True:
        try:
            await follow(url, view, show)
        except InvalidStatus as refused:
            if refused.response.status_code != 503:  # full for now; all else stays as it is
                raise
        except (OSError, ConnectionClosed, InvalidHandshake) as error:
            show(f"The server is away ({type(error).__name__}). Trying again")
        await asyncio.sleep(pause(random.random()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Show the seats of a show as they are taken.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--show", type=int, default=1)
    wanted = parser.parse_args()
    url = f"ws://{HOST}:{wanted.port}/shows/{wanted.show}"
    try:
        asyncio.run(watch(url, View(), lambda words: print(words, flush=True)))
    except KeyboardInterrupt:
        print("Ctrl+C received, the server was told")
    except (InvalidStatus, InvalidURI) as error:
        raise SystemExit(f"There are no seats to see at {url}: {error}") from None


if __name__ == "__main__":
    main()
