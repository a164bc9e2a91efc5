"""Imports the application once and then only forks: what the workers share, it has made.

It speaks JSON lines with the master on descriptor 3 (src/base/messages.ts). It never serves, has no
threads, and outlives neither the master (end of file, and its lifeline) nor a failed import. Where
Gunicorn's language is spoken, the first thing it does is to execute the configuration file.
"""

import contextlib
import gc
import os
import select
import signal
import sys
import threading
import time
import warnings
from typing import Any, Callable, Dict, Final, Optional

from . import green, process
from .children import Children
from .control import Control
from .errors import ErrorStream
from .hooks import Hooks, read_hooks
from .lifeline import Lifeline
from .limits import Limits
from .loader import Loaded, LoadFailure
from .mounts import import_first, load_all, prepare_path
from .privileges import drop_privileges, require_no_way_back
from .sources import find_sources, leave_no_bytecode
from .streams import REOPEN_LOGS, flush_standard_streams, open_standard_streams, redirect, reopen
from .worker import Order, Worker

#: Applications under Gunicorn send these to their parent and mean the master.
_FOR_MASTER: Final = (signal.SIGHUP, signal.SIGTERM)


def main() -> int:
    """The whole life of the process, also in a worker: its fork returns through here."""
    zygote = Zygote()
    order = zygote.run()
    if order is None:
        flush_standard_streams()
        # Not the usual exit: atexit handlers of the application belong to the workers.
        os._exit(zygote.exit_code)
    return Worker(zygote.boot, order, zygote.title, zygote.hooks).run(zygote.loaded, zygote.load)


