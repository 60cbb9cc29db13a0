"""Every message has a size, and can be shown alone."""

from recorded import GET, OK, messages


def test_the_size_is_that_on_the_wire() -> None:
    assert [message.size for message in messages((">", GET), ("<", OK))] == [len(GET), len(OK)]


def test_a_message_alone_is_told_and_drawn_without_a_number() -> None:
    [asked] = messages((">", GET))
    assert repr(asked).startswith("client → server  GET / HTTP/1.1")
    assert 'fold">[0]<' not in asked._repr_html_()
