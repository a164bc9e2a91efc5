"""The page on which a worker counts what it began and what it sent: the router reads it after a death.

For each slot and each router two u64, begun and sent, at (slot * routers + router) * 16.
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
        #: Item 2n is the pair's begun, item 2n + 1 its sent.
        self.cells = memoryview(self._page).cast("Q")
