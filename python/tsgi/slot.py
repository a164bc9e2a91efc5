"""One thread that answers requests: its connection to each router, and the loop over their frames.

With one router it waits in recv_into; with several it polls, and serves whichever has something to
say. How to wait is the Concurrency's: it may be a green thread. A router that went away is looked for
again until it is back: the worker's lifeline ends this process if nobody is left to bring one back.
"""

import json
import os
import select
import time
from typing import Any, Callable, Dict, Final, List, Optional, Sequence

from . import frames
from .concurrency import Concurrency, Threads
from .connection import RECEIVE_BUFFER, Connection
from .counters import Counters
from .errors import ErrorStream
from .flusher import Flusher
from .report import format_traceback
from .serve import serve
from .violation import RouterGone

_FIRST_RETRY: Final = 0.01
_LAST_RETRY: Final = 0.2
#: A reply that was held for longer than this, in ns, leaves before the next request starts.
_HELD_LONG: Final = 500_000

_clock = time.perf_counter_ns

_THREADS: Final = Threads()


class Link:
    """One router: where it listens, and the connection to it while there is one."""

    def __init__(self, path: str, number: int) -> None:
        self.path = path
        self.number = number
        self.connection: Optional[Connection] = None
        self.is_retired = False
        #: How long to wait after the next failure, and until when after the last one.
        self.wait = _FIRST_RETRY
        self.due = 0.0

    def postpone(self) -> None:
        self.due = time.monotonic() + self.wait
        self.wait = min(self.wait * 2, _LAST_RETRY)

    def reset(self) -> None:
        self.due = 0.0
        self.wait = _FIRST_RETRY


