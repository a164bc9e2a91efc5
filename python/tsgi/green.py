"""Slots as green threads of gevent or eventlet: many requests wait at once in one thread of the system.

The packages are the application's: nothing of them is imported unless the configuration asks for one,
and then in the worker, after the fork and before the application, so that all it imports is patched.

Slots keep real sockets, which do not block, and wait for them through the package's own loop. So the
flusher stays a real thread: it never waits for a socket, and the locks do not know who has them.
"""

import importlib.util
import os
import socket
import sys
from _thread import allocate_lock
from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple

from .concurrency import Lock, Peer, Poller, connect
from .loader import LoadFailure
from .report import format_traceback

if TYPE_CHECKING:
    from .slot import Slot

#: Between two looks at a lock that another green thread has while it sends, in seconds.
_LOCK_PAUSE = 0.001


class Waits(NamedTuple):
    """For one descriptor: until it can be read, until it can be written; and neither any more."""

    readable: Callable[[], Any]
    writable: Callable[[], Any]
    take_back: Callable[[], Any]


def require(package: str, slots: int) -> None:
    """Raises LoadFailure where the package is not installed, without importing it."""
    if importlib.util.find_spec(package) is None:
        raise LoadFailure(
            f"{package} is asked for ({package} = {slots}), but is not installed for {sys.executable}",
            [f"Install it there: {sys.executable} -m pip install {package}"],
        )


def adopt(package: str) -> "Green":
    """Patches the standard library in this process. Raises LoadFailure where the package cannot be used."""
    try:
        return _PACKAGES[package]()
    except Exception as error:
        raise LoadFailure(
            f"{package} cannot be used with {sys.executable}: {error}", [], format_traceback(error)
        ) from error


class Green(ABC):
    """What is common to both packages."""

    def __init__(self) -> None:
        package = import_module("greenlet")
        self.greenlet: Optional[type] = package.greenlet
        self._current: Callable[[], object] = package.getcurrent
        self._forker: Optional[object] = None

    def identify(self) -> int:
        return id(self._current())

    def connect(self, path: str) -> Peer:
        # Not even this blocks: a full queue of the router's is an error, and tried again.
        peer = connect(path, waits=False)
        return _GreenSocket(peer, self.waits(peer.fileno()))

    def lock(self) -> Lock:
        return _GreenLock(self.sleep)

    def carry(self, slots: "Sequence[Slot]", report: Callable[[BaseException], None]) -> None:
        for green in [self.spawn(slot.run) for slot in slots]:
            while not green.dead:
                try:
                    self.join(green)
                except BaseException as error:
                    # The loop throws here what ended a green thread of the application: SystemExit.
                    report(error)

    def note_fork(self) -> None:
        self._forker = self._current()

    def end_child(self) -> None:
        if self._current() is self._forker:
            os._exit(1)
        # Not the request that forked, but one that came along: the child has its own work to do.
        while True:
            self.suspend()

    @abstractmethod
    def poller(self) -> Poller: ...

    @abstractmethod
    def sleep(self, seconds: float) -> None: ...

    @abstractmethod
    def waits(self, descriptor: int) -> Waits: ...

    @abstractmethod
    def spawn(self, run: Callable[[], None]) -> Any: ...

    @abstractmethod
    def join(self, green: Any) -> None: ...

    @abstractmethod
    def suspend(self) -> None:
        """For ever: nobody knows how to wake it."""


class Gevent(Green):
    _READ = 1
    _WRITE = 2

    def __init__(self) -> None:
        import_module("gevent.monkey").patch_all()
        super().__init__()
        self._gevent = import_module("gevent")
        self._hub = self._gevent.get_hub()

    def poller(self) -> Poller:
        # Not gevent's select: it looks with the real one first, which takes no descriptor past 1023.
        poller: Poller = import_module("gevent.select").poll()
        return poller

    def sleep(self, seconds: float) -> None:
        self._gevent.sleep(seconds)

    def waits(self, descriptor: int) -> Waits:
        wait = self._hub.wait
        readable = self._hub.loop.io(descriptor, self._READ)
        writable = self._hub.loop.io(descriptor, self._WRITE)

        def take_back() -> None:
            readable.close()
            writable.close()

        return Waits(lambda: wait(readable), lambda: wait(writable), take_back)

    def spawn(self, run: Callable[[], None]) -> Any:
        return self._gevent.spawn(run)

    def join(self, green: Any) -> None:
        green.join()

    def suspend(self) -> None:
        self._hub.switch()


class Eventlet(Green):
    def __init__(self) -> None:
        self._eventlet = import_module("eventlet")
        self._eventlet.monkey_patch()
        super().__init__()
        self._hubs = import_module("eventlet.hubs")

    def poller(self) -> Poller:
        return _EventletPoller(import_module("eventlet.green.select").select)

    def sleep(self, seconds: float) -> None:
        self._eventlet.sleep(seconds)

    def waits(self, descriptor: int) -> Waits:
        wait = self._hubs.trampoline
        return Waits(lambda: wait(descriptor, read=True), lambda: wait(descriptor, write=True), lambda: None)

    def spawn(self, run: Callable[[], None]) -> Any:
        return self._eventlet.spawn(run)

    def join(self, green: Any) -> None:
        green.wait()

    def suspend(self) -> None:
        self._hubs.get_hub().switch()


_PACKAGES: Dict[str, Callable[[], Green]] = {"gevent": Gevent, "eventlet": Eventlet}


class _GreenSocket:
    """A socket that does not block, for a caller that waits in its green thread only."""

    def __init__(self, peer: socket.socket, waits: Waits) -> None:
        self._peer = peer
        self._waits = waits
        self.fileno = peer.fileno
        #: Only called with MSG_DONTWAIT, from whatever thread.
        self.send = peer.send

    def recv_into(self, buffer: memoryview, size: int = 0, flags: int = 0) -> int:
        """Waits unless the flags say otherwise."""
        if flags:
            return self._peer.recv_into(buffer, size, flags)
        while True:
            # Before the first attempt: between two batches the other green threads have their turn,
            # or a slot whose requests never wait would keep it for itself.
            self._waits.readable()
            try:
                return self._peer.recv_into(buffer)
            except BlockingIOError:
                pass

    def sendall(self, frame: Any) -> None:
        rest = memoryview(frame)
        while rest:
            try:
                rest = rest[self._peer.send(rest) :]
            except BlockingIOError:
                self._waits.writable()

    def close(self) -> None:
        # First: a loop must not watch a descriptor that may belong to something else next.
        self._waits.take_back()
        self._peer.close()


class _GreenLock:
    """A real lock, for the flusher's thread takes it too, that is waited for without blocking the others."""

    def __init__(self, sleep: Callable[[float], Any]) -> None:
        self._lock = allocate_lock()
        self._sleep = sleep
        self.release = self._lock.release

    def acquire(self, blocking: bool = True) -> bool:
        while not self._lock.acquire(False):
            if not blocking:
                return False
            self._sleep(_LOCK_PAUSE)
        return True

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class _EventletPoller:
    """As select.poll(), for reading; eventlet has only select."""

    def __init__(self, select: Callable[..., Tuple[List[int], List[int], List[int]]]) -> None:
        self._select = select
        self._descriptors: List[int] = []

    def register(self, peer: Peer, _events: int) -> None:
        self._descriptors.append(peer.fileno())

    def poll(self, milliseconds: Optional[float] = None) -> List[Tuple[int, int]]:
        seconds = None if milliseconds is None else milliseconds / 1000
        readable, _, _ = self._select(self._descriptors, [], [], seconds)
        return [(descriptor, 0) for descriptor in readable]
