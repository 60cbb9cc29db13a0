"""A frame says what its close code means."""

import pytest
from recorded import HANDSHAKE, messages

from wirelab.conversation.frames import Frame


@pytest.mark.parametrize(
    ("payload", "code", "meaning"),
    [
        ("03e8", 1000, "OK"),
        ("03f3", 1011, "internal error"),
        ("03ec", 1004, "unknown"),
        ("0bb8", 3000, "registered for a framework"),
        ("1387", 4999, "an application's own"),
        ("1388", 5000, "unknown"),
        ("03", None, ""),
    ],
)
def test_a_close_code_has_a_meaning(payload: str, code: int | None, meaning: str) -> None:
    [found] = messages(*HANDSHAKE, ("<", bytes([0x88, len(payload) // 2]) + bytes.fromhex(payload)))[2:]
    assert isinstance(found, Frame)
    assert (found.code, found.meaning) == (code, meaning)
