"""How soon a class board has a result, with two hundred learners, beside a bare echo of the same messages.

    python -m benches.board

Each learner sends ten results, about one a second, while the instructor's page looks on. All learners share a
process; each server has one of its own. An echo keeps nothing: the rest is the price of the database and the page.
"""

import asyncio
import json
import os
import random
import re
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psutil
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benches.measuring import HOST, keep_to, keeping_cores, microseconds, running
from benches.table import Row, show

LEARNERS, CHECKS, EVERY = 200, 10, 1.0  # seconds between two results of one learner, on average
RESULT = {
    "type": "result",
    "exercise": "12.2",
    "verdict": "not right yet",
    "earned": 1.5,
    "points": 3,
    "tries": 1,
    "missed": "answers 404 Not Found",
}


@contextmanager
def board() -> Iterator[tuple[psutil.Process, str, str, str]]:
    """A board of its own: its process, its address, its code, and the instructor's page."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "WIRELAB_BOARD_FOLDER": folder, "JUPYTER_RUNTIME_DIR": folder}
        with running(["benches.bare_echo", "--port", "0"]) as free:
            port = free + 1
        command = [sys.executable, "-m", "wirelab", "board", "--no-browser", "--port", str(port)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
            assert process.stdout
            said = "".join(next(process.stdout) for _ in range(6))
            try:
                page = re.findall(r"http\S+", said)[0].replace("http", "ws", 1)
                yield (
                    psutil.Process(process.pid),
                    f"ws://{HOST}:{port}/join",
                    re.findall(r'"(\w+)"', said)[0],
                    page,
                )
            finally:
                process.kill()


async def learn(address: str, code: str, times: list[float]) -> None:
    """Send the results, each as soon as the one before is acknowledged, and note how long that took."""
    async with connect(address, compression=None, proxy=None) as connection:
        if code:
            words = {"code": code, "token": secrets.token_urlsafe(32), "notebook": "notebook", "nickname": ""}
            await connection.send(json.dumps({"type": "join", **words}))
            await connection.recv()
        for number in range(1, CHECKS + 1):
            await asyncio.sleep(random.random() * 2 * EVERY)
            began = time.perf_counter()
            await connection.send(json.dumps({**RESULT, "n": number}))
            await connection.recv()
            times.append(time.perf_counter() - began)


async def look_on(connection: ClientConnection) -> None:
    with suppress(ConnectionClosed):
        async for _ in connection:
            pass


async def crowd(address: str, code: str, page: str) -> list[float]:
    """The seconds of each acknowledgement, of all learners."""
    times: list[float] = []
    everyone = [learn(address, code, times) for _ in range(LEARNERS)]
    if not page:
        await asyncio.gather(*everyone)
        return times
    async with connect(f"{page}watch", compression=None, proxy=None, max_size=None) as connection:
        looking = asyncio.create_task(look_on(connection))
        await asyncio.gather(*everyone)
        looking.cancel()
    return times


def rows() -> list[Row]:
    with keeping_cores():
        keep_to(0)
        with board() as (process, address, code, page), running(["benches.bare_echo", "--port", "0"]) as port:
            [echo] = [one for one in psutil.Process().children() if "benches.bare_echo" in one.cmdline()]
            keep_to(1)
            before, others = process.cpu_times().user, echo.cpu_times().user
            ours = asyncio.run(crowd(address, code, page))
            bare = asyncio.run(crowd(f"ws://{HOST}:{port}/", "", ""))
            spent, echoed = process.cpu_times().user - before, echo.cpu_times().user - others
            memory, least = (one.memory_info().rss / 2**20 for one in (process, echo))
    what = f"result of {LEARNERS} learners"
    count, beside = LEARNERS * CHECKS, "bare echo"
    return [
        Row(f"{what}, p50", microseconds(50)(ours) / 1000, microseconds(50)(bare) / 1000, "ms", beside),
        Row(f"{what}, p99", microseconds(99)(ours) / 1000, microseconds(99)(bare) / 1000, "ms", beside),
        Row("a result, processor", spent / count * 1e6, echoed / count * 1e6, "µs", beside),
        Row("the board, memory", memory, least, "MB", beside),
    ]


def main() -> None:
    show(rows)


if __name__ == "__main__":
    main()
