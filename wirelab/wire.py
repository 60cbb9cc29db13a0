"""Show recorded bytes as messages a class can read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any, overload

from wirelab import drawing, har, transcript
from wirelab.messages import Ending, Exchange, Frame, Message, Request, Unreadable
from wirelab.reading import read
from wirelab.recording import Recording, Side

__all__ = ["Conversation", "Ending", "Exchange", "Frame", "Message", "Request", "Side", "Unreadable", "read_all"]


class Conversation(Sequence[Message]):
    """Messages in the order in which they crossed the wire. A part of one, `talk[2:5]`, is one too.

    In a notebook it is drawn; elsewhere its repr tells the same as text.
    """

    def __init__(
        self,
        messages: Sequence[Message],
        exchanges: Sequence[Exchange] = (),
        *,
        server: str = "",
        began: datetime | None = None,
        numbers: Sequence[int] | None = None,
    ) -> None:
        self._messages, self._exchanges = list(messages), list(exchanges)
        self._server, self._began = server, began
        self._numbers = list(range(len(messages)) if numbers is None else numbers)

    def __len__(self) -> int:
        return len(self._messages)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._messages)

    @overload
    def __getitem__(self, index: int) -> "Message": ...
    @overload
    def __getitem__(self, index: slice) -> "Conversation": ...
    def __getitem__(self, index: Any) -> Any:
        return self._part(range(len(self))[index]) if isinstance(index, slice) else self._messages[index]

    def _part(self, places: Sequence[int]) -> "Conversation":
        messages = [self._messages[place] for place in places]
        kept = {id(message) for message in messages}
        return Conversation(
            messages,
            [exchange for exchange in self._exchanges if id(exchange.request) in kept],
            server=self._server,
            began=self._began,
            numbers=[self._numbers[place] for place in places],
        )

    @property
    def http(self) -> Sequence[Exchange]:
        """Each request with its responses, in the order of the requests."""
        return list(self._exchanges)

    @property
    def frames(self) -> "Conversation":
        """The WebSocket frames alone."""
        return self._part([place for place, message in enumerate(self) if isinstance(message, Frame)])

    def sent_by(self, side: str) -> "Conversation":
        """What one side sent: "client" or "server"."""
        wanted = Side(side)
        return self._part([place for place, message in enumerate(self) if message.side is wanted])

    @property
    def troubles(self) -> "Conversation":
        """The messages with something wrong."""
        return self._part([place for place, message in enumerate(self) if message.trouble])

    def text(self, *, raw: bool = False) -> str:
        """The conversation in 80 columns, every message in full; with `raw`, the bytes as well."""
        return transcript.conversation(self._messages, self._numbers, server=self._server, full=True, raw=raw)

    def har(self) -> dict[str, Any]:
        """The conversation in HAR 1.2, the format in which browsers save theirs."""
        return har.archive(self._exchanges, self._messages, self._began)

    def __repr__(self) -> str:
        return transcript.conversation(self._messages, self._numbers, server=self._server)

    def _repr_html_(self) -> str:
        return drawing.conversation(self._messages, self._numbers, server=self._server)


def read_all(recordings: Sequence[Recording], *, server: str = "", began: datetime | None = None) -> Conversation:
    """What several connections to one server carried, as one conversation.

    `server` is its address for the drawing, `began` the moment from which the pieces' times count.
    """
    readings = [read(recording) for recording in recordings]
    messages = sorted(chain(*(reading.messages for reading in readings)), key=lambda message: message.at)
    pairs = sorted(chain(*(reading.exchanges for reading in readings)), key=lambda pair: pair.request.at)
    exchanges = [replace(pair, server=server) for pair in pairs]
    return Conversation(messages, exchanges, server=server, began=began)
