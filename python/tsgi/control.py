"""The zygote's line to the master on descriptor 3: JSON lines both ways (src/base/messages.ts)."""

import contextlib
import json
import os
import socket
from typing import Any, Dict, Final, Iterator, Optional

from . import lifeline

_DESCRIPTOR: Final = 3


class Control:
    def __init__(self) -> None:
        os.set_inheritable(_DESCRIPTOR, False)
        self._socket = socket.socket(fileno=_DESCRIPTOR)
        self._received = b""

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def has_line(self) -> bool:
        """A line may have come together with the one before."""
        return b"\n" in self._received

    def read_line(self) -> Optional[Dict[str, Any]]:
        """The next message, waiting for it; None when the master has gone."""
        while not self.has_line:
            if not self.receive():
                return None
        line, _, self._received = self._received.partition(b"\n")
        message: Dict[str, Any] = json.loads(line)
        return message

    def receive(self) -> bool:
        """False when the master has gone."""
        try:
            received = self._socket.recv(65536)
        except OSError:
            return False
        self._received += received
        return bool(received)

    def say(self, message: Dict[str, Any]) -> None:
        with contextlib.suppress(OSError):  # Whoever reads next sees the end of file.
            self._socket.sendall((json.dumps(message) + "\n").encode())

    @contextlib.contextmanager
    def as_lifeline(self) -> Iterator[None]:
        """The master's death ends this process at once. It must not write in the meantime."""
        lifeline.arm(self._socket)
        try:
            yield
        finally:
            lifeline.disarm(self._socket)

    def close(self) -> None:
        self._socket.close()
