"""Run a WebSocket server as `python -m benches.NAME --port N`."""

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

HOST, PORT = "127.0.0.1", 8092
OnConnect = Callable[[ServerConnection], Awaitable[None]]


async def _run(onconnect: OnConnect, port: int, options: dict[str, Any]) -> None:
    async with serve(onconnect, HOST, port, **options) as server:
        print(f"Started WebSocket server at ws://{HOST}:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


def run(onconnect: OnConnect, **options: Any) -> None:
    """Serve with `onconnect` until Ctrl+C; `options` go to `websockets.serve`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=PORT)
    asyncio.run(_run(onconnect, parser.parse_args().port, options))
