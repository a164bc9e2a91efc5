"""A thread that sends what must not wait for the request that runs: held replies, busy marks.

PEP 3333 lets a server keep a block back only if it goes on sending while the application
computes; this thread is that promise. It starts with the first reply that is held, looks
every TICK, and sleeps when nothing was held for a second. A signal timer would not do: Python
runs signal handlers in the main thread only.
"""

import time
from _thread import allocate_lock, start_new_thread
from typing import TYPE_CHECKING, Final, List

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
    """One for each worker. `asleep` is read by the slots, before they call `wake()`."""

    def __init__(self, slots: "List[Slot]") -> None:
        self._slots = slots
        self._started = False
        self._stopping = False
        self._bell = allocate_lock()
        self._bell.acquire()
        self._starting = allocate_lock()
        self.asleep = True

    def wake(self) -> None:
        """Called by a slot that holds something while `asleep` is true."""
        with self._starting:
            if not self.asleep:
                return
            self.asleep = False
            if self._started:
                self._bell.release()
            else:
                self._started = True
                start_new_thread(self._run, ())

    def stop(self) -> None:
        self._stopping = True
        if self._started:
            self.wake()

    def _run(self) -> None:
        idle = 0
        while not self._stopping:
            _sleep(TICK)
            idle = 0 if self._look() else idle + 1
            if idle >= _IDLE_TICKS:
                self.asleep = True
                # A slot that held something before it could see this has not rung.
                if self._look():
                    self.wake()
                self._bell.acquire()
                idle = 0

    def _look(self) -> bool:
        found = False
        for slot in self._slots:
            told_busy = False
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
