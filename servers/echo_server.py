"""Send every WebSocket message back to the client it came from.

    python -m servers.echo_server
    python -m servers.echo_client
"""

import argparse
import asyncio
from contextlib import suppress

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from servers.seats.client_limits import bounded_options

HOST, PORT = "127.0.0.1", 8002
SCHEME = "ws"  # how a client's address begins
MAX_ECHO_SIZE = 2**20  # bytes; what websockets itself takes
ECHO_CLOSE_TIMEOUT = 1  # second a client has to say goodbye, once the server ends
MAX_ECHO_CLIENTS = 900  # with less than 1024 open files, as many systems allow
UNREAD_TIMEOUT = 20  # seconds that a client may read nothing of its answers


async def onconnect(websocket: ServerConnection) -> None:
    """Talk to one client, from its arrival until it leaves. Each client has its own call of this."""
    with suppress(ConnectionClosed):  # a client may leave before its answer is sent
        async for message in websocket:
            await websocket.send(message)


async def create_server(host: str = HOST, port: int = PORT) -> Server:
    """A server that listens, on any free port where `port` is 0. Raises OSError if the port is taken."""
    limits = bounded_options(MAX_ECHO_CLIENTS, patience=UNREAD_TIMEOUT, max_unsent=2 * MAX_ECHO_SIZE)
    return await serve(onconnect, host, port, max_size=MAX_ECHO_SIZE, close_timeout=ECHO_CLOSE_TIMEOUT, **limits)


async def run(port: int) -> None:
    """Serve until the task is cancelled, as Ctrl+C does. Raises OSError if the port is taken."""
    server = await create_server(port=port)
    async with server:
        port = server.sockets[0].getsockname()[1]
        print(f"Started WebSocket server at ws://{HOST}:{port}, Ctrl+C ends it", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description="Send every WebSocket message back.")
    parser.add_argument("--port", type=int, default=PORT)
    port = parser.parse_args().port
    try:
        asyncio.run(run(port))
    except KeyboardInterrupt:
        print("Ctrl+C received, every client was told")
    except OSError as error:
        raise SystemExit(f"Port {port}: {error.strerror}. Choose another with --port") from None


if __name__ == "__main__":
    main()