class Zygote:
    def __init__(self) -> None:
        self.title = process.Title()
        self.boot: Dict[str, Any] = {}
        self.loaded: Optional[Loaded] = None
        self.exit_code = 0
        self.hooks = Hooks()
        open_standard_streams()
        self._control = Control()
        #: What Gunicorn's configuration file has made; None where there is no such thing.
        self._executed: Any = None
        self._lifeline: Optional[Lifeline] = None
        self._limits: Optional[Limits] = None
        self._children = Children()
        self._is_forking = False
        self._wakeup = (-1, -1)

    def run(self) -> Optional[Order]:
        """None when the zygote is to exit; in a new worker, what it was forked for."""
        # Ctrl-C and a terminal's end reach the whole process group; the master decides what they mean.
        signal.signal(signal.SIGINT, _ignore)
        signal.signal(signal.SIGHUP, _ignore)
        os.register_at_fork(after_in_child=self._after_fork)
        boot = self._control.read_line()
        if boot is not None and boot["do"] == "configure":
            if not self._configure(boot):
                self.exit_code = 1
                return None
            boot = self._control.read_line()
        if boot is None:
            return None
        self.boot = boot
        self.title.parts = boot["titles"]
        self.title.name("zygote")
        self._say_started()
        if not self._prepare():
            self.exit_code = 1
            return None
        self._watch_children()
        return self._obey()

    def load(self) -> Loaded:
        """Imports the application, with the collector off so that it leaves the shared pages alone."""
        self.hooks.pre_app()
        loaded = load_all(self.boot["application"])
        self.hooks.post_app()
        return loaded

    # ---- before the first fork

    def _configure(self, order: Dict[str, Any]) -> bool:
        """Executes Gunicorn's configuration file; a hook of it may run in any process from now on."""
        from .gunicorn_file import execute
        from .gunicorn_values import describe

        self.title.name("zygote")
        # Ours mean nothing to a configuration, as those of the command line do.
        sys.argv[:] = ["tsgi"]
        self._say_started()
        try:
            # The master may die while the file runs, however long.
            with self._control.as_lifeline():
                self._executed = execute(order["file"], order["module"])
                values = describe(self._executed, order["names"])
            self._control.say(values)
            return True
        except LoadFailure as failure:
            self._control.say(dict(failure.as_message(), event="failed"))
            return False

    def _prepare(self) -> bool:
        try:
            self._lifeline = Lifeline(self.boot["lifeline"])
            self._catch_up()
            drop_privileges(self.boot["uid"], self.boot["gid"])
            require_no_way_back(self.boot["servesAs"])
            self._limits = Limits(self.boot["limits"], ErrorStream("zygote").log)
            self._limits.limit_zygote(self.boot["processes"], self.boot["threads"])
            application = self.boot["application"]
            if application["chdir"]:
                os.chdir(application["chdir"])
            prepare_path(application)
            self.hooks = read_hooks(self.boot, self._executed)
            if self.boot["green"]:
                green.require(self.boot["green"], self.boot["threads"])
            gc.disable()
            self.hooks.nworkers_changed()
            began = time.monotonic()
            if self.boot["wantsSources"]:
                leave_no_bytecode()
            import_first(application["sharedImports"])
            if not self.boot["lazy"]:
                self.loaded = self.load()
            spent = time.monotonic() - began
            self.hooks.on_starting(is_reload=self.boot["generation"] > 1)
            self._say_loaded(spent)
            return True
        except LoadFailure as failure:
            self._control.say(dict(failure.as_message(), event="failed"))
        except OSError as error:
            self._control.say({"event": "failed", "message": str(error), "details": [], "traceback": None})
        return False

    def _catch_up(self) -> None:
        """Becomes what a process is that was started when the settings were known. Raises OSError."""
        missed = self.boot["catchUp"]
        if missed is not None and missed["umask"] is not None:
            os.umask(missed["umask"])
        if missed is not None and missed["log"] is not None:
            redirect(missed["log"], follows_any_link=self.boot["uid"] is None)
        if self.boot["gunicorn"] is not None:
            os.environ.update(one.split("=", 1) for one in self.boot["gunicorn"]["environment"])

    def _say_started(self) -> None:
        self._control.say({"event": "started", **process.describe_interpreter()})

    def _say_loaded(self, spent: float) -> None:
        name = self.loaded.name if self.loaded is not None else None
        threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
        milliseconds = round(spent * 1000, 1)
        self._control.say(
            {
                "event": "loaded",
                "milliseconds": milliseconds,
                "application": name,
                "threads": threads,
                "sources": find_sources() if self.boot["wantsSources"] else [],
            }
        )
        if name is not None:
            self.title.name("zygote", name)

    # ---- the loop

    def _watch_children(self) -> None:
        signal.signal(signal.SIGINT, _ignore)
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        self._wakeup = (read, write)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)
        # Workers inherit it: from the first moment on they may be told.
        signal.signal(REOPEN_LOGS, self._reopen_log)
        if self.hooks.like_gunicorn:
            for number in _FOR_MASTER:
                signal.signal(number, _ignore)

    def _obey(self) -> Optional[Order]:
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(self._wakeup[0], select.POLLIN)
        while True:
            while self._control.has_line:
                message = self._control.read_line()
                if message is None or message["do"] == "dismiss":
                    return None
                if message["do"] == "stop":
                    self._call_hook("on_exit", self.hooks.on_exit)
                    return None
                if message["do"] == "reopenLogs":
                    self._reopen_log()
                    self._children.signal(REOPEN_LOGS)
                elif message["do"] == "hook":
                    self._call_hook(message["name"], self.hooks.call, message["name"])
                elif message["do"] == "resized":
                    self._call_hook(
                        "nworkers_changed", self.hooks.resized, message["workers"], message["before"]
                    )
                elif message["do"] == "buried":
                    self._call_hook("child_exit", self.hooks.child_exit, message["pid"], message["serial"])
                elif self._fork(Order(message["worker"], message["serial"])):
                    return Order(message["worker"], message["serial"])
            for descriptor, _ in poller.poll():
                if descriptor == self._wakeup[0]:
                    self._take_signals()
                elif not self._control.receive():
                    return None

    def _reopen_log(self, *_: Any) -> None:
        if self.boot["log"] is not None:
            reopen(self.boot["log"])

    def _fork(self, order: Order) -> bool:
        """True in the worker."""
        self._call_hook("pre_fork", self.hooks.pre_fork, order.serial, order.worker)
        flush_standard_streams()
        gc.freeze()
        self._is_forking = True
        with warnings.catch_warnings():
            # Threads that the application left running are told to the master, in "loaded".
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        self._is_forking = False
        self.hooks.forked(pid or os.getpid())
        if pid == 0:
            self._become_worker(order)
            return True
        self._children.add(pid, order.serial)
        self._control.say(
            {
                "event": "forked",
                "worker": order.worker,
                "serial": order.serial,
                "pid": pid,
                "startTime": process.start_time(pid),
            }
        )
        return False

    def _become_worker(self, order: Order) -> None:
        """Gives up everything that is the zygote's alone."""
        if self._limits is not None:
            self._limits.limit_worker(order.worker)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in self._wakeup:
            os.close(descriptor)
        self._control.close()
        if self._lifeline is not None:
            self._lifeline.close()
        self._children.forget()

    def _after_fork(self) -> None:
        """In a child that the application forked while it was imported."""
        if self._is_forking:
            return
        self._control.close()
        if self._lifeline is not None:
            self._lifeline.close()

    def _take_signals(self) -> None:
        numbers = b""
        with contextlib.suppress(BlockingIOError):
            numbers = os.read(self._wakeup[0], 4096)
        for number in _FOR_MASTER:
            if self.hooks.like_gunicorn and number in numbers:
                self._control.say({"event": "signalled", "signal": number.name})
        self._bury()

    def _bury(self) -> None:
        for death in self._children.collect():
            self._control.say({"event": "died", **death._asdict()})
            self._call_hook("child_exit", self.hooks.child_exit, death.pid, death.serial)

    def _call_hook(self, name: str, hook: Callable[..., None], *arguments: Any) -> None:
        """What it raises is the master's to judge; the zygote goes on."""
        try:
            hook(*arguments)
        except LoadFailure as failure:
            self._control.say(dict(failure.as_message(), event="hookFailed", hook=name))


def _ignore(*_: Any) -> None:
    """A handler and not SIG_IGN: programs that the application starts get the default back."""
