"""Shows what every thread of this worker is doing when the master asks by a signal, before it kills it.

faulthandler writes the stacks from C, at once: also while C code holds the GIL, and in endless loops.
Green threads that wait have no stack of the system's; a handler of Python's adds them where it gets to run.
They go to a file in the run-time directory, which the master reads, so that they reach the log in one piece.
"""

import faulthandler
import gc
import os
import signal
from types import FrameType
from typing import Any, Callable, Final, Iterator, Optional

#: A real-time signal: applications and libraries use the named ones. src/master/recycle/stacks.ts sends it.
SIGNAL: Final = 62
#: A worker may have thousands of green threads; the one that is looked for comes first.
_MOST_GREENLETS: Final = 50
_OWN: Final = os.path.dirname(os.path.abspath(__file__)) + os.sep


def show_on_signal(directory: str, serial: int, greenlet: Optional[type]) -> None:
    """`greenlet` is the class of green threads, if there are any. Without faulthandler nothing is shown."""
    path = os.path.join(directory, "stacks.%d" % serial)
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    try:
        if greenlet is not None:
            signal.signal(SIGNAL, _greenlet_writer(file, greenlet))
        faulthandler.register(SIGNAL, file=file, all_threads=True, chain=greenlet is not None)
    except (AttributeError, OSError, RuntimeError, ValueError):
        os.close(file)


def _greenlet_writer(file: int, greenlet: type) -> Callable[[int, Optional[FrameType]], None]:
    def write(_number: int, frame: Optional[FrameType]) -> None:
        shown = 0
        for one in _find(greenlet):
            # The one that the signal has interrupted does not wait.
            stack = list(_walk(one.gr_frame or (frame if one else None)))
            if shown < _MOST_GREENLETS and not _is_idle(stack):
                shown += 1
                lines = "".join(_describe(one) for one in stack)
                text = "\nGreenlet 0x%016x (most recent call first):\n%s" % (id(one), lines)
                os.write(file, text.encode("utf-8", "backslashreplace"))

    return write


def _find(greenlet: type) -> Iterator[Any]:
    # By the type: isinstance() asks proxies of the application, which may do anything then.
    return (one for one in gc.get_objects() if issubclass(type(one), greenlet))


def _walk(frame: Optional[FrameType]) -> Iterator[FrameType]:
    while frame is not None:
        yield frame
        frame = frame.f_back


def _is_idle(stack: "list[FrameType]") -> bool:
    """A slot that waits for a request, or none at all."""
    files = {frame.f_code.co_filename for frame in stack}
    return not files or (_OWN + "slot.py" in files and _OWN + "serve.py" not in files)


def _describe(frame: FrameType) -> str:
    return '  File "%s", line %d in %s\n' % (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
