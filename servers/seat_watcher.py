"""Watch the seats of a show in a terminal, and connect again to a server that was away.

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
    """What one client knows of a show: which seats are taken, after the change with this number and life."""

    number: int | None = None  # None: nothing yet
    life: str = ""
    taken: set[int] = field(default_factory=set)

    @property
    def query(self) -> str:
        """The query of the next handshake: it asks for all seats at first, later only for what was missed."""
        return "" if self.number is None else f"?since={self.number}&life={self.life}"

    def update(self, message: dict[str, Any]) -> None:
        """Take in a message of the feed. One that is neither "seats" nor "change" leaves the view as it is."""
        if message["type"] == "seats":
            self.number, self.life, self.taken = message["number"], message["life"], set(message["taken"])
        elif message["type"] == "change":
            self.number = message["number"]
            (self.taken.add if message["taken"] else self.taken.discard)(message["seat"])


def describe(message: dict[str, Any]) -> str:
    """A message of the feed as a line for people."""
    if message["type"] == "seats":
        return f"Show {message['show']}: {len(message['taken'])} of {message['seats']} seats are taken"
    if message["type"] == "change":
        return f"Seat {message['seat']} is {'taken' if message['taken'] else 'free'}"
    return str(message.get("message", message))


def retry_delay(jitter: float) -> float:
    """Seconds before the next try. `jitter` is random, from 0 to 1: else all clients would come back at once."""
    return 0.5 + jitter


async def follow(url: str, view: View, show: Callable[[str], object]) -> None:
    """Keep a view up to date, and call `show` with a line for each message, as long as the connection lasts.

    Raises ConnectionClosed, OSError or InvalidHandshake once the server is away, or refuses.
    """
    async with connect(url + view.query) as websocket:
        while True:
            message = json.loads(await websocket.recv())
            view.update(message)
            show(describe(message))


async def watch(url: str, view: View, show: Callable[[str], object] = print) -> None:
    """Follow for ever, also when the server is away for a time. Raises InvalidStatus if it refuses for good."""
    while True:
        try:
            await follow(url, view, show)
        except InvalidStatus as refused:
            if refused.response.status_code != 503:  # full for now; all else stays as it is
                raise
        except (OSError, ConnectionClosed, InvalidHandshake) as error:
            show(f"The server is away ({type(error).__name__}). Trying again")
        await asyncio.sleep(retry_delay(random.random()))


def main() -> None:
    parser = argparse.ArgumentParser(description="Show the seats of a show as they are taken.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--show", type=int, default=1)
    options = parser.parse_args()
    url = f"ws://{HOST}:{options.port}/shows/{options.show}"
    try:
        asyncio.run(watch(url, View(), lambda line: print(line, flush=True)))
    except KeyboardInterrupt:
        print("Ctrl+C received, the server was told")
    except (InvalidStatus, InvalidURI) as error:
        raise SystemExit(f"There are no seats to see at {url}: {error}") from None


if __name__ == "__main__":
    main()
