"""Write WebSocket frames as the messages that browsers save, for an HTTP Archive."""

import base64
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from websockets.frames import Opcode

from wirelab.conversation.formatting import plural
from wirelab.conversation.frames import Frame
from wirelab.conversation.recording import Side


def websocket_messages(frames: Sequence[Frame], zero: datetime) -> list[dict[str, Any]]:
    """One entry for each message, in the order of their last frames, and for each control frame.

    Text is text; all else is in base64, as in Chrome. Where a text message is in base64, its `encoding` says so.
    """
    return [_entry(parts, zero) for parts in _joined(frames)]


def _joined(frames: Sequence[Frame]) -> Iterator[list[Frame]]:
    """The frames of each message (RFC 6455 §5.4), and at the end of those that are not complete."""
    begun: dict[Side, list[Frame]] = {side: [] for side in Side}
    for frame in frames:
        if frame.opcode >= Opcode.CLOSE:
            yield [frame]
            continue
        if frame.opcode is not Opcode.CONT and begun[frame.side]:
            yield begun[frame.side]
            begun[frame.side] = []
        begun[frame.side].append(frame)
        if frame.fin:
            yield begun[frame.side]
            begun[frame.side] = []
    yield from (parts for parts in begun.values() if parts)


def _entry(parts: Sequence[Frame], zero: datetime) -> dict[str, Any]:
    first, last = parts[0], parts[-1]
    payload = b"".join(frame.payload for frame in parts)
    text = _text(parts, payload) if first.opcode is Opcode.TEXT else None
    told: dict[str, Any] = {
        "type": "send" if first.side is Side.CLIENT else "receive",
        "time": (zero + timedelta(seconds=last.at)).timestamp(),
        "opcode": int(first.opcode),
        "data": base64.b64encode(payload).decode() if text is None else text,
    }
    said = _comment(parts)
    if first.opcode is Opcode.TEXT and text is None:
        told["encoding"] = "base64"
        said = ["the payload is not text as it is, so it is in base64", *said]
    return told | ({"comment": "; ".join(said)} if said else {})


def _text(parts: Sequence[Frame], payload: bytes) -> str | None:
    """The text of a message, or None where its bytes are not text, or are still compressed."""
    try:
        return None if any(map(_is_packed, parts)) else payload.decode()
    except UnicodeDecodeError:
        return None


def _is_packed(frame: Frame) -> bool:
    """Whether it is marked as compressed and was not inflated."""
    return frame.rsv[0] and not frame.compressed


def _comment(parts: Sequence[Frame]) -> list[str]:
    """What the message alone does not say."""
    said = [f"in {plural(len(parts), 'frame')}"] if len(parts) > 1 else []
    said += ["its last frame did not come"] if not parts[-1].fin else []
    return said + list(dict.fromkeys(frame.trouble for frame in parts if frame.trouble))
