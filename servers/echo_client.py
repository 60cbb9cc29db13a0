"""Send typed lines to a WebSocket server, and show its messages whenever they come.

    python -m servers.echo_server
    python -m servers.echo_client
"""

import argparse
import asyncio
from collections.abc import Callable
from contextlib import suppress
from threading import Thread

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidURI

HOST, PORT = "127.0.0.1", 8002
ECHO_TIMEOUT = 1  # second to wait for an answer before the next line is sent

Lines = asyncio.Queue[str | None]  # what was typed; None: no more


def read_keyboard(put: Callable[[str | None], object]) -> None:
    """Call `put` with each line that is typed, then with None. Runs in a thread: waiting for a key blocks."""
    # RuntimeError: the event loop ended before the keyboard did.
    with open(0, encoding="utf-8", errors="replace", closefd=False) as keyboard, suppress(RuntimeError):
        for line in keyboard:
            put(line.rstrip("\n"))
        put(None)


def typed_lines() -> Lines:
    """A queue that a thread fills with the lines typed, so that the event loop does not wait for them."""
    loop, lines = asyncio.get_running_loop(), Lines()
    put = lines.put_nowait
    Thread(target=read_keyboard, args=[lambda line: loop.call_soon_threadsafe(put, line)], daemon=True).start()
    return lines


async def send_lines(websocket: ClientConnection, lines: Lines, answered: asyncio.Event) -> None:
    """Send each line, once the one before is answered or ECHO_TIMEOUT is over, until the lines end."""
    while (line := await lines.get()) is not None:
        answered.clear()
        await websocket.send(line)
        with suppress(TimeoutError):
            await asyncio.wait_for(answered.wait(), ECHO_TIMEOUT)


async def show_messages(websocket: ClientConnection, answered: asyncio.Event) -> None:
    """Print each message, and set `answered`, until the connection is closed."""
    with suppress(ConnectionClosed):
        async for message in websocket:
            print(f"From server: {message!r}", flush=True)
            answered.set()


async def talk(url: str, lines: Lines) -> None:
    """Send and show at the same time, until the lines end or the server leaves."""
    async with connect(url) as websocket:
        print(f"Connected to {url}. Type a line and press Enter; Ctrl+C ends.", flush=True)
        answered = asyncio.Event()
        sending = asyncio.create_task(send_lines(websocket, lines, answered))
        showing = asyncio.create_task(show_messages(websocket, answered))
        try:
            await asyncio.wait([sending, showing], return_when=asyncio.FIRST_COMPLETED)
        finally:
            if websocket.close_code is not None:
                print("The server has left.")
            sending.cancel()
            await websocket.close()


async def run(url: str) -> None:
    """Talk to the server at `url` with the keyboard. Raises InvalidURI, InvalidHandshake or OSError."""
    await talk(url, typed_lines())


def main() -> None:
    parser = argparse.ArgumentParser(description="Send what you type to a WebSocket server.")
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--url", help="another server, as in ws://127.0.0.1:8002/chat")
    options = parser.parse_args()
    url = options.url or f"ws://{HOST}:{options.port}"
    try:
        asyncio.run(run(url))
    except KeyboardInterrupt:
        print("Ctrl+C received, the server was told")
    except (InvalidURI, InvalidHandshake) as error:
        raise SystemExit(f"No WebSocket at {url}: {error}") from None
    except OSError:
        raise SystemExit(f"Nobody listens at {url}. Start the server: python -m servers.echo_server") from None


if __name__ == "__main__":
    main()
