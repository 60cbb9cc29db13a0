"""What a client subscribes to: decided from the handshake, without a socket."""

import pytest

from servers.seats.handshake import Subscription, parse_target


@pytest.mark.parametrize(
    ("target", "subscription"),
    [
        ("/shows/1", Subscription(1, None, "")),
        ("/shows/2?since=7&life=monday", Subscription(2, 7, "monday")),
        ("/shows/1?since=0", Subscription(1, 0, "")),
        ("/shows/1?since=&life=", Subscription(1, None, "")),
        ("/shows/1?since=1&since=2", Subscription(1, 1, "")),
        ("http://127.0.0.1:8002/shows/1", Subscription(1, None, "")),
    ],
)
def test_a_target_names_a_show_and_the_last_change_that_is_known(target: str, subscription: Subscription) -> None:
    assert parse_target(target) == subscription


@pytest.mark.parametrize(
    "target", ["/", "/shows/", "/shows/one", "/shows/1/", "/shows/1234567890", "//x/shows/1", "//[", "*"]
)
def test_a_path_that_names_no_show_is_a_lookup_error(target: str) -> None:
    with pytest.raises(LookupError):
        parse_target(target)


@pytest.mark.parametrize("since", ["one", "-1", "1.5", "1" * 16, "%C2%B2"])
def test_a_since_that_is_no_number_is_a_value_error(since: str) -> None:
    with pytest.raises(ValueError, match="since has to be the number of a change"):
        parse_target(f"/shows/1?since={since}")
