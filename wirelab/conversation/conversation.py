"""Show recorded bytes as messages a class can read."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any, overload

from wirelab.conversation import har, html_view, text_view
from wirelab.conversation.connection_parser import Reading, read
from wirelab.conversation.frames import Frame
from wirelab.conversation.http_messages import Exchange
from wirelab.conversation.messages import Message
from wirelab.conversation.recording import Recording, Side


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
        under_way: Sequence[Message] = (),
        unrecorded: int = 0,
    ) -> None:
        self._messages, self._exchanges = list(messages), list(exchanges)
        self._under_way = {id(message) for message in under_way}
        self._server, self._began, self._unrecorded = server, began, unrecorded
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

    def is_under_way(self, message: Message) -> bool:
        """Whether one of its messages has begun, and more of it may come."""
        return id(message) in self._under_way

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
        return self._as_text(full=True, raw=raw)

    def har(self) -> dict[str, Any]:
        """The conversation in HAR 1.2, the format in which browsers save theirs."""
        frames = [message for message in self if isinstance(message, Frame)]
        told = {id(one) for pair in self._exchanges for one in (pair.request, *pair.responses)}
        others = [one for one in self if not (isinstance(one, Frame) or one.is_end or id(one) in told)]
        return har.archive(self._exchanges, frames, others, began=self._began, unrecorded=self._unrecorded)

    def growing_html(self) -> str:
        """The newest messages as HTML, a line each, for a view that is drawn anew with each message."""
        return html_view.growing(self._messages, self._numbers, server=self._server)

    def __repr__(self) -> str:
        return self._as_text()

    def _repr_html_(self) -> str:
        return html_view.conversation(
            self._messages, self._numbers, server=self._server, unrecorded=self._unrecorded
        )

    def _as_text(self, *, full: bool = False, raw: bool = False) -> str:
        return text_view.conversation(
            self._messages, self._numbers, server=self._server, unrecorded=self._unrecorded, full=full, raw=raw
        )


def read_all(
    recordings: Sequence[Recording], *, server: str = "", began: datetime | None = None, unrecorded: int = 0
) -> Conversation:
    """What several connections to one server carried, as one conversation.

    `server` is its address for the drawing, `began` the moment from which the pieces' times count. Beside
    these, there were `unrecorded` connections.
    """
    readings = [read(recording) for recording in recordings]
    return joined(readings, server=server, began=began, unrecorded=unrecorded)


def joined(
    readings: Sequence[Reading], *, server: str = "", began: datetime | None = None, unrecorded: int = 0
) -> Conversation:
    """What was read of several connections, as one conversation; the other words are those of `read_all`."""
    messages = sorted(chain(*(reading.messages for reading in readings)), key=lambda message: message.at)
    pairs = sorted(chain(*(reading.exchanges for reading in readings)), key=lambda pair: pair.request.at)
    exchanges = [replace(pair, server=server) for pair in pairs]
    under_way = list(chain(*(reading.under_way for reading in readings)))
    return Conversation(
        messages, exchanges, server=server, began=began, under_way=under_way, unrecorded=unrecorded
    )
