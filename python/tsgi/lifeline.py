"""A connection to the master on which it never writes: when it ends, the kernel kills this process.

O_ASYNC with SIGKILL works while C code holds the GIL and in endless loops, where a watching thread
would not run, and PDEATHSIG would look at the zygote. The owner belongs to the open connection, so
each process needs one of its own.
"""

import contextlib
import fcntl
import json
import os
import signal
import socket
from typing import Any, Dict, Final

# Not in the fcntl module before 3.13; from Linux's asm-generic/fcntl.h.
_F_SETSIG: Final = 10
_O_ASYNC: Final = 0o20000
# The application may replace it (gevent does) before a worker comes here.
_Socket = socket.socket


class Lifeline:
    def __init__(self, path: str) -> None:
        self._socket = _Socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.connect(path)
        arm(self._socket)

    def say(self, message: Dict[str, Any]) -> None:
        """One JSON line. A master that does not listen is about to be missed anyway."""
        with contextlib.suppress(OSError):
            self._socket.sendall((json.dumps(message) + "\n").encode())

    def close(self) -> None:
        self._socket.close()


def arm(connection: socket.socket) -> None:
    """From now on whatever the other end does, its own end above all, kills this process."""
    descriptor = connection.fileno()
    fcntl.fcntl(descriptor, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(descriptor, _F_SETSIG, signal.SIGKILL)
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags | _O_ASYNC)
    _exit_if_dead(connection)


def disarm(connection: socket.socket) -> None:
    descriptor = connection.fileno()
    flags = fcntl.fcntl(descriptor, fcntl.F_GETFL)
    fcntl.fcntl(descriptor, fcntl.F_SETFL, flags & ~_O_ASYNC)


def _exit_if_dead(connection: socket.socket) -> None:
    """The master may have died before the signal was armed."""
    try:
        if connection.recv(1, socket.MSG_DONTWAIT | socket.MSG_PEEK) == b"":
            os._exit(1)
    except BlockingIOError:
        pass
