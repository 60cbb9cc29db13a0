"""Choose the address at which a network may reach this computer: one of its own, and not all of them."""

import ipaddress
import socket

from wirelab.errors import BoardError

NO_IPV4 = "--lan takes an IPv4 address of this computer, as in --lan 192.168.1.5, and {} is none. {}"
ALL_OF_THEM = "--lan {} would open the board to every network that this computer is in. Choose one. {}"
NO_LAN = "--lan {} leads to this computer alone: that is so without --lan."
NOT_OUR_ADDRESS = "This computer does not have the address {}. {}"
OWN_ONES = "It has {}."
NONE_OF_ITS_OWN = "It seems to be in no network."


def own_lan_address(text: str) -> str:
    """The address, once it is sure that it is one of this computer's. Raises BoardError."""
    try:
        address = ipaddress.IPv4Address(text)
    except ValueError:
        raise BoardError(NO_IPV4.format(text, _own_ones())) from None
    if address.is_unspecified or address.is_multicast or address == ipaddress.IPv4Address("255.255.255.255"):
        raise BoardError(ALL_OF_THEM.format(text, _own_ones()))
    if address.is_loopback:
        raise BoardError(NO_LAN.format(text))
    if not _is_own(str(address)):
        raise BoardError(NOT_OUR_ADDRESS.format(text, _own_ones()))
    return str(address)


def _is_own(address: str) -> bool:
    """Whether a socket can have this address."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.bind((address, 0))
        except OSError:
            return False
        return True


def _own_ones() -> str:
    found = addresses_here()
    return OWN_ONES.format(" and ".join(found)) if found else NONE_OF_ITS_OWN


def addresses_here() -> list[str]:
    """The IPv4 addresses of this computer that others may reach, as far as it knows them itself."""
    found: dict[str, None] = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        try:
            trial.connect(
                ("192.0.2.1", 9)
            )  # of no computer (RFC 5737): only the route is looked up, nothing is sent
            found[trial.getsockname()[0]] = None
        except OSError:
            pass
    try:
        named = socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)
    except OSError:
        named = []
    found |= {str(entry[4][0]): None for entry in named}
    return [address for address in found if not ipaddress.IPv4Address(address).is_loopback]
