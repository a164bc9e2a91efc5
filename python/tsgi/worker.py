"""The life of a worker: from the fork, through its slots, to its exit.

It ends in three ways: every router has retired its slots (a normal interpreter exit, so that
atexit runs), the application cannot be imported (lazy), or the master dies (the lifeline kills it).
"""

import gc
import os
import signal
import time
from typing import Any, Callable, Dict, List, NamedTuple, Optional

from . import green, headers, process
from .concurrency import Concurrency, Threads
from .counters import Counters
from .errors import ErrorStream
from .file_wrapper import FileWrapper
from .flusher import Flusher
from .hooks import Hooks
from .lifeline import Lifeline
from .loader import Loaded, LoadFailure
from .monitored import Monitored
from .report import format_traceback
from .slot import Slot
from .sources import find_sources
from .stacks import show_on_signal
from .streams import flush_standard_streams


class Order(NamedTuple):
    """What the zygote was told: `worker` is the number people see, `serial` is never used again."""

    worker: int
    serial: int


class Worker:
    def __init__(self, boot: Dict[str, Any], order: Order, title: process.Title, hooks: Hooks) -> None:
        self._boot = boot
        self._hooks = hooks
        self._order = order
        self._title = title
        self._pid = os.getpid()
        self._errors = ErrorStream("worker %d" % order.worker)
        self._slots: List[Slot] = []
        self._concurrency: Concurrency = Threads()
        self._leaving = False
        self._lifeline: Optional[Lifeline] = None

    def run(self, loaded: Optional[Loaded], load: Callable[[], Loaded]) -> int:
        """Serves until retired; returns the exit code. `load` is called where `loaded` is None (lazy)."""
        self._lifeline = lifeline = Lifeline(self._boot["lifeline"])
        os.register_at_fork(after_in_child=self._after_fork)
        self._set_title(loaded)
        self._set_signals()
        lifeline.say({"event": "alive", "serial": self._order.serial, "pid": self._pid})
        try:
            self._serve(self._get_ready(loaded, load))
            return 0
        except LoadFailure as failure:
            self._say(dict(failure.as_message(), event="failed", serial=self._order.serial))
            return 1
        finally:
            self._hooks.worker_exit()

    def _get_ready(self, loaded: Optional[Loaded], load: Callable[[], Loaded]) -> Loaded:
        """Raises LoadFailure."""
        self._hooks.post_fork(lambda: self._ask_to_leave("a hook said so"))
        if loaded is None:
            loaded = self._load_late(load)
            self._set_title(loaded)
        # What hook and import replaced.
        self._set_signals()
        if self._boot["showsStacks"]:
            show_on_signal(self._boot["runtimeDirectory"], self._order.serial, self._concurrency.greenlet)
        gc.enable()
        return self._hooks.post_worker_init(loaded)

    def _load_late(self, load: Callable[[], Loaded]) -> Loaded:
        began = time.monotonic()
        if self._boot["green"]:
            # Before the application, so that all it imports is patched.
            self._turn_green(self._boot["green"])
        loaded = load()
        milliseconds = round((time.monotonic() - began) * 1000, 1)
        self._say(
            {
                "event": "loaded",
                "serial": self._order.serial,
                "milliseconds": milliseconds,
                "application": loaded.name,
                "sources": find_sources() if self._boot["wantsSources"] else [],
            }
        )
        return loaded

    def _turn_green(self, package: str) -> None:
        self._concurrency = adopted = green.adopt(package)
        self._errors.identify = adopted.identify

    def _set_title(self, loaded: Optional[Loaded]) -> None:
        self._title.name("worker %d" % self._order.worker, loaded.name if loaded is not None else None)

    # ---- signals

    def _set_signals(self) -> None:
        # Handlers of Python's, not SIG_IGN: programs that the application starts get the default back.
        signal.signal(signal.SIGINT, self._on_interrupt)
        signal.signal(signal.SIGHUP, _ignore)
        signal.signal(signal.SIGTERM, self._on_terminate)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
        if self._hooks.like_gunicorn:
            signal.signal(signal.SIGQUIT, self._on_interrupt)
            signal.signal(signal.SIGABRT, self._on_abort)

    def _on_interrupt(self, number: int, _frame: Any) -> None:
        """Ctrl-C reaches the whole process group; the master decides what it means."""
        if self._hooks.like_gunicorn:
            self._hooks.worker_int()
            self._ask_to_leave(signal.Signals(number).name)

    def _on_abort(self, *_: Any) -> None:
        """Not by SystemExit: where the application is at the moment, it would go on."""
        self._hooks.worker_abort()
        self._hooks.worker_exit()
        flush_standard_streams()
        os._exit(1)

    def _on_terminate(self, *_: Any) -> None:
        self._ask_to_leave("SIGTERM")

    def _ask_to_leave(self, why: str) -> None:
        """Somebody wants this worker to leave: the master retires it, so that no request is lost."""
        if not self._leaving:
            self._leaving = True
            self._say({"event": "leaving", "serial": self._order.serial, "why": why})

    def _after_fork(self) -> None:
        """In a child that the application forked: it must not look like this worker to anybody."""
        self._concurrency.note_fork()
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
        if self._hooks.like_gunicorn:
            signal.signal(signal.SIGQUIT, signal.SIG_DFL)
            signal.signal(signal.SIGABRT, signal.SIG_DFL)

    # ---- slots

    def _serve(self, loaded: Loaded) -> None:
        headers.on_dropped = self._report_dropped
        boot = self._boot
        threads: int = boot["threads"]
        routers: List[str] = boot["routers"]
        counters = Counters(boot["runtimeDirectory"], self._order.serial, threads * len(routers))
        hello = self._hello()
        constants = self._constants()
        flusher = Flusher()
        monitored = Monitored(boot["recycleFor"], self._report_exception)
        for number in range(threads):
            slot = Slot(
                number,
                routers,
                hello,
                loaded.application,
                constants,
                counters,
                self._errors,
                self._concurrency,
            )
            slot.flusher = flusher
            slot.notice = monitored.notice
            self._slots.append(slot)
        if boot["heartbeat"]:
            self._concurrency.spawn(self._beat)
        self._concurrency.carry(self._slots, self._report_stray)
        flusher.stop()

    def _beat(self) -> None:
        """Tells the master again and again that threads, or green threads, get to run here."""
        while True:
            self._say({"event": "beat", "serial": self._order.serial})
            self._concurrency.sleep(self._boot["heartbeat"])

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
        constants = {
            "wsgi.version": (1, 0),
            "wsgi.errors": self._errors,
            "wsgi.multithread": self._boot["threads"] > 1,
            "wsgi.multiprocess": self._boot["processes"] > 1,
            "wsgi.run_once": False,
            "wsgi.input_terminated": True,
        }
        if self._boot["fileWrapper"]:
            constants["wsgi.file_wrapper"] = FileWrapper
        if self._hooks.like_gunicorn:
            constants["SERVER_SOFTWARE"] = os.environ.get("SERVER_SOFTWARE", "tsgi")
        return constants

    def _report_dropped(self, name: str) -> None:
        self._errors.log(
            f"the application's header {name} is not sent: the connection to the client is tsgi's to manage"
        )

    def _report_stray(self, error: BaseException) -> None:
        self._errors.log("a green thread of the application ended with\n" + format_traceback(error))

    def _report_exception(self, what: str) -> None:
        self._say({"event": "raised", "serial": self._order.serial, "what": what})

    def _say(self, message: Dict[str, Any]) -> None:
        if self._lifeline is not None and os.getpid() == self._pid:
            self._lifeline.say(message)


def _ignore(*_: Any) -> None:
    """A terminal's end reaches the whole process group, as Ctrl-C does."""
