"""The doctor sees what is wrong with a computer, and says what to do."""

import builtins
import socket
import sys
from pathlib import Path

import pytest

from wirelab import doctor, launch
from wirelab.building.kernel_client import Kernel
from wirelab.launching import ports


def advice() -> dict[str, str]:
    return {look.what: look.advice for look in doctor().looks}


def said() -> str:
    return repr(doctor())


def test_a_computer_on_which_the_course_runs_is_well() -> None:
    assert doctor().is_well, said()
    assert said().count("✓") == len(doctor().looks)


def test_it_is_shown_in_a_panel_in_notebooks() -> None:
    assert "<strong>All is well.</strong>" in doctor()._repr_html_()


def test_a_kernel_with_the_kit_can_be_interrupted(course: Path) -> None:
    with Kernel(course / "notebooks") as kernel:
        assert "✓ a cell that awaits can be interrupted\n" in kernel.run("import wirelab; wirelab.doctor()").text


def test_a_kernel_without_its_heartbeat_cannot(course: Path) -> None:
    cell = "import wirelab; [task.cancel() for task in wirelab.kernel_setup._tasks]"
    with Kernel(course / "notebooks") as kernel:
        kernel.run(cell)
        assert "✗ a cell that awaits can be interrupted: restart the kernel" in kernel.run("wirelab.doctor()").text


def test_a_proxy_for_everything_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert "HTTP_PROXY leads there; set NO_PROXY=" in said()


def test_a_taken_port_is_worth_a_note_and_no_fault() -> None:
    with socket.socket() as stranger:
        stranger.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            stranger.bind((ports.ADDRESS, 8003))
            stranger.listen()
        except OSError:
            pass  # another program has it already, which is what this test needs
        assert "8003" in said()
        assert "belong to another program, so yours get others" in said()
        assert doctor().is_well


def test_a_server_of_this_notebook_is_no_other_program() -> None:
    async def onconnect(websocket: object) -> None: ...

    server = launch(onconnect)
    assert str(server.port) not in said().partition("servers find a port")[2].partition(": ")[2]


def test_the_old_nest_asyncio_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nest_asyncio", builtins)
    assert "import nest_asyncio2 as nest_asyncio" in said()


def test_a_package_that_is_too_old_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    version = sys.modules["wirelab.system_check"].importlib.metadata.version
    monkeypatch.setattr("importlib.metadata.version", lambda name: "1.0" if name == "flask" else version(name))
    assert "✗ every package is there, and new enough: flask is 1.0, and the course needs >=3.1. Run:" in said()


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["wirelab.system_check"], "MIN_DISK_SPACE", 2**80)
    assert "are free at" in said()
    assert not doctor().is_well
