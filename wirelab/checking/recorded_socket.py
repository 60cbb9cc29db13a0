"""Connect to a server by sockets that record what goes through them."""

import math
import socket
import time
from typing import Any

from wirelab.conversation.conversation import Conversation, read_all
from wirelab.conversation.recording import End, Memory, Recorder, Side
from wirelab.launching.ports import ADDRESS

KEPT_OF_EACH_SIDE = 2**14  # bytes, as evidence; a frame may be as small as 2 bytes
RECEIVE_SIZE_OF_CHECKS = 2**12  # bytes at a time: of a flood of small frames, few are parsed before anybody looks
SEND_TIMEOUT = 0.3  # seconds to send to a server that does not read


class RecordedSocket(socket.socket):
    """A connected socket that records what goes through it, and reads nothing more after a certain time."""

    recorder: Recorder
    until = math.inf
    is_patient = True  # its time-out is for sending alone

    def sendall(self, data: Any, flags: int = 0) -> None:
        self.recorder.sent(Side.CLIENT, bytes(data))
        super().sendall(data, flags)

    def recv(self, bufsize: int, flags: int = 0) -> bytes:
        data: bytes | None = None
        while data is None:
            if time.monotonic() > self.until:  # a server that sends without end would keep us from closing
                return b""
            try:
                data = super().recv(min(bufsize, RECEIVE_SIZE_OF_CHECKS), flags)
            except TimeoutError:  # websockets before 17.3 does not wait before it reads
                if not self.is_patient:
                    raise
            except ConnectionError:
                self.recorder.ended(Side.SERVER, End.RESET)
                raise
        if data:
            self.recorder.sent(Side.SERVER, data)
        else:
            self.recorder.ended(Side.SERVER, End.CLOSED)
        return data

    def conversation(self) -> Conversation:
        """What crossed it."""
        return read_all([self.recorder.recording()])


class RecordedConnections:
    """The connections of a check to one port, and what crossed them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._recorders = list[Recorder]()
        self._memory, self._start = Memory(8 * KEPT_OF_EACH_SIDE), time.perf_counter()

    def open(self, seconds: float, *, is_patient: bool = True) -> RecordedSocket:
        """A socket that is connected within `seconds`, and waits as long for bytes unless it is patient.

        Raises OSError.
        """
        recorder = self._new_recorder()
        peer = RecordedSocket()
        peer.recorder, peer.is_patient = recorder, is_patient
        peer.settimeout(seconds)
        try:
            peer.connect((ADDRESS, self.port))
        except OSError:
            peer.close()
            recorder.ended(Side.SERVER, End.UNREACHABLE)
            raise
        peer.settimeout(SEND_TIMEOUT if is_patient else seconds)
        return peer

    def _new_recorder(self) -> Recorder:
        head, tail = KEPT_OF_EACH_SIDE, KEPT_OF_EACH_SIDE // 8
        self._recorders.append(Recorder(len(self._recorders), self._memory, self._clock, head=head, tail=tail))
        return self._recorders[-1]

    def _clock(self) -> float:
        return time.perf_counter() - self._start

    def conversation(self) -> Conversation:
        """What crossed all of them."""
        return read_all([one.recording() for one in self._recorders], server=f"{ADDRESS}:{self.port}")

    def last(self) -> Conversation:
        """What crossed the one that was opened last."""
        return read_all([self._recorders[-1].recording()])
