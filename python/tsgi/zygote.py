"""Imports the application once and then only forks: what the workers share, it has made.

It speaks JSON lines with the master on descriptor 3 (src/base/messages.ts). It never serves, has no
threads, and outlives neither the master (end of file, and its lifeline) nor a failed import.
"""

import contextlib
import gc
import io
import json
import os
import pwd
import select
import signal
import socket
import sys
import threading
import time
import warnings
from typing import Any, Dict, Final, Optional

from . import process
from .lifeline import Lifeline
from .loader import Loaded, LoadFailure, load, prepare_path
from .worker import Order, Worker, flush_standard_streams

_CONTROL: Final = 3


def main() -> int:
    """The whole life of the process, also in a worker: its fork returns through here."""
    zygote = Zygote()
    order = zygote.run()
    if order is None:
        flush_standard_streams()
        # Not the usual exit: atexit handlers of the application belong to the workers.
        os._exit(zygote.exit_code)
    return Worker(zygote.boot, order, zygote.title).run(zygote.loaded, zygote.load)


class Zygote:
    def __init__(self) -> None:
        self.title = process.Title()
        self.boot: Dict[str, Any] = {}
        self.loaded: Optional[Loaded] = None
        self.exit_code = 0
        _open_standard_streams()
        os.set_inheritable(_CONTROL, False)
        self._control = socket.socket(fileno=_CONTROL)
        self._received = b""
        self._lifeline: Optional[Lifeline] = None
        #: pid → serial of the workers that live
        self._workers: Dict[int, int] = {}
        self._is_forking = False
        self._wakeup = (-1, -1)

    def run(self) -> Optional[Order]:
        """None when the zygote is to exit; in a new worker, what it was forked for."""
        boot = self._read_line()
        if boot is None:
            return None
        self.boot = boot
        # Ctrl-C and a terminal's end reach the whole process group; the master decides what they mean.
        signal.signal(signal.SIGINT, _ignore)
        signal.signal(signal.SIGHUP, _ignore)
        self.title.set(boot["titlePrefix"] + "tsgi: zygote")
        self._say_started()
        if not self._prepare():
            self.exit_code = 1
            return None
        self._watch_children()
        return self._obey()

    def load(self) -> Loaded:
        """Imports the application, with the collector off so that it leaves the shared pages alone."""
        application = self.boot["application"]
        return load(application["file"], application["module"], application["callable"])

    # ---- before the first fork

    def _prepare(self) -> bool:
        try:
            self._lifeline = Lifeline(self.boot["lifeline"])
            os.register_at_fork(after_in_child=self._after_fork)
            self._drop_privileges()
            application = self.boot["application"]
            if application["chdir"]:
                os.chdir(application["chdir"])
            prepare_path(application["file"], application["pythonpath"])
            sys.argv[:] = [application["file"] or "tsgi"]
            gc.disable()
            began = time.monotonic()
            if not self.boot["lazy"]:
                self.loaded = self.load()
            self._say_loaded(began)
            return True
        except LoadFailure as failure:
            self._say(dict(failure.as_message(), event="failed"))
        except OSError as error:
            self._say({"event": "failed", "message": str(error), "details": [], "traceback": None})
        return False

    def _drop_privileges(self) -> None:
        """Here and not by the master's spawn: that clears the supplementary groups."""
        uid: Optional[int] = self.boot["uid"]
        gid: Optional[int] = self.boot["gid"]
        if uid is None and gid is None:
            return
        make_dumpable = process.prepare_dumpable()
        name = None
        if uid is not None:
            try:
                entry = pwd.getpwuid(uid)
                name = entry.pw_name
                gid = entry.pw_gid if gid is None else gid
            except KeyError:
                pass  # A number without a name has no groups but the one given.
        if os.geteuid() == 0 and gid is not None:
            if name is not None:
                os.initgroups(name, gid)
            else:
                os.setgroups([])
        if gid is not None and os.getegid() != gid:
            os.setgid(gid)
        if uid is not None and os.geteuid() != uid:
            os.setuid(uid)
        make_dumpable()

    def _say_started(self) -> None:
        self._say(
            {
                "event": "started",
                "python": process.version(),
                "implementation": process.implementation(),
                "executable": sys.executable,
                "prefix": sys.prefix,
                "virtualenv": sys.prefix != sys.base_prefix,
            }
        )

    def _say_loaded(self, began: float) -> None:
        name = self.loaded.name if self.loaded is not None else None
        threads = [thread.name for thread in threading.enumerate() if thread is not threading.main_thread()]
        milliseconds = round((time.monotonic() - began) * 1000, 1)
        self._say({"event": "loaded", "milliseconds": milliseconds, "application": name, "threads": threads})
        if name is not None:
            self.title.set("{}tsgi: zygote [{}]".format(self.boot["titlePrefix"], name))

    # ---- the loop

    def _watch_children(self) -> None:
        signal.signal(signal.SIGINT, _ignore)
        read, write = os.pipe()
        os.set_blocking(read, False)
        os.set_blocking(write, False)
        self._wakeup = (read, write)
        signal.set_wakeup_fd(write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, _ignore)

    def _obey(self) -> Optional[Order]:
        poller = select.poll()
        poller.register(self._control, select.POLLIN)
        poller.register(self._wakeup[0], select.POLLIN)
        while True:
            # A line may have come together with the boot line.
            while b"\n" in self._received:
                message = self._read_line()
                if message is None or message["do"] == "stop":
                    return None
                order = self._fork(Order(message["worker"], message["serial"]))
                if order is not None:
                    return order
            for descriptor, _ in poller.poll():
                if descriptor == self._wakeup[0]:
                    self._bury()
                elif not self._receive():
                    return None

    def _fork(self, order: Order) -> Optional[Order]:
        """None in the zygote, the order in the worker."""
        flush_standard_streams()
        gc.freeze()
        self._is_forking = True
        with warnings.catch_warnings():
            # Threads that the application left running are told to the master, in "loaded".
            warnings.simplefilter("ignore", DeprecationWarning)
            pid = os.fork()
        self._is_forking = False
        if pid == 0:
            self._become_worker()
            return order
        self._workers[pid] = order.serial
        self._say(
            {
                "event": "forked",
                "worker": order.worker,
                "serial": order.serial,
                "pid": pid,
                "startTime": process.start_time(pid),
            }
        )
        return None

    def _become_worker(self) -> None:
        """Gives up everything that is the zygote's alone."""
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        for descriptor in self._wakeup:
            os.close(descriptor)
        self._control.close()
        if self._lifeline is not None:
            self._lifeline.close()
        self._workers.clear()

    def _after_fork(self) -> None:
        """In a child that the application forked while it was imported."""
        if self._is_forking:
            return
        self._control.close()
        if self._lifeline is not None:
            self._lifeline.close()

    def _bury(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wakeup[0], 4096)
        # By pid: other children belong to the application.
        for pid in list(self._workers):
            try:
                found, status = os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                # Somebody else waited for it: how it ended is not known.
                self._say_died(pid, None, None)
                continue
            if found == pid:
                killed = os.WIFSIGNALED(status)
                self._say_died(
                    pid,
                    None if killed else os.WEXITSTATUS(status),
                    os.WTERMSIG(status) if killed else None,
                )

    def _say_died(self, pid: int, exit_code: Optional[int], number: Optional[int]) -> None:
        serial = self._workers.pop(pid)
        self._say({"event": "died", "serial": serial, "pid": pid, "exitCode": exit_code, "signal": number})

    # ---- the line to the master

    def _read_line(self) -> Optional[Dict[str, Any]]:
        while b"\n" not in self._received:
            if not self._receive():
                return None
        line, _, self._received = self._received.partition(b"\n")
        message: Dict[str, Any] = json.loads(line)
        return message

    def _receive(self) -> bool:
        try:
            received = self._control.recv(65536)
        except OSError:
            return False
        self._received += received
        return bool(received)

    def _say(self, message: Dict[str, Any]) -> None:
        try:
            self._control.sendall((json.dumps(message) + "\n").encode())
        except OSError:
            pass  # The loop sees the end of file.


def _ignore(*_: Any) -> None:
    """A handler and not SIG_IGN: programs that the application starts get the default back."""


class _LogFile(io.FileIO):
    """A descriptor of the log: a full disk or a reader that has gone fails no request that prints."""

    def write(self, text: Any) -> int:
        try:
            return super().write(text)
        except OSError:
            return len(text)


def _open_standard_streams() -> None:
    """What the application prints: a line is one write, or those of several workers would mix."""
    for name, descriptor in (("stdout", 1), ("stderr", 2)):
        raw = io.BufferedWriter(_LogFile(descriptor, "w", closefd=False))
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)
