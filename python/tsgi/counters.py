"""The page on which a worker counts the requests that it began: the router reads it after a death.

For each slot and each router 16 bytes at (slot * routers + router) * 16: a u64 that only grows, also
across the connections of that pair, and a u64 that identifies the thread, or green thread, of the slot.
"""

import mmap
import os


class Counters:
    """The worker's own counter file, mapped. Removed by whoever owns the run-time directory."""

    def __init__(self, directory: str, serial: int, pairs: int) -> None:
        self.name = "counters.%d" % serial
        size = max(pairs, 1) * 16
        descriptor = os.open(
            os.path.join(directory, self.name), os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600
        )
        try:
            os.ftruncate(descriptor, size)
            self._page = mmap.mmap(descriptor, size)
        finally:
            os.close(descriptor)
        #: Item 2n is the count of pair n.
        self.cells = memoryview(self._page).cast("Q")
