"""Send every WebSocket message back to the client it came from.

    python -m servers.echo_server
    python -m servers.echo_client
"""

import argparse
import asyncio
from contextlib import suppress

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed

HOST, PORT = "127.0.0.1", 8002
SCHEME = "ws"  # how a client's address begins
MAX_MESSAGE = 2**20  # bytes; what websockets itself takes
PATIENCE = 1  # second a client has to say goodbye, once the server ends


async def onconnect(websocket: ServerConnection) -> None:
    """Talk to one client, from its arrival until it leaves. Each client has its own call of this."""
    with suppress(ConnectionClosed):  # a client may leave before its answer is sent
        async for message in websocket:
            await websocket.send(message)


async def create_server(host: str = HOST, port: int = PORT) -> Server:
    return await serve(onconnect, host, port, max_size=MAX_MESSAGE, close_timeout=PATIENCE)


async def run(port: int) -> None:
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
