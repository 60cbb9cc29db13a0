"""What a server prints goes to its log, and what a cell prints to the cell."""

import sys

import pytest
from launched import IN_A_KERNEL, Hello, get

from wirelab import launch
from wirelab.building.kernel_client import Kernel


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    class Noisy(Hello):
        def do_GET(self) -> None:
            print("to stdout")
            print("to stderr", file=sys.stderr)
            super().do_GET()

    server = launch(Noisy, port=0)
    get(server)
    assert list(server.log.wait(3)) == ["to stdout", "to stderr", "GET / HTTP/1.1 → 200"]
    assert capfd.readouterr() == ("", "")


def test_what_a_cell_prints_is_still_printed(capsys: pytest.CaptureFixture[str]) -> None:
    get(launch(Hello, port=0))
    print("from the cell")
    assert capsys.readouterr().out == "from the cell\n"


def test_nothing_a_handler_prints_lands_in_a_cell(kernel: Kernel) -> None:
    kernel.run(IN_A_KERNEL)
    assert kernel.run("requests.get(web.url, timeout=5).text").text == "'hello'\n"
    assert kernel.run("web.log.wait(1)").text == "in the handler\n"
