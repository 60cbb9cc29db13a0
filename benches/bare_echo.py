"""Send each message back to who sent it: websockets, and as little code as will call it."""

from websockets.asyncio.server import ServerConnection

from benches.websocket_command import run


async def onconnect(websocket: ServerConnection) -> None:
    async for message in websocket:
        await websocket.send(message)


if __name__ == "__main__":
    run(onconnect, compression=None, backlog=1024)
