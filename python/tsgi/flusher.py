"""A thread that sends what must not wait for the request that runs: held replies, busy marks.

PEP 3333 lets a server keep a block back only if it goes on sending while the application
computes; this thread is that promise. It starts with the first reply that is held, looks every
TICK at the slots that held something within the last second, and sleeps when there are none.
A signal timer would not do: Python runs signal handlers in the main thread only.
"""

import time
from _thread import allocate_lock, start_new_thread
from typing import TYPE_CHECKING, Dict, Final

if TYPE_CHECKING:
    from .slot import Slot

#: A thread that computes may keep the GIL for 5 ms at each turn: a held reply leaves within 20 ms.
TICK: Final = 0.002
_IDLE_TICKS: Final = 500
#: A request that runs longer than this makes the slot known as busy to the other routers.
BUSY_AFTER: Final = 2_000_000

# The application may replace these (gevent does): ours must be the real ones.
_sleep = time.sleep
_clock = time.perf_counter_ns


class Flusher:
    """One for each worker."""

    def __init__(self) -> None:
        #: The slots that are looked at, and for how many ticks nothing was seen there.
        self._watched: Dict[Slot, int] = {}
        self._started = False
        self._stopping = False
        self._is_asleep = True
        self._bell = allocate_lock()
        self._bell.acquire()
        self._lock = allocate_lock()

    def watch(self, slot: "Slot") -> None:
        """Called by a slot that holds something while its `is_watched` is false."""
        with self._lock:
            slot.is_watched = True
            self._watched[slot] = 0
            self._wake()

    def stop(self) -> None:
        with self._lock:
            self._stopping = True
            if self._started:
                self._wake()

    def _wake(self) -> None:
        if not self._is_asleep:
            return
        self._is_asleep = False
        if self._started:
            self._bell.release()
        else:
            self._started = True
            start_new_thread(self._run, ())

    def _run(self) -> None:
        while not self._stopping:
            _sleep(TICK)
            for slot, idle in list(self._watched.items()):
                if self._look(slot):
                    self._watched[slot] = 0
                elif idle < _IDLE_TICKS:
                    self._watched[slot] = idle + 1
                else:
                    self._dismiss(slot)
            if not self._watched:
                self._rest()

    def _dismiss(self, slot: "Slot") -> None:
        with self._lock:
            slot.is_watched = False
            del self._watched[slot]
        # It may have held something before it could see this.
        if self._look(slot):
            self.watch(slot)

    def _rest(self) -> None:
        with self._lock:
            if self._watched or self._stopping:
                return
            self._is_asleep = True
        self._bell.acquire()

    def _look(self, slot: "Slot") -> bool:
        found = told_busy = False
        for connection in slot.connections:
            if connection.held or connection.ripe is not None:
                found = True
                connection.flush_aside()
            if connection.told_busy:
                told_busy = True
        since = slot.running_since
        if since:
            found = True
            if _clock() - since > BUSY_AFTER:
                self._mark_busy(slot)
        elif told_busy:
            found = True
            slot.unmark()
        return found

    @staticmethod
    def _mark_busy(slot: "Slot") -> None:
        slot.is_marked = True
        for connection in slot.connections:
            if connection is not slot.active:
                connection.mark_busy(True)
        if not slot.running_since:
            slot.unmark()
