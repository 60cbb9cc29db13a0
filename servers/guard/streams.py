"""Read a request and write its reply, each as a whole, over one connection."""

import io
import socket
import time
from http import HTTPStatus
from typing import Any

from servers.guard.limits import TOO_SLOW
from servers.guard.request_syntax import Refused


class RequestReader(io.RawIOBase):
    """What a client sends. It has `timeout` seconds to begin a request, and as many to send all of it.

    Reading raises Refused (408) when a request that has begun takes too long. It gives no bytes, as at the end
    of a stream, when no request begins in time or the connection breaks.
    """

    def __init__(self, connection: socket.socket, timeout: float) -> None:
        self.connection, self.timeout = connection, timeout
        self.await_request()

    def await_request(self) -> None:
        """Measure the time anew: what comes next is the first byte of a request."""
        self.deadline = 0.0  # none: no request has begun

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            count = self.connection.recv_into(buffer)
        except TimeoutError:
            if self.deadline:
                raise Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from None
            return 0  # the client wants nothing more, as if it had left
        except OSError:  # the client has left, or Ctrl+C has closed the connection
            return 0
        now = time.monotonic()
        self.deadline = self.deadline or now + self.timeout
        if now > self.deadline:
            raise Refused(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW)
        return count


class ReplyBuffer(io.BytesIO):
    """A reply, held back until it is whole: until then another can take its place, and it leaves in one piece.

    A reply in two pieces waits 40 ms between them: the system keeps the second back until the client
    acknowledges the first, and the client waits a little in case there is more (cpython#108736).
    """

    def __init__(self, connection: socket.socket) -> None:
        super().__init__()
        self.connection = connection

    def discard(self) -> None:
        """Forget what was written and not yet sent."""
        self.seek(0)
        self.truncate()

    def flush(self) -> None:
        """Send what was written. Raises OSError if the client has left, or does not take it in time."""
        data = self.getvalue()
        self.discard()
        if data:
            self.connection.sendall(data)
