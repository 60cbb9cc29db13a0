"""A message while its bytes come in."""

from dataclasses import dataclass
from typing import Any

from wirelab.conversation.recording import Side


@dataclass(eq=False)
class Draft:
    """What every message has from its first byte on. Times are in seconds; `lost` bytes of it were not kept."""

    at: float
    until: float = 0.0
    lost: int = 0
    trouble: str = ""

    def common_fields(self, connection: int, side: Side, raw: bytes) -> dict[str, Any]:
        """What any kind of message is made with."""
        return {
            "connection": connection,
            "side": side,
            "at": self.at,
            "until": self.until,
            "raw": raw,
            "lost": self.lost,
            "trouble": self.trouble,
        }
