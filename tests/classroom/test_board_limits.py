"""Who guesses codes has to wait, and who has the right one does not; nobody may talk without end."""

from wirelab.classroom.board_limits import SAID_AT_ONCE, WRONG_CODES, WRONG_IN_ALL, Allowance, WrongCodes


def test_an_address_with_too_many_wrong_codes_waits_a_minute() -> None:
    wrong = WrongCodes()
    for number in range(WRONG_CODES):
        assert not wrong.is_too_many("192.0.2.7", number)
        wrong.note("192.0.2.7", number)
    assert wrong.is_too_many("192.0.2.7", 20)
    assert not wrong.is_too_many("192.0.2.8", 20)
    assert not wrong.is_too_many("192.0.2.7", 75)


def test_many_addresses_together_do_not_get_further() -> None:
    wrong = WrongCodes()
    for number in range(WRONG_IN_ALL):
        wrong.note(f"192.0.2.{number}", 0)
    assert wrong.is_too_many("192.0.2.1", 1)  # which has tried once
    assert not wrong.is_too_many("192.0.2.200", 1)  # which has not


def test_an_allowance_is_used_up_and_grows_again() -> None:
    allowance = Allowance(0)
    assert all(allowance.take(0) for _ in range(SAID_AT_ONCE))
    assert not allowance.take(0) and 0 < allowance.wait() < 1
    assert allowance.take(allowance.wait()) and not allowance.take(0.4)


def test_some_messages_cost_more() -> None:
    allowance = Allowance(0, at_once=20, per_second=1)
    assert allowance.take(0, 15) and not allowance.take(0, 15)
    assert allowance.wait(15) == 10
