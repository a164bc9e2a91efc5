"""The workers that this zygote has forked, and how they ended."""

import contextlib
import os
from typing import Dict, Iterator, NamedTuple, Optional


class Death(NamedTuple):
    """The fields of the message "died" (src/base/messages.ts)."""

    serial: int
    pid: int
    exitCode: Optional[int]
    signal: Optional[int]


class Children:
    def __init__(self) -> None:
        #: pid → serial of those that live
        self._serials: Dict[int, int] = {}

    def add(self, pid: int, serial: int) -> None:
        self._serials[pid] = serial

    def forget(self) -> None:
        """In a fork: they are somebody else's."""
        self._serials.clear()

    def signal(self, number: int) -> None:
        """None of them can have been followed by a stranger of the same pid: nobody else waits for them."""
        for pid in self._serials:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)

    def collect(self) -> Iterator[Death]:
        """Those that have died since. By pid: other children belong to the application."""
        for pid in list(self._serials):
            try:
                found, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                # Somebody else waited for it: how it ended is not known.
                yield Death(self._serials.pop(pid), pid, None, None)
                continue
            if found == pid:
                killed = os.WIFSIGNALED(status)
                exit_code = None if killed else os.WEXITSTATUS(status)
                number = os.WTERMSIG(status) if killed else None
                yield Death(self._serials.pop(pid), pid, exit_code, number)
