"""The life of a worker: from the fork, through its threads, to its exit.

It ends in three ways: every router has retired its slots (a normal interpreter exit, so that
atexit runs), the application cannot be imported (lazy), or the master dies (the lifeline kills it).
"""

import contextlib
import gc
import os
import signal
import sys
import threading
import time
from _thread import allocate_lock, start_new_thread
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from . import headers, process
from .counters import Counters
from .errors import ErrorStream
from .file_wrapper import FileWrapper
from .flusher import Flusher
from .lifeline import Lifeline
from .loader import Loaded, LoadFailure
from .slot import Slot


class Order(NamedTuple):
    """What the zygote was told: `worker` is the number people see, `serial` is never used again."""

    worker: int
    serial: int


class Worker:
    def __init__(self, boot: Dict[str, Any], order: Order, title: process.Title) -> None:
        self._boot = boot
        self._order = order
        self._title = title
        self._pid = os.getpid()
        self._errors = ErrorStream("worker %d" % order.worker)
        self._slots: List[Slot] = []
        self._leaving = False
        self._lifeline: Optional[Lifeline] = None

    def run(self, loaded: Optional[Loaded], load: Callable[[], Loaded]) -> int:
        """Serves until retired; returns the exit code. `load` is called where `loaded` is None (lazy)."""
        self._lifeline = lifeline = Lifeline(self._boot["lifeline"])
        os.register_at_fork(after_in_child=self._after_fork)
        self._set_title(loaded)
        self._set_signals()
        lifeline.say({"event": "alive", "serial": self._order.serial, "pid": self._pid})
        if loaded is None:
            loaded = self._load_late(load)
            if loaded is None:
                return 1
            self._set_title(loaded)
            # What the import replaced.
            self._set_signals()
        gc.enable()
        self._serve(loaded)
        return 0

    def _load_late(self, load: Callable[[], Loaded]) -> Optional[Loaded]:
        serial = self._order.serial
        began = time.monotonic()
        try:
            loaded = load()
        except LoadFailure as failure:
            self._say(dict(failure.as_message(), event="failed", serial=serial))
            return None
        milliseconds = round((time.monotonic() - began) * 1000, 1)
        self._say(
            {"event": "loaded", "serial": serial, "milliseconds": milliseconds, "application": loaded.name}
        )
        return loaded

    def _set_title(self, loaded: Optional[Loaded]) -> None:
        name = f" [{loaded.name}]" if loaded is not None else ""
        self._title.set("%stsgi: worker %d%s" % (self._boot["titlePrefix"], self._order.worker, name))

    # ---- signals

    def _set_signals(self) -> None:
        # Handlers of Python's, not SIG_IGN: programs that the application starts get the default back.
        signal.signal(signal.SIGINT, self._on_interrupt)
        signal.signal(signal.SIGHUP, self._on_interrupt)
        signal.signal(signal.SIGTERM, self._on_terminate)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)

    def _on_interrupt(self, *_: Any) -> None:
        """Ctrl-C and a terminal's end reach the whole process group; the master decides what they mean."""

    def _on_terminate(self, *_: Any) -> None:
        """Somebody wants this worker to leave: the master retires it, so that no request is lost."""
        if not self._leaving:
            self._leaving = True
            self._say({"event": "leaving", "serial": self._order.serial})

    def _after_fork(self) -> None:
        """In a child that the application forked: it must not look like this worker to anybody."""
        for slot in self._slots:
            slot.close_after_fork()
        if self._lifeline is not None:
            self._lifeline.close()
        self._errors.after_fork()
        self._leaving = True
        if signal.getsignal(signal.SIGTERM) == self._on_terminate:
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if signal.getsignal(signal.SIGINT) == self._on_interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    # ---- slots

    def _serve(self, loaded: Loaded) -> None:
        headers.on_dropped = self._report_dropped
        boot = self._boot
        threads: int = boot["threads"]
        routers: List[str] = boot["routers"]
        counters = Counters(boot["runtimeDirectory"], self._order.serial, threads * len(routers))
        hello = self._hello()
        constants = self._constants()
        for number in range(threads):
            slot = Slot(number, routers, hello, loaded.application, constants, counters, self._errors)
            self._slots.append(slot)
        flusher = Flusher(self._slots)
        for slot in self._slots:
            slot.flusher = flusher
        self._run_slots()
        flusher.stop()

    def _run_slots(self) -> None:
        """Slot 0 in the main thread, the others in threads of their own; returns when all have ended.

        Threads of the lowest kind: an application that replaces threading (gevent) must not get
        greenlets here, and threading names the thread as soon as somebody asks.
        """
        ended = []
        for slot in self._slots[1:]:
            done = allocate_lock()
            done.acquire()
            ended.append(done)
            start_new_thread(self._run_thread, (slot, done))
        self._slots[0].run()
        for done in ended:
            done.acquire()

    def _run_thread(self, slot: Slot, done: Any) -> None:
        try:
            threading.current_thread().name = "slot-%d" % slot.number
            slot.run()
        finally:
            done.release()

    def _hello(self) -> Dict[str, Any]:
        return {
            "version": 1,
            "kind": "wsgi",
            "generation": self._boot["generation"],
            "worker": self._order.worker,
            "serial": self._order.serial,
            "pid": self._pid,
            "python": process.version(),
            "implementation": process.implementation(),
        }

    def _constants(self) -> Dict[str, Any]:
        return {
            "wsgi.version": (1, 0),
            "wsgi.errors": self._errors,
            "wsgi.multithread": self._boot["threads"] > 1,
            "wsgi.multiprocess": self._boot["processes"] > 1,
            "wsgi.run_once": False,
            "wsgi.file_wrapper": FileWrapper,
            "wsgi.input_terminated": True,
        }

    def _report_dropped(self, name: str) -> None:
        self._errors.log(
            f"the application's header {name} is not sent: the connection to the client is tsgi's to manage"
        )

    def _say(self, message: Dict[str, Any]) -> None:
        if self._lifeline is not None and os.getpid() == self._pid:
            self._lifeline.say(message)


def flush_standard_streams() -> None:
    """Before a fork and before an exit: what Python still holds would be written twice or not at all."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
