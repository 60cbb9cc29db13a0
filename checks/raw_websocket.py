"""Be a WebSocket client that sends and receives bytes, so that each of them can be looked at. No exercise."""

import socket
import time

from wirelab.checking import Probe

HANDSHAKE_KEY = "dGhlIHNhbXBsZSBub25jZQ=="  # the example of RFC 6455 §1.3
HANDSHAKE_TIMEOUT = 1  # seconds in which the answer, and the frames behind it, have to come
STILL_OPEN = 0.1  # seconds without an end, after which a connection is taken for open
CLOSE_OPCODE = 0x88
MAX_BYTES = 4096  # of an answer and its frames; a server may send without end


class RawWebSocket:
    """A client that has asked for a WebSocket, and has got as much as came."""

    def __init__(self, station: Probe) -> None:
        """Connect, ask, and read up to a close frame, or as long as anything comes. Raises OSError."""
        self.state = "nothing came"
        self._socket = station.open_socket(timeout=HANDSHAKE_TIMEOUT)
        lines = ["GET / HTTP/1.1", f"Host: {station.host}", "Upgrade: websocket", "Connection: Upgrade"]
        lines += ["Sec-WebSocket-Version: 13", f"Sec-WebSocket-Key: {HANDSHAKE_KEY}", "", ""]
        self._socket.sendall("\r\n".join(lines).encode())
        self._came = b""
        while len(self._came) < MAX_BYTES and not self._is_closing() and (chunk := self._receive()):
            self._came += chunk

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    @property
    def first_line(self) -> str:
        """The first line of what came."""
        return self._came.partition(b"\n")[0].decode("latin-1").strip()

    @property
    def status(self) -> str:
        """The status in the first line, if that is a status line, and the headers are complete; else nothing."""
        is_complete = self._came.startswith(b"HTTP/1.1 ") and b"\r\n\r\n" in self._came
        return self.first_line[9:12] if is_complete else ""

    def header(self, name: str) -> str:
        """A header of the answer, or an empty string."""
        lines = self._came.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
        pairs = (line.partition(":") for line in lines)
        return next((value.strip() for key, _, value in pairs if key.strip().lower() == name.lower()), "")

    @property
    def frames(self) -> bytes:
        """What came behind the headers."""
        return self._came.partition(b"\r\n\r\n")[2]

    def send(self, data: bytes) -> None:
        """Send bytes. A server that has hung up is no error here."""
        try:
            self._socket.sendall(data)
        except OSError:
            self.state = "it hung up"

    def is_open(self, seconds: float = STILL_OPEN) -> bool:
        """Whether the server neither hangs up nor sends anything within `seconds`."""
        self._socket.settimeout(seconds)
        is_open = self._receive() is None
        self.state = "it kept the connection open" if is_open else self.state
        return is_open

    def was_ignored(self) -> bool:
        """Whether the server hung up before it had read all, as far as the system tells: it broke off, then."""
        time.sleep(0.01)
        return self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) != 0

    def _receive(self) -> bytes | None:
        """What comes next, nothing where the server hangs up, or None where nothing comes in time."""
        try:
            chunk = self._socket.recv(4096)
        except TimeoutError:
            return None
        except OSError:
            chunk = b""
        self.state = "it sent more" if chunk else "it hung up"
        return chunk

    def _is_closing(self) -> bool:
        """Whether a text frame of up to 125 bytes has come, and behind it a close frame."""
        frames = self.frames
        if len(frames) < 2 or len(rest := frames[2 + frames[1] % 128 :]) < 2:
            return False
        return rest[0] == CLOSE_OPCODE and len(rest) >= 2 + rest[1] % 128
