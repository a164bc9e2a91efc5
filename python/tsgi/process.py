"""What a process is called and what it may be asked by others: titles, dumpability, start times."""

import os
import sys
from typing import Any, Callable, Dict, Optional, Tuple

_PR_SET_DUMPABLE = 4


class Title:
    """The command line as `ps` shows it, written over the arguments this interpreter was started with.

    The master starts the zygote with a padding argument to make room. Only the memory of the
    arguments is written, never the environment behind it. Anything that fails leaves the title as it was.
    """

    def __init__(self) -> None:
        # Read at once: after setuid the kernel shows zeros here.
        self._room = _argument_memory()
        #: What people asked for instead of and around it (src/base/messages.ts, TitleParts).
        self.parts: Dict[str, Any] = {"title": None, "prefix": "", "suffix": ""}

    def name(self, what: str, application: Optional[str] = None) -> None:
        """`what` is "worker 3", `application` what it serves."""
        serving = "" if application is None else f" [{application}]"
        title = self.parts["title"] or f"tsgi: {what}{serving}"
        self.set(self.parts["prefix"] + title + self.parts["suffix"])

    def set(self, title: str) -> None:
        name = title.encode("utf-8", "replace")
        _write("/proc/self/comm", name.partition(b" [")[0][:15])
        if self._room is not None:
            start, size = self._room
            # The kernel shows all of it when the last byte is not NUL: keep one.
            _write("/proc/self/mem", name[: size - 1].ljust(size, b"\0"), start)


def prepare_dumpable() -> Callable[[], None]:
    """What makes this process readable to its own user again after a setuid; to be called after it.

    Without it /proc/PID/fd belongs to root: the router could not open the application's files and
    the title could not be set. In two steps, because the new user may be unable to import.
    """
    try:
        import ctypes

        prctl = ctypes.CDLL(None).prctl
    except (ImportError, OSError, AttributeError, TypeError):
        # Files are streamed instead and the title stays.
        return lambda: None
    return lambda: prctl(_PR_SET_DUMPABLE, 1, 0, 0, 0)


def start_time(pid: int) -> int:
    """Clock ticks since boot at which a process started, 0 when it has gone."""
    fields = _stat_fields(pid)
    return int(fields[19]) if len(fields) > 19 else 0


def implementation() -> str:
    return sys.implementation.name


def version() -> str:
    return ".".join(str(part) for part in sys.version_info[:3])


def describe_interpreter() -> Dict[str, Any]:
    """What the master says of it at the start."""
    return {
        "python": version(),
        "implementation": implementation(),
        "executable": sys.executable,
        "prefix": sys.prefix,
        "virtualenv": sys.prefix != sys.base_prefix,
    }


def _argument_memory() -> Optional[Tuple[int, int]]:
    fields = _stat_fields(os.getpid())
    if len(fields) < 47:
        return None
    start, end = int(fields[45]), int(fields[46])
    return (start, end - start) if 0 < start < end else None


def _stat_fields(pid: int) -> "list[bytes]":
    """The fields of /proc/PID/stat from the third on: the second, the name, may hold anything."""
    try:
        with open("/proc/%d/stat" % pid, "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def _write(path: str, content: bytes, at: int = 0) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if at:
            os.pwrite(descriptor, content, at)
        else:
            os.write(descriptor, content)
    except OSError:
        pass
    finally:
        os.close(descriptor)
