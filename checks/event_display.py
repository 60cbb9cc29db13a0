"""Read a stream of events as a browser does. No exercise."""

import time
from typing import NamedTuple

from wirelab.checking import Expect, Probe

EVENT_TIMEOUT = 1.5  # seconds to wait for the headers of a stream, and for each event


class Event(NamedTuple):
    """The last id that came with an event or before it, and its data."""

    id: str
    data: str


class Display:
    """A client that reads events. `state` says what the connection did, `comments` how many comments came."""

    def __init__(self, station: Probe, expect: Expect, last: int | str = 0) -> None:
        """Connect, and send a GET, with the id of the `last` event if there is one. Raises OSError."""
        self.state, self._id, self._data = "it kept the connection open", "", list[str]()
        self.comments, self._ended_lines = 0, list[str]()
        self._unread, self._lines, self._has_head = bytearray(), list[str](), False
        self.socket = station.open_socket(timeout=EVENT_TIMEOUT)
        field, option = (f"Last-Event-ID: {last}\r\n", f"-H 'Last-Event-ID: {last}' ") if last else ("", "")
        expect.asked = f"curl -N {option}http://{station.host}/"
        self.socket.sendall(f"GET / HTTP/1.1\r\nHost: {station.host}\r\n{field}\r\n".encode())

    def close(self) -> None:
        """Leave, without a word to the server."""
        self.socket.close()

    @property
    def unfinished(self) -> str:
        """What came and is no event yet."""
        return "\n".join([*self._lines, self._unread.decode("utf-8", "replace")]).strip()

    def head(self) -> list[str]:
        """The status line and the header lines; nothing, if they do not all come in time."""
        end, lines = time.monotonic() + EVENT_TIMEOUT, list[str]()
        self._has_head = True
        while (line := self._line(end)) is not None:
            if not line:
                return lines
            lines.append(line)
        return []

    def event(self, seconds: float = EVENT_TIMEOUT) -> Event | None:
        """The next event, read as the HTML standard says (*Interpreting an event stream*); None if none comes."""
        if not self._has_head:
            self.head()
        end = time.monotonic() + seconds
        while (line := self._line(end)) is not None:
            if line:
                self._read_field(line)
            elif self._data:
                event = Event(self._id, "\n".join(self._data))
                self._lines, self._data = [], []
                return event
        return None

    def wait_for_bytes(self, number: int) -> None:
        """Wait until as many bytes have come that are not read yet, and not for ever."""
        end = time.monotonic() + EVENT_TIMEOUT
        while len(self._unread) < number and self._receive(end):
            pass

    def _read_field(self, line: str) -> None:
        """Take in a line of an event. Comments and other fields are let pass."""
        name, _, value = line.partition(":")
        if name:
            self._lines.append(line)
        else:
            self.comments += 1
        if name == "data":
            self._data.append(value.removeprefix(" "))
        elif name == "id":
            self._id = value.removeprefix(" ")

    def _line(self, end: float) -> str | None:
        """The next line without its end, which is CRLF, LF or CR; None, if it does not come in time.

        A CR counts as an end only if an LF comes after it, at once or later.
        """
        if self._ended_lines:
            return self._ended_lines.pop(0)
        seen = 0
        while (place := self._unread.find(b"\n", seen)) < 0:
            seen = len(self._unread)
            if not self._receive(end):
                return None
        lines = self._unread[:place].decode("utf-8", "replace").removesuffix("\r")
        del self._unread[: place + 1]
        line, *self._ended_lines = lines.split("\r")
        return line

    def _receive(self, end: float) -> bool:
        """Add what comes next to what is not read yet, and return whether anything came in time."""
        if time.monotonic() > end:  # a server may send without end
            return False
        self.socket.settimeout(max(end - time.monotonic(), 0.01))
        try:
            chunk = self.socket.recv(2**20)
        except TimeoutError:
            return False
        except OSError:
            chunk = b""
        if not chunk:
            self.state = "it closed the connection"
        self._unread += chunk
        return bool(chunk)
