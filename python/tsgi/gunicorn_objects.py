"""What Gunicorn's hooks are called with: the server (its arbiter), a worker, and the settings of both.

They have what hooks in use ask for. What a hook would do with them to the server's own work
(spawn, kill, accept) is the master's here, and not on offer.
"""

import grp
import os
import pwd
import signal
import time
from typing import Any, Callable, Dict, List, Optional

from .gunicorn_values import is_live


class Config:
    """The settings as attributes: `values` are the final ones, `namespace` has the file's live objects."""

    def __init__(self, values: Dict[str, Any], namespace: Dict[str, Any]) -> None:
        self.settings = {
            name: namespace[name] if is_live(value) and name in namespace else value
            for name, value in values.items()
        }
        self.settings["user"] = _user_number(self.settings.get("user"))
        self.settings["group"] = _group_number(self.settings.get("group"))

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["settings"][name]
        except KeyError:
            raise AttributeError(f"No configuration setting for: {name}") from None

    def get(self, name: str, default: Any = None) -> Any:
        return self.settings.get(name, default)

    @property
    def address(self) -> List[Any]:
        bind = self.get("bind") or []
        return [_parse_address(one) for one in ([bind] if isinstance(bind, str) else bind)]

    @property
    def env(self) -> Dict[str, str]:
        return dict(one.split("=", 1) for one in self.get("raw_env") or [])

    @property
    def uid(self) -> Any:
        return self.get("user")

    @property
    def gid(self) -> Any:
        return self.get("group")

    @property
    def is_ssl(self) -> bool:
        return bool(self.get("certfile") or self.get("keyfile"))

    @property
    def worker_class_str(self) -> str:
        value = self.get("worker_class") or "sync"
        if not isinstance(value, str):
            return str(value.__name__)
        return "gthread" if value == "sync" and (self.get("threads") or 1) > 1 else value


class App:
    """What stands for the application in `server.app` and `worker.app`."""

    def __init__(self, cfg: Config) -> None:
        self.cfg = cfg
        self.callable: Optional[Callable[..., Any]] = None

    def wsgi(self) -> Optional[Callable[..., Any]]:
        return self.callable


class Server:
    """Named Arbiter by Gunicorn. `pid` is the master's: the process that takes the signals."""

    def __init__(self, cfg: Config, log: Any, pid: int, workers: int) -> None:
        self.cfg = cfg
        self.log = log
        self.pid = pid
        self.app = App(cfg)
        self.num_workers = workers
        self.address = cfg.address
        self.timeout = cfg.get("timeout")
        self.proc_name = cfg.get("proc_name")
        self.worker_age = 0
        self.master_pid = 0
        self.master_name = "Master"
        #: pid → worker
        self.WORKERS: Dict[int, Worker] = {}
        self.LISTENERS: List[Any] = []


class Heartbeat:
    """`worker.tmp`: by a file of that name Gunicorn's workers say that they live. Here the master knows."""

    def notify(self) -> None:
        """Nothing to do."""

    def last_update(self) -> float:
        """Always just now: no hook is to take the worker for one that hangs."""
        return time.monotonic()


class Worker:
    """`age` counts the workers that were ever started; `ppid` is the master, not the process that forked."""

    def __init__(self, server: Server, age: int) -> None:
        self.age = age
        self.pid: Any = "[booting]"
        self.ppid = server.pid
        self.cfg = server.cfg
        self.log = server.log
        self.app = server.app
        self.timeout = (server.timeout or 0) / 2
        self.max_requests = server.cfg.get("max_requests") or 0
        self.sockets: List[Any] = []
        self.tmp = Heartbeat()
        self.booted = False
        self.aborted = False
        #: Requests that it has begun; counted only where a hook follows requests.
        self.nr = 0
        self.wsgi: Optional[Callable[..., Any]] = None
        self._alive = True
        # Not a method of its own: the zygote makes many workers and collects no circles.
        self._leave: Optional[Callable[[], None]] = None

    @property
    def alive(self) -> bool:
        return self._alive

    @alive.setter
    def alive(self, value: bool) -> None:
        """A hook that sets it to False wants a successor: this worker finishes what it has."""
        if self._alive and not value:
            (self._leave or self._terminate)()
        self._alive = bool(value)

    def notify(self) -> None:
        self.tmp.notify()

    def become_this_process(self, leave: Callable[[], None]) -> None:
        self._leave = leave

    def _terminate(self) -> None:
        """Asked for in another process than the worker's."""
        if isinstance(self.pid, int):
            os.kill(self.pid, signal.SIGTERM)

    def __str__(self) -> str:
        return f"<Worker {self.pid}>"


def _user_number(user: Any) -> int:
    """Numbers in Gunicorn, whatever the file has; whom the server runs as where it has none."""
    if user in (None, ""):
        return os.geteuid()
    return int(user) if str(user).isdigit() else pwd.getpwnam(user).pw_uid


def _group_number(group: Any) -> int:
    if group in (None, ""):
        return os.getegid()
    return int(group) if str(group).isdigit() else grp.getgrnam(group).gr_gid


def _parse_address(bind: str) -> Any:
    """As Gunicorn shows it: (host, port), or the path of a Unix socket."""
    if bind.startswith("unix:"):
        return bind[len("unix:") :]
    host, _, port = bind.rpartition(":")
    return (host.strip("[]"), int(port)) if port.isdigit() else bind
