"""One slot's connection to one router: frames in, frames out, and the replies held back for a batch.

Everything is done by the slot's thread, except that the flusher sends held replies and busy
marks. Appending to `held` needs no lock (one operation on a list that is never replaced);
whoever sends has the lock.
"""

import mmap
import socket
from collections import deque
from typing import TYPE_CHECKING, Deque, Final, List, Optional, Tuple, Union

from . import frames
from .violation import RouterGone

if TYPE_CHECKING:
    from .concurrency import Lock, Peer
    from .exchange import Exchange

RECEIVE_BUFFER: Final = 256 * 1024
#: Frames that the application has not read, past which `is_gone` leaves the rest with the router.
_LARGEST_INBOX: Final = 1024 * 1024
#: Joining copies; past this many bytes a second system call is cheaper.
_WORTH_JOINING = 32 * 1024
_DONTWAIT = socket.MSG_DONTWAIT

#: type, flags, stream, payload
Frame = Tuple[int, int, int, bytearray]


class Connection:
    """Open until `close()`; every failure to send or receive raises RouterGone."""

    def __init__(self, peer: "Peer", lock: "Lock", cells: "memoryview[int]", index: int) -> None:
        self.socket = peer
        # Anonymous and private memory: no page of it exists before it is used.
        self._memory = mmap.mmap(-1, RECEIVE_BUFFER, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
        self.view: memoryview = memoryview(self._memory)
        #: What was received and not yet handled is view[start:end].
        self.start = 0
        self.end = 0
        self.lock = lock
        self.held: List[bytes] = []
        #: A response that is complete by its length while the application has not said so yet.
        self.ripe: Optional[Exchange] = None
        #: Frames that arrived while a request ran and wait for their turn.
        self.backlog: Deque[Frame] = deque()
        #: Frames for the request that runs.
        self.inbox: Deque[Frame] = deque()
        #: Bytes in it, headers included.
        self.inbox_size = 0
        self.running = 0
        self.gone = False
        self.lost = False
        #: The router has sent something: it does more than to accept and to close.
        self.has_received = False
        #: The flusher has told this router that another one's request holds the slot.
        self.told_busy = False
        self.cells = cells
        self.begun_cell = index * 2
        # Goes on: the router may still have to read what the connection before this one had begun.
        # It counts from the value that it sees at the hello.
        self.begun = cells[self.begun_cell]

    def close(self) -> None:
        self.lost = True
        self.socket.close()

    # ---- receiving

    def fill(self) -> bool:
        """Waits for more bytes; False at the end of the stream."""
        start = self.start
        if start == self.end:
            self.start = self.end = 0
        elif start and self.end == RECEIVE_BUFFER:
            self._compact()
        try:
            count = self.socket.recv_into(self.view[self.end :])
        except OSError as error:
            self.lost = True
            raise RouterGone(str(error)) from error
        if count == 0:
            return False
        self.end += count
        self.has_received = True
        return True

    def _compact(self) -> None:
        rest = self.end - self.start
        self.view[:rest] = self.view[self.start : self.end]
        self.start = 0
        self.end = rest

    def take_large(self) -> bytearray:
        """The payload of the frame at view[start:], which is longer than the buffer; waits for all of it."""
        length = frames.Size.unpack_from(self.view, self.start)[0]
        if length > frames.MAX_FRAME:
            self.lost = True
            raise RouterGone("a frame of %d bytes" % length)
        payload = bytearray(length)
        into = memoryview(payload)
        begin = self.start + frames.FRAME_HEADER
        filled = self.end - begin
        into[:filled] = self.view[begin : self.end]
        self.start = self.end = 0
        try:
            while filled < length:
                count = self.socket.recv_into(into[filled:])
                if count == 0:
                    raise ConnectionResetError("end of file within a frame")
                filled += count
        except OSError as error:
            self.lost = True
            raise RouterGone(str(error)) from error
        return payload

    def is_gone(self) -> bool:
        """Whether the client of the running request has left, as far as can be seen without waiting.

        An application that sends without reading must not gather the whole upload here.
        """
        if self.inbox_size > _LARGEST_INBOX:
            return self.gone
        try:
            if self.start == self.end:
                self.start = self.end = 0
            elif self.start and self.end == RECEIVE_BUFFER:
                self._compact()
            count = self.socket.recv_into(self.view[self.end :], 0, _DONTWAIT)
            if count == 0:
                # Also the answer to a full buffer: then nothing can be said, and nothing is lost.
                if self.end < RECEIVE_BUFFER:
                    raise ConnectionResetError("end of file")
            self.end += count
        except (BlockingIOError, InterruptedError):
            if self.start == self.end:
                return self.gone
        except OSError as error:
            self.lost = True
            raise RouterGone(str(error)) from error
        self._sort()
        return self.gone

    def await_frame(self) -> Frame:
        """The next frame for the running request: REQUEST_BODY, FILE_TAKEN or GONE."""
        while True:
            self._sort()
            if self.inbox:
                frame = self.inbox.popleft()
                self.inbox_size -= frames.FRAME_HEADER + len(frame[3])
                return frame
            if self.end - self.start >= frames.FRAME_HEADER:
                length, kind, flags, _, stream = frames.Header.unpack_from(self.view, self.start)
                if length > RECEIVE_BUFFER - frames.FRAME_HEADER:
                    self._file((kind, flags, stream, self.take_large()))
                    continue
            if self.start:
                self._compact()
            if not self.fill():
                self.lost = True
                raise RouterGone("end of file")

    def _sort(self) -> None:
        """Moves the complete frames of the buffer to the backlog or the inbox."""
        start = self.start
        end = self.end
        while end - start >= frames.FRAME_HEADER:
            length, kind, flags, _, stream = frames.Header.unpack_from(self.view, start)
            begin = start + frames.FRAME_HEADER
            if begin + length > end:
                break
            start = begin + length
            self._file((kind, flags, stream, bytearray(self.view[begin:start])))
        self.start = start

    def _file(self, frame: Frame) -> None:
        kind, _, stream, payload = frame
        if kind in (frames.REQUEST, frames.RETIRE):
            self.backlog.append(frame)
        elif stream == self.running:
            if kind == frames.GONE:
                self.gone = True
            self.inbox.append(frame)
            self.inbox_size += frames.FRAME_HEADER + len(payload)
        elif kind == frames.GONE:
            self.backlog.append(frame)
        # All else belongs to a request that has been answered.

    # ---- sending

    def flush(self) -> None:
        """Sends what is held."""
        with self.lock:
            held = self.held
            if held:
                self._send(held[0] if len(held) == 1 else b"".join(held))
                held.clear()

    def transmit(self, frame: bytes) -> None:
        """Sends what is held and this frame."""
        with self.lock:
            held = self.held
            if held:
                held.append(frame)
                self._send(b"".join(held))
                held.clear()
            else:
                self._send(frame)

    def transmit_large(self, header: bytes, body: Union[bytes, memoryview]) -> None:
        """As `transmit`, without a copy of a long body."""
        if len(body) <= _WORTH_JOINING:
            self.transmit(b"".join((header, body)))
            return
        # One lock for both: nothing may come between a header and its payload.
        with self.lock:
            held = self.held
            held.append(header)
            self._send(b"".join(held))
            held.clear()
            self._send(body)

    def _send(self, frame: Union[bytes, memoryview]) -> None:
        try:
            self.socket.sendall(frame)
        except OSError as error:
            self.lost = True
            raise RouterGone(str(error)) from error

    # ---- what the flusher does, from its own thread

    def flush_aside(self) -> None:
        """Sends what the slot's thread holds, unless that thread is sending. Never waits for the router."""
        if not self.lock.acquire(False):
            return
        try:
            ripe = self.ripe
            if ripe is None:
                self._send_aside(b"")
            else:
                # In this order: the slot's thread looks at the second after the first.
                ripe.head_sent = True
                self.ripe = None
                self._send_aside(ripe.unfinished_frame())
        except OSError:
            pass  # Also a full socket. The slot's thread tries again, and learns what is wrong.
        finally:
            self.lock.release()

    def _send_aside(self, frame: bytes) -> None:
        held = self.held
        count = len(held)
        data = b"".join(held[:count]) + frame
        if not data:
            return
        # From here on one element stands for all of it, until it has been sent.
        held[:count] = [data]
        sent = self.socket.send(data, _DONTWAIT)
        if sent < len(data):
            held[0] = data[sent:]
        else:
            del held[0]

    def mark_busy(self, busy: bool) -> None:
        """Tells this router whether another one's request holds the slot.

        Never waits: where it cannot send, `told_busy` stays, and the flusher tries again.
        """
        if not self.lock.acquire(False):
            return
        try:
            # What is held may begin with the rest of a frame: nothing may come before it.
            if self.lost or self.told_busy == busy or self.held:
                return
            # A Unix socket takes 12 bytes whole or not at all.
            self.socket.send(
                frames.Header.pack(0, frames.BUSY, frames.IS_BUSY if busy else 0, 0, 0), _DONTWAIT
            )
            self.told_busy = busy
        except OSError:
            pass
        finally:
            self.lock.release()
