"""Answers one REQUEST. The usual case, a list of one bytes object, is over here; the rest is Exchange's.

This function runs for every request and is as long as it is because each call costs 60 ns: 4 µs of
CPython 3.11 for all of it, of which 1.6 make the environ and 0.2 are a hello-world application.
"""

import io
import marshal
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, Tuple

from . import frames
from .body import BodyStream, open_body
from .exchange import Exchange
from .reply import WORTH_HOLDING
from .violation import RouterGone

if TYPE_CHECKING:
    from .connection import Connection
    from .slot import Slot

_clock = time.perf_counter_ns
_loads = marshal.loads
_size_at = frames.Size.unpack_from
_pack_response = frames.ResponseHeader.pack
_RESPONSE = frames.RESPONSE
_LAST = frames.LAST
_MORE_BODY = frames.MORE_BODY
_HOLD = frames.HOLD
_BytesIO = io.BytesIO


def serve(
    slot: "Slot",
    connection: "Connection",
    request: memoryview,
    begin: int,
    stop: int,
    flags: int,
    stream: int,
    started: int,
) -> int:
    """Answers the REQUEST whose payload is request[begin:stop]. Returns the clock at its end, in ns."""
    # Before all that can fail: a request whose environ cannot be loaded must not be tried again for ever.
    connection.begun = begun = connection.begun + 1
    connection.cells[connection.begun_cell] = begun
    split = begin + 4 + _size_at(request, begin)[0]
    environ: Dict[str, Any] = _loads(request[begin + 4 : split])
    environ.update(slot.constants)
    exchange = Exchange()
    exchange.connection = connection
    exchange.stream = stream
    if flags & _MORE_BODY:
        exchange.input = BodyStream(connection, stream, bytes(request[split:stop]))
        environ["wsgi.input"] = open_body(exchange.input)
    else:
        environ["wsgi.input"] = _BytesIO(request[split:stop]) if split < stop else _BytesIO()
    if environ["REQUEST_METHOD"] == "HEAD":
        exchange.is_head = True
    environ["wsgi.early_hints"] = (
        exchange.early_hints if environ["SERVER_PROTOCOL"] != "HTTP/1.0" else _no_early_hints
    )
    connection.running = stream
    connection.gone = False
    if connection.inbox:
        # What an earlier request was sent and did not take: it had failed, or did not read on.
        connection.inbox.clear()
        connection.inbox_size = 0
    try:
        result = slot.application(environ, exchange.start_response)
        if (
            result.__class__ is list
            and len(result) == 1
            and exchange.takes_body
            and not exchange.head_sent
            and exchange.input is None
        ):
            body = result[0]
            length = exchange.length
            if body.__class__ is bytes and len(body) < WORTH_HOLDING and length in (-1, len(body)):
                size = len(body)
                head = exchange.head + b"Content-Length: %d\r\n" % size
                head_size = len(head)
                now = _clock()
                reply = (
                    _pack_response(
                        16 + head_size + size,
                        _RESPONSE,
                        exchange.flags | _LAST,
                        exchange.code,
                        stream,
                        head_size,
                        (now - started) // 1000 & 0xFFFFFFFF or 1,
                        size,
                    )
                    + head
                    + body
                )
                if flags & _HOLD:
                    connection.held.append(reply)
                    if not slot.is_watched:
                        slot.flusher.watch(slot)
                    return now
                connection.transmit(reply)
                # Sending may have waited for the router: not the next request's time.
                return _clock()
    except RouterGone:
        raise
    except BaseException as error:
        exchange.fail(slot, environ, error, started)
    else:
        exchange.finish(slot, environ, result, started, bool(flags & _HOLD))
    return _clock()


def _no_early_hints(hints: Iterable[Tuple[str, str]]) -> None:
    """HTTP/1.0 knows no interim responses (RFC 9110 §15.2)."""
