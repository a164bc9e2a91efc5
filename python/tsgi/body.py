"""wsgi.input of a request whose body did not come with it as a whole: a read asks for the rest."""

import io
import time
from typing import TYPE_CHECKING, Union

from . import frames

if TYPE_CHECKING:
    from .connection import Connection

_BUFFER = 64 * 1024
_clock = time.perf_counter_ns


class BodyStream(io.RawIOBase):
    """Wrapped in a BufferedReader by `open_body`. Read by the slot's own thread, during its request only."""

    def __init__(self, connection: "Connection", stream: int, prefix: bytes) -> None:
        self._connection = connection
        self._stream = stream
        self._received: Union[bytes, bytearray] = prefix
        self._at = 0
        self._pulled = False
        #: How long the application has waited for what the client sends, in ns.
        self.waited = 0
        self._ended = False
        self._over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "Union[bytearray, memoryview[int]]") -> int:  # type: ignore[override]
        while self._at >= len(self._received):
            if self._ended:
                return 0
            self._receive()
        count = min(len(buffer), len(self._received) - self._at)
        buffer[:count] = self._received[self._at : self._at + count]
        self._at += count
        return count

    def finish(self) -> None:
        """The request is over: a read that comes later must not take frames of the next one."""
        self._over = True

    def _receive(self) -> None:
        if self._over:
            raise OSError("the request is over, its body cannot be read any more")
        connection = self._connection
        if not self._pulled:
            self._pulled = True
            connection.transmit(frames.Header.pack(0, frames.PULL, 0, 0, self._stream))
        began = _clock()
        kind, flags, _, payload = connection.await_frame()
        self.waited += _clock() - began
        if kind == frames.GONE or (kind == frames.REQUEST_BODY and flags & frames.ABORTED):
            self._over = True
            raise OSError("client disconnected while sending the body")
        if kind == frames.REQUEST_BODY:
            self._received = payload
            self._at = 0
            self._ended = bool(flags & frames.LAST)


def open_body(raw: BodyStream) -> io.BufferedReader:
    return io.BufferedReader(raw, _BUFFER)
