"""The frames of one response: RESPONSE, then RESPONSE_BODY and END where it does not go out as a whole.

Knows nothing of WSGI; keeps to the Content-Length that was announced.
"""

import time
from typing import TYPE_CHECKING, Final

from . import frames

if TYPE_CHECKING:
    from .connection import Connection

#: The longest body of a frame.
LARGEST_CHUNK: Final = 1024 * 1024
#: A reply longer than this is not worth holding.
WORTH_HOLDING: Final = 32 * 1024
_MOST_MICROSECONDS = 0xFFFFFFFF

_clock = time.perf_counter_ns
_pack_response = frames.ResponseHeader.pack


class Reply:
    """Attributes that most responses never change live in the class: an instance costs 60 ns."""

    connection: "Connection"
    stream: int
    #: Status line and headers, every line ended, without Content-Length; empty while not known.
    head = b""
    code = 0
    #: Of the body; -1 while not known.
    length = -1
    flags = 0
    #: The head is on its way: no going back to another status.
    head_sent = False
    body_sent = 0
    chunks = 0
    has_surplus = False
    #: How long sending has waited for the client to take what was sent, in ns.
    waited = 0

    def send_chunk(self, chunk: bytes) -> bool:
        """Sends it at once; False when there is no use in more of them."""
        connection = self.connection
        if 0 <= self.length < self.body_sent + len(chunk):
            self.has_surplus = True
            chunk = chunk[: self.length - self.body_sent]
        if self.chunks and connection.is_gone():
            return False
        self.chunks += 1
        self.body_sent += len(chunk)
        began = _clock()
        self._send_pieces(chunk)
        self.waited += _clock() - began
        return not self.has_surplus

    def _send_pieces(self, chunk: bytes) -> None:
        connection = self.connection
        if not self.head_sent:
            first = chunk if len(chunk) <= LARGEST_CHUNK else b""
            self.head_sent = True
            connection.transmit(self.response_frame(first, 0, 0))
            if first:
                return
        pieces = memoryview(chunk)
        while pieces:
            piece = pieces[:LARGEST_CHUNK]
            pieces = pieces[LARGEST_CHUNK:]
            header = frames.Header.pack(len(piece), frames.RESPONSE_BODY, 0, 0, self.stream)
            connection.transmit_large(header, piece)

    def send_whole(self, body: bytes, started: int) -> None:
        """The response in one frame, at once."""
        header = self._response_header(len(body), frames.LAST, started)
        self.connection.transmit_large(header, body)

    def send_end(self, flags: int, started: int) -> None:
        micros = _microseconds_since(started)
        self.connection.transmit(frames.EndFrame.pack(4, frames.END, flags, 0, self.stream, micros))

    def response_frame(self, body: bytes, flags: int, started: int) -> bytes:
        return self._response_header(len(body), flags, started) + body

    def _response_header(self, body_size: int, flags: int, started: int) -> bytes:
        """RESPONSE up to its body. The service time counts only with `last`."""
        head = self.head
        if self.length >= 0:
            head += b"Content-Length: %d\r\n" % self.length
        micros = _microseconds_since(started) if flags & frames.LAST else 0
        size = len(head)
        flags |= self.flags
        return (
            _pack_response(
                16 + size + body_size,
                frames.RESPONSE,
                flags,
                self.code,
                self.stream,
                size,
                micros,
                self.length,
            )
            + head
        )


def _microseconds_since(started: int) -> int:
    """At least 1: 0 would say that the time is not to be counted."""
    return min(max((_clock() - started) // 1000, 1), _MOST_MICROSECONDS)
