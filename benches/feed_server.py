"""Send every WebSocket message back; a path like /10000 asks for that many messages instead."""

from websockets.asyncio.server import ServerConnection

from benches.websocket_command import run

PORT = 8092
SCHEME = "ws"
MESSAGE = "x" * 50


async def onconnect(websocket: ServerConnection) -> None:
    assert websocket.request
    for _ in range(int(websocket.request.path[1:] or 0)):
        await websocket.send(MESSAGE)
    async for message in websocket:
        await websocket.send(message)


if __name__ == "__main__":
    run(onconnect)
