"""How many clients a process can serve, for the open files that it may have."""

import pytest

from servers.seats.client_limits import MAX_OPEN_FILES, TURNS_PER_CLIENT, capacity, raise_open_files


@pytest.mark.parametrize("files", [64, 256, 1024, 4096, 2**20])
def test_there_is_a_file_for_every_client_served_waiting_or_being_refused(files: int) -> None:
    clients, backlog = capacity(files)
    assert min(clients, backlog) > 0
    assert clients + TURNS_PER_CLIENT * backlog < files


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    assert 0 < raise_open_files() <= MAX_OPEN_FILES
