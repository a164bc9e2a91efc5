"""Standard output and error of zygote and workers, which are the log."""

import contextlib
import errno
import io
import os
import sys
from typing import Any, Final

#: To workers, also from src/master/instance.ts. A real-time signal: applications use the named ones.
REOPEN_LOGS: Final = 61


class _LogFile(io.FileIO):
    """A descriptor of the log: a full disk or a reader that has gone fails no request that prints."""

    def write(self, text: Any) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)


def open_standard_streams() -> None:
    """What the application prints: a line is one write, or those of several workers would mix."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.BufferedWriter(_LogFile(descriptor, "w", closefd=False))
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def flush_standard_streams() -> None:
    """Before a fork and before an exit: what Python still holds would be written twice or not at all."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def redirect(path: str, follows_any_link: bool) -> None:
    """To a log file that was not known when this process was started. Raises OSError."""
    flush_standard_streams()
    _replace_outputs(_open_log(path, 0 if follows_any_link or os.geteuid() != 0 else os.O_NOFOLLOW))


def reopen(path: str) -> None:
    """The log file was renamed: writes to the one that has its name now. In a handler: nothing is flushed."""
    try:
        _replace_outputs(_open_log(path, 0))
    except OSError as error:
        os.write(2, f"process {os.getpid()}: the log stays as it is: {error}\n".encode("utf-8", "replace"))


def _replace_outputs(descriptor: int) -> None:
    try:
        for standard in (1, 2):
            os.dup2(descriptor, standard, inheritable=True)
    finally:
        os.close(descriptor)


def _open_log(path: str, no_follow: int) -> int:
    """As the master has (open-file.ts): a link that is not root's may have come there since."""
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
    try:
        return os.open(path, flags | no_follow, 0o640)
    except OSError as error:
        if error.errno != errno.ELOOP or not no_follow or os.lstat(path).st_uid != 0:
            raise
    return os.open(path, flags, 0o640)
