"""A conversation is a sequence of messages that can be cut, sorted out, told and drawn."""

import dataclasses

import pytest
from recorded import CLOSED, GET, HANDSHAKE, OK, conversation, recording

from wirelab.conversation.conversation import Conversation, read_all
from wirelab.conversation.frames import Frame
from wirelab.conversation.http_messages import Request
from wirelab.conversation.recording import Side

HELLO = bytes.fromhex("810548656c6c6f")
TALK = (*HANDSHAKE, ("<", HELLO + HELLO), ("<", CLOSED))


def test_it_is_a_sequence_of_messages() -> None:
    talk = conversation((">", GET), ("<", OK))
    assert (len(talk), list(talk)) == (2, [talk[0], talk[-1]])
    assert isinstance(talk[0], Request)


def test_a_message_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        conversation((">", GET))[1]


def test_a_part_is_a_conversation_whose_messages_keep_their_numbers() -> None:
    part = conversation(*TALK)[2:4]
    assert isinstance(part, Conversation)
    assert [line[:3] for line in repr(part).splitlines() if line.startswith("[")] == ["[2]", "[3]"]
    assert "[3]" in repr(part[1:])


def test_a_part_has_the_exchanges_whose_requests_are_in_it() -> None:
    talk = conversation((">", GET), ("<", OK), (">", GET), ("<", OK))
    assert [len(part.http) for part in (talk, talk[:2], talk[1:2], talk[2:])] == [2, 1, 0, 1]


def test_a_part_may_go_backwards() -> None:
    assert "-1 ms" in repr(conversation((">", GET), ("<", OK))[::-1])


def test_the_frames_and_the_troubles_can_be_had_alone() -> None:
    talk = conversation(*TALK)
    assert [type(message) for message in talk.frames] == [Frame, Frame]
    assert [message.trouble[:40] for message in talk.troubles] == ["The connection ended without a close fra"]


def test_the_list_of_exchanges_is_the_callers_own() -> None:
    talk = conversation((">", GET), ("<", OK))
    talk.http.clear()  # type: ignore[attr-defined]
    assert len(talk.http) == 1


def test_several_connections_are_one_conversation_in_the_order_of_time() -> None:
    late = [dataclasses.replace(piece, at=piece.at + 0.0005) for piece in recording((">", GET), ("<", OK)).pieces]
    talk = read_all([recording((">", GET), ("<", OK)), dataclasses.replace(recording(number=1), pieces=late)])
    assert [(one.connection, one.side) for one in talk] == [
        (0, Side.CLIENT), (1, Side.CLIENT), (0, Side.SERVER), (1, Side.SERVER)]  # fmt: skip
    assert [pair.request.connection for pair in talk.http] == [0, 1]


def test_nothing_is_an_empty_conversation() -> None:
    talk = read_all([])
    assert (len(talk), talk.http, len(talk.frames), len(talk.troubles)) == (0, [], 0, 0)
    assert repr(talk) == talk.text() == "nothing crossed the wire"
