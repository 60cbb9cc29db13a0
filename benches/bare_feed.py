"""Send what one client says to all: websockets.broadcast and as little code as will call it."""

from websockets.asyncio.server import ServerConnection, broadcast

from benches.websocket_command import run


async def onconnect(websocket: ServerConnection) -> None:
    await websocket.send("hello")  # a client of a feed is told something at first
    async for message in websocket:
        broadcast(websocket.server.connections, message)


if __name__ == "__main__":
    run(onconnect, compression=None, backlog=1024)
