"""What the tests of launching share: modules to run, a stranger's port, a kernel."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from wirelab.building.kernel_client import Kernel


@pytest.fixture
def module(write_module: Callable[[str], str]) -> Callable[[str], str]:
    """Writes a module to launch, and gives its name."""
    return write_module


@pytest.fixture
def stranger() -> Iterator[int]:
    """The port of another program, which answers nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Kernel]:
    with Kernel(tmp_path) as running:
        yield running
