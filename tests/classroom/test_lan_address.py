"""A board is opened to one network that this computer is in, and never to all."""

import pytest

from wirelab.classroom.lan_address import addresses_here, own_lan_address
from wirelab.errors import BoardError

REFUSED = [
    ("0.0.0.0", "would open the board to every network"),
    ("255.255.255.255", "would open the board to every network"),
    ("224.0.0.1", "would open the board to every network"),
    ("127.0.0.1", "leads to this computer alone: that is so without --lan"),
    ("192.0.2.77", "This computer does not have the address 192.0.2.77"),
    ("::1", "--lan takes an IPv4 address of this computer"),
    ("localhost", "--lan takes an IPv4 address"),
    ("", "--lan takes an IPv4 address"),
    ("192.168.1", "--lan takes an IPv4 address"),
]


@pytest.mark.parametrize(("address", "advice"), REFUSED)
def test_what_is_no_network_of_ours_is_refused(address: str, advice: str) -> None:
    with pytest.raises(BoardError, match=advice):
        own_lan_address(address)


def test_an_address_of_ours_is_taken_and_named_in_the_advice() -> None:
    found = addresses_here()
    if not found:
        pytest.skip("this computer is in no network")
    assert own_lan_address(found[0]) == found[0]
    with pytest.raises(BoardError, match=found[0].replace(".", r"\.")):
        own_lan_address("0.0.0.0")
