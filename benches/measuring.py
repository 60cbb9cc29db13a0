"""What several benches need to measure: cores, processes, connections and numbers."""

import contextlib
import os
import re
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping

HOST = "127.0.0.1"


def keep_to(core: int) -> None:
    """From now on this process, and those it starts, run on one core: threads that wander make numbers that do."""
    if hasattr(os, "sched_setaffinity"):
        with contextlib.suppress(OSError):
            os.sched_setaffinity(0, {core})


@contextlib.contextmanager
def keeping_cores() -> Iterator[None]:
    """Gives back, at its end, the cores that keep_to took: the next bench begins with all."""
    cores = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else None
    try:
        yield
    finally:
        if cores:
            os.sched_setaffinity(0, cores)


@contextlib.contextmanager
def running(words: list[str]) -> Iterator[int]:
    """The port of `python -m WORDS`, which ends with the block."""
    command = [sys.executable, "-u", "-m", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout
        try:
            yield int(re.findall(r"(?:port |:)(\d+)", process.stdout.readline())[0])
        finally:
            process.kill()


@contextlib.contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection((HOST, port), 20) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        yield client


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(ways: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """The median of the seconds that each way says it took. They take turns, to share what else goes on here."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, timed in ways.items():
            times[name].append(timed())
    return {name: statistics.median(taken) for name, taken in times.items()}


def microseconds(share: int) -> Callable[[list[float]], float]:
    return lambda times: statistics.quantiles(times, n=100)[share - 1] * 1e6


def rate(amount: float) -> Callable[[list[float]], float]:
    return lambda times: amount / statistics.mean(times)
