"""Say in a sentence that a beginner can act on what is wrong with a WebSocket frame, and by which rule."""

from websockets.exceptions import ProtocolError
from websockets.frames import Close

from wirelab.conversation.recording import Side

FRAME_SENTENCES = {  # what websockets says of a frame, and what a beginner can act on
    "invalid opcode": "No frame has this opcode: 0, 1, 2, 8, 9 and 10 are known (RFC 6455 §5.2).",
    "reserved bits must be 0": "A reserved bit is set, and no extension uses it here (RFC 6455 §5.2).",
    "control frame too long": "Close, ping and pong carry 125 bytes at most (RFC 6455 §5.5).",
    "fragmented control frame": "Close, ping and pong cannot be cut into several frames (RFC 6455 §5.5).",
    "decompression failed": "The payload is marked as compressed, and cannot be inflated (RFC 7692 §6.2).",
    "close frame too short": "A close frame is empty, or begins with two bytes for the code (RFC 6455 §5.5.1).",
    "invalid status code": "This close code must not cross the wire (RFC 6455 §7.4.1).",
}
WRONG_MASK = {
    Side.CLIENT: "A client has to mask every frame, and this one is not (RFC 6455 §5.1).",
    Side.SERVER: "A server must not mask its frames, and this one is (RFC 6455 §5.1).",
}
NOT_UTF8 = "A text message has to be UTF-8, and this is not: the answer to it is close code 1007 (RFC 6455 §8.1)."
TOO_MUCH = "The payloads of this side inflate to more than is kept here: from here on they stand as they came."
AFTER_CLOSE = "A side sends no more messages after its close frame (RFC 6455 §5.5.1)."
NOTHING_BEGUN = "This continues a message, and none has begun (RFC 6455 §5.4)."
NOT_ENDED = "A new message begins before the one before it has ended (RFC 6455 §5.4)."


def frame_sentence(said: str) -> str:
    """What a beginner can act on, from what websockets says of a frame."""
    return FRAME_SENTENCES.get(said, f"This breaks a rule of WebSocket: {said}.")


def close_trouble(payload: bytes) -> str:
    """What is wrong with the payload of a close frame, or nothing."""
    try:
        Close.parse(payload)
    except ProtocolError as error:
        return FRAME_SENTENCES.get(str(error), str(error))
    except UnicodeDecodeError:
        return "The reason of a close has to be UTF-8, and this is not (RFC 6455 §5.5.1)."
    return ""