class Slot:
    """Lives as long as its thread: `run()` returns when every router that is left has retired it."""

    def __init__(
        self,
        number: int,
        routers: Sequence[str],
        hello: Dict[str, Any],
        application: Callable[..., Any],
        constants: Dict[str, Any],
        counters: Counters,
        errors: ErrorStream,
        concurrency: Concurrency = _THREADS,
    ) -> None:
        self.number = number
        self.application = application
        #: What is the same in the environ of every request.
        self.constants = constants
        self.errors = errors
        #: Set before run().
        self.flusher: Flusher
        #: What else the exceptions of the application mean.
        self.notice: Callable[[BaseException], None] = lambda _: None
        #: The flusher looks after what this slot holds: no need to call it.
        self.is_watched = False
        #: Read by the flusher.
        self.connections: List[Connection] = []
        self.active: Optional[Connection] = None
        #: Clock at which the running request began; only kept with several routers, else 0.
        self.running_since = 0
        self.is_marked = False
        self._hello = hello
        self._counters = counters
        self._concurrency = concurrency
        self._links = [Link(path, number) for number, path in enumerate(routers)]
        self._pid = os.getpid()

    def run(self) -> None:
        while True:
            open_links = [link for link in self._links if not link.is_retired]
            # One router has retired this slot and no other is there: none will ask for it again.
            if len(open_links) < len(self._links) and not self.connections:
                return
            try:
                self._connect(open_links)
                if len(self._links) == 1:
                    self._follow(self._links[0])
                else:
                    self._poll_once(open_links)
            except BaseException as error:
                # Also what other threads throw at this one (PyThreadState_SetAsyncExc), exits among it:
                # a connection without a thread would hold its requests for ever.
                self._report(error)
                self._stop_running()
                for link in open_links:
                    self._drop(link)

    def close_after_fork(self) -> None:
        """In a child of the application: its copies would keep the connections open."""
        for connection in self.connections:
            connection.close()

    def unmark(self) -> None:
        """Tells the routers that were told otherwise that this slot is free."""
        self.is_marked = False
        for connection in self.connections:
            if connection.told_busy:
                connection.mark_busy(False)

    # ---- connections

    def _connect(self, links: List[Link]) -> None:
        for link in links:
            if link.connection is None and time.monotonic() >= link.due:
                try:
                    link.connection = self._open(link)
                except OSError:
                    link.postpone()
        self.connections = [link.connection for link in self._links if link.connection is not None]

    def _open(self, link: Link) -> Connection:
        peer = self._concurrency.connect(link.path)
        try:
            index = self.number * len(self._links) + link.number
            connection = Connection(peer, self._concurrency.lock(), self._counters.cells, index)
            self._counters.cells[index * 2 + 1] = self._concurrency.identify()
            hello = dict(self._hello, slot=self.number, counters=self._counters.name, offset=index * 16)
            payload = json.dumps(hello).encode()
            peer.sendall(frames.Header.pack(len(payload), frames.HELLO, 0, 0, 0) + payload)
        except BaseException:
            peer.close()
            raise
        return connection

    def _drop(self, link: Link) -> None:
        connection = link.connection
        link.connection = None
        if connection is not None and connection.has_received:
            link.reset()
        else:
            link.postpone()
        self.connections = [other for other in self.connections if other is not connection]
        if connection is not None:
            connection.close()
        if os.getpid() != self._pid:
            # The application forked within a request and let the child return to us.
            self._concurrency.end_child()

    # ---- the two ways to wait

    def _follow(self, link: Link) -> None:
        """One router: wait for it alone, until it has gone or has retired this slot."""
        connection = link.connection
        if connection is None:
            self._concurrency.sleep(max(0.001, link.due - time.monotonic()))
            return
        try:
            while connection.fill():
                if not self._process(connection):
                    link.is_retired = True
                    break
        except RouterGone:
            pass
        self._drop(link)

    def _poll_once(self, links: List[Link]) -> None:
        """Several routers: a turn for each one that has something to say."""
        poller = self._concurrency.poller()
        by_descriptor = {}
        for link in links:
            if link.connection is not None:
                by_descriptor[link.connection.socket.fileno()] = link
                poller.register(link.connection.socket, select.POLLIN)
        waiting = any(link.connection is None for link in links)
        while True:
            for descriptor, _ in poller.poll(_FIRST_RETRY * 1000 if waiting else None):
                link = by_descriptor[descriptor]
                if not self._take_turn(link):
                    return
            if waiting:
                return

    def _take_turn(self, link: Link) -> bool:
        """False when the set of connections is no longer the same."""
        connection = link.connection
        if connection is None:
            return False
        self.active = connection
        try:
            if connection.fill():
                if self._process(connection):
                    return True
                link.is_retired = True
        except RouterGone:
            pass
        self._stop_running()
        self._drop(link)
        return False

    def _report(self, error: BaseException) -> None:
        self.errors.log("tsgi failed, the connection is opened anew\n" + format_traceback(error))

    # ---- frames

    def _process(self, connection: Connection) -> bool:
        """Handles every complete frame in the buffer; False when this connection is to be closed."""
        view = connection.view
        unpack = frames.Header.unpack_from
        backlog = connection.backlog
        held = connection.held
        unfinished = self.errors.unfinished
        several = len(self._links) > 1
        start = connection.start
        end = connection.end
        now = held_since = _clock()
        while True:
            if backlog:
                if not self._drain_backlog(connection):
                    return False
                now = _clock()
                start = connection.start
                end = connection.end
            if end - start < 12:
                break
            length, kind, flags, _, stream = unpack(view, start)
            begin = start + 12
            start = begin + length
            if start > end:
                start -= length + 12
                if length > RECEIVE_BUFFER - 12:
                    connection.flush()
                    backlog.append((kind, flags, stream, connection.take_large()))
                    continue
                break
            # What waits for a frame of its own while the application runs goes on from here.
            connection.start = start
            if kind == frames.REQUEST:
                if not held:
                    held_since = now
                elif now - held_since > _HELD_LONG:
                    connection.flush()
                    now = held_since = _clock()
                if several:
                    self._start_running(now)
                now = serve(self, connection, view, begin, start, flags, stream, now)
                if several:
                    self._stop_running()
                if unfinished:
                    self.errors.flush()
                start = connection.start
                end = connection.end
            elif kind == frames.RETIRE:
                connection.flush()
                return False
            # All else is late: it belongs to a request that has been answered.
        connection.flush()
        return True

    def _drain_backlog(self, connection: Connection) -> bool:
        """The frames that came while a request ran, in their order."""
        backlog = connection.backlog
        while backlog:
            kind, flags, stream, payload = backlog.popleft()
            if kind == frames.RETIRE:
                connection.flush()
                return False
            if kind == frames.REQUEST:
                now = _clock()
                self._start_running(now)
                serve(self, connection, memoryview(payload), 0, len(payload), flags, stream, now)
                self._stop_running()
                self.errors.flush()
        return True

    def _start_running(self, now: int) -> None:
        if len(self._links) > 1:
            self.running_since = now
            if not self.is_watched:
                self.flusher.watch(self)

    def _stop_running(self) -> None:
        self.running_since = 0
        if self.is_marked:
            self.unmark()
