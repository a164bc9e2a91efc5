"""wsgi.errors, and the worker's own lines in the log: each line whole, with the time and the worker."""

import io
import os
import time
from _thread import allocate_lock, get_ident
from typing import Callable, Dict

# A green thread that waited within this would keep the lock.
_write = os.write


class ErrorStream(io.TextIOBase):
    """Writes whole lines to descriptor 2, each in one system call, so that workers do not mix theirs.

    What has no line end yet is kept for its thread until the rest, `flush()` or the end of the request.
    """

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, label: str, descriptor: int = 2) -> None:
        self._label = label
        self._descriptor = descriptor
        self._lock = allocate_lock()
        #: Which thread asks, or which green thread.
        self.identify: Callable[[], int] = get_ident
        #: thread → its unfinished line; empty nearly always
        self.unfinished: Dict[int, str] = {}

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"wsgi.errors takes str, not {type(text).__name__}")
        thread = self.identify()
        whole, line_end, rest = (self.unfinished.pop(thread, "") + text).rpartition("\n")
        if rest:
            self.unfinished[thread] = rest
        if line_end:
            self._write_lines(whole)
        return len(text)

    def flush(self) -> None:
        if self.unfinished:
            rest = self.unfinished.pop(self.identify(), "")
            if rest:
                self._write_lines(rest)

    def close(self) -> None:
        """It is everybody's: an application that closes it closes nothing."""

    def log(self, text: str) -> None:
        """A message of our own, in one piece."""
        self._write_lines(text)

    def after_fork(self) -> None:
        """In a child: another thread may have had the lock."""
        self._lock = allocate_lock()
        self.unfinished.clear()

    def _write_lines(self, text: str) -> None:
        prefix = f"{_timestamp()} {self._label}: "
        lines = "".join(prefix + line + "\n" for line in text.split("\n"))
        rest = memoryview(lines.encode("utf-8", "backslashreplace"))
        with self._lock:
            try:
                while rest:
                    rest = rest[_write(self._descriptor, rest) :]
            except OSError:
                pass  # The log is gone. A request must not fail for that.


def _timestamp() -> str:
    """As in all lines of the log: ISO 8601, UTC, milliseconds."""
    now = time.time()
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(now)) + ".%03dZ" % (now * 1000 % 1000)
