"""Send what one client says to all: websockets.broadcast and as little code as will call it."""

import argparse
import asyncio

from websockets.asyncio.server import ServerConnection, broadcast, serve

HOST, PORT = "127.0.0.1", 8092


async def onconnect(websocket: ServerConnection) -> None:
    await websocket.send("hello")  # a client of a feed is told something at first
    async for message in websocket:
        broadcast(websocket.server.connections, message)


async def run(port: int) -> None:
    async with serve(onconnect, HOST, port, compression=None, backlog=1024) as server:
        print(f"Started WebSocket server at ws://{HOST}:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    asyncio.run(run(parser.parse_args().port))


if __name__ == "__main__":
    main()
