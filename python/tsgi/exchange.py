"""One request and its response as PEP 3333 sees them: what the application may call, and what it returns.

Nothing that an application does leaves `finish` and `fail` as an exception: only RouterGone does.
An Exchange must not refer to the environ, which refers to it: such a circle for every request
would be work for the garbage collector.
"""

from typing import TYPE_CHECKING, Any, Callable, Dict, Iterable, List, Optional, Tuple

from . import frames, headers
from .body import BodyStream
from .file_wrapper import FileRange, FileWrapper, locate
from .reply import LARGEST_CHUNK, WORTH_HOLDING, Reply
from .report import describe_exception, describe_request
from .violation import ClientGone, RouterGone, Violation

if TYPE_CHECKING:
    from .slot import Slot

_ERROR_HEAD = b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain; charset=utf-8\r\n"
_ERROR_BODY = b"Internal Server Error\n"

_encode_head = headers.encode_head

Headers = List[Tuple[str, str]]
Write = Callable[[bytes], None]


class Exchange(Reply):
    """The state of one request, made by `serve`."""

    input: Optional[BodyStream] = None
    is_head = False
    #: start_response was called, and neither the method nor the status forbids a body.
    takes_body = False
    #: The reply as a whole, nothing of it sent so far.
    whole: Optional[bytes] = None
    is_short = False

    # ---- what the application calls

    def start_response(self, status: str, headers: Headers, exc_info: Any = None) -> Write:
        """PEP 3333 §The start_response() Callable. Raises Violation for what cannot be sent."""
        if self.head:
            self._start_again(exc_info)
        self.head, code, self.length, self.flags = _encode_head(status, headers)
        self.code = code
        self.takes_body = (code > 204 and code != 304) or 200 <= code < 204
        if self.is_head:
            self.takes_body = False
        return self.write

    def _start_again(self, exc_info: Any) -> None:
        if exc_info is None:
            raise Violation("start_response was called a second time without exc_info")
        try:
            if self.head_sent or self.whole is not None:
                raise exc_info[1].with_traceback(exc_info[2])
        finally:
            exc_info = None  # The frames in it refer to this one.

    def write(self, chunk: bytes) -> None:
        """PEP 3333 §The write() Callable: the chunk is on its way when it returns."""
        if not isinstance(chunk, bytes):
            raise Violation(f"write() takes bytes, not {type(chunk).__name__}")
        if not self.head:
            raise Violation("write() before start_response")
        if self.connection.running != self.stream:
            raise Violation("write() after the end of its request")
        if not chunk or not self.takes_body:
            return
        if not self.send_chunk(chunk) and self.connection.gone:
            raise ClientGone("client disconnected")

    def early_hints(self, hints: Iterable[Tuple[str, str]]) -> None:
        """Sends "103 Early Hints" with these headers (RFC 8297), if the response has not begun."""
        head, _, _, _ = _encode_head("200 OK", list(hints))
        head = b"HTTP/1.1 103 Early Hints" + head[head.index(b"\r\n") :]
        if not self.head_sent and self.connection.running == self.stream:
            header = frames.Header.pack(len(head), frames.INTERIM, 0, 103, self.stream)
            self.connection.transmit(header + head)

    # ---- the end of every exchange

    def finish(self, slot: "Slot", environ: Dict[str, Any], result: Any, started: int, hold: bool) -> None:
        """Sends what the application returned, closes it, and ends the reply."""
        failure: Optional[BaseException] = None
        try:
            self._send_result(slot, result)
        except ClientGone:
            pass
        except BaseException as error:
            failure = error
        self._reclaim()
        complaint: Optional[BaseException] = None
        try:
            close = getattr(result, "close", None)
            if close is not None:
                close()
        except BaseException as error:
            complaint = error
        if self.connection.lost:
            raise RouterGone("while a request ran")
        if complaint is not None:
            # Whatever was to be sent is complete without it.
            slot.errors.log(describe_exception(complaint, environ, "the close() of the response"))
        if failure is not None and self.whole is None:
            self.fail(slot, environ, failure, started)
            return
        if failure is not None:
            slot.errors.log(describe_exception(failure, environ, "what follows a complete response"))
        if self.has_surplus:
            slot.errors.log(self._describe_surplus(environ))
        if self.is_short:
            slot.errors.log(self._describe_shortage(environ))
        self._end(slot, started, hold)

    def fail(self, slot: "Slot", environ: Dict[str, Any], error: BaseException, started: int) -> None:
        """Logs, and answers 500 where that is still possible."""
        if self.input is not None:
            self.input.finish()
        connection = self.connection
        if connection.lost:
            raise RouterGone("while a request ran") from error
        if not isinstance(error, ClientGone):
            slot.errors.log(describe_exception(error, environ, "the application"))
            slot.notice(error)
        if self.head_sent:
            self.send_end(frames.BROKEN, self._without_waits(started))
            return
        self.head = _ERROR_HEAD
        self.code = 500
        self.flags = 0
        self.length = len(_ERROR_BODY)
        self.whole = b"" if self.is_head else _ERROR_BODY
        self.send_whole(self.whole, self._without_waits(started))

    def unfinished_frame(self) -> bytes:
        """The whole response, while the application has not returned yet. For the flusher."""
        return self.response_frame(self.whole or b"", 0, 0)

    # ---- the body

    def _send_result(self, slot: "Slot", result: Any) -> None:
        if isinstance(result, bytes):
            result = [result]
        if isinstance(result, (list, tuple)):
            self._send_list(result)
        elif result.__class__ is FileWrapper and self._send_file(result):
            pass
        elif self.takes_body or not self.head:
            self._send_chunks(slot, result)
        if not self.head:
            raise Violation("the application did not call start_response")
        if self.whole is None and not self.connection.gone and self.takes_body:
            if not self.head_sent and self.length < 0:
                self.length = 0
            self.is_short = self.body_sent < self.length

    def _send_list(self, result: Any) -> None:
        """All of it is there: it goes out as one, and its length is known."""
        for chunk in result:
            if not isinstance(chunk, bytes):
                raise Violation(f"the response's body must be bytes, not {type(chunk).__name__}")
        if not self.head:
            raise Violation("the application did not call start_response")
        body: bytes = result[0] if len(result) == 1 else b"".join(result)
        if not self.takes_body:
            # An empty list says nothing about what GET would have got.
            if self.is_head and self.length < 0 and body and self.code not in (204, 304) and self.code >= 200:
                self.length = len(body)
            self.whole = b""
        elif self.head_sent:
            if body:
                self.send_chunk(body)
        else:
            self._complete(body)

    def _complete(self, body: bytes) -> None:
        if self.length < 0:
            self.length = len(body)
        elif len(body) > self.length:
            self.has_surplus = True
            body = body[: self.length]
        if len(body) == self.length <= LARGEST_CHUNK:
            self.whole = body
        elif body:
            self.send_chunk(body)

    def _send_chunks(self, slot: "Slot", result: Any) -> None:
        if result is None:
            raise Violation("the application returned None, not an iterable of bytes")
        for chunk in result:
            if chunk.__class__ is not bytes and not isinstance(chunk, bytes):
                raise Violation(f"the response's body must be bytes, not {type(chunk).__name__}")
            if not self.takes_body:
                if self.head:
                    return
                if chunk:
                    raise Violation("the application did not call start_response before the body")
            elif not chunk:
                continue
            elif self.whole is not None:
                self.has_surplus = True
                return
            elif not self.head_sent and len(chunk) == self.length <= LARGEST_CHUNK:
                self._ripen(slot, chunk)
            elif not self.send_chunk(chunk):
                return

    def _ripen(self, slot: "Slot", body: bytes) -> None:
        """By its length the response is complete, but only the application can say so.

        One frame instead of two if it does so soon; if not, the flusher sends what there is.
        """
        self.whole = body
        self.body_sent = len(body)
        self.connection.ripe = self
        if not slot.is_watched:
            slot.flusher.watch(slot)

    def _reclaim(self) -> None:
        """Takes the response back from the flusher, unless that has sent it."""
        if self.input is not None:
            self.input.finish()
        connection = self.connection
        if self.whole is not None and connection.ripe is self:
            with connection.lock:
                connection.ripe = None

    def _send_file(self, wrapper: FileWrapper) -> bool:
        """Lets the router send the file by itself; False when it has to be read here."""
        if not self.takes_body or self.head_sent:
            return False
        found = locate(wrapper)
        if found is None:
            return False
        if self.length < 0:
            self.length = found.length
        length = min(self.length, found.length)
        if length == 0:
            if self.length == 0:
                self.whole = b""
            return self.length == 0
        return self._offer(FileRange(found.descriptor, found.offset, length))

    def _offer(self, file: FileRange) -> bool:
        connection = self.connection
        self.head_sent = True
        offer = frames.FileFrame.pack(
            20, frames.FILE, 0, 0, self.stream, file.descriptor, file.offset, file.length
        )
        connection.transmit(self.response_frame(b"", 0, 0) + offer)
        while True:
            kind, flags, _, _ = connection.await_frame()
            if kind == frames.GONE:
                raise ClientGone("client disconnected")
            if kind == frames.FILE_TAKEN:
                break
            # Else the rest of a body that the application has not read to its end.
        if flags & frames.REFUSED:
            return False
        self.body_sent = file.length
        return True

    # ---- frames

    def _end(self, slot: "Slot", started: int, hold: bool) -> None:
        if not self.head_sent and self.is_short:
            self.head_sent = True
            self.connection.transmit(self.response_frame(b"", 0, 0))
        if not self.head_sent:
            whole = self.whole or b""
            started = self._without_waits(started)
            if hold and len(whole) < WORTH_HOLDING:
                self.connection.held.append(self.response_frame(whole, frames.LAST, started))
                if not slot.is_watched:
                    slot.flusher.watch(slot)
            else:
                self.send_whole(whole, started)
            return
        is_broken = self.is_short or self.connection.gone
        self.send_end(frames.BROKEN if is_broken else 0, self._without_waits(started))

    def _without_waits(self, started: int) -> int:
        """The start, put off by the waits for the client: they are not the application's time."""
        return started + self.waited + (self.input.waited if self.input is not None else 0)

    def _describe_surplus(self, environ: Dict[str, Any]) -> str:
        return "%s: the body is longer than its Content-Length of %d; the rest was dropped" % (
            describe_request(environ),
            self.length,
        )

    def _describe_shortage(self, environ: Dict[str, Any]) -> str:
        return "%s: the body has %d bytes, its Content-Length says %d" % (
            describe_request(environ),
            self.body_sent,
            self.length,
        )
