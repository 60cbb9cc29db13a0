"""Send every WebSocket message back; a path like /10000 asks for that many messages instead."""

import argparse
import asyncio

from websockets.asyncio.server import ServerConnection, serve

HOST, PORT = "127.0.0.1", 8092
SCHEME = "ws"
MESSAGE = "x" * 50


async def onconnect(websocket: ServerConnection) -> None:
    assert websocket.request
    for _ in range(int(websocket.request.path[1:] or 0)):
        await websocket.send(MESSAGE)
    async for message in websocket:
        await websocket.send(message)


async def run(port: int) -> None:
    async with serve(onconnect, HOST, port) as server:
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    asyncio.run(run(parser.parse_args().port))


if __name__ == "__main__":
    main()
