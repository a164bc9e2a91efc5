"""Calls the hooks of Gunicorn's configuration at the turns of life of zygote and workers.

Where a hook that raises ends the start in Gunicorn, it is a LoadFailure here; elsewhere it is logged
with its traceback, and life goes on.
"""

import os
import traceback
from typing import Any, Callable, Dict, Optional, Tuple

from .gunicorn_file import Executed
from .gunicorn_log import Log, configuring_setting
from .gunicorn_objects import Config, Server, Worker
from .gunicorn_request import follow_requests
from .gunicorn_scheme import follow_scheme
from .gunicorn_values import HOOKS, find_hook
from .hooks import Hooks
from .loader import Loaded, LoadFailure
from .report import format_traceback


class GunicornHooks(Hooks):
    like_gunicorn = True

    def __init__(self, configuration: Dict[str, Any], executed: Executed, processes: int) -> None:
        """`configuration` is a GunicornConfiguration of src/base/messages.ts. Raises LoadFailure."""
        self._executed = executed
        self._settings: Dict[str, Any] = configuration["settings"]
        self._hooks: Dict[str, Tuple[Callable[..., Any], int]] = {
            name: find_hook(executed, name)
            for name in configuration["hooks"]
            if name in HOOKS and name in executed.namespace
        }
        cfg = Config(configuration["settings"], executed.namespace)
        try:
            self.log = Log(cfg)
        except Exception as error:
            raise LoadFailure(
                f"{self._place_of_logging()}: logging cannot be configured like that: {error}",
                [],
                None if isinstance(error, FileNotFoundError) else format_traceback(error),
            ) from error
        self.server = Server(cfg, self.log, os.getppid(), processes)
        #: The one that is about to be forked; in a worker, that worker.
        self.worker = Worker(self.server, 0)

    def _place_of_logging(self) -> str:
        """Of the setting that configures it, or its flag's name where that overrides the file."""
        name = configuring_setting(self._settings) or "logconfig"
        if name == "logconfig_dict" or self._executed.namespace.get(name) == self._settings.get(name):
            return f"{self._executed.place(name)}: {name}"
        return f"--{name.replace('logconfig', 'log-config').replace('_', '-')}"

    # ---- in the zygote

    def nworkers_changed(self) -> None:
        self._call("nworkers_changed", self.server, self.server.num_workers, None)

    def resized(self, workers: int, before: int) -> None:
        self.server.num_workers = workers
        self._call("nworkers_changed", self.server, workers, before)

    def on_starting(self, is_reload: bool) -> None:
        self._call("on_reload" if is_reload else "on_starting", self.server)

    def call(self, name: str) -> None:
        self._call(name, self.server)

    def pre_fork(self, serial: int, worker: int) -> None:
        self.server.worker_age = serial
        self.worker = Worker(self.server, serial)
        self._call("pre_fork", self.server, self.worker)

    def forked(self, pid: int) -> None:
        self.worker.pid = pid
        self.server.WORKERS[pid] = self.worker

    def child_exit(self, pid: int, serial: int) -> None:
        worker = self.server.WORKERS.pop(pid, None)
        if worker is None:
            worker = Worker(self.server, serial)
            worker.pid = pid
        self._call("child_exit", self.server, worker)

    def on_exit(self) -> None:
        self._call("on_exit", self.server)

    # ---- in the worker

    def post_fork(self, leave: Callable[[], None]) -> None:
        self.worker.become_this_process(leave)
        self._call("post_fork", self.server, self.worker)

    def post_worker_init(self, loaded: Loaded) -> Loaded:
        self.worker.app.callable = self.worker.wsgi = loaded.application
        self._call("post_worker_init", self.worker)
        self.worker.booted = True
        before = self._hooks.get("pre_request")
        served = loaded.application
        if before is not None or "post_request" in self._hooks:
            served = follow_requests(
                served, self.worker, None if before is None else before[0], self._after_request()
            )
        return Loaded(follow_scheme(served, self._settings), loaded.name)

    def worker_int(self) -> None:
        self._call_and_log("worker_int", self.worker)

    def worker_abort(self) -> None:
        self._call_and_log("worker_abort", self.worker)

    def worker_exit(self) -> None:
        self._call_and_log("worker_exit", self.server, self.worker)

    # ---- calling

    def _after_request(self) -> Optional[Callable[..., None]]:
        """post_request with as many arguments as it takes."""
        if "post_request" not in self._hooks:
            return None
        hook, count = self._hooks["post_request"]

        def after(*arguments: Any) -> None:
            try:
                hook(*arguments[:count])
            except Exception as error:
                self._log_failure("post_request", error)

        return after

    def _call(self, name: str, *arguments: Any) -> None:
        """Raises LoadFailure."""
        if name not in self._hooks:
            return
        try:
            self._hooks[name][0](*arguments)
        except BaseException as error:
            raise LoadFailure(self._describe(name, error), [], format_traceback(error)) from error

    def _call_and_log(self, name: str, *arguments: Any) -> None:
        """A hook may also end the interpreter: the worker is leaving anyway."""
        try:
            self._call(name, *arguments)
        except LoadFailure as failure:
            if not isinstance(failure.__cause__, SystemExit):
                self.log.error("%s\n%s", failure.message, failure.traceback)

    def _log_failure(self, name: str, error: BaseException) -> None:
        self.log.error("%s\n%s", self._describe(name, error), format_traceback(error))

    def _describe(self, name: str, error: BaseException) -> str:
        said = traceback.format_exception_only(type(error), error)[-1].strip()
        place = self._executed.place_in(error) or self._executed.place(name)
        return f"{place}: the hook {name} failed: {said}"
