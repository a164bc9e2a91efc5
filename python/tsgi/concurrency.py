"""What carries the slots of a worker: threads, or the green threads of gevent or eventlet (green.py).

The standard library's names are taken when this module is imported: the application may replace them.
"""

import os
import select
import socket
import threading
import time
from _thread import allocate_lock, get_ident, start_new_thread
from typing import TYPE_CHECKING, Any, Callable, ContextManager, List, Optional, Protocol, Sequence, Tuple

if TYPE_CHECKING:
    from .slot import Slot

_Socket = socket.socket


class Peer(Protocol):
    """What a slot needs of its socket."""

    def fileno(self) -> int: ...
    def recv_into(self, __buffer: memoryview, __size: int = 0, __flags: int = 0) -> int: ...
    def send(self, __data: bytes, __flags: int = 0) -> int: ...
    def sendall(self, __data: Any) -> None: ...
    def close(self) -> None: ...


class Lock(ContextManager[Any], Protocol):
    def acquire(self, __blocking: bool = True) -> bool: ...
    def release(self) -> None: ...


class Poller(Protocol):
    def register(self, __peer: Any, __events: int) -> None: ...
    def poll(self, __milliseconds: Any = None) -> List[Tuple[int, int]]: ...


class Concurrency(Protocol):
    """How slots wait, and how several of them run at once."""

    #: The class of green threads; None where slots are threads.
    greenlet: Optional[type]

    def identify(self) -> int:
        """Which thread, or green thread, asks."""
        ...

    def connect(self, path: str) -> Peer: ...
    def lock(self) -> Lock: ...
    def poller(self) -> Poller: ...
    def sleep(self, seconds: float) -> None: ...
    def spawn(self, run: Callable[[], None]) -> Any:
        """Runs it beside the slots."""
        ...

    def carry(self, slots: "Sequence[Slot]", report: Callable[[BaseException], None]) -> None:
        """Runs all of them; returns when each has ended. What else comes up meanwhile is reported."""
        ...

    def note_fork(self) -> None:
        """In a child that the application forked."""
        ...

    def end_child(self) -> None:
        """A slot runs in a child: the application let it return to us from a request. Does not return."""
        ...


class Threads:
    """Slot 0 in the main thread, the others in threads of their own.

    Threads of the lowest kind: an application that replaces threading (gevent) must not get
    greenlets here, and threading names the thread as soon as somebody asks.
    """

    def connect(self, path: str) -> Peer:
        return connect(path)

    greenlet: Optional[type] = None
    identify = staticmethod(get_ident)
    lock = staticmethod(allocate_lock)
    poller = staticmethod(select.poll)
    sleep = staticmethod(time.sleep)

    def spawn(self, run: Callable[[], None]) -> Any:
        start_new_thread(run, ())

    def carry(self, slots: "Sequence[Slot]", report: Callable[[BaseException], None]) -> None:
        ended = []
        for slot in slots[1:]:
            done = allocate_lock()
            done.acquire()
            ended.append(done)
            start_new_thread(self._run_thread, (slot, done))
        slots[0].run()
        for done in ended:
            done.acquire()

    def note_fork(self) -> None:
        """The other threads have not come along."""

    def end_child(self) -> None:
        os._exit(1)

    def _run_thread(self, slot: "Slot", done: Any) -> None:
        try:
            threading.current_thread().name = "slot-%d" % slot.number
            slot.run()
        finally:
            done.release()


def connect(path: str, waits: bool = True) -> socket.socket:
    """A socket of the kernel's own kind, whatever has been replaced; OSError where nobody listens."""
    peer = _Socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        peer.setblocking(waits)
        peer.connect(path)
    except BaseException:
        peer.close()
        raise
    return peer
